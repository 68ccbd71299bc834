//! Posts that go out only with their author's yes: the question, the reminder, and what became of it without one.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::argument::{Args, web_address};
use super::catalog::key;
use super::html::Html;
use super::lines::Lines;
use super::time::{Precision, moment};
use super::words::{network, quoted, written};
use crate::domain::approval::ApprovalNotice;
use crate::domain::language::Language;

/// A post that needs a yes.
#[derive(Clone, Copy, Debug)]
pub struct NeedsApproval<'a> {
    /// The platform's id of the network.
    pub network: &'a str,
    /// The words of the post.
    pub text: Option<&'a str>,
    /// Where what it shows can be seen; anything but an http(s) address is left out.
    pub media_url: Option<&'a str>,
    /// When it is to go out.
    pub at: Option<DateTime<Utc>>,
    /// Where the reader is.
    pub zone: Tz,
}

impl NeedsApproval<'_> {
    /// The text of `notice`: a question shows the post as it will look.
    pub fn render(&self, language: Language, notice: ApprovalNotice) -> Html {
        let network = network(language, self.network);
        let title = match notice {
            ApprovalNotice::Asked => key!("approval-asked"),
            ApprovalNotice::Reminder => key!("approval-reminder"),
            ApprovalNotice::Missed => key!("approval-missed"),
        };
        let text = Lines::new(language).say(title, Args::new().html("network", network));
        let time = self.at.map(|at| moment(language, at, self.zone, Precision::Day));
        let time = time.map(|time| Args::new().html("time", time));
        if notice == ApprovalNotice::Missed {
            return text
                .push_if_some(quoted(language, self.text))
                .say_if_some(key!("scheduled-for"), time)
                .blank()
                .say(key!("approval-missed-why"), Args::new())
                .say(key!("approval-missed-fix"), Args::new())
                .finish();
        }
        let media = self.media_url.and_then(web_address);
        text.say_if_some(
            key!("approval-preview"),
            written(self.text).map(|words| Args::new().preview("text", words)),
        )
        .say_if_some(key!("approval-media"), media.map(|url| Args::new().link("url", &url)))
        .say_if_some(key!("post-goes-out"), time)
        .say(key!("approval-how"), Args::new())
        .finish()
    }
}
