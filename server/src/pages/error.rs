//! The page of a refusal: what was wrong, what was expected, what to do next, and a number to quote.

use askama::Template;
use protocol::transaction::case_number;

use super::explanation::Explanation;
use super::frame::Frame;
use super::links;

/// `#error[data-error-code=CODE][data-transaction=ID]`. Send it with the status that it names.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// HTTP status, shown small and used for the title when `title` is none.
    pub status: u16,
    /// The stable code of this refusal.
    pub code: &'a str,
    /// Id of the authorization, or of the request where there is none; empty when there is neither.
    pub transaction: &'a str,
    /// A short title; none takes one by status.
    pub title: Option<&'a str>,
    /// One sentence: what was wrong.
    pub what: &'a str,
    /// The value that came, when showing it helps and it is no secret.
    pub given: Option<&'a str>,
    /// What would have been right: a sentence, or each value that would have matched.
    pub expected: &'a [&'a str],
    /// What the person can do now.
    pub next: Option<&'a str>,
    /// A way on, as address and text: back to the application, or to our start page.
    pub way_on: Option<(&'a str, &'a str)>,
    /// The same for administrators, when one is signed in in this browser.
    pub explained: Option<Explanation<'a>>,
}

impl ErrorPage<'_> {
    fn heading(&self) -> String {
        let id = match self.status {
            401 | 403 => "error-title-forbidden",
            404 | 410 => "error-title-not-found",
            429 => "error-title-too-many",
            500..=599 => "error-title-ours",
            _ => "error-title",
        };
        self.title.map_or_else(|| self.frame.say(id), str::to_owned)
    }

    fn next_text(&self) -> String {
        let id = if self.status >= 500 {
            "error-next-ours"
        } else {
            "error-next"
        };
        self.next.map_or_else(|| self.frame.say(id), str::to_owned)
    }

    /// The number to quote.
    fn case(&self) -> String {
        case_number(self.transaction)
    }

    /// What the copy button copies: enough for someone who looks into it.
    fn report(&self) -> String {
        format!("{} ({} {})\n{}", self.case(), self.status, self.code, self.what)
    }

    fn way_on_link(&self) -> Option<(&str, &str)> {
        let (address, text) = self.way_on?;
        let own = address.starts_with('/') && !address.starts_with("//") && !address.contains('\\');
        let link = if own {
            Some(address)
        } else {
            links::application_link(address)
        };
        link.map(|link| (link, text))
    }
}

/// The title and the way back of a page about a source: the source is named when it is known.
#[must_use]
pub fn source_problem_words(frame: &Frame<'_>, source: Option<&str>) -> (Option<String>, String) {
    let title = source.map(|source| frame.say_with("source-problem", "source", source));
    (title, frame.say("source-problem-back"))
}
