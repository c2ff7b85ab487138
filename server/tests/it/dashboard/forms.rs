//! What a browser does with a form of the dashboard: reads every input of it, changes some, and sends all of them back.

use url::form_urlencoded;

use crate::harness::{Answer, Client};
use crate::pages::html::Html;

/// The inputs of a form in their order, as a browser sends them.
#[derive(Clone, Debug)]
pub(super) struct Filled {
    action: String,
    pairs: Vec<(String, String)>,
}

impl Filled {
    /// The form with this id.
    pub(super) fn of(page: &Answer, id: &str) -> Self {
        let html: Html = page.page();
        let start = html
            .elements
            .iter()
            .position(|element| element.name == "form" && element.attribute("id") == Some(id))
            .unwrap_or_else(|| panic!("no form #{id} in\n{}", page.body));
        let action = html.elements[start].attribute("action").expect("an address").to_owned();
        let mut pairs = Vec::new();
        let mut select: Option<(String, bool)> = None;
        for element in html.elements[start + 1..]
            .iter()
            .take_while(|element| element.name != "form")
        {
            let name = element.attribute("name").unwrap_or_default().to_owned();
            match element.name.as_str() {
                "input" if !name.is_empty() => {
                    let value = element.attribute("value").unwrap_or_default().to_owned();
                    let ticks = matches!(element.attribute("type"), Some("checkbox" | "radio"));
                    if !ticks || element.attribute("checked").is_some() {
                        pairs.push((name, value));
                    }
                }
                // The first line break behind the tag is none of the value; a browser sends the others as CRLF.
                "textarea" => {
                    let text = element.text.strip_prefix('\n').unwrap_or(&element.text);
                    pairs.push((name, text.replace('\n', "\r\n")));
                }
                "select" => select = Some((name, false)),
                "option" => {
                    let value = element.attribute("value").unwrap_or_default().to_owned();
                    if let Some((name, decided)) = &mut select {
                        if element.attribute("selected").is_some() {
                            pairs.retain(|(key, _)| key != name);
                            pairs.push((name.clone(), value));
                            *decided = true;
                        } else if !*decided && !pairs.iter().any(|(key, _)| key == name) {
                            pairs.push((name.clone(), value));
                        }
                    }
                }
                _ => {}
            }
        }
        Self { action, pairs }
    }

    /// With a field filled in.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.pairs.retain(|(key, _)| key != name);
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With one more box ticked.
    pub(super) fn tick(mut self, name: &str, value: &str) -> Self {
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With nothing in a field.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.pairs.retain(|(key, _)| key != name);
        self
    }

    /// What stands in a field.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Sends it.
    pub(super) async fn send(&self, client: &mut Client) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.pairs)
            .finish();
        let request = http::Request::builder()
            .method(http::Method::POST)
            .uri(&self.action)
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        client
            .send(request.body(axum::body::Body::from(body)).expect("a request"))
            .await
    }
}
