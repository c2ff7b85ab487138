//! Reads an OpenAPI document (3.0 or 3.1) into what the page shows. It asks for nothing: what is absent is left out.

use serde_json::Value;

use super::schema::{self, Property};
use crate::pages::Markup;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// An OpenAPI document, grouped by resource.
#[derive(Debug, Default)]
pub struct ApiDocument {
    pub(crate) title: String,
    pub(crate) version: String,
    pub(crate) description: Vec<Markup>,
    pub(crate) resources: Vec<Resource>,
}

/// All operations under one tag.
#[derive(Debug, Default)]
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) anchor: String,
    pub(crate) description: Vec<Markup>,
    pub(crate) operations: Vec<Operation>,
}

/// One method on one path.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) anchor: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) summary: String,
    pub(crate) description: Vec<Markup>,
    pub(crate) parameters: Vec<Property>,
    pub(crate) body: Vec<Property>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) curl: String,
}

/// One status that an operation answers with.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: String,
    pub(crate) description: Markup,
    pub(crate) fields: Vec<Property>,
}

impl ApiDocument {
    /// Takes `document` apart. `base_url` stands before the paths in the examples.
    pub fn read(document: &Value, base_url: &str) -> Self {
        let text = |pointer: &str| {
            document
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let mut read = Self {
            title: text("/info/title"),
            version: text("/info/version"),
            description: paragraphs(&text("/info/description")),
            resources: Vec::new(),
        };
        for (path, item) in members(&document["paths"]) {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    let context = Context {
                        document,
                        base_url,
                        path,
                        item,
                        method,
                    };
                    read.resource(document, &context.resource_name(operation))
                        .operations
                        .push(context.read(operation));
                }
            }
        }
        read
    }

    fn resource(&mut self, document: &Value, name: &str) -> &mut Resource {
        let position = self
            .resources
            .iter()
            .position(|resource| resource.name == name)
            .unwrap_or_else(|| {
                let tags = document["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
                let description = tags
                    .iter()
                    .find(|tag| tag["name"] == name)
                    .and_then(|tag| tag["description"].as_str());
                self.resources.push(Resource {
                    name: name.to_owned(),
                    anchor: anchor(name),
                    description: paragraphs(description.unwrap_or_default()),
                    operations: Vec::new(),
                });
                self.resources.len() - 1
            });
        &mut self.resources[position]
    }
}

/// Where in the document an operation stands.
struct Context<'a> {
    document: &'a Value,
    base_url: &'a str,
    path: &'a str,
    item: &'a Value,
    method: &'a str,
}

impl Context<'_> {
    /// The first tag, or the first segment of the path that is no version and no parameter.
    fn resource_name(&self, operation: &Value) -> String {
        let tag = operation.pointer("/tags/0").and_then(Value::as_str);
        let segment = || {
            self.path
                .split('/')
                .find(|part| !matches!(*part, "" | "api" | "v1") && !part.starts_with('{'))
        };
        tag.or_else(segment).unwrap_or("other").to_owned()
    }

    fn read(&self, operation: &Value) -> Operation {
        let text = |name: &str| operation[name].as_str().unwrap_or_default();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let parameters: Vec<Property> = list(&self.item["parameters"])
            .iter()
            .chain(&list(&operation["parameters"]))
            .map(|parameter| schema::read_parameter(self.document, parameter))
            .collect();
        let body_schema = content_schema(schema::follow(self.document, &operation["requestBody"]));
        let body = body_schema
            .map(|found| schema::read_properties(self.document, found))
            .unwrap_or_default();
        let answers = members(&operation["responses"])
            .map(|(status, answer)| {
                let answer = schema::follow(self.document, answer);
                let fields = content_schema(answer).map(|found| schema::read_properties(self.document, found));
                Answer {
                    status: status.to_owned(),
                    description: Markup::with_code(answer["description"].as_str().unwrap_or_default()),
                    fields: fields.unwrap_or_default(),
                }
            })
            .collect();
        let example = body_schema.and_then(|found| schema::example(self.document, found));
        Operation {
            anchor: anchor(&format!("{}-{}", self.method, self.path)),
            method: self.method.to_ascii_uppercase(),
            path: self.path.to_owned(),
            summary: text("summary").to_owned(),
            description: paragraphs(text("description")),
            parameters,
            body,
            answers,
            curl: self.curl(example.as_ref()),
        }
    }

    /// A command to paste into a shell: values are quoted, and the token is read from the environment.
    fn curl(&self, example: Option<&Value>) -> String {
        let mut command = "curl".to_owned();
        if self.method != "get" {
            command.push_str(&format!(" -X {}", self.method.to_ascii_uppercase()));
        }
        command.push_str(&format!(
            " {} \\\n  -H \"Authorization: Bearer $TOKEN\"",
            quoted(&format!("{}{}", self.base_url, self.path))
        ));
        if let Some(example) = example {
            let kind = if self.method == "patch" {
                "application/merge-patch+json"
            } else {
                "application/json"
            };
            command.push_str(&format!(
                " \\\n  -H 'Content-Type: {}' \\\n  -d {}",
                self.body_type(kind),
                quoted(&example.to_string())
            ));
        }
        command
    }

    /// The content type that the document names for the body, or the usual one.
    fn body_type<'t>(&'t self, usual: &'t str) -> &'t str {
        let content = &schema::follow(self.document, &self.item[self.method]["requestBody"])["content"];
        members(content)
            .map(|(kind, _)| kind)
            .find(|kind| kind.contains("json"))
            .unwrap_or(usual)
    }
}

fn content_schema(holder: &Value) -> Option<&Value> {
    members(&holder["content"])
        .find(|(kind, _)| kind.contains("json"))
        .and_then(|(_, media)| media.get("schema"))
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

fn paragraphs(text: &str) -> Vec<Markup> {
    text.split("\n\n")
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(Markup::with_code)
        .collect()
}

fn anchor(text: &str) -> String {
    let dashed: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    dashed
        .split('-')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
