//! sea-orm entities, one file per table, with the columns just as they are stored: times are epoch
//! milliseconds, so that they compare the same on both engines.

pub mod alert;
pub mod attempt;
pub mod audit;
pub mod bot_identity;
pub mod broadcast;
pub mod chat_wait;
pub mod draft;
pub mod idempotency_key;
pub mod job_run;
pub mod leader;
pub mod link_token;
pub mod notification;
pub mod post;
pub mod post_move;
pub mod sending_pause;
pub mod sns_settings;
