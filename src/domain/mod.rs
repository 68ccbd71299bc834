//! Plain types and rules without I/O, in the words of the product.

pub mod account;
pub mod account_id;
pub mod alert;
pub mod approval;
pub mod audit;
pub mod broadcast;
pub mod carried;
pub mod channel;
pub mod connector_word;
pub mod digest;
pub mod draft;
pub mod event;
pub mod failure_code;
pub mod holding;
pub mod import;
pub mod job;
pub mod language;
pub mod late_posts;
pub mod link;
pub mod merging;
pub mod new_post;
pub mod notice;
pub mod notification;
pub mod place;
pub mod post;
pub mod post_move;
pub mod post_options;
pub mod quiet_hours;
pub mod typed_time;
pub mod week;

#[cfg(test)]
mod tests;
