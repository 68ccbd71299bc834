//! What an answer of Telegram means for the row that was sent, for its chat, and for everybody.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::{Effect, Outcome};
use crate::telegram::{Answer, Refusal, RefusalClass, SentMessage};

/// "chat not found" is believed after three failures over 24 hours: so the tries are half a day apart.
const MAYBE_GONE_RETRY: TimeDelta = TimeDelta::hours(12);

/// What a person has to mend in a group is tried daily.
const MENDABLE_RETRY: TimeDelta = TimeDelta::hours(24);

/// How much longer than asked a limited chat is left alone, at most: many chats must not return at once.
const WAIT_JITTER: Duration = Duration::from_millis(1_000);

/// The verdict on one attempt.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Verdict {
    /// What becomes of the row.
    pub(super) outcome: Outcome,
    /// What becomes of the chat.
    pub(super) effect: Effect,
    /// What it means for all sending.
    pub(super) signal: Signal,
    /// The class, for the history of attempts.
    pub(super) class: &'static str,
    /// Telegram's words, or the network's.
    pub(super) words: Option<String>,
}

impl Verdict {
    /// A verdict on a row that was not sent to anybody.
    pub(super) fn without_a_try(outcome: Outcome, class: &'static str) -> Self {
        Self { outcome, effect: Effect::None, signal: Signal::Answering, class, words: None }
    }
}

/// What one attempt tells about all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// Telegram answers.
    Answering,
    /// It did not, this time.
    Silent,
    /// It refuses the token.
    TokenRefused,
}

/// What is known about the attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt<'a> {
    /// Attempts spent before this one.
    pub(super) spent: u32,
    /// Whether it went out without formatting.
    pub(super) plain: bool,
    /// Whether it went into a topic.
    pub(super) in_topic: bool,
    /// The message that it was to edit.
    pub(super) edited: Option<i32>,
    /// The waits after the first, second, … failure.
    pub(super) backoff: &'a [Duration],
    /// A random number in 0..1, for jitter.
    pub(super) dice: f64,
    /// The time of the answer.
    pub(super) now: DateTime<Utc>,
}

/// Decides what becomes of the row.
pub(super) fn judge(answer: Answer<SentMessage>, attempt: Attempt<'_>) -> Verdict {
    match answer {
        Answer::Done(message) => Verdict {
            outcome: Outcome::Sent { message_id: message.map(|message| message.message_id) },
            effect: Effect::None,
            signal: Signal::Answering,
            class: if message.is_some() { "sent" } else { "sent_unread" },
            words: None,
        },
        // Nothing was sent, so nothing was tried.
        Answer::NotSent(why) => Verdict {
            outcome: snooze("telegram_unreachable"),
            effect: Effect::None,
            signal: Signal::Silent,
            class: "not_sent",
            words: Some(why),
        },
        Answer::Unknown(why) => Verdict {
            outcome: attempt.retry("ambiguous"),
            effect: Effect::None,
            signal: Signal::Silent,
            class: "ambiguous",
            words: Some(why),
        },
        Answer::Refused(refusal) => refused(refusal, attempt),
    }
}

fn refused(refusal: Refusal, attempt: Attempt<'_>) -> Verdict {
    let now = attempt.now;
    let mut signal = Signal::Answering;
    let (class, outcome, effect) = match refusal.class() {
        RefusalClass::Wait(wait) => {
            let until = now + wait + WAIT_JITTER.mul_f64(attempt.dice);
            ("limited", snooze("limited"), Effect::Wait { until })
        }
        RefusalClass::Gone(reason) => {
            ("gone", Outcome::Dead { reason: reason.as_str() }, Effect::Gone(reason))
        }
        RefusalClass::MaybeGone => {
            ("maybe_gone", attempt.retry_in(MAYBE_GONE_RETRY, "chat_not_found"), Effect::MaybeGone)
        }
        RefusalClass::Migrated(to) => ("migrated", snooze("migrated"), Effect::Migrated { to }),
        RefusalClass::TopicGone if attempt.in_topic => {
            ("topic_gone", again("topic_gone", false, true), Effect::None)
        }
        // Outside of any topic it is the group's general topic that is closed.
        RefusalClass::Mendable | RefusalClass::TopicGone => {
            ("mendable", attempt.retry_in(MENDABLE_RETRY, "no_rights"), Effect::None)
        }
        RefusalClass::Unparsable if !attempt.plain => {
            ("unparsable", again("unparsable", true, false), Effect::None)
        }
        RefusalClass::Unparsable | RefusalClass::Unsendable => {
            ("unsendable", Outcome::Dead { reason: "unsendable" }, Effect::None)
        }
        RefusalClass::TokenRefused => {
            signal = Signal::TokenRefused;
            ("token_refused", snooze("token_refused"), Effect::None)
        }
        // It says already what it should.
        RefusalClass::NotModified if attempt.edited.is_some() => {
            ("not_modified", Outcome::Sent { message_id: attempt.edited }, Effect::None)
        }
        // Deleted by the person: there is nobody left whom it could mislead.
        RefusalClass::NotEditable if attempt.edited.is_some() => {
            ("not_editable", Outcome::NothingToEdit, Effect::None)
        }
        RefusalClass::Conflict
        | RefusalClass::WebhookActive
        | RefusalClass::StaleCallback
        | RefusalClass::NotModified
        | RefusalClass::NotEditable
        | RefusalClass::Other => ("refused", attempt.retry("refused"), Effect::None),
    };
    Verdict { outcome, effect, signal, class, words: Some(refusal.description) }
}

pub(super) fn snooze(reason: &'static str) -> Outcome {
    again(reason, false, false)
}

fn again(reason: &'static str, plain: bool, without_thread: bool) -> Outcome {
    Outcome::Snooze { reason, plain, without_thread }
}

impl Attempt<'_> {
    /// After the next wait of the backoff, give or take a tenth; dead when the waits are used up.
    fn retry(&self, reason: &'static str) -> Outcome {
        match self.backoff.get(self.spent as usize) {
            Some(wait) => Outcome::Retry { due_at: self.now + wait.mul_f64(0.9 + 0.2 * self.dice), reason },
            None => Outcome::Dead { reason },
        }
    }

    /// After `wait`, as often as the backoff allows.
    fn retry_in(&self, wait: TimeDelta, reason: &'static str) -> Outcome {
        if (self.spent as usize) < self.backoff.len() {
            Outcome::Retry { due_at: self.now + wait, reason }
        } else {
            Outcome::Dead { reason }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::DisabledReason;

    const BACKOFF: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];

    fn attempt(spent: u32) -> Attempt<'static> {
        Attempt {
            spent,
            plain: false,
            in_topic: false,
            edited: None,
            backoff: &BACKOFF,
            dice: 0.5,
            now: DateTime::UNIX_EPOCH,
        }
    }

    fn after(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn said(code: u16, description: &str) -> Answer<SentMessage> {
        Answer::Refused(Refusal {
            code,
            description: description.into(),
            retry_after: None,
            migrate_to: None,
        })
    }

    #[test]
    fn an_unknown_answer_spends_attempts_until_the_row_is_dead() {
        let due: Vec<Outcome> =
            (0..3).map(|spent| judge(Answer::Unknown("reset".into()), attempt(spent)).outcome).collect();
        assert_eq!(due[0], Outcome::Retry { due_at: after(5), reason: "ambiguous" });
        assert_eq!(due[1], Outcome::Retry { due_at: after(30), reason: "ambiguous" });
        assert_eq!(due[2], Outcome::Dead { reason: "ambiguous" });
    }

    #[test]
    fn what_never_reached_telegram_spends_nothing() {
        let verdict = judge(Answer::NotSent("refused".into()), attempt(99));
        assert!(matches!(verdict.outcome, Outcome::Snooze { .. }), "{verdict:?}");
        assert_eq!(verdict.signal, Signal::Silent);
    }

    #[test]
    fn a_success_of_unknown_shape_is_sent_and_never_repeated() {
        assert_eq!(judge(Answer::Done(None), attempt(0)).outcome, Outcome::Sent { message_id: None });
    }

    #[test]
    fn a_limited_chat_waits_at_least_as_long_as_telegram_says() {
        let limited = Refusal {
            code: 429,
            description: "Too Many Requests: retry after 2282".into(),
            retry_after: Some(Duration::from_secs(2_282)),
            migrate_to: None,
        };
        let verdict = judge(Answer::Refused(limited), attempt(99));
        let Effect::Wait { until } = verdict.effect else { panic!("the chat must wait: {verdict:?}") };
        assert!(until >= after(2_282) && until <= after(2_284));
        assert!(
            matches!(verdict.outcome, Outcome::Snooze { .. }),
            "the row keeps its place in the lane: {verdict:?}"
        );
    }

    #[test]
    fn a_wrong_token_fails_no_row() {
        for answer in [said(401, "Unauthorized"), said(404, "Not Found")] {
            let verdict = judge(answer, attempt(99));
            assert!(matches!(verdict.outcome, Outcome::Snooze { .. }), "{verdict:?}");
            assert_eq!(verdict.signal, Signal::TokenRefused);
        }
    }

    #[test]
    fn formatting_that_telegram_cannot_parse_is_tried_once_as_plain_text() {
        let words = "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 1";
        let first = judge(said(400, words), attempt(0));
        assert!(matches!(first.outcome, Outcome::Snooze { plain: true, .. }), "{first:?}");
        let second = judge(said(400, words), Attempt { plain: true, ..attempt(0) });
        assert_eq!(second.outcome, Outcome::Dead { reason: "unsendable" });
    }

    #[test]
    fn a_chat_that_is_gone_takes_the_row_with_it() {
        let verdict = judge(said(403, "Forbidden: bot was blocked by the user"), attempt(0));
        assert_eq!(verdict.outcome, Outcome::Dead { reason: "blocked" });
        assert_eq!(verdict.effect, Effect::Gone(DisabledReason::Blocked));
        let verdict = judge(said(400, "Bad Request: chat not found"), attempt(0));
        assert_eq!(verdict.effect, Effect::MaybeGone, "it has been said wrongly of live people");
        assert!(matches!(verdict.outcome, Outcome::Retry { .. }));
    }

    #[test]
    fn a_group_that_became_a_supergroup_is_followed() {
        let refusal = Refusal {
            code: 400,
            description: "Bad Request: group chat was upgraded to a supergroup chat".into(),
            retry_after: None,
            migrate_to: Some(-1_001),
        };
        let verdict = judge(Answer::Refused(refusal), attempt(0));
        assert_eq!(verdict.effect, Effect::Migrated { to: -1_001 });
        assert!(matches!(verdict.outcome, Outcome::Snooze { .. }), "{verdict:?}");
    }

    #[test]
    fn an_edit_that_changes_nothing_or_finds_nothing_is_over() {
        let edit = || Attempt { edited: Some(7), ..attempt(0) };
        let words = "Bad Request: message is not modified: specified new message content and reply markup are \
                     exactly the same as a current content and reply markup of the message";
        assert_eq!(judge(said(400, words), edit()).outcome, Outcome::Sent { message_id: Some(7) });
        for words in ["Bad Request: message to edit not found", "Bad Request: message can't be edited"] {
            let verdict = judge(said(400, words), edit());
            assert_eq!(verdict.outcome, Outcome::NothingToEdit, "{words}");
        }
    }

    #[test]
    fn a_closed_topic_falls_back_to_the_chat() {
        let closed = || said(400, "Bad Request: TOPIC_CLOSED");
        let verdict = judge(closed(), Attempt { in_topic: true, ..attempt(0) });
        assert!(matches!(verdict.outcome, Outcome::Snooze { without_thread: true, .. }), "{verdict:?}");
        let verdict = judge(closed(), attempt(0));
        assert!(
            matches!(verdict.outcome, Outcome::Retry { .. }),
            "there is nowhere to fall back to: {verdict:?}"
        );
    }
}
