//! SPDX licence expressions, as far as manifests use them: names joined by `AND`, `OR` and parentheses, `WITH` and its
//! exception as part of a name, and the older `/` for `OR`.

/// Whether the expression can be satisfied by allowed licences alone.
///
/// # Errors
/// A sentence about what could not be read.
pub(super) fn is_allowed(expression: &str, allowed: &[String]) -> Result<bool, String> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words, allowed };
    let verdict = parser.any()?;
    if parser.words.is_empty() {
        Ok(verdict)
    } else {
        Err(format!("goes on with {}", parser.words[0]))
    }
}

struct Parser<'a> {
    words: &'a [&'a str],
    allowed: &'a [String],
}

impl Parser<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let found = self.words.first() == Some(&word);
        if found {
            self.words = &self.words[1..];
        }
        found
    }

    fn any(&mut self) -> Result<bool, String> {
        let mut verdict = self.all()?;
        while self.takes("OR") {
            verdict |= self.all()?;
        }
        Ok(verdict)
    }

    fn all(&mut self) -> Result<bool, String> {
        let mut verdict = self.one()?;
        while self.takes("AND") {
            verdict &= self.one()?;
        }
        Ok(verdict)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.takes("(") {
            let verdict = self.any()?;
            return if self.takes(")") {
                Ok(verdict)
            } else {
                Err("has an open parenthesis".into())
            };
        }
        let Some((&name, rest)) = self.words.split_first() else {
            return Err("ends early".into());
        };
        self.words = rest;
        let mut name = name.to_owned();
        if self.takes("WITH") {
            let Some((&exception, rest)) = self.words.split_first() else {
                return Err("ends early".into());
            };
            self.words = rest;
            name = format!("{name} WITH {exception}");
        }
        Ok(self.allowed.contains(&name))
    }
}

#[test]
fn expressions_are_judged_by_what_they_demand() {
    let allowed = [
        "MIT".to_owned(),
        "ISC".to_owned(),
        "Apache-2.0 WITH LLVM-exception".to_owned(),
    ];
    for expression in [
        "MIT",
        "GPL-3.0-only OR MIT",
        "GPL-3.0-only/MIT",
        "(GPL-3.0-only OR ISC) AND MIT",
        "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
    ] {
        assert_eq!(is_allowed(expression, &allowed), Ok(true), "{expression}");
    }
    for expression in [
        "GPL-3.0-only",
        "MIT AND GPL-3.0-only",
        "Apache-2.0",
        "Apache-2.0 WITH Classpath-exception-2.0",
    ] {
        assert_eq!(is_allowed(expression, &allowed), Ok(false), "{expression}");
    }
    for expression in ["", "MIT AND", "(MIT", "MIT ISC"] {
        assert!(is_allowed(expression, &allowed).is_err(), "{expression:?}");
    }
}
