//! Slugs of teams and of the organization, made from names as authentik makes them: letters without accents, small,
//! words joined by `-`.

use unicode_normalization::UnicodeNormalization as _;

/// The slug of a name; empty when nothing of the name can stand in one.
#[must_use]
pub fn slugify(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.nfkd().filter(char::is_ascii) {
        if c.is_ascii_alphanumeric() || c == '_' {
            if gap && !slug.is_empty() {
                slug.push('-');
            }
            gap = false;
            slug.push(c.to_ascii_lowercase());
        } else if c.is_ascii_whitespace() || c == '-' {
            gap = true;
        }
    }
    slug.trim_matches(['-', '_']).to_owned()
}

/// The slug of a team: that of its name, or one with its number where the name gives none.
#[must_use]
pub fn of_team(name: &str, number: i64) -> String {
    let slug = slugify(name);
    if slug.is_empty() {
        format!("team-{number}")
    } else {
        slug
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_slugs() {
        for (name, slug) in [
            ("Developers", "developers"),
            ("  Site  Reliability -- Team ", "site-reliability-team"),
            ("Müller & Söhne", "muller-sohne"),
            ("a.b/c", "abc"),
            ("under_score_", "under_score"),
            ("ﬁnance", "finance"),
            ("-x-", "x"),
            ("東京", ""),
            ("", ""),
        ] {
            assert_eq!(slugify(name), slug, "{name}");
        }
        assert_eq!(of_team("東京", 7), "team-7");
        assert_eq!(of_team("Ops", 7), "ops");
    }
}
