//! What people do, end to end: the real service, a strict Telegram, real databases.

// One binary: nothing outside of it could reach what is `pub`. A panic is how a test says what a person would
// have missed, in the harness as in the stories.
#![allow(unreachable_pub, clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod harness;

mod admins;
mod alerting;
mod approving_posts;
mod architecture;
mod auditing;
mod backups;
mod bad_settings;
mod blocking;
mod broadcasting;
mod commands;
mod dead_letters;
mod delivery;
mod digests;
mod erasing;
mod events;
mod faults;
mod groups;
mod inviting;
mod job_history;
mod killing_digests;
mod killing_posts;
mod late_posts;
mod later_results;
mod leading;
mod left_behind;
mod limits;
mod link_tokens;
mod linking;
mod looking_ahead;
mod menus;
mod metrics;
mod migrating;
mod muting;
mod on_time;
mod order;
mod pausing;
mod platform_posts;
mod post_history;
mod post_taps;
mod posts;
mod publishing;
mod purging;
mod quiet_hours;
mod refused_events;
mod repeated_events;
mod repeated_requests;
mod resending;
mod running_jobs;
mod secrets;
mod settings;
mod signing_in;
mod starting;
mod stopping;
mod switching;
mod timetable;
mod topics;
mod unlinking;
mod updates;
mod webhook_mode;
mod webhooks;
mod weekly_digests;
mod while_away;
mod writing_posts;
