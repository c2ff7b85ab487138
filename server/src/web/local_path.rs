//! Paths of ours to go on to after a sign-in (`next`). Anything that a browser could take for another host is refused.

use url::Url;

/// Longer ones are nobody's.
const LONGEST: usize = 2048;

/// `next` when it is a path of ours under every reading, otherwise `None`.
pub(crate) fn check_local_path(public_url: &str, next: &str) -> Option<String> {
    let plain = next.len() <= LONGEST && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if !plain || !next.starts_with('/') || next.starts_with("//") {
        return None;
    }
    let base = Url::parse(public_url).ok()?;
    let joined = base.join(next).ok()?;
    let stays = joined.origin() == base.origin()
        && joined.username().is_empty()
        && joined.password().is_none()
        && !joined.path().starts_with("//");
    stays.then(|| next.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_taken() {
        let check = |next: &str| check_local_path("https://id.example.com/", next);
        for good in [
            "/",
            "/account",
            "/device?code=A-B",
            "/a/b#c",
            "/%2f%2fevil.example",
            "/a?u=https://x.example",
        ] {
            assert_eq!(check(good).as_deref(), Some(good));
        }
        for bad in [
            "",
            "account",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " /a",
            "/a b",
            "https://evil.example/",
            "https:evil.example",
            "javascript:alert(1)",
            "/..//evil.example",
            "/.//evil.example",
            "/./\\evil.example",
            "/ü",
        ] {
            assert_eq!(check(bad), None, "{bad:?}");
        }
        assert_eq!(check(&format!("/{}", "a".repeat(LONGEST))), None);
    }
}
