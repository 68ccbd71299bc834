//! What a digest tells: looked up when it is sent, or asked for.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder as _, QuerySelect as _, Statement,
};

use super::digests::waiting_digests;
use super::notices::STANDS;
use super::{Store, StoreError, ms, time};
use crate::domain::account::Settings;
use crate::domain::digest::{Cause, ComingUp, DigestNews, counts_since, next_midnight};
use crate::domain::event::EventKind;
use crate::domain::merging::cause;
use crate::domain::notification::{Content, Kind};
use crate::domain::week::{Outcomes, Week, WeekSpan};
use crate::entity::{notification, sns_settings};

/// Of how many failures are the causes told apart? More are counted, and nobody reads so many.
const FAILURES_READ: u64 = 200;

/// How many causes and how many posts does a digest keep? More than a message shows.
const CAUSES_KEPT: usize = 5;
const POSTS_KEPT: u32 = 5;

/// How much of a post does a digest keep, in characters? More than a message shows.
const WORDS_KEPT: usize = 160;

/// Which digest is looked up.
#[derive(Clone, Copy, Debug)]
pub struct DigestQuery<'a> {
    /// Whose.
    pub account: &'a str,
    /// What was heard of after this …
    pub since: DateTime<Utc>,
    /// … and until this is told.
    pub until: DateTime<Utc>,
    /// The present moment: what went out since `until` is not coming up any more.
    pub now: DateTime<Utc>,
    /// Where the person is.
    pub zone: chrono_tz::Tz,
    /// The week to look back on, if any.
    pub week: Option<WeekSpan>,
}

impl Store {
    /// What there is to tell.
    pub async fn digest_news(&self, query: DigestQuery<'_>) -> Result<DigestNews, StoreError> {
        let (published, failed) = self.told_about(&query).await?;
        let causes = if failed == 0 { Vec::new() } else { self.causes(&query).await? };
        let (coming_up, posts) = self.coming_up(&query).await?;
        let week = match query.week {
            Some(span) => Some(self.week(query.account, span).await?),
            None => None,
        };
        Ok(DigestNews { published, failed, causes, coming_up, posts, week })
    }

    /// Since when nothing was told to the account: a digest that still waits has told nothing yet.
    pub async fn untold_since(
        &self,
        settings: &Settings,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, StoreError> {
        let row = sns_settings::Entity::find_by_id(settings.account.as_str()).one(&self.reader).await?;
        let last = row.and_then(|row| row.last_digest_at_ms).map(time);
        let since = counts_since(last, settings.linked_at, now);
        let lane: Vec<i64> = settings.chat_id.into_iter().collect();
        let waiting = waiting_digests(&self.reader, &lane).await?;
        let waiting = waiting.get(&settings.account).into_iter().flatten();
        Ok(waiting.filter_map(|row| row.since()).fold(since, DateTime::min))
    }

    /// How many posts were published, and how many failed and still stand so. By when we heard of it: so each is in one
    /// digest, however late it was told.
    async fn told_about(&self, query: &DigestQuery<'_>) -> Result<(u64, u64), StoreError> {
        #[derive(FromQueryResult)]
        struct Told {
            kind: String,
            posts: i64,
        }
        let sql = format!(
            "SELECT kind, COUNT(*) AS posts FROM notifications \
             WHERE account = $1 AND kind IN ($2, $3) AND created_at_ms > $4 AND created_at_ms <= $5 AND {STANDS} \
             GROUP BY kind"
        );
        let [published, failed] = [EventKind::PostPublished, EventKind::PostFailed].map(kind);
        let values = [
            query.account.into(),
            published.into(),
            failed.into(),
            ms(query.since).into(),
            ms(query.until).into(),
        ];
        let statement = Statement::from_sql_and_values(self.reader.get_database_backend(), sql, values);
        let told = Told::find_by_statement(statement).all(&self.reader).await?;
        let of = |kind: &str| {
            told.iter().filter(|told| told.kind == kind).map(|told| told.posts.unsigned_abs()).sum()
        };
        Ok((of(published), of(failed)))
    }

    /// The causes of the failures that still stand, most frequent first.
    async fn causes(&self, query: &DigestQuery<'_>) -> Result<Vec<Cause>, StoreError> {
        use notification::Column;
        let newest = notification::Entity::find()
            .filter(Column::Account.eq(query.account))
            .filter(Column::Kind.eq(kind(EventKind::PostFailed)))
            .filter(Column::CreatedAtMs.gt(ms(query.since)))
            .filter(Column::CreatedAtMs.lte(ms(query.until)))
            .filter(Expr::cust(STANDS))
            .order_by_desc(Column::Id)
            .limit(FAILURES_READ);
        Ok(causes(newest.all(&self.reader).await?))
    }

    /// How many of the account's posts go out before the digest's day ends, whoever sends them, and the first few.
    async fn coming_up(&self, query: &DigestQuery<'_>) -> Result<(u64, Vec<ComingUp>), StoreError> {
        #[derive(FromQueryResult)]
        struct Post {
            publish_at_ms: i64,
            network: String,
            text: String,
            total: i64,
        }
        let sql = format!(
            "SELECT publish_at_ms, COALESCE(network_title, network) AS network, text, COUNT(*) OVER () AS total FROM posts \
             WHERE account = $1 AND status = 'scheduled' AND publish_at_ms >= $2 AND publish_at_ms < $3 \
             ORDER BY publish_at_ms, id LIMIT {POSTS_KEPT}"
        );
        let (from, until) = (query.now.max(query.until), next_midnight(query.zone, query.until));
        let values = [query.account.into(), ms(from).into(), ms(until).into()];
        let statement = Statement::from_sql_and_values(self.reader.get_database_backend(), sql, values);
        let posts = Post::find_by_statement(statement).all(&self.reader).await?;
        let count = posts.first().map_or(0, |post| post.total.unsigned_abs());
        let shown = posts.into_iter().map(|post| ComingUp {
            at: time(post.publish_at_ms),
            network: post.network,
            text: post.text.chars().take(WORDS_KEPT).collect(),
        });
        Ok((count, shown.collect()))
    }

    /// How the account's posts went on each day of the week, by when it happened.
    async fn week(&self, account: &str, span: WeekSpan) -> Result<Week, StoreError> {
        #[derive(FromQueryResult)]
        struct Told {
            day: i32,
            kind: String,
            posts: i64,
        }
        let sql = format!(
            "SELECT CASE WHEN event_at_ms < $3 THEN 0 WHEN event_at_ms < $4 THEN 1 WHEN event_at_ms < $5 THEN 2 \
               WHEN event_at_ms < $6 THEN 3 WHEN event_at_ms < $7 THEN 4 WHEN event_at_ms < $8 THEN 5 ELSE 6 END \
               AS day, kind, COUNT(*) AS posts FROM notifications \
             WHERE account = $1 AND event_at_ms >= $2 AND event_at_ms < $9 \
               AND kind IN ('post.published', 'post.failed', 'post.unconfirmed') AND {STANDS} \
             GROUP BY 1, 2"
        );
        let values = [account.into()].into_iter().chain(span.bounds().map(|bound| ms(bound).into()));
        let statement = Statement::from_sql_and_values(self.reader.get_database_backend(), sql, values);
        let mut days = [Outcomes::default(); 7];
        for told in Told::find_by_statement(statement).all(&self.reader).await? {
            let Some(day) = usize::try_from(told.day).ok().and_then(|day| days.get_mut(day)) else {
                continue;
            };
            let posts = told.posts.unsigned_abs();
            match Kind::from_name(&told.kind) {
                Some(Kind::Event(EventKind::PostPublished)) => day.published = posts,
                Some(Kind::Event(EventKind::PostFailed)) => day.failed = posts,
                _ => day.unconfirmed = posts,
            }
        }
        Ok(Week { first_day: span.first_day, days })
    }
}

/// As stored.
fn kind(kind: EventKind) -> &'static str {
    Kind::Event(kind).as_str()
}

/// The causes of failures, most frequent first; in the words of the newest of each.
fn causes(rows: Vec<notification::Model>) -> Vec<Cause> {
    let mut causes: Vec<(String, Cause)> = Vec::new();
    for row in rows {
        let event =
            serde_json::from_str::<Content>(&row.data).map(|content| content.event).unwrap_or_default();
        let key = cause(&event);
        match causes.iter_mut().find(|(known, _)| *known == key) {
            Some((_, cause)) => cause.posts += 1,
            None => causes.push((key, Cause::of(&event, WORDS_KEPT))),
        }
    }
    let mut causes: Vec<Cause> = causes.into_iter().map(|(_, cause)| cause).collect();
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.posts));
    causes.truncate(CAUSES_KEPT);
    causes
}
