//! "Did you mean …?" for a setting that nobody knows.

/// Edits (letters added, dropped or exchanged) up to which a name counts as a typing mistake for another.
const MAX_EDITS: usize = 3;

/// The candidate that `name` was most likely meant to be: one that ends in the same key, or one at most a few
/// edits away.
pub(super) fn nearest(name: &str, candidates: impl Iterator<Item = String>) -> Option<String> {
    candidates
        .map(|candidate| (distance(name, &candidate), candidate))
        .filter(|(edits, candidate)| *edits <= MAX_EDITS || last_part(name) == last_part(candidate))
        .min()
        .map(|(_, candidate)| candidate)
}

/// The key without its section, written `section.key` or `SCHEDULER_SECTION__KEY`.
fn last_part(name: &str) -> &str {
    let after_dot = name.rsplit('.').next().unwrap_or(name);
    after_dot.rsplit("__").next().unwrap_or(after_dot)
}

/// The Levenshtein distance.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in to.iter().enumerate() {
            let exchanged = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = exchanged.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_single_edits() {
        for (from, to, edits) in
            [("burst", "burst", 0), ("burts", "burst", 2), ("", "abc", 3), ("bust", "burst", 1)]
        {
            assert_eq!(distance(from, to), edits, "{from} → {to}");
        }
    }

    #[test]
    fn a_far_name_suggests_nothing() {
        let known = || ["delivery.burst", "http.addr"].map(str::to_owned).into_iter();
        assert_eq!(nearest("colour", known()), None);
        assert_eq!(nearest("http.adr", known()).as_deref(), Some("http.addr"));
        assert_eq!(nearest("telegram.burst", known()).as_deref(), Some("delivery.burst"));
    }
}
