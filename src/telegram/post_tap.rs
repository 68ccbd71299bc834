//! What one can do to a post by a button below a message about it: delivery writes the callback data below notices,
//! the conversation below its own messages, and reads them back.
//!
//! Callback data can be forged: an id is worth nothing until the store has found its post among those of the chat's
//! own account.

/// What everything here begins with; the conversation's other data begins otherwise.
const PREFIX: &str = "post:";

/// A tap on a button below a message about a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostTap {
    /// Try a failed post again.
    Retry(i64),
    /// Try all failed posts again that the notice with this number lists.
    RetryAll(i64),
    /// An unconfirmed post is out: the person has looked.
    WentOut(i64),
    /// An unconfirmed post is not out: publish it again.
    PublishAgain(i64),
    /// Publish a scheduled post at once.
    PostNow(i64),
    /// Never publish a scheduled post.
    Cancel(i64),
    /// Ask when a scheduled post is to go out instead.
    Move(i64),
    /// A post may go out that waits for a yes.
    Approve(i64),
    /// It may not.
    Reject(i64),
    /// Publish what the notification of this number asks about, late as it is.
    PublishLate(i64),
    /// Never publish it.
    CancelLate(i64),
}

impl PostTap {
    /// As callback data, far below the 64 bytes that it may have (Bot API documentation, "InlineKeyboardButton").
    pub fn to_data(self) -> String {
        let (what, id) = match self {
            Self::Retry(id) => ("retry", id),
            Self::RetryAll(notice) => ("all", notice),
            Self::WentOut(id) => ("out", id),
            Self::PublishAgain(id) => ("again", id),
            Self::PostNow(id) => ("now", id),
            Self::Cancel(id) => ("cancel", id),
            Self::Move(id) => ("move", id),
            Self::Approve(id) => ("yes", id),
            Self::Reject(id) => ("no", id),
            Self::PublishLate(id) => ("late", id),
            Self::CancelLate(id) => ("drop", id),
        };
        format!("{PREFIX}{what}:{id}")
    }

    /// The tap that callback data stands for; `None` for data that is not of a post.
    pub fn of_data(data: &str) -> Option<Self> {
        let (what, id) = data.strip_prefix(PREFIX)?.split_once(':')?;
        let id = row_id(id)?;
        Some(match what {
            "retry" => Self::Retry(id),
            "all" => Self::RetryAll(id),
            "out" => Self::WentOut(id),
            "again" => Self::PublishAgain(id),
            "now" => Self::PostNow(id),
            "cancel" => Self::Cancel(id),
            "move" => Self::Move(id),
            "yes" => Self::Approve(id),
            "no" => Self::Reject(id),
            "late" => Self::PublishLate(id),
            "drop" => Self::CancelLate(id),
            _ => return None,
        })
    }
}

/// An id as we write it: nothing else stands for the same row.
fn row_id(digits: &str) -> Option<i64> {
    let id: i64 = digits.parse().ok().filter(|id| *id > 0)?;
    (id.to_string() == digits).then_some(id)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EVERY: [fn(i64) -> PostTap; 11] = [
        PostTap::Retry,
        PostTap::RetryAll,
        PostTap::WentOut,
        PostTap::PublishAgain,
        PostTap::PostNow,
        PostTap::Cancel,
        PostTap::Move,
        PostTap::Approve,
        PostTap::Reject,
        PostTap::PublishLate,
        PostTap::CancelLate,
    ];

    #[test]
    fn forged_and_foreign_data_is_no_tap() {
        for data in [
            "",
            "post",
            "post:",
            "post:retry",
            "post:retry:",
            "post:retry:0",
            "post:retry:-1",
            "post:retry:+1",
            "post:retry:01",
            "post:retry: 1",
            "post:retry:1 ",
            "post:retry:1:2",
            "post:retry:1.0",
            "post:retry:x",
            "post:retry:99999999999999999999",
            "post:delete:1",
            "post::1",
            "POST:retry:1",
            "posts:1",
            "retry:1",
        ] {
            assert_eq!(PostTap::of_data(data), None, "{data:?}");
        }
    }

    proptest! {
        #[test]
        fn every_tap_is_read_back_and_fits_into_callback_data(id in 1..=i64::MAX, which in 0..EVERY.len()) {
            let tap = EVERY[which](id);
            let data = tap.to_data();
            prop_assert!(data.len() <= 64, "{} is too long for Telegram", data);
            prop_assert_eq!(PostTap::of_data(&data), Some(tap));
        }

        #[test]
        fn whatever_is_read_is_what_we_would_have_written(data in "(post:)?[a-z:]{0,8}:?[0-9+ -]{0,22}") {
            if let Some(tap) = PostTap::of_data(&data) {
                prop_assert_eq!(tap.to_data(), data);
            }
        }
    }
}
