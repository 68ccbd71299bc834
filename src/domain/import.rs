//! The links of the system before this one: what its `sns_settings` holds, read strictly and reported line by line.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::account_id;

/// How much of a wrong value is repeated, in characters?
const QUOTE_MAX_CHARS: usize = 40;

/// A row as it is written there: text, numbers and booleans by whatever type, all as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OldRow {
    /// `user_id`.
    pub user_id: Option<String>,
    /// `telegram_chat_id`.
    pub chat_id: Option<String>,
    /// `telegram_enabled`.
    pub enabled: Option<String>,
}

/// A link of the old system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldLink {
    /// Whose.
    pub account: String,
    /// Which chat.
    pub chat_id: i64,
    /// Whether the old system sent there.
    pub enabled: bool,
}

/// Why a row makes no link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Which row: its `user_id`.
    pub user_id: String,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "user_id {}: {}; left out", self.user_id, self.why)
    }
}

/// What the rows hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OldLinks {
    /// Good links, each account and each chat once.
    pub links: Vec<OldLink>,
    /// Rows that make none and should.
    pub left_out: Vec<LeftOut>,
    /// How many rows have no chat, as people have who never connected one.
    pub without_chat: usize,
}

impl OldLinks {
    /// Reads `rows`. Of two rows for one account or one chat the first counts.
    pub fn of(rows: Vec<OldRow>) -> Self {
        let mut found = Self::default();
        let mut accounts = HashSet::new();
        let mut owners: HashMap<i64, String> = HashMap::new();
        for row in rows {
            let link = match read(&row) {
                Ok(Some(link)) => link,
                Ok(None) => {
                    found.without_chat += 1;
                    continue;
                }
                Err(why) => {
                    found.leave_out(row.user_id.as_deref(), why);
                    continue;
                }
            };
            if accounts.contains(&link.account) {
                found.leave_out(Some(&link.account), "a row before it has the same user_id".to_owned());
            } else if let Some(owner) = owners.get(&link.chat_id) {
                let why = format!("chat {} belongs to user_id {owner} already", link.chat_id);
                found.leave_out(Some(&link.account), why);
            } else {
                accounts.insert(link.account.clone());
                owners.insert(link.chat_id, link.account.clone());
                found.links.push(link);
            }
        }
        found
    }

    fn leave_out(&mut self, user_id: Option<&str>, why: String) {
        let user_id = user_id.map_or_else(|| "(none)".to_owned(), quote);
        self.left_out.push(LeftOut { user_id, why });
    }
}

/// The link of a row; `None` when it has no chat.
fn read(row: &OldRow) -> Result<Option<OldLink>, String> {
    let chat_id = row.chat_id.as_deref().map(str::trim).filter(|chat_id| !chat_id.is_empty());
    let Some(chat_id) = chat_id else { return Ok(None) };
    let account = row.user_id.as_deref().unwrap_or_default().trim();
    // What a token's `sub` may be.
    if account_id::check(account).is_err() || account.chars().any(char::is_control) {
        return Err("the user_id is empty, too long or no text".to_owned());
    }
    let number = chat_id.parse::<i64>().ok().filter(|number| *number != 0);
    let number =
        number.ok_or_else(|| format!("the telegram_chat_id {} is no chat's number", quote(chat_id)))?;
    let enabled = row.enabled.as_deref().unwrap_or_default().trim().to_lowercase();
    let enabled = match enabled.as_str() {
        "1" | "t" | "true" => true,
        // Nothing is what the old system did not send to.
        "0" | "f" | "false" | "" => false,
        _ => return Err(format!("the telegram_enabled {} is neither true nor false", quote(&enabled))),
    };
    Ok(Some(OldLink { account: account.to_owned(), chat_id: number, enabled }))
}

fn quote(text: &str) -> String {
    let short: String = text.chars().filter(|letter| !letter.is_control()).take(QUOTE_MAX_CHARS).collect();
    if short == text { short } else { format!("{short}…") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(user_id: &str, chat_id: &str, enabled: &str) -> OldRow {
        let some = |text: &str| Some(text.to_owned());
        OldRow { user_id: some(user_id), chat_id: some(chat_id), enabled: some(enabled) }
    }

    fn link(account: &str, chat_id: i64, enabled: bool) -> OldLink {
        OldLink { account: account.into(), chat_id, enabled }
    }

    #[test]
    fn ids_may_be_numbers_texts_and_groups() {
        let rows = vec![
            row("7", "123", "1"),
            row("b2c6e0f8-2d3e-4c55-9a60-3f5b8f5d1a11", " 456 ", "true"),
            row("8", "-1001234567890", "f"),
        ];
        let found = OldLinks::of(rows);
        assert_eq!(
            found.links,
            [
                link("7", 123, true),
                link("b2c6e0f8-2d3e-4c55-9a60-3f5b8f5d1a11", 456, true),
                link("8", -1_001_234_567_890, false)
            ]
        );
        assert!(found.left_out.is_empty(), "{:?}", found.left_out);
    }

    #[test]
    fn whoever_never_connected_a_chat_is_no_mistake() {
        let found = OldLinks::of(vec![row("7", "", "1"), OldRow { chat_id: None, ..row("8", "", "1") }]);
        assert_eq!((found.without_chat, found.left_out.len(), found.links.len()), (2, 0, 0));
    }

    #[test]
    fn what_is_wrong_is_told_row_by_row() {
        let long = "x".repeat(300);
        let rows = vec![
            row("7", "@mina_k", "1"),
            row("8", "0", "1"),
            row("9", "99999999999999999999", "1"),
            row("10", "5", "perhaps"),
            row("", "6", "1"),
            row(&long, "7", "1"),
            OldRow { user_id: None, ..row("", "8", "1") },
            row("a\u{0}b", "9", "1"),
        ];
        let told: Vec<String> = OldLinks::of(rows).left_out.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 8, "{told:#?}");
        assert_eq!(told[0], "user_id 7: the telegram_chat_id @mina_k is no chat's number; left out");
        assert_eq!(told[3], "user_id 10: the telegram_enabled perhaps is neither true nor false; left out");
        assert!(told[6].starts_with("user_id (none): "), "{}", told[6]);
        assert!(told.iter().all(|line| line.len() < 200 && !line.contains('\u{0}')), "{told:#?}");
    }

    #[test]
    fn of_two_the_first_counts() {
        let rows = vec![row("7", "1", "1"), row("7", "2", "1"), row("8", "1", "1"), row("8", "3", "0")];
        let found = OldLinks::of(rows);
        assert_eq!(found.links, [link("7", 1, true), link("8", 3, false)]);
        let told: Vec<String> = found.left_out.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "user_id 7: a row before it has the same user_id; left out",
                "user_id 8: chat 1 belongs to user_id 7 already; left out"
            ]
        );
    }
}
