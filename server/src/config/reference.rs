//! Writes the reference page from the table of keys.

use super::keys;

/// The page `docs/reference/configuration.md`.
pub fn reference() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         <!-- Generated from server/src/config/keys.rs; a test compares. -->\n\n\
         Vestibule starts without any configuration. Settings come from one TOML file (`--config PATH`, or the variable\n\
         `VESTIBULE_CONFIG`) and from environment variables, which override the file. A wrong key, value or unit stops the start; the\n\
         message names the line and the right form, and so does an unknown variable that begins with `VESTIBULE_`.\n\n\
         * A variable is called `VESTIBULE_` and the key in capitals, with two underscores (or one) for each dot.\n\
         * In a variable the items of a list are separated by commas.\n\
         * Durations are pairs of unit and value joined by `;`, like `hours=1;minutes=30`. Units: microseconds, milliseconds, seconds,\n  \
         minutes, hours, days, weeks.\n\
         * Relative paths start at the working directory.\n\n\
         ## All keys\n\n\
         | key | default | in short |\n|---|---|---|\n",
    );
    for key in keys::all() {
        let short = key
            .meaning
            .split_once(". ")
            .map_or(key.meaning.trim_end_matches('.'), |(first, _)| first);
        page.push_str(&format!(
            "| [`{}`](#{}) | {} | {short} |\n",
            key.path,
            anchor(key.path),
            default(key)
        ));
    }
    for key in keys::all() {
        let (long, short) = (keys::variable(key.path), keys::short_variable(key.path));
        let variables = if long == short {
            format!("`{long}`")
        } else {
            format!("`{short}` or `{long}`")
        };
        page.push_str(&format!(
            "\n## `{path}`\n\n{meaning}\n\n* Takes: {form}\n* Default: {default}\n* Variable: {variables}\n\n```toml\n{path} = {example}\n```\n",
            path = key.path,
            meaning = key.meaning,
            form = key.kind.form(),
            default = default(key),
            example = key.example,
        ));
    }
    page
}

fn default(key: &keys::Key) -> String {
    match key.default {
        Some(default) => format!("`{default}`"),
        None => key.default_in_words.to_owned(),
    }
}

/// The anchor that Markdown viewers give to a heading: without dots.
fn anchor(path: &str) -> String {
    path.replace('.', "")
}

#[cfg(test)]
mod tests {
    use super::super::keys::{self, short_variable, variable};
    use super::super::value::Raw;
    use super::super::{Config, Environment};
    use std::path::Path;

    #[test]
    fn every_default_of_the_table_is_valid() {
        let mut draft = Config::unset();
        for key in keys::all() {
            if let Some(default) = key.default {
                assert_eq!(
                    key.kind.apply(&mut draft.value, &Raw::Variable(default.into())),
                    Ok(()),
                    "{}",
                    key.path
                );
            } else {
                assert!(
                    !key.default_in_words.is_empty(),
                    "{} says nothing of its default",
                    key.path
                );
            }
        }
    }

    #[test]
    fn every_example_is_valid() {
        for key in keys::all().filter(|key| key.path != "master_key") {
            let mut text = format!("{} = {}\n", key.path, key.example);
            match key.path {
                "tls.certificate" | "tls.client_ca" => text.push_str("tls.key = \"key.pem\"\n"),
                "session.idle_lifetime" => text.push_str("session.lifetime = \"days=1\"\n"),
                _ => {}
            }
            if matches!(key.path, "tls.key" | "tls.client_ca") {
                text.push_str("tls.certificate = \"certificate.pem\"\n");
            }
            let needs_mail = key.path.starts_with("mail.") || key.path == "account.sign_up";
            for (path, line) in [
                ("mail.host", "mail.host = \"localhost\"\n"),
                ("mail.from", "mail.from = \"a@example.com\"\n"),
                ("mail.username", "mail.username = \"a\"\n"),
                ("mail.password", "mail.password = \"b\"\n"),
            ] {
                if needs_mail && key.path != path {
                    text.push_str(line);
                }
            }
            if let Err(error) = Config::parse(Path::new("example.toml"), &text, &Environment::new()) {
                panic!("{error}");
            }
        }
    }

    #[test]
    fn no_two_keys_share_a_variable() {
        let mut names: Vec<String> = keys::all().map(|key| variable(key.path)).collect();
        names.extend(
            keys::all()
                .map(|key| short_variable(key.path))
                .filter(|short| !names.contains(short))
                .collect::<Vec<_>>(),
        );
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
