//! `docs/reference/refusals/CODE.md`: one page for each refusal, written from the tables of this folder.

use super::Place;
use super::causes::causes_of;
use super::fields::field_of;
use super::repair::{Repair, possible};
use super::rules::Rule;
use crate::refusal::Refusal;

/// How whoever was refused hears of it.
const fn heard(refusal: Refusal) -> &'static str {
    match Rule::of(refusal) {
        Rule::ClientAuthentication
        | Rule::CodeOnce
        | Rule::RefreshOnce
        | Rule::GrantType
        | Rule::Assertion
        | Rule::Management
        | Rule::Bearer => {
            "Nothing: the application is answered in JSON, with `error`, `error_description` and this code as `refusal`. What the \
             application shows is its own affair."
        }
        Rule::Device => {
            "On the device, whatever the device shows: it is answered in JSON, with `error`, `error_description` and this code as \
             `refusal`."
        }
        Rule::ResponseType | Rule::Scope | Rule::Pkce | Rule::NonceAndState | Rule::Prompt | Rule::PersonSaysNo => {
            "The browser goes back to the application with `error` and `error_description`; the application says what it makes of \
             it. Where there is no address to go back to, a page of ours says the sentence above."
        }
        _ => {
            "A page with the sentence above, what can be done now, this code, and a case number to quote. Nothing of what is \
             registered is shown."
        }
    }
}

const fn place(refusal: Refusal) -> &'static str {
    match Place::of(refusal) {
        Place::Application => "in the settings of the application here",
        Place::Source => "in the settings of the source here",
        Place::User => "in the account",
        Place::Policies => "in the rules (policy bindings) of the application or source",
        Place::Sender => "in the application that sends the request",
        Place::Upstream => "at the source",
        Place::Person => "by the person, who begins again",
        Place::Server => "on the server: its log, its configuration, its database",
    }
}

/// The page of a refusal.
#[must_use]
pub fn page_of(refusal: Refusal) -> String {
    let (code, rule) = (refusal.code(), Rule::of(refusal));
    let mut page = format!(
        "# `{code}`\n\n\
         <!-- Generated from protocol/src/refusal.rs and protocol/src/explanation/; a test compares. -->\n\n\
         {}\n\n\
         | | |\n|---|---|\n\
         | `error` | `{}` |\n",
        refusal.sentence(),
        refusal.error_code().as_str(),
    );
    if let Some(field) = field_of(refusal) {
        page.push_str(&format!("| about | `{field}` |\n"));
    }
    page.push_str(&format!("| corrected | {} |\n", place(refusal)));
    page.push_str(&format!("\n## The rule\n\n{}", rule.sentence()));
    if !rule.page().is_empty() {
        page.push_str(&format!(" [More]({}).", rule.page()));
    }
    page.push_str("\n\n## Likely causes\n\n");
    for cause in causes_of(refusal) {
        page.push_str(&format!("* {cause}\n"));
    }
    page.push_str(&format!("\n## What to do\n\n{}\n", refusal.advice()));
    page.push_str(&format!("\n## What a stranger sees\n\n{}\n", heard(refusal)));
    page.push_str(
        "\n## What an administrator sees\n\n\
         On the same page, or under the case number: what was given and what was expected side by side with the difference \
         marked, the rule, the steps of the whole sign-in, and what repairs it.\n",
    );
    let repairs = possible(refusal);
    page.push_str("\n## Repairs\n\n");
    if repairs.is_empty() {
        page.push_str(&format!(
            "No button repairs this: it is corrected {}.\n",
            place(refusal)
        ));
    }
    for repair in repairs {
        page.push_str(&line_of(repair));
    }
    page.push_str("\n[All refusals](../refusals.md)\n");
    page
}

fn line_of(repair: Repair) -> String {
    let careful = if repair.warns() {
        " It makes something less safe, so it is asked about twice."
    } else {
        ""
    };
    format!("* `{}`: {}{careful}\n", repair.as_str(), repair.sentence())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_reference_pages_are_what_the_tables_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/refusals");
        let writes = std::env::var_os("VESTIBULE_TEST_WRITE").is_some();
        if writes {
            std::fs::create_dir_all(&folder).expect("the folder can be made");
        }
        for refusal in Refusal::ALL {
            let path = folder.join(format!("{}.md", refusal.code()));
            if writes {
                std::fs::write(&path, page_of(*refusal)).expect("a page can be written");
            }
            let stands = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                stands == page_of(*refusal),
                "{} is old; write it with VESTIBULE_TEST_WRITE=1 cargo test the_reference_page",
                path.display()
            );
        }
        let pages = std::fs::read_dir(&folder).expect("the folder is there").count();
        assert_eq!(pages, Refusal::ALL.len(), "a page of a refusal that is gone");
    }

    #[test]
    fn each_page_names_its_repairs_and_causes() {
        for refusal in Refusal::ALL {
            let page = page_of(*refusal);
            assert!(!causes_of(*refusal).is_empty(), "{}", refusal.code());
            for repair in possible(*refusal) {
                assert!(page.contains(repair.as_str()), "{}", refusal.code());
            }
        }
    }
}
