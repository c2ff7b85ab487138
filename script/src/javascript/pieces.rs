//! The files of JavaScript that a script stands on. Each is a function, evaluated when a script first touches what it makes.

/// The file that every run begins with.
pub(super) const CORE: &str = include_str!("core.js");

/// The other files, by name.
const PIECES: &[(&str, &str)] = &[
    ("abort", include_str!("abort.js")),
    ("assert", include_str!("assert.js")),
    ("axios", include_str!("axios.js")),
    ("buffer", include_str!("buffer.js")),
    ("bytes", include_str!("bytes.js")),
    ("console", include_str!("console.js")),
    ("crypto", include_str!("crypto.js")),
    ("encoding", include_str!("encoding.js")),
    ("events", include_str!("events.js")),
    ("fetch", include_str!("fetch.js")),
    ("http", include_str!("http.js")),
    ("https", include_str!("https.js")),
    ("inspect", include_str!("inspect.js")),
    ("jwt", include_str!("jwt.js")),
    ("lodash", include_str!("lodash.js")),
    ("lodash_lists", include_str!("lodash_lists.js")),
    ("lodash_objects", include_str!("lodash_objects.js")),
    ("lodash_texts", include_str!("lodash_texts.js")),
    ("querystring", include_str!("querystring.js")),
    ("request", include_str!("request.js")),
    ("request_promise", include_str!("request_promise.js")),
    ("stream", include_str!("stream.js")),
    ("url", include_str!("url.js")),
    ("util", include_str!("util.js")),
    ("zlib", include_str!("zlib.js")),
];

/// A file by name, and its number.
pub(super) fn piece(name: &str) -> Option<(usize, &'static str)> {
    let at = PIECES.iter().position(|(known, _)| *known == name)?;
    PIECES.get(at).map(|(_, source)| (at, *source))
}

/// What a file makes, where its first line says so.
pub(super) fn names(name: &str) -> &'static str {
    let first = piece(name).and_then(|(_, source)| source.lines().next());
    first.and_then(|line| line.strip_prefix("// ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_function_with_a_comment_of_its_own() {
        for (name, source) in PIECES.iter().chain([&("core", CORE)]) {
            assert!(source.starts_with("// "), "{name}");
            assert!(source.trim_end().ends_with("});"), "{name}");
        }
        assert!(names("lodash_texts").split(' ').any(|name| name == "camelCase"));
        assert_eq!(names("nothing"), "");
    }
}
