//! `/jobs` and `/run`, for admins: how the timetable does, and a run now.

use std::sync::Arc;
use std::time::Duration;

use teloxide::types::MessageId;

use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled};
use crate::domain::audit::Actor;
use crate::domain::job::{History, Job, Outcome, Run};
use crate::domain::language::Language;
use crate::store::StoreError;
use crate::text::Button;
use crate::text::jobs::{JobState, RunState, jobs, run_button, which_job};

/// How many of a job's runs are looked at for its state: the last one that ended lies behind at most one that
/// waits and one that runs.
const RUNS_LOOKED_AT: u64 = 3;

/// How long is a run waited for before its state is told? Most take some ms; a person waits a second gladly.
const PATIENCE: Duration = Duration::from_millis(2500);

/// `/jobs`
pub(super) async fn on_jobs(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    let reply = overview(&bot, &person).await?;
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// [Refresh], and the way back from a run.
pub(super) async fn on_overview(bot: &Bot, person: &Person, message_id: MessageId) -> Handled {
    let reply = overview(bot, person).await?;
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

/// `/run <job>`; without a job it asks which.
pub(super) async fn on_run(bot: Arc<Bot>, person: Person, name: String) -> Handled {
    let person = bot.look_up(person).await?;
    let reply = match Job::from_name(&name.to_ascii_lowercase()) {
        Some(job) => run(&bot, &person, job).await?,
        None => choice(person.language(), Some(&name)),
    };
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// [Run a job]
pub(super) async fn on_choice(bot: &Bot, person: &Person, message_id: MessageId) -> Handled {
    bot.edit(person.chat_id, message_id, choice(person.language(), None)).await;
    Ok(())
}

/// A tap on a job. A second one finds the run that waits, or makes another.
pub(super) async fn on_chosen(bot: &Bot, person: &Person, message_id: MessageId, job: Job) -> Handled {
    let reply = run(bot, person, job).await?;
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

/// [Refresh] below a run.
pub(super) async fn on_run_refresh(
    bot: &Bot,
    person: &Person,
    message_id: MessageId,
    job: Job,
    id: i64,
) -> Handled {
    let found = bot.store.run(id).await?.filter(|run| run.job == job.name());
    let reply = told(person.language(), job, id, found.as_ref());
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

async fn overview(bot: &Bot, person: &Person) -> Result<Reply, StoreError> {
    let now = bot.clock.now();
    let mut histories = Vec::with_capacity(Job::ALL.len());
    for job in Job::ALL {
        histories.push((job, History::of(bot.store.runs_of(job.name(), RUNS_LOOKED_AT).await?)));
    }
    let states: Vec<JobState<'_>> = histories
        .iter()
        .map(|(job, history)| {
            let ended = history.last.as_ref().and_then(|run| run.finished_at);
            JobState {
                job: job.name(),
                running: history.running.is_some(),
                went_well: history.last.as_ref().map(|run| run.outcome == Some(Outcome::Ok)),
                ago: ended.and_then(|ended| (now - ended).to_std().ok()).unwrap_or_default(),
                next: job.when(bot.backup_time).next_slot(now),
            }
        })
        .collect();
    let language = person.language();
    let buttons = [(Button::RunJob, Tap::ChooseJob), (Button::Refresh, Tap::Jobs)];
    Ok(Reply::from(jobs(language, &states, bot.zone_of(person))).tap_row(buttons, language))
}

fn choice(language: Language, unknown: Option<&str>) -> Reply {
    Job::ALL.into_iter().fold(Reply::from(which_job(language, unknown)), |reply, job| {
        reply.named_tap_row(run_button(language, job.name()), Tap::RunJob(job))
    })
}

/// Asks for a run and tells how far it is, a moment later.
async fn run(bot: &Bot, person: &Person, job: Job) -> Result<Reply, StoreError> {
    let actor = Actor::Admin(person.chat_id);
    let asked = bot.store.request_run(job.name(), &actor, bot.clock.now()).await?;
    log::info!(target: "jobs", "an admin asked for {}: run {}", job.name(), asked.id);
    let run = bot.store.wait_for_run(asked.id, PATIENCE).await?;
    Ok(told(person.language(), job, asked.id, run.as_ref()))
}

fn told(language: Language, job: Job, id: i64, run: Option<&Run>) -> Reply {
    let state = run.map_or(RunState::Forgotten, state);
    let reply = Reply::from(state.render(language, job.name()));
    match state {
        RunState::Waits | RunState::Runs => {
            let refresh = Tap::ShowRun { job, id };
            reply.tap_row([(Button::Refresh, refresh), (Button::AllJobs, Tap::Jobs)], language)
        }
        _ => reply.tap_row([(Button::AllJobs, Tap::Jobs)], language),
    }
}

fn state(run: &Run) -> RunState<'_> {
    match (run.started_at, run.outcome) {
        (None, _) => RunState::Waits,
        (Some(_), None) => RunState::Runs,
        (Some(_), Some(Outcome::Ok)) => RunState::Done {
            items: run.items.map_or(0, |items| u64::from(items.unsigned_abs())),
            took: run.took().unwrap_or_default(),
        },
        (Some(_), Some(_)) => RunState::Failed { why: run.error.as_deref() },
    }
}
