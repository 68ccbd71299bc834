//! Telegram's refusal of a post in words for its author.

use crate::domain::failure_code::FailureCode;
use crate::domain::post::Reason;
use crate::telegram::{Refusal, RefusalClass};

/// Telegram could not get what the post shows.
pub(super) fn no_media() -> Reason {
    Reason::new(
        "Telegram could not fetch the picture or video",
        "Check that its address opens in a browser, then retry",
    )
    .of_class(FailureCode::MediaUnreachable)
}

/// Telegram's refusal in words for the author.
pub(super) fn reason(refusal: &Refusal) -> Reason {
    let words = refusal.description.to_lowercase();
    let says = |what: &[&str]| what.iter().any(|what| words.contains(what));
    if says(&[
        "wrong http url",
        "failed to get http url",
        "wrong type of the web page",
        "webpage_",
        "wrong remote file",
    ]) {
        return no_media();
    }
    if says(&[
        "image_process_failed",
        "photo_invalid_dimensions",
        "photo_ext_invalid",
        "photo_save_file_invalid",
        "video_content_type_invalid",
        "video_file_invalid",
        "is too big for",
    ]) {
        return Reason::new(
            "Telegram can't show the picture or video",
            "Use a JPEG or PNG of up to 5 MB or an MP4 of up to 20 MB, then retry",
        )
        .of_class(FailureCode::MediaRejected);
    }
    if says(&["chat not found", "peer_id_invalid"]) {
        return Reason::new(
            "Telegram does not know the channel",
            "Check the channel's name in the settings and add the bot to the channel as an administrator, then retry",
        )
        .of_class(FailureCode::ChannelNotFound);
    }
    match refusal.class() {
        RefusalClass::Gone(_) | RefusalClass::MaybeGone | RefusalClass::Mendable => Reason::new(
            "The bot may not post in the channel",
            "Make the bot an administrator of the channel with the right to post, then retry",
        )
        .of_class(FailureCode::BotNotAdmin),
        RefusalClass::TopicGone => Reason::new(
            "The topic of the group is closed or deleted",
            "Open the topic again, or schedule the post for another one",
        )
        .of_class(FailureCode::TopicGone),
        RefusalClass::Unsendable => Reason::new(
            "Telegram does not take this text",
            "Shorten or change the text and schedule it again",
        )
        .of_class(match says(&["too long"]) {
            true => FailureCode::TextTooLong,
            false => FailureCode::TextRejected,
        }),
        _ => Reason::new(
            "Telegram refused the post",
            "Check the channel and the post, then retry. If it fails again, ask whoever runs the service",
        )
        .of_class(FailureCode::Refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: u16, description: &str) -> Refusal {
        Refusal { code, description: description.into(), retry_after: None, migrate_to: None }
    }

    #[test]
    fn every_refusal_is_told_with_a_fix_and_without_telegrams_words() {
        for (code, words, fix) in [
            (400, "Bad Request: failed to get HTTP URL content", "opens in a browser"),
            (400, "Bad Request: wrong HTTP URL specified", "opens in a browser"),
            (400, "Bad Request: IMAGE_PROCESS_FAILED", "JPEG or PNG"),
            (400, "Bad Request: chat not found", "name in the settings"),
            (403, "Forbidden: bot is not a member of the channel chat", "administrator"),
            (403, "Forbidden: bot was kicked from the channel chat", "administrator"),
            (400, "Bad Request: need administrator rights in the channel chat", "administrator"),
            (400, "Bad Request: message is too long", "Shorten"),
            (400, "Bad Request: VIDEO_CONTENT_TYPE_INVALID", "MP4"),
            (400, "Bad Request: message thread not found", "topic"),
            (400, "Bad Request: TOPIC_CLOSED", "topic"),
            (400, "Bad Request: SOMETHING_NEW", "whoever runs the service"),
        ] {
            let reason = reason(&refusal(code, words));
            assert!(reason.fix.contains(fix), "{words}: {reason:?}");
            assert!(!reason.error.contains("Request") && !reason.error.contains('_'), "{reason:?}");
        }
    }
}
