//! Pages of a list: `?limit=&cursor=`, the newest row first.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::openapi::Parameter;
use super::problem::{Kind, Problem};

/// How many rows does a page have when nobody says, and at most?
const PAGE: u64 = 50;
const PAGE_MAX: u64 = 200;

/// `limit` of a query, for the document.
#[derive(ToSchema)]
#[schema(minimum = 1, maximum = 200)]
struct Limit(#[allow(dead_code)] u64);

/// `cursor` of a query, for the document.
#[derive(ToSchema)]
#[schema(pattern = "^[0-9]{1,18}$")]
struct Cursor(#[allow(dead_code)] String);

pub(super) const LIMIT: Parameter = Parameter::new::<Limit>("limit", "How many; 50 unless it says otherwise");
pub(super) const CURSOR: Parameter =
    Parameter::new::<Cursor>("cursor", "The `next_cursor` of the page before");

/// The page that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paging {
    /// Only rows older than this one.
    pub(super) before: Option<i64>,
    limit: u64,
}

impl Paging {
    /// The page that `limit` and `cursor` of the query name; the first one of 50 rows without them.
    ///
    /// # Errors
    /// 400 for a limit that is no number from 1 to 200, or a cursor that no page has given.
    pub(super) fn of(query: &BTreeMap<String, String>) -> Result<Self, Problem> {
        let limit = query.get("limit").map_or(Some(PAGE), |text| text.parse().ok());
        let limit = limit.filter(|limit| (1..=PAGE_MAX).contains(limit)).ok_or_else(|| {
            Problem::new(Kind::BadRequest, format!("\"limit\" must be a whole number from 1 to {PAGE_MAX}."))
        })?;
        let before = query.get("cursor").map(|text| text.parse().map_err(|_| wrong_cursor())).transpose()?;
        Ok(Self { before, limit })
    }

    /// How many rows are to be looked for: one more than is shown tells whether there is a next page.
    pub(super) fn looked_for(self) -> u64 {
        self.limit + 1
    }

    /// Keeps what the page shows of the rows that were found; returns the cursor of the next page, `None` on the
    /// last one.
    pub(super) fn cut<T>(self, rows: &mut Vec<T>, id: impl Fn(&T) -> i64) -> Option<String> {
        let shown = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > shown;
        rows.truncate(shown);
        rows.last().filter(|_| more).map(|last| id(last).to_string())
    }
}

fn wrong_cursor() -> Problem {
    Problem::new(Kind::BadRequest, "\"cursor\" must be the next_cursor of an earlier page.")
}
