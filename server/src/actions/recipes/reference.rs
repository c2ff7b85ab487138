//! Writes `docs/reference/recipes.md` from the recipes.

use super::catalogue::{Endpoints, Recipe, Request, all};

/// The page.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Recipes\n\n\
         <!-- Generated from server/recipes; a test compares. -->\n\n\
         A recipe knows what a well-known application needs of Vestibule and what it has to be told. The dashboard begins with them\n\
         (*Applications*, *New application*), and so can a program:\n\n\
         ```sh\n\
         vestibule application recipes\n\
         vestibule application create wiki --recipe outline --answer base=https://wiki.example.com\n\
         ```\n\n\
         At the management API: `GET /api/v1/recipes`, `GET /api/v1/recipes/{name}?base=...` (the application that would be made, and the\n\
         texts), `POST /api/v1/recipes/{name}/applications`. A test makes the application of each recipe and runs the request below it\n\
         to its end, with both databases. What stands here about other projects follows their public documentation; where a newer version\n\
         differs, the page of the project is right.\n\n\
         | application | kind | asks for | PKCE | secret sent by | reads |\n|---|---|---|---|---|---|\n",
    );
    for recipe in all() {
        let request = &recipe.request;
        page.push_str(&format!(
            "| [{}](#{}) | {} | `{}` | {} | {} | {} |\n",
            recipe.title,
            anchor(&recipe.title),
            recipe.group,
            request.scope,
            if request.pkce { "yes" } else { "no" },
            authentication(request),
            reads(request),
        ));
    }
    for recipe in all() {
        page.push_str(&section(recipe));
    }
    page
}

fn section(recipe: &Recipe) -> String {
    let mut text = format!(
        "\n## {}\n\n{} [Its own page]({}).\n\n",
        recipe.title, recipe.about, recipe.documentation
    );
    for question in &recipe.questions {
        text.push_str(&format!(
            "* `{{{}}}`: {}, for instance `{}`\n",
            question.name, question.label, question.example
        ));
    }
    let template = &recipe.application;
    for (what, addresses) in [
        ("Redirect URI", &template.redirect_uris),
        ("After sign-out", &template.post_logout_redirect_uris),
    ] {
        for address in addresses {
            text.push_str(&format!("* {what}: `{address}`\n"));
        }
    }
    let kind = if template.public { "public" } else { "confidential" };
    let pkce = if template.require_pkce { ", PKCE demanded" } else { "" };
    text.push_str(&format!(
        "* Made as: {kind}, signed with {}{pkce}\n",
        template.algorithm()
    ));
    for note in &recipe.notes {
        text.push_str(&format!("* {note}\n"));
    }
    for mapping in &recipe.scope_mappings {
        text.push_str(&format!(
            "\nScope mapping `{}` ({}):\n\n```python\n{}\n```\n",
            mapping.scope,
            mapping.name,
            mapping.expression.trim()
        ));
    }
    for paste in &recipe.paste {
        text.push_str(&format!("\n**{}**\n\n", paste.title));
        if let Some(lines) = &paste.text {
            text.push_str(&format!("```\n{}\n```\n", lines.trim_matches('\n')));
        }
        if !paste.fields.is_empty() {
            text.push_str("| field | value |\n|---|---|\n");
            for (name, value) in &paste.fields {
                text.push_str(&format!("| {name} | `{value}` |\n"));
            }
        }
    }
    text
}

fn authentication(request: &Request) -> &'static str {
    use super::catalogue::Authentication;
    match request.authentication {
        Authentication::Basic => "Basic",
        Authentication::Post => "body",
        Authentication::None => "not at all",
    }
}

fn reads(request: &Request) -> &'static str {
    match (
        request.endpoints,
        request.id_token.is_empty(),
        request.userinfo.is_empty(),
    ) {
        (Endpoints::Machine, ..) => "access token",
        (_, false, false) => "ID token, userinfo",
        (_, false, true) => "ID token",
        _ => "userinfo",
    }
}

/// The anchor that Markdown viewers make of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        _ => c.is_alphanumeric().then(|| c.to_ascii_lowercase()),
    });
    kept.collect()
}
