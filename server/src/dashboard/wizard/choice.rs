//! `/admin/applications/new`: which application it is.

use std::collections::BTreeMap;

use axum::response::Response;
use http::StatusCode;

use crate::dashboard::desk::Arrival;
use crate::dashboard::engine;
use crate::dashboard::reading::{items, text, with_query};
use crate::pages::dashboard::wizard::{Choice, ChoiceGroup, ChoiceItem};
use crate::pages::{FormAction, Frame, reply};
use crate::web::visit::{Shown, Visit};

/// Shows the recipes, those that fit what was searched for, and the ways for everything else.
pub(in crate::dashboard) async fn get(arrival: Arrival) -> Response {
    if wants_whole_form(&arrival) {
        return engine::get(arrival).await;
    }
    let visit = arrival.visit();
    visit.answer(show(&visit, &arrival).await)
}

/// The parameter that leads past the wizard to the form with every field.
const WHOLE_FORM: &str = "form=all";

/// Whether somebody asks for the form with every field.
pub(super) fn wants_whole_form(arrival: &Arrival) -> bool {
    let query = arrival.incoming.query().unwrap_or_default();
    query.split('&').any(|pair| pair == WHOLE_FORM)
}

/// The way to the form with every field.
pub(super) fn whole_form(frame: &Frame<'_>, path: &str) -> ChoiceItem {
    ChoiceItem {
        address: format!("/admin/{path}/new?{WHOLE_FORM}"),
        name: "all".to_owned(),
        title: frame.say("wizard-whole-form"),
        about: frame.say("wizard-whole-form-text"),
    }
}

async fn show(visit: &Visit<'_>, arrival: &Arrival) -> Shown {
    let desk = arrival.desk(visit).await?;
    let query = visit.query(arrival.incoming.query())?;
    let frame = visit.frame(&[]);
    let search = query.get("q").unwrap_or_default();
    let answer = desk.read(&with_query("/recipes", [("q", search)])).await?;
    let mut groups: BTreeMap<&str, Vec<ChoiceItem>> = BTreeMap::new();
    for recipe in items(&answer.body, "items") {
        let name = text(recipe, "name");
        groups.entry(text(recipe, "group")).or_default().push(ChoiceItem {
            address: format!("/admin/applications/new/{name}"),
            name: name.to_owned(),
            title: text(recipe, "title").to_owned(),
            about: text(recipe, "about").to_owned(),
        });
    }
    let groups = groups.into_iter().map(|(title, items)| ChoiceGroup {
        title: title.to_owned(),
        items,
    });
    let other = |kind: &str, title: &str, about: &str| ChoiceItem {
        address: format!("/admin/applications/other/{kind}"),
        name: kind.to_owned(),
        title: frame.say(title),
        about: frame.say(about),
    };
    let page = Choice {
        shell: desk.shell(&frame),
        title: frame.say("wizard-new-application"),
        about: frame.say("wizard-choose"),
        search: Some(search.to_owned()),
        groups: groups.collect(),
        others: vec![
            other("web", "wizard-other-web", "wizard-other-web-text"),
            other("browser", "wizard-other-browser", "wizard-other-browser-text"),
            other("machine", "wizard-other-machine", "wizard-other-machine-text"),
            whole_form(&frame, "applications"),
        ],
        are_words_english: true,
        frame: &frame,
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}
