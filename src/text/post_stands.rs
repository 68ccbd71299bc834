//! How one post stands: its card below `/posts`, and what a notice about it says once it was looked after.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::argument::Args;
use super::catalog::{Key, key};
use super::html::Html;
use super::lines::Lines;
use super::notification::Published;
use super::time::{Precision, moment};
use super::words::{network, quoted};
use crate::domain::approval::Approval;
use crate::domain::language::Language;
use crate::domain::post::{Post, Status};

/// A post in the words of its author.
#[derive(Clone, Copy, Debug)]
pub struct PostStands<'a> {
    /// The post, as it is now.
    pub post: &'a Post,
    /// Where the reader is.
    pub zone: Tz,
}

impl PostStands<'_> {
    /// The post's card at `now`: what it is and when it goes out, or what became of it.
    pub fn card(&self, language: Language, now: DateTime<Utc>) -> Html {
        let post = self.post;
        match post.status {
            Status::Scheduled if post.late => {
                let question = Args::new().count("count", 1);
                self.titled(language, key!("late-post")).say(key!("late-question"), question).finish()
            }
            Status::Scheduled if post.due_at > now || post.approval == Approval::Awaiting => {
                let time = moment(language, post.due_at, self.zone, Precision::Day);
                let title = match post.approval {
                    Approval::Awaiting => key!("post-awaits"),
                    Approval::Approved => key!("post-approved"),
                    Approval::None | Approval::Rejected => key!("post-scheduled"),
                };
                self.titled(language, title)
                    .say(key!("post-goes-out"), Args::new().html("time", time))
                    .finish()
            }
            Status::Scheduled | Status::Publishing => self.titled(language, key!("post-going-out")).finish(),
            Status::Failed => {
                self.titled(language, key!("failed")).say(key!("post-newer-notice"), Args::new()).finish()
            }
            _ => self.looked_after(language),
        }
    }

    /// What is left to say in the place of a notice that told of trouble with the post. What went wrong again has a
    /// newer notice, with buttons of its own.
    pub fn looked_after(&self, language: Language) -> Html {
        let post = self.post;
        let again = |title: Key| self.titled(language, title).say(key!("post-newer-notice"), Args::new());
        match post.status {
            Status::Scheduled | Status::Publishing => self.titled(language, key!("retrying")).finish(),
            Status::Published => {
                Published { network: post.network_shown(), text: Some(&post.text), url: post.url.as_deref() }
                    .render(language)
            }
            Status::Cancelled if post.approval == Approval::Rejected => {
                self.titled(language, key!("post-rejected")).finish()
            }
            Status::Cancelled => self.titled(language, key!("post-cancelled")).finish(),
            Status::Failed => again(key!("post-failed-again")).finish(),
            Status::Unconfirmed => again(key!("unconfirmed")).finish(),
        }
    }

    /// The verdict and the beginning of the post.
    fn titled(&self, language: Language, title: Key) -> Lines {
        let network = network(language, self.post.network_shown());
        Lines::new(language)
            .say(title, Args::new().html("network", network))
            .push_if_some(quoted(language, Some(&self.post.text)))
    }
}
