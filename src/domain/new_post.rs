//! What may be accepted as a post.

use chrono::{DateTime, TimeDelta, Utc};

use super::event::is_web_address;
use super::post_options::PostOptions;

/// How late may a post be handed in and still go out at once? Later is more likely a mistake in the date.
pub const LATEST: TimeDelta = TimeDelta::days(1);

/// The longest media address, in bytes: what browsers and networks take.
const MEDIA_URL_MAX: usize = 2_048;

/// A post about to be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPost {
    /// Whose it is.
    pub account: String,
    /// Where it goes.
    pub network: String,
    /// What it says.
    pub text: String,
    /// What it shows.
    pub media_url: Option<String>,
    /// The same, sent to the bot, by Telegram's id for it.
    pub media_file: Option<String>,
    /// How it is shown on Telegram.
    pub options: PostOptions,
    /// When it goes out.
    pub publish_at: DateTime<Utc>,
    /// Whether it goes out only with its author's yes.
    pub needs_approval: bool,
}

impl NewPost {
    /// Says what is wrong with the post, in words for the person who wrote it. `limit`: how long its text may be
    /// on its network, in UTF-16 units, as Telegram and JavaScript count.
    pub fn check(&self, limit: Option<usize>, now: DateTime<Utc>) -> Result<(), String> {
        let length = self.text.encode_utf16().count();
        if let Some(limit) = limit.filter(|limit| length > *limit) {
            let with = if self.has_media() { " with media" } else { "" };
            return Err(format!(
                "`text` has {length} characters; \"{}\" takes at most {limit}{with}",
                self.network
            ));
        }
        if self.text.trim().is_empty() && !self.has_media() {
            return Err("`text` is empty and there is no `media_url`: there is nothing to publish".into());
        }
        // PostgreSQL's text cannot hold it, and no network shows it.
        if self.text.contains('\0') {
            return Err("`text` contains a NUL character".into());
        }
        if let Some(url) = &self.media_url {
            check_media_url(url)?;
        }
        self.options.check(self.has_media())?;
        if self.needs_approval && self.publish_at <= now {
            return Err("`publish_at` has passed: a post that needs approval takes a time ahead".into());
        }
        if self.publish_at < now - LATEST {
            return Err(
                "`publish_at` is more than a day in the past: check the date and its time zone".into()
            );
        }
        Ok(())
    }
}

impl NewPost {
    fn has_media(&self) -> bool {
        self.media_url.is_some() || self.media_file.is_some()
    }
}

fn check_media_url(url: &str) -> Result<(), String> {
    if url.len() > MEDIA_URL_MAX {
        return Err(format!("`media_url` is longer than {MEDIA_URL_MAX} bytes"));
    }
    // The parser would quietly drop or escape some of these; what is stored has to be what was meant.
    if !is_web_address(url) || url.chars().any(|it| it.is_control() || it.is_whitespace()) {
        return Err("`media_url` is not an http(s) address".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TELEGRAM: Option<usize> = Some(4_096);
    const CAPTION: Option<usize> = Some(1_024);
    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn post(text: &str, media_url: Option<&str>) -> NewPost {
        NewPost {
            account: "alice".into(),
            network: "news".into(),
            text: text.into(),
            media_url: media_url.map(str::to_owned),
            media_file: None,
            options: PostOptions::default(),
            publish_at: NOW,
            needs_approval: false,
        }
    }

    fn problem(post: &NewPost, limit: Option<usize>) -> String {
        post.check(limit, NOW).expect_err("this post can't be accepted")
    }

    #[test]
    fn a_text_is_measured_as_telegram_measures_it() {
        assert_eq!(post(&"x".repeat(4_096), None).check(TELEGRAM, NOW), Ok(()));
        assert!(problem(&post(&"x".repeat(4_097), None), TELEGRAM).contains("4097 characters"));
        // An emoji is two units.
        assert_eq!(post(&"🎉".repeat(2_048), None).check(TELEGRAM, NOW), Ok(()));
        assert!(problem(&post(&"🎉".repeat(2_049), None), TELEGRAM).contains("at most 4096"));
        let picture = Some("https://example.com/a.png");
        assert!(problem(&post(&"x".repeat(1_025), picture), CAPTION).contains("at most 1024 with media"));
        assert_eq!(post(&"x".repeat(60_000), None).check(None, NOW), Ok(()));
    }

    #[test]
    fn a_picture_may_stand_alone_and_nothing_else_may() {
        assert_eq!(post("", Some("https://example.com/a.png")).check(CAPTION, NOW), Ok(()));
        for text in ["", " ", "\n\t"] {
            assert!(problem(&post(text, None), TELEGRAM).contains("nothing to publish"));
        }
    }

    #[test]
    fn media_is_at_an_http_address() {
        let long = format!("https://example.com/{}", "a".repeat(2_048));
        for url in ["picture.png", "file:///etc/passwd", "https://", "", "data:,x", "https://x/a b", &long] {
            assert!(problem(&post("x", Some(url)), CAPTION).contains("media_url"), "{url:.40} passes");
        }
    }

    #[test]
    fn what_needs_a_yes_leaves_time_for_it() {
        let asked = NewPost { needs_approval: true, ..post("x", None) };
        assert!(problem(&asked, None).contains("a time ahead"));
        assert_eq!(asked.check(None, NOW - TimeDelta::milliseconds(1)), Ok(()));
    }

    #[test]
    fn a_little_late_is_now_and_a_day_late_is_a_mistake() {
        let late = |by: TimeDelta| post("x", None).check(None, NOW + by);
        assert_eq!(late(LATEST), Ok(()));
        assert!(late(LATEST + TimeDelta::milliseconds(1)).is_err());
    }
}
