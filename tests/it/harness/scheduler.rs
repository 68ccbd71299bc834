//! The platform's operator, who looks at the timetable through the HTTP port.

use reqwest::Method;
use serde_json::Value;
use telegram_bot_scheduler::http::Scope;

use super::{Answer, PATIENCE, Platform, World};

impl Platform {
    /// A request by the operator, who may do everything.
    pub async fn operates(&self, method: Method, path: &str) -> Answer {
        let token = self.token("the operator", &[Scope::Admin]);
        self.send(self.request(method, path).bearer_auth(token)).await
    }

    /// Asks for a run of `job`; returns it as it was answered.
    pub async fn triggers(&self, job: &str) -> Value {
        let path = format!("/api/admin/scheduler/jobs/{job}/trigger");
        let answer = self.operates(Method::POST, &path).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.body
    }

    /// The newest runs of `job`, newest first.
    pub async fn runs_of(&self, job: &str) -> Vec<Value> {
        let path = format!("/api/admin/scheduler/jobs/{job}/runs?limit=200");
        let answer = self.operates(Method::GET, &path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["runs"].as_array().expect("a list of runs").clone()
    }

    /// How `job` does, as the status tells.
    pub async fn status_of(&self, job: &str) -> Value {
        let answer = self.operates(Method::GET, "/api/admin/scheduler/status").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let jobs = answer.body["jobs"].as_array().expect("a list of jobs").clone();
        jobs.into_iter().find(|shown| shown["id"] == job).expect("the job is in the status")
    }
}

impl World {
    /// Runs `job` and returns the run when it has ended.
    pub async fn runs(&self, job: &str) -> Value {
        let platform = self.platform();
        let id = platform.triggers(job).await["id"].clone();
        self.run_that(job, "is the one that was asked for", |run| run["id"] == id).await
    }

    /// The newest run of `job` that has ended and of which `wanted` holds, as soon as there is one.
    pub async fn run_that(&self, job: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let platform = self.platform();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let runs = platform.runs_of(job).await;
            let found = runs.iter().find(|run| !run["finished_at"].is_null() && wanted(run));
            if let Some(run) = found {
                return run.clone();
            }
            assert!(tokio::time::Instant::now() < deadline, "no run of {job} {what}: {runs:#?}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}
