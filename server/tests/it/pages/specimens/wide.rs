//! The wide pages: start page and the description of the API.

use serde_json::{Value, json};
use vestibule::pages::{ApiDocs, ApiDocument, ApiOperation, Frame, Home, Template, Tile, TileGroup};

use super::{Words, application, person};

pub(super) fn wide_pages(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let tile = |slug, name, description, launch_url| Tile {
        slug,
        name,
        description,
        icon_url: None,
        launch_url,
    };
    let launch = Some(words.or("https://notes.example/"));
    let tiles = vec![
        Tile {
            icon_url: application(words).icon_url,
            ..tile(
                words.or("notes"),
                words.or("Field Notes"),
                words.or("Notebooks that the whole team writes in."),
                launch,
            )
        },
        tile(
            "wiki",
            words.or("Wiki"),
            words.or("What we know, and who knows more."),
            Some("https://wiki.example/"),
        ),
        tile("calendar", words.or("Calendar"), "", Some("https://calendar.example/")),
        tile(
            "payroll",
            words.or("Payroll and expenses of the northern offices"),
            words.or("Open during the last week of a month."),
            Some("https://payroll.example/"),
        ),
        tile(
            "printer",
            words.or("Printer queue"),
            words.or("Signs in through the device, so there is nothing to open."),
            None,
        ),
    ];
    let groups = [
        TileGroup {
            name: words.or("Work"),
            tiles: tiles.clone(),
        },
        TileGroup {
            name: "",
            tiles: tiles[1..2].to_vec(),
        },
    ];
    let home = Home {
        frame,
        person: person(words),
        groups: &groups,
        search: Some(""),
        cut_at: Some(120),
        sign_out_action: "/logout",
        sign_out_everywhere: "/logout?everywhere=true",
        csrf: words.or("csrf-value"),
        administration: Some("/admin/"),
    };
    pages.push(("home", home.render().unwrap()));
    let nothing = Home {
        groups: &[],
        administration: None,
        ..home
    };
    for (name, search) in [("home-empty", None), ("home-none-found", Some(words.or("payroll")))] {
        pages.push((name, Home { search, ..nothing }.render().unwrap()));
    }
    let document = ApiDocument::read(&open_api(words), "http://localhost:9000");
    let docs = ApiDocs {
        frame,
        document: &document,
        json_url: "/api/v1/openapi.json",
    };
    pages.push(("api-docs", docs.render().unwrap()));
    let operation = ApiOperation::find(frame, &document, "post-api-v1-users").unwrap();
    pages.push(("api-operation", operation.render().unwrap()));
}

fn open_api(words: Words) -> Value {
    let user = json!({"type": "object", "required": ["username"], "properties": {
        "username": {"type": "string", "description": words.or("Name to sign in with. Unique, compared without `case`.")},
        "name": {"type": "string", "description": words.or("Full name."), "default": words.or("")},
        "type": {"type": "string", "enum": ["person", words.or("service_account")], "default": "person"},
        "groups": {"type": "array", "items": {"type": "string"}, "description": words.or("Ids of groups.")},
        "manager": {"$ref": "#/components/schemas/User"},
        "expires_at": {"type": ["string", "null"], "format": "date-time"}}});
    let body = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}});
    let list = json!({"description": words.or("A page of users."), "content": {"application/json": {"schema": {"type": "object", "properties": {
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/User"}}, "next_cursor": {"type": ["string", "null"]}}}}}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}, "description": words.or("Id or user name.")});
    json!({
        "openapi": "3.1.0",
        "info": {"title": words.or("Vestibule management API"), "version": words.or("1"), "description": words.or("Everything that administrators can do, for programs.\n\nSend an API token as `Authorization: Bearer`.")},
        "tags": [{"name": "users", "description": words.or("People and service accounts.")}],
        "paths": {
            "/api/v1/users": {
                "get": {"tags": ["users"], "summary": words.or("List users"), "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 50}, "description": words.or("How many to answer with.")},
                    {"name": words.or("q"), "in": "query", "schema": {"type": "string"}}], "responses": {"200": list}},
                "post": {"tags": ["users"], "summary": words.or("Create a user"), "requestBody": body, "responses": {
                    "201": {"description": words.or("The new user.")}, "422": {"description": "A field is wrong; `errors` names it."}}}},
            "/api/v1/users/{id}": {
                "parameters": [id],
                "patch": {"tags": ["users"], "summary": words.or("Change a user"), "requestBody": body, "responses": {"200": {"description": words.or("The user.")}}},
                "delete": {"tags": ["users"], "summary": words.or("Delete a user"), "responses": {"204": {"description": "Gone."}}}},
            "/api/v1/keys": {"get": {"summary": words.or("List keys"), "responses": {}}}},
        "components": {"schemas": {"User": user}}
    })
}
