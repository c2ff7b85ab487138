//! Finds the name that somebody probably meant.

/// The nearest of `names` to `found`, when it is near enough to be worth a suggestion: at most a third of the letters wrong.
pub(super) fn nearest<'a>(found: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A very long name is nothing that somebody mistyped.
    if found.chars().count() > 80 {
        return None;
    }
    let found = found.to_ascii_lowercase().replace('-', "_");
    names
        .map(|name| (distance(&found, &name.to_ascii_lowercase()), name))
        .filter(|(distance, name)| *distance <= (name.chars().count().max(found.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbour (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut before = vec![0; right.len() + 1];
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, from) in left.iter().enumerate() {
        let mut now = vec![row + 1; right.len() + 1];
        for (column, to) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(from != to);
            now[column + 1] = replaced.min(last[column + 1] + 1).min(now[column] + 1);
            if row > 0 && column > 0 && *from == right[column - 1] && left[row - 1] == *to {
                now[column + 1] = now[column + 1].min(before[column - 1] + 1);
            }
        }
        before = std::mem::replace(&mut last, now);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn counts_the_letters_that_differ() {
        for (left, right, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("listen", "lisen", 1),
            ("listen", "litsen", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(left, right), expected, "{left} {right}");
            assert_eq!(distance(right, left), expected, "{right} {left}");
        }
    }

    #[test]
    fn suggests_only_what_is_near() {
        let names = ["listen", "public_url", "data_dir"];
        assert_eq!(nearest("public-url", names.iter().copied()), Some("public_url"));
        assert_eq!(nearest("datadir", names.iter().copied()), Some("data_dir"));
        assert_eq!(nearest("colour", names.iter().copied()), None);
        assert_eq!(nearest(&"l".repeat(5000), names.iter().copied()), None);
    }
}
