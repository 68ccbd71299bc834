//! Spoils JSON as wire errors, new versions and attackers do.

use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use serde_json::{Map, Value, json};

/// Changes one to three places of `value`.
pub fn spoil(value: &mut Value, dice: &mut StdRng) {
    for _ in 0..dice.random_range(1..=3) {
        spoil_once(value, dice);
    }
}

fn spoil_once(value: &mut Value, dice: &mut StdRng) {
    match value {
        Value::Object(fields) if !fields.is_empty() && dice.random_bool(0.9) => {
            let names: Vec<String> = fields.keys().cloned().collect();
            let name = names.choose(dice).cloned().unwrap_or_default();
            match dice.random_range(0..8) {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert(any_text(dice), any_value(dice, 2))),
                2 => {
                    let moved = fields.remove(&name).unwrap_or_default();
                    fields.insert(name.to_uppercase(), moved);
                }
                _ => spoil_once(fields.entry(name).or_insert(Value::Null), dice),
            }
        }
        Value::Array(items) if !items.is_empty() && dice.random_bool(0.8) => {
            let index = dice.random_range(0..items.len());
            match dice.random_range(0..4) {
                0 => drop(items.remove(index)),
                1 => {
                    let again = items[index].clone();
                    items.push(again);
                }
                _ => spoil_once(&mut items[index], dice),
            }
        }
        other => *other = any_value(dice, 3),
    }
}

/// Something, nested at most `depth` deep.
pub fn any_value(dice: &mut StdRng, depth: u32) -> Value {
    match dice.random_range(0..if depth == 0 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => json!(dice.random_bool(0.5)),
        2 => json!([0, -1, 1, i64::MAX, i64::MIN].choose(dice)),
        3 => json!([0.5, -0.0, 1e300, -1e-300].choose(dice)),
        4 | 5 => json!(any_text(dice)),
        6 => (0..dice.random_range(0..4)).map(|_| any_value(dice, depth - 1)).collect(),
        _ => {
            let count = dice.random_range(0..4);
            let fields = (0..count).map(|_| (any_text(dice), any_value(dice, depth - 1)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
    }
}

/// Words that have broken something somewhere.
pub fn any_text(dice: &mut StdRng) -> String {
    const TEXTS: [&str; 16] = [
        "",
        " ",
        "\0",
        "null",
        "undefined",
        "-1",
        "NaN",
        "' OR 1=1 --",
        "<b>",
        "../../etc/passwd",
        "%00%ff",
        "\u{202E}\u{FEFF}",
        "👩‍👩‍👧‍👦",
        "{{7*7}}",
        "\r\nX-Injected: 1",
        "/start",
    ];
    match dice.random_range(0..10) {
        0 => "x".repeat(dice.random_range(1..1_000)),
        1 => (0..dice.random_range(0..20)).map(|_| dice.random::<char>()).collect(),
        _ => TEXTS.choose(dice).map_or_else(String::new, |text| (*text).to_owned()),
    }
}
