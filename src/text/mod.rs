//! Every word a person reads.
//!
//! One function per text (a struct with `render` where it takes more than a few arguments), named as in
//! the conversations it belongs to. The words are in `en.ftl` and `ko.ftl`; what a caller passes is
//! cleaned, shortened and escaped in `argument` and nowhere else, so every text is valid Telegram HTML
//! within 4096 UTF-16 units whatever its arguments. How a language writes dates, times, numbers and lists is
//! known by the CLDR: `cldr` asks it, and `time` says what of a moment is shown.
//!
//! | module | what it says |
//! |---|---|
//! | [`linking`] | hello, connect, switch, move, disconnect, come back |
//! | [`status`], [`posts`] | `/status`, `/posts` |
//! | [`new_post`], [`when`] | `/new`; asking for a time |
//! | [`approval`] | posts that need their author's yes |
//! | [`post_stands`] | one post: its card, and what stands in the place of a notice about it later |
//! | [`digest`], [`week`] | the daily digest; the chart of the week |
//! | [`settings`], [`cities`] | `/settings` and its pickers; cities and zones as people write them |
//! | [`places`] | groups that get an account's notices |
//! | [`notification`] | published, failed, unconfirmed, automation, announcement, test |
//! | [`failures`] | several posts that failed for one cause |
//! | [`answer`] | help, unknown commands, apologies, toasts |
//! | [`button`], [`menu`] | labels of buttons, command menus, the bot's own description |
//! | [`alert`] | trouble of the service, for admins |
//! | [`admin`], [`audit`] | `/stats`, `/queue`; what admins did |
//! | [`invitation`] | `/invite` |
//! | [`pause`] | `/pause`, `/resume` |
//! | [`broadcast`] | `/broadcast` |
//! | [`dead_letters`] | `/failed`, `/resend` |
//! | [`jobs`] | `/jobs`, `/run` |

pub mod admin;
pub mod alert;
pub mod answer;
pub mod approval;
mod argument;
pub mod audit;
pub mod broadcast;
pub mod button;
pub mod carried;
mod catalog;
pub mod channels;
pub mod cities;
mod cldr;
pub mod dead_letters;
pub mod digest;
mod failure;
pub mod failures;
mod hours;
mod html;
pub mod invitation;
pub mod jobs;
pub mod late_posts;
mod lines;
pub mod linking;
pub mod menu;
pub mod new_post;
pub mod notification;
pub mod pause;
pub mod places;
pub mod post_stands;
pub mod posts;
pub mod settings;
pub mod status;
mod time;
pub mod week;
pub mod when;
mod words;

#[cfg(test)]
mod tests;

pub use button::Button;
pub use hours::Hours;
pub use html::Html;
pub use words::language_name;
