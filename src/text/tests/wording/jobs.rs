//! What admins read about the timetable.

use std::time::Duration;

use chrono::DateTime;
use chrono_tz::Tz;

use super::says;
use crate::domain::language::Language::{En, Ko};
use crate::text::jobs::{JobState, RunState, jobs, run_button, which_job};

#[test]
fn the_timetable() {
    let next = DateTime::from_timestamp(1_795_341_600, 0).unwrap();
    let state =
        |job, running, went_well| JobState { job, running, went_well, ago: Duration::from_secs(130), next };
    let states = [
        state("purge_expired", false, Some(true)),
        state("check_telegram", false, Some(false)),
        state("post_notifications", true, Some(true)),
        state("backup_database", false, None),
    ];
    let time = r#"<tg-time unix="1795341600" format="t">19:00</tg-time>"#;
    says(
        &jobs(En, &states, Tz::Asia__Seoul),
        &[
            "<b>Jobs</b>",
            &format!("✅ <code>purge_expired</code> · 2 min ago · next {time}"),
            &format!("❌ <code>check_telegram</code> · 2 min ago · next {time}"),
            &format!("▶️ <code>post_notifications</code> · 2 min ago · next {time}"),
            &format!("🕓 <code>backup_database</code> · next {time}"),
        ],
    );
}

#[test]
fn a_run() {
    let done = RunState::Done { items: 1_204, took: Duration::from_millis(310) };
    says(&done.render(En, "purge_expired"), &["✅ <b>purge_expired is done</b>", "Items 1,204 · took 0.3 s"]);
    says(
        &done.render(Ko, "purge_expired"),
        &["✅ <b>purge_expired 완료</b>", "처리 1,204건 · 걸린 시간 0.3초"],
    );
    let failed = RunState::Failed { why: Some("a & b") };
    says(&failed.render(En, "x"), &["❌ <b>x failed</b>", "<b>Why:</b> a &amp; b"]);
    says(&which_job(En, Some("<b>")), &["🤔 There is no job called &lt;b&gt;.", "▶️ <b>Run which job?</b>"]);
    says(&which_job(Ko, Some("")), &["▶️ <b>어떤 작업을 실행할까요?</b>"]);
    assert_eq!(run_button(En, "purge_expired"), "▶️ purge_expired");
}
