//! Fields of a form as a page shows them.

use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use super::cells::Names;
use super::desk::Desk;
use super::draft::{Draft, option};
use super::mark;
use super::resource::{Field, Group, Kind, Of, Resource};
use super::values::{ALL, Mistyped};
use super::{resources, words};
use crate::pages::Frame;
use crate::pages::dashboard::form::{FieldView, GroupView, InputView, RecordsView};
use crate::pages::dashboard::table::OptionView;
use crate::web::visit::Halt;

/// Lists that are shown whole when they are short; all others are searched.
const SHORT: &[&str] = &["keys", "sources", "scope-mappings", "property-mappings", "policies"];

/// What a page is made with.
pub(super) struct Making<'m, 'd> {
    pub(super) desk: &'m Desk<'d>,
    pub(super) frame: &'m Frame<'m>,
    pub(super) names: &'m mut Names,
}

impl Making<'_, '_> {
    /// All groups of a form. One that has a field with a problem is open.
    pub(super) async fn groups(&mut self, groups: &[Group], draft: &Draft) -> Result<Vec<GroupView>, Halt> {
        let mut views = Vec::with_capacity(groups.len());
        for group in groups {
            let fields = self.fields(group.fields.iter(), draft).await?;
            if fields.is_empty() {
                continue;
            }
            let searched = |field: &Field| draft.searches.contains_key(field.name);
            let open = group.fields.iter().any(searched)
                || fields
                    .iter()
                    .any(|field| field.problem.is_some() || field.theirs.is_some() || field.was_changed);
            views.push(GroupView {
                title: self.frame.say(&format!("dashboard-group-{}", group.name)),
                folded: group.folded,
                open,
                fields,
            });
        }
        Ok(views)
    }

    /// Fields that the form has.
    pub(super) async fn fields(
        &mut self,
        fields: impl Iterator<Item = &'static Field>,
        draft: &Draft,
    ) -> Result<Vec<FieldView>, Halt> {
        let mut views = Vec::new();
        for field in fields.filter(|field| draft.has(field)) {
            views.push(self.field(field, draft).await?);
        }
        Ok(views)
    }

    async fn field(&mut self, field: &'static Field, draft: &Draft) -> Result<FieldView, Halt> {
        let problem = draft.problems.get(field.name).cloned();
        let text = draft.inputs(field).first().map(String::as_str).unwrap_or_default();
        let help = field
            .help
            .then(|| self.frame.say(&format!("dashboard-help-{}", field.name)));
        Ok(FieldView {
            name: field.name.to_owned(),
            label: words::label(self.frame, field.name),
            help,
            mark: problem.as_deref().and_then(|problem| mark::in_message(text, problem)),
            problem,
            theirs: draft.theirs.get(field.name).map(|theirs| theirs.join("\n")),
            was_changed: draft.changed.contains(&field.name),
            required: field.required && !matches!(field.kind, Kind::Script),
            input: self.input(field, draft).await?,
        })
    }

    async fn input(&mut self, field: &'static Field, draft: &Draft) -> Result<InputView, Halt> {
        let inputs = draft.inputs(field);
        let text = inputs.first().cloned().unwrap_or_default();
        let frame = self.frame;
        let word = |value: &str, chosen: bool| OptionView {
            value: value.to_owned(),
            text: words::word(frame, value),
            chosen,
        };
        let rows = |least: usize, most: usize| text.lines().count().saturating_add(1).clamp(least, most);
        Ok(match field.kind {
            Kind::Line => InputView::Line("text", text, false),
            Kind::Code | Kind::Number => InputView::Line("text", text, true),
            Kind::Secret => InputView::Line("password", String::new(), true),
            Kind::Text => InputView::Area(text.clone(), rows(3, 12), false),
            Kind::Block => InputView::Area(text.clone(), rows(3, 12), true),
            Kind::Lines | Kind::Addresses => InputView::Area(text.clone(), rows(2, 12), true),
            Kind::Json => InputView::Area(text.clone(), rows(3, 16), true),
            Kind::Script => InputView::Area(text.clone(), rows(10, 30), true),
            Kind::Switch => InputView::Switch(!inputs.is_empty()),
            Kind::Choice(choices) | Kind::Maybe(choices) => {
                let mut options: Vec<OptionView> = choices.iter().map(|one| word(one, text == **one)).collect();
                if matches!(field.kind, Kind::Maybe(_)) {
                    options.insert(
                        0,
                        OptionView {
                            value: String::new(),
                            text: frame.say("dashboard-default"),
                            chosen: text.is_empty(),
                        },
                    );
                }
                // What this version does not know is not lost by saving.
                if !text.is_empty() && !choices.contains(&text.as_str()) {
                    options.push(word(&text, true));
                }
                InputView::Choice(options)
            }
            Kind::Ticks(choices) => {
                let is_chosen = |one: &str| inputs.iter().any(|input| input == one);
                let mut options: Vec<OptionView> = choices.iter().map(|one| word(one, is_chosen(one))).collect();
                let others = inputs.iter().filter(|input| !choices.contains(&input.as_str()));
                options.extend(others.map(|one| word(one, true)));
                InputView::Ticks(options)
            }
            Kind::One(of) | Kind::Many(of) | Kind::ManyOrAll(of) => {
                InputView::Records(self.records(field, of, draft).await?)
            }
        })
    }

    /// Records to choose from: those that are chosen, and all others when they are few, or those that a search finds.
    async fn records(&mut self, field: &'static Field, of: Of, draft: &Draft) -> Result<RecordsView, Halt> {
        let Some(resource) = resources::find(of.path) else {
            return Ok(RecordsView {
                kind: "checkbox",
                options: Vec::new(),
                more: None,
                find: None,
                found_nothing: false,
            });
        };
        let search = draft.searches.get(field.name);
        let (found, is_whole) = self.offered(field, of, resource, search.map(String::as_str)).await?;
        let inputs = draft.inputs(field);
        let is_one = matches!(field.kind, Kind::One(_));
        let mut options = Vec::new();
        if is_one {
            options.push(OptionView {
                value: String::new(),
                text: self.frame.say("dashboard-none"),
                chosen: inputs.iter().all(String::is_empty),
            });
        }
        if matches!(field.kind, Kind::ManyOrAll(_)) {
            options.push(OptionView {
                value: ALL.to_owned(),
                text: self.frame.say("dashboard-word-all"),
                chosen: inputs.iter().any(|input| input == ALL),
            });
        }
        for chosen in inputs.iter().filter(|input| !input.is_empty() && *input != ALL) {
            let known = found.iter().find(|(value, _)| value == chosen);
            let text = match known {
                Some((_, text)) => text.clone(),
                None => self.names.text(self.desk, resource, chosen).await?,
            };
            options.push(OptionView {
                value: chosen.clone(),
                text,
                chosen: true,
            });
        }
        let offered = found.iter().filter(|(value, _)| !inputs.contains(value));
        options.extend(offered.map(|(value, text)| OptionView {
            value: value.clone(),
            text: text.clone(),
            chosen: false,
        }));
        Ok(RecordsView {
            kind: if is_one { "radio" } else { "checkbox" },
            options,
            more: draft.more.get(field.name).map(|count| {
                let count = u32::try_from(*count).unwrap_or(u32::MAX);
                self.frame.say_count("dashboard-more-chosen", "count", count)
            }),
            found_nothing: search.is_some() && found.is_empty(),
            find: (!is_whole).then(|| search.cloned().unwrap_or_default()),
        })
    }

    /// What is offered, each by its name in the API and its name for people; and whether that is everything.
    async fn offered(
        &mut self,
        field: &'static Field,
        of: Of,
        resource: &'static Resource,
        search: Option<&str>,
    ) -> Result<(Vec<(String, String)>, bool), Halt> {
        let query = if of.query.is_empty() {
            String::new()
        } else {
            format!("&{}", of.query)
        };
        let path = match search {
            Some(text) => {
                let text: String = byte_serialize(text.as_bytes()).collect();
                format!("/{}?limit=20&q={text}{query}", of.path)
            }
            None if SHORT.contains(&of.path) => format!("/{}?limit=40{query}", of.path),
            None => return Ok((Vec::new(), false)),
        };
        let list = self.names.list(self.desk, &path).await?;
        let items = list.get("items").and_then(Value::as_array);
        let found = items
            .into_iter()
            .flatten()
            .filter_map(|record| option(field, resource, record));
        let is_whole = search.is_none() && list.get("next_cursor").is_some_and(Value::is_null);
        let found: Vec<(String, String)> = if search.is_none() && !is_whole {
            Vec::new()
        } else {
            found.collect()
        };
        Ok((found, is_whole))
    }

    /// What is wrong with what was typed, in words.
    pub(super) fn mistyped(frame: &Frame<'_>) -> impl Fn(&Mistyped) -> String {
        move |mistyped| match mistyped {
            Mistyped::Json(why) => frame.say_with("dashboard-mistyped-json", "why", why),
            Mistyped::Number => frame.say("dashboard-mistyped-number"),
        }
    }
}
