//! A founder opens a file and trusts the map: `src/lib.rs` says which room may use which, and which crates are
//! named where. This reads those tables and then every token of `src/`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

/// How long may a file be, in lines? About 300; from here on it holds two concepts.
const MAX_LINES: usize = 420;

/// What every room may use, by the heading of the table.
const EVERYWHERE: [&str; 4] = ["config", "clock", "health", "metrics"];

/// The rooms that see not even the settings, by the sentence under the table.
const WITHOUT_CONFIG: [&str; 4] = ["domain", "text", "chart", "entity"];

/// The map, as it is written in `src/lib.rs`.
struct Map {
    /// Room → what it may use; `None` for everything.
    rooms: BTreeMap<String, Option<BTreeSet<String>>>,
    /// Crate → the rooms that may name it.
    crates: BTreeMap<String, BTreeSet<String>>,
}

impl Map {
    fn read(lib: &str) -> Self {
        let cells = |line: &str| -> Option<(String, String)> {
            let row = line.strip_prefix("//! | ")?.strip_suffix(" |")?;
            let (left, right) = row.split_once(" | ")?;
            Some((left.to_owned(), right.to_owned()))
        };
        let mut map = Self { rooms: BTreeMap::new(), crates: BTreeMap::new() };
        for (left, right) in lib.lines().filter_map(cells) {
            let allowed: BTreeSet<String> = right.split(", ").map(str::to_owned).collect();
            for name in left.split(", ") {
                if let Some(room) = name.strip_prefix("[`").and_then(|name| name.strip_suffix("`]")) {
                    let allowed = match right.as_str() {
                        "everything" => None,
                        "nothing of ours" => Some(BTreeSet::new()),
                        _ => Some(allowed.clone()),
                    };
                    map.rooms.insert(room.to_owned(), allowed);
                } else if let Some(name) = name.strip_prefix('`').and_then(|name| name.strip_suffix('`')) {
                    map.crates.insert(name.to_owned(), allowed.clone());
                }
            }
        }
        map
    }

    /// Why `room` may not use `other`; `None` when it may.
    fn forbids(&self, room: &str, other: &str) -> Option<String> {
        if room == other {
            return None;
        }
        let Some(allowed) = self.rooms.get(room) else {
            return Some(format!("{room} is not in the table of src/lib.rs"));
        };
        let Some(allowed) = allowed else { return None };
        let blind = other == "config" && WITHOUT_CONFIG.contains(&room);
        let allowed = allowed.contains(other) || (EVERYWHERE.contains(&other) && !blind);
        (!allowed).then(|| format!("{room} may not use {other}"))
    }

    /// Everything in `source`, which belongs to the module `module` (`["bot", "tree"]`), that the map forbids.
    fn offences(&self, module: &[&str], source: &str) -> Vec<String> {
        let tokens: TokenStream = source.parse().expect("a source file is made of tokens");
        let mut names = Names::default();
        names.collect(tokens, module.len());
        let room = module.first().copied().unwrap_or_default();
        let rooms = names.rooms.iter().filter_map(|other| self.forbids(room, other));
        let foreign = names.crates.iter().filter_map(|name| {
            let allowed = self.crates.get(name)?;
            (!allowed.contains(room)).then(|| format!("{room} may not name the crate {name}"))
        });
        rooms.chain(foreign).collect()
    }
}

/// What a file names: our rooms by `crate::room` or by enough `super`s, and crates by `name::`.
#[derive(Default)]
struct Names {
    rooms: BTreeSet<String>,
    crates: BTreeSet<String>,
}

impl Names {
    /// `depth` is how many modules deep the tokens stand: that many `super`s lead to the top.
    fn collect(&mut self, tokens: TokenStream, depth: usize) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            if let Some(name) = ident(&tokens, at) {
                let after_colons = at >= 2 && is_colons(&tokens, at - 2);
                let (top, next) = climb(&tokens, at, depth);
                if top && !after_colons {
                    self.first_segments(&tokens, next);
                    at = next;
                    continue;
                }
                let begins_path = is_colons(&tokens, at + 1)
                    || ident(&tokens, at.wrapping_sub(1)).is_some_and(|it| it == "use");
                if begins_path && (!after_colons || ident(&tokens, at.wrapping_sub(3)).is_none()) {
                    self.crates.insert(name.clone());
                }
            }
            if let TokenTree::Group(group) = &tokens[at] {
                let is_module = at >= 2 && ident(&tokens, at - 2).is_some_and(|word| word == "mod");
                self.collect(group.stream(), depth + usize::from(is_module));
            }
            at += 1;
        }
    }

    /// The rooms behind `crate::`: one, or a group of them.
    fn first_segments(&mut self, tokens: &[TokenTree], at: usize) {
        match tokens.get(at) {
            Some(TokenTree::Ident(room)) => {
                let room = room.to_string();
                // `crate::Item` would be an item of lib.rs, which has none.
                self.rooms.insert(room);
            }
            Some(TokenTree::Group(group)) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for place in 0..inner.len() {
                    let begins = place == 0
                        || matches!(&inner[place - 1], TokenTree::Punct(it) if it.as_char() == ',');
                    if begins {
                        self.first_segments(&inner, place);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether the path that begins at `at` starts at the top (`crate::` or enough `super::`), and where it goes on.
fn climb(tokens: &[TokenTree], mut at: usize, depth: usize) -> (bool, usize) {
    let mut supers = 0;
    while let Some(word) = ident(tokens, at).filter(|_| is_colons(tokens, at + 1)) {
        match word.as_str() {
            "crate" => return (true, at + 3),
            "super" => supers += 1,
            "self" => {}
            _ => break,
        }
        at += 3;
    }
    (supers > 0 && supers >= depth, at)
}

fn ident(tokens: &[TokenTree], at: usize) -> Option<String> {
    match tokens.get(at) {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    }
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |at| matches!(tokens.get(at), Some(TokenTree::Punct(it)) if it.as_char() == ':');
    colon(at) && colon(at + 1)
}

fn source_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("src can be listed") {
        let path = entry.expect("an entry of src").path();
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Each file of src but the map itself and `main.rs`: the module it is, and its text.
fn sources() -> Vec<(Vec<String>, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&src, &mut files);
    let module_of = |path: &PathBuf| -> Vec<String> {
        let relative = path.strip_prefix(&src).expect("below src").with_extension("");
        let parts = relative.iter().map(|part| part.to_string_lossy().into_owned());
        parts.filter(|part| part != "mod").collect()
    };
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("a source file is text");
    let named = files.iter().map(|path| (module_of(path), read(path)));
    named.filter(|(module, _)| module != &["lib"] && module != &["main"]).collect()
}

fn the_map() -> Map {
    Map::read(include_str!("../../src/lib.rs"))
}

#[test]
fn no_room_uses_another_that_the_map_keeps_from_it() {
    let map = the_map();
    let mut offences = Vec::new();
    for (module, text) in sources() {
        let module: Vec<&str> = module.iter().map(String::as_str).collect();
        offences.extend(
            map.offences(&module, &text).into_iter().map(|what| format!("{}: {what}", module.join("::"))),
        );
    }
    assert!(offences.is_empty(), "against the map in src/lib.rs:\n{}", offences.join("\n"));
}

#[test]
fn every_room_is_on_the_map_and_every_room_of_the_map_exists() {
    let map = the_map();
    let rooms: BTreeSet<String> = sources().into_iter().map(|(module, _)| module[0].clone()).collect();
    let mapped: BTreeSet<String> = map.rooms.keys().cloned().collect();
    assert_eq!(rooms, mapped, "left: the rooms of src, right: the table in src/lib.rs");
    let manifest = include_str!("../../Cargo.toml");
    for (name, allowed) in &map.crates {
        // A rule may be older than the room it is for; then nobody depends on the crate yet.
        let in_use = manifest.contains(&format!("\n{}", name.replace('_', "-")));
        assert!(!in_use || allowed.is_subset(&rooms), "{name}: {allowed:?} are not all rooms of src");
    }
    assert!(map.crates.contains_key("teloxide"), "the table of crates was not found");
}

#[test]
fn no_file_is_longer_than_a_person_reads_at_once() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|(module, text)| (module.join("::"), text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(module, lines)| format!("{module}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "longer than {MAX_LINES} lines:\n{}", long.join("\n"));
}

/// The scanner against samples: a test of rules that could not find an offence would be worth nothing.
#[test]
fn forbidden_samples_are_found_however_they_are_written() {
    let map = the_map();
    for (module, source, offence) in [
        (&["bot", "x"][..], "use crate::delivery::Delivery;", "bot may not use delivery"),
        (&["bot", "x"], "use crate::{domain::link, http::{self}};", "bot may not use http"),
        (&["bot", "x"], "fn f() { crate::http::serve(); }", "bot may not use http"),
        (&["bot", "x"], "fn f() { log::info!(\"{}\", crate::app::NAME); }", "bot may not use app"),
        (&["bot", "x"], "use super::super::delivery::Delivery;", "bot may not use delivery"),
        (&["bot"], "pub(crate) use super::http;", "bot may not use http"),
        (&["bot", "x"], "mod tests { use super::super::super::cli; }", "bot may not use cli"),
        (&["domain", "x"], "use crate::config::Config;", "domain may not use config"),
        (&["store"], "use crate::telegram::Api;", "store may not use telegram"),
        (&["http", "x"], "use sea_orm::EntityTrait;", "http may not name the crate sea_orm"),
        (&["http", "x"], "fn f(bot: ::teloxide::Bot) {}", "http may not name the crate teloxide"),
        (&["store"], "use teloxide as t;", "store may not name the crate teloxide"),
        (&["cli"], "fn f() { hyper::rt::x(); }", "cli may not name the crate hyper"),
        (&["outbox"], "use clokwerk::Scheduler;", "outbox may not name the crate clokwerk"),
        (&["attic"], "use crate::store::Store;", "attic is not in the table of src/lib.rs"),
    ] {
        assert_eq!(map.offences(module, source), [offence], "{source}");
    }
}

#[test]
fn allowed_samples_are_left_alone() {
    let map = the_map();
    for (module, source) in [
        (&["bot", "x"][..], "use crate::{store::Store, text::{Button, linking}}; use super::Bot;"),
        (&["bot", "x"], "mod tests { use super::*; use super::super::Bot; }"),
        (
            &["bot", "x"],
            "//! crate::http is not used here, teloxide::x neither\n/* crate::app */ const A: &str = \"crate::app\";",
        ),
        (&["store", "x"], "use sea_orm::sqlx::Error; fn f(error: x::teloxide::Error) {}"),
        (&["app"], "use crate::http; use crate::delivery;"),
        (&["app", "leading"], "use super::x; use crate::bot::Bot;"),
    ] {
        assert_eq!(map.offences(module, source), Vec::<String>::new(), "{source}");
    }
}
