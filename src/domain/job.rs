//! The jobs of the timetable, when each is due, and what their history says.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};

use super::audit::Actor;

/// A job of the timetable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Job {
    /// Wakes the publishing worker for posts that are due.
    ExecuteScheduledPosts,
    /// Tells people about posts that the platform finished itself.
    PostNotifications,
    /// Writes the digests that are due.
    TelegramDailySummary,
    /// Puts back what a worker claimed and never finished.
    ReleaseStaleClaims,
    /// Asks Telegram how it stands with the bot.
    CheckTelegram,
    /// Removes what is kept for a time only, when that is over.
    PurgeExpired,
    /// Copies the database.
    BackupDatabase,
}

impl Job {
    /// Every job, in the timetable's order.
    pub const ALL: [Self; 7] = [
        Self::ExecuteScheduledPosts,
        Self::PostNotifications,
        Self::TelegramDailySummary,
        Self::ReleaseStaleClaims,
        Self::CheckTelegram,
        Self::PurgeExpired,
        Self::BackupDatabase,
    ];

    /// Its id: in the history, in routes and in what admins type.
    pub fn name(self) -> &'static str {
        match self {
            Self::ExecuteScheduledPosts => "execute_scheduled_posts",
            Self::PostNotifications => "post_notifications",
            Self::TelegramDailySummary => "telegram_daily_summary",
            Self::ReleaseStaleClaims => "release_stale_claims",
            Self::CheckTelegram => "check_telegram",
            Self::PurgeExpired => "purge_expired",
            Self::BackupDatabase => "backup_database",
        }
    }

    /// The job of this id.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|job| job.name() == name)
    }

    /// When it is due; `backup_time` is the settings' word about one of them.
    pub fn when(self, backup_time: NaiveTime) -> When {
        match self {
            // People notice when news of a post is late.
            Self::PostNotifications => When::Every(TimeDelta::seconds(10)),
            Self::ExecuteScheduledPosts | Self::TelegramDailySummary | Self::ReleaseStaleClaims => {
                When::Every(TimeDelta::minutes(1))
            }
            Self::CheckTelegram => When::Every(TimeDelta::minutes(5)),
            Self::PurgeExpired => When::Every(TimeDelta::hours(1)),
            Self::BackupDatabase => When::Daily(backup_time),
        }
    }

    /// How long one run may take: well above what it takes on a bad day, so that only a run that hangs ends so.
    pub fn limit(self) -> Duration {
        Duration::from_secs(match self {
            Self::ExecuteScheduledPosts | Self::ReleaseStaleClaims => 30,
            Self::PostNotifications | Self::CheckTelegram => 60,
            Self::TelegramDailySummary => 5 * 60,
            Self::PurgeExpired => 10 * 60,
            Self::BackupDatabase => 30 * 60,
        })
    }
}

/// When a job is due, in UTC: its slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Again and again, at whole multiples of this span since 1970: every minute means at second 0.
    Every(TimeDelta),
    /// Once a day at this time.
    Daily(NaiveTime),
}

impl When {
    /// The last slot that is not after `now`.
    pub fn last_slot(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Every(span) => {
                let span = span.num_milliseconds().max(1);
                let slot = now.timestamp_millis().div_euclid(span) * span;
                DateTime::from_timestamp_millis(slot).unwrap_or(now)
            }
            Self::Daily(time) => {
                let today = now.date_naive().and_time(time).and_utc();
                if today <= now { today } else { today - Days::new(1) }
            }
        }
    }

    /// The first slot after `now`.
    pub fn next_slot(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Every(span) => self.last_slot(now) + span,
            Self::Daily(_) => self.last_slot(now) + Days::new(1),
        }
    }
}

impl std::fmt::Display for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Every(span) => match span.num_seconds() {
                seconds if seconds % 3600 == 0 => write!(f, "every {} h", seconds / 3600),
                seconds if seconds % 60 == 0 => write!(f, "every {} min", seconds / 60),
                seconds => write!(f, "every {seconds} s"),
            },
            Self::Daily(time) => write!(f, "daily at {} UTC", time.format("%H:%M")),
        }
    }
}

/// Who asked for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requester {
    /// The timetable: a slot was due.
    Timetable,
    /// The start: slots were missed while nobody led.
    CatchUp,
    /// Somebody who may.
    Asked(Actor),
}

impl std::fmt::Display for Requester {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Timetable => f.write_str("timetable"),
            Self::CatchUp => f.write_str("catch-up"),
            Self::Asked(actor) => actor.fmt(f),
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did its work.
    Ok,
    /// It says why not.
    Failed,
    /// It took longer than it may.
    TimedOut,
    /// It met a bug.
    Panicked,
}

impl Outcome {
    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Panicked => "panicked",
        }
    }

    /// The outcome stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Ok, Self::Failed, Self::TimedOut, Self::Panicked]
            .into_iter()
            .find(|outcome| outcome.as_str() == name)
    }
}

/// The error of a run that was cut short by a stop, or by the end of the process.
pub const INTERRUPTED: &str = "interrupted";

/// One execution of a job, or the wish for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its number.
    pub id: i64,
    /// The job's id.
    pub job: String,
    /// Who asked for it: see [`Requester`].
    pub requested_by: String,
    /// When it was asked for; for the timetable's own runs, the slot.
    pub requested_at: DateTime<Utc>,
    /// When it began; `None` while it waits.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// How many things it dealt with.
    pub items: Option<i32>,
    /// Why it did not end well.
    pub error: Option<String>,
}

impl Run {
    /// How long it took, once it has ended; nothing when the clock was set back meanwhile.
    pub fn took(&self) -> Option<Duration> {
        Some((self.finished_at? - self.started_at?).to_std().unwrap_or_default())
    }
}

/// What a job's last runs say about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The newest run that has ended.
    pub last: Option<Run>,
    /// The run under way.
    pub running: Option<Run>,
    /// The run that was asked for and waits.
    pub queued: Option<Run>,
    /// How many ended runs the figures are about.
    pub ended: usize,
    /// Which part of them ended well, 0 to 1; `None` without any.
    pub success_rate: Option<f64>,
    /// How long they took on average.
    pub mean_duration: Option<Duration>,
}

impl History {
    /// The history that `runs`, newest first, make.
    pub fn of(runs: Vec<Run>) -> Self {
        let mut history = Self::default();
        let (mut well, mut took) = (0_usize, Duration::ZERO);
        for run in runs {
            match (run.started_at, run.took()) {
                (None, _) => history.queued = Some(run),
                (Some(_), None) => history.running = history.running.or(Some(run)),
                (Some(_), Some(duration)) => {
                    history.ended += 1;
                    well += usize::from(run.outcome == Some(Outcome::Ok));
                    took += duration;
                    history.last = history.last.or(Some(run));
                }
            }
        }
        if let Ok(ended @ 1..) = u32::try_from(history.ended) {
            #[allow(clippy::cast_precision_loss)] // a few dozen runs
            let rate = well as f64 / f64::from(ended);
            history.success_rate = Some(rate);
            history.mean_duration = Some(took / ended);
        }
        history
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    const HALF_PAST_THREE: NaiveTime = NaiveTime::from_hms_opt(3, 30, 0).unwrap();

    #[test]
    fn every_job_is_found_by_its_id() {
        for job in Job::ALL {
            assert_eq!(Job::from_name(job.name()), Some(job));
        }
        for name in ["", "Purge_Expired", "purge_expired ", "drop_database"] {
            assert_eq!(Job::from_name(name), None, "{name:?}");
        }
    }

    #[test]
    fn slots_are_whole_multiples_and_never_now_again() {
        let every = When::Every(TimeDelta::minutes(5));
        assert_eq!(every.last_slot(at("2026-11-22T09:04:59.999Z")), at("2026-11-22T09:00:00Z"));
        assert_eq!(every.last_slot(at("2026-11-22T09:05:00Z")), at("2026-11-22T09:05:00Z"));
        assert_eq!(every.next_slot(at("2026-11-22T09:05:00Z")), at("2026-11-22T09:10:00Z"));
    }

    #[test]
    fn a_daily_slot_is_today_or_yesterday() {
        let daily = When::Daily(HALF_PAST_THREE);
        assert_eq!(daily.last_slot(at("2026-03-01T03:29:59Z")), at("2026-02-28T03:30:00Z"));
        assert_eq!(daily.last_slot(at("2026-03-01T03:30:00Z")), at("2026-03-01T03:30:00Z"));
        assert_eq!(daily.next_slot(at("2026-03-01T03:30:00Z")), at("2026-03-02T03:30:00Z"));
        assert_eq!(daily.next_slot(at("2026-12-31T23:59:59Z")), at("2027-01-01T03:30:00Z"));
    }

    #[test]
    fn a_schedule_reads_like_one() {
        let schedules = Job::ALL.map(|job| job.when(HALF_PAST_THREE).to_string());
        assert_eq!(
            schedules,
            [
                "every 1 min",
                "every 10 s",
                "every 1 min",
                "every 1 min",
                "every 5 min",
                "every 1 h",
                "daily at 03:30 UTC"
            ]
        );
    }

    fn run(id: i64, started: Option<i64>, ended: Option<(i64, Outcome)>) -> Run {
        let time = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        Run {
            id,
            job: "purge_expired".into(),
            requested_by: Requester::Timetable.to_string(),
            requested_at: time(0),
            started_at: started.map(time),
            finished_at: ended.map(|(seconds, _)| time(seconds)),
            outcome: ended.map(|(_, outcome)| outcome),
            items: None,
            error: None,
        }
    }

    #[test]
    fn a_history_counts_only_what_has_ended() {
        let history = History::of(vec![
            run(6, None, None),
            run(5, Some(50), None),
            run(4, Some(40), Some((44, Outcome::Ok))),
            run(3, Some(30), Some((32, Outcome::TimedOut))),
            run(2, Some(20), Some((20, Outcome::Ok))),
            // The clock was set back while it ran.
            run(1, Some(10), Some((4, Outcome::Ok))),
        ]);
        let id = |run: Option<Run>| run.map(|run| run.id);
        assert_eq!((id(history.queued), id(history.running), id(history.last)), (Some(6), Some(5), Some(4)));
        assert_eq!((history.ended, history.success_rate), (4, Some(0.75)));
        assert_eq!(history.mean_duration, Some(Duration::from_millis(1500)));
    }

    #[test]
    fn a_job_that_never_ran_has_no_figures() {
        assert_eq!(History::of(Vec::new()), History::default());
    }
}
