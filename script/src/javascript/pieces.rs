//! The files of JavaScript that a script stands on. Each is a function, loaded when a script first touches what it makes.
//!
//! A worker compiles them once, before it serves; a run loads what was compiled. Reading the text anew for every run would
//! take ten times as long as everything else that a small script does.

use rquickjs::loader::{Bundle, Loader as _};
use rquickjs::module::WriteOptions;
use rquickjs::{Context, Ctx, Module, Result, Runtime, Value};

/// The file that every run begins with.
pub(super) const CORE: &str = "core";

/// The files, by name.
const SOURCES: &[(&str, &str)] = &[
    ("abort", include_str!("abort.js")),
    ("assert", include_str!("assert.js")),
    ("axios", include_str!("axios.js")),
    ("buffer", include_str!("buffer.js")),
    ("bytes", include_str!("bytes.js")),
    ("console", include_str!("console.js")),
    (CORE, include_str!("core.js")),
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

/// The files as the interpreter has compiled them. They are kept for as long as the process lives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pieces(&'static [(&'static str, &'static [u8])]);

impl Pieces {
    /// Compiles every file.
    ///
    /// # Errors
    /// The file that is no JavaScript.
    pub(crate) fn compile() -> std::result::Result<Self, String> {
        let mut compiled: Vec<(&'static str, &'static [u8])> = Vec::with_capacity(SOURCES.len());
        let context = Runtime::new().and_then(|runtime| Context::full(&runtime));
        let context = context.map_err(|error| format!("the interpreter does not start: {error}"))?;
        for (name, source) in SOURCES {
            let code = context.with(|ctx| {
                let module = Module::declare(ctx, format!("{name}.js"), format!("export default {source}"))?;
                module.write(WriteOptions {
                    strip_source: true,
                    ..WriteOptions::default()
                })
            });
            let code = code.map_err(|error| format!("{name}.js could not be compiled: {error}"))?;
            compiled.push((name, code.leak()));
        }
        Ok(Self(compiled.leak()))
    }

    /// The function that a file is.
    pub(super) fn load<'js>(self, ctx: &Ctx<'js>, name: &str) -> Result<Value<'js>> {
        let module = Bundle { 0: self.0 }.load(ctx, name, None)?;
        let (module, _) = module.eval()?;
        module.get("default")
    }
}

/// The number of a file.
pub(super) fn number(name: &str) -> Option<usize> {
    SOURCES.iter().position(|(known, _)| *known == name)
}

/// What a file makes, where its first line says so.
pub(super) fn names(name: &str) -> &'static str {
    let source = number(name).and_then(|at| SOURCES.get(at)).map(|(_, source)| *source);
    let first = source.and_then(|source| source.lines().next());
    first.and_then(|line| line.strip_prefix("// ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_function_with_a_comment_of_its_own() {
        for (name, source) in SOURCES {
            assert!(source.starts_with("// "), "{name}");
            assert!(source.trim_end().ends_with("});"), "{name}");
        }
        assert!(names("lodash_texts").split(' ').any(|name| name == "camelCase"));
        assert_eq!(names("nothing"), "");
    }
}
