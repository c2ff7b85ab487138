//! The pages around sources: finishing a profile, one's own account, and the sample upstream.

use vestibule::pages::{
    Account, AccountProblem, Enroll, Field, FieldProblem, Frame, LinkedItem, SourceItem, Template, UpstreamPerson,
    UpstreamStart,
};

use super::account::room;
use super::{Words, application};

pub(super) fn source_pages(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let enroll = Enroll {
        frame,
        source: words.or("Example University"),
        action: "/source/oauth/finish",
        csrf: words.or("csrf-value"),
        arrival: words.or("arrival-value"),
        username: Some(Field {
            value: words.or("alice"),
            problem: Some(FieldProblem::Taken),
        }),
        name: None,
        email: Some(Field {
            value: words.or("alice@example.org"),
            problem: None,
        }),
    };
    pages.push(("enroll", enroll.render().unwrap()));
    let linked = [
        LinkedItem {
            id: words.or("ext_01KAJ3"),
            source: words.or("github"),
            name: words.or("GitHub"),
            account: words.or("alice@example.org"),
        },
        LinkedItem {
            id: "ext_01KAJ4",
            source: "university",
            name: words.or("The university of the northern lights and its colleges"),
            account: words.or("0190a1b2c3d4e5f60718293a4b5c6d7e8f90"),
        },
    ];
    let sources = [SourceItem {
        key: words.or("github"),
        name: words.or("GitHub"),
        icon: application(words).icon_url,
    }];
    let account = Account {
        frame,
        room: room(words, "/account").with_problem(Some(AccountProblem::LastWayIn.message())),
        email: Some(words.or("alice@example.com")),
        linked: &linked,
        sources: &sources,
    };
    pages.push(("account", account.render().unwrap()));
    let empty = Account {
        room: room(words, "/account"),
        email: None,
        linked: &[],
        sources: &[],
        ..account
    };
    pages.push(("account-empty", empty.render().unwrap()));
    let upstream = UpstreamStart {
        frame,
        name: words.or("Sample upstream"),
        action: "/authorize",
        passed: &[("state", words.or("af0ifjsldkj")), (words.or("scope"), "openid")],
        people: &[UpstreamPerson {
            name: "bob",
            full_name: words.or("Bob Builder").to_owned(),
            about: words.or("Has everything."),
        }],
        misbehaviours: &[("none", "Everything is as it should be")],
    };
    pages.push(("sample-upstream", upstream.render().unwrap()));
}
