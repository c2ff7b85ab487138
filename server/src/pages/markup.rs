//! Text that is already HTML, and the only place where we write HTML outside a template.

use std::fmt;

use askama::filters::HtmlSafe;

/// HTML made of escaped text and our own tags; templates print it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markup(String);

impl HtmlSafe for Markup {}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Markup {
    /// Plain text in which what stands between backticks is code.
    pub fn with_code(text: &str) -> Self {
        let mut markup = Self::default();
        let mut pieces = text.split('`').peekable();
        let mut code = false;
        while let Some(piece) = pieces.next() {
            // A last backtick without its partner is a backtick.
            if code && pieces.peek().is_none() {
                markup.push_text("`");
                code = false;
            }
            if code {
                markup.push_element("code", piece);
            } else {
                markup.push_text(piece);
            }
            code = !code;
        }
        markup
    }

    /// Adds text, escaped.
    pub fn push_text(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
    }

    /// Adds a name that somebody chose, set apart, and isolated so that its writing direction stays its own.
    pub fn push_name(&mut self, name: &str) {
        self.push_element("bdi", name);
    }

    fn push_element(&mut self, element: &'static str, text: &str) {
        self.0.push('<');
        self.0.push_str(element);
        self.0.push('>');
        self.push_text(text);
        self.0.push_str("</");
        self.0.push_str(element);
        self.0.push('>');
    }
}
