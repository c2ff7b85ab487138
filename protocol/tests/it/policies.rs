//! How the answers of policy bindings become one: order, negation, failure, dry run, any and all.

use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::policy::PolicyEngineMode::{All, Any};
use protocol::policy::{Answer, Asked, Binding, Bound, Policy, PolicyEngineMode, decide, in_order};
use protocol::time::Time;

fn binding(id: &str, bound: Bound) -> Binding {
    Binding {
        id: id.to_owned(),
        bound,
        order: 0,
        enabled: true,
        negate: false,
        timeout_seconds: 30,
        failure_result: false,
        dry_run: false,
    }
}

fn policy(id: &str) -> Binding {
    let policy = Policy {
        id: format!("pol_{id}"),
        created_at: Time::default(),
        updated_at: Time::default(),
        version: 1,
        name: format!("policy {id}"),
        expression: String::new(),
    };
    binding(id, Bound::Policy(Arc::new(policy)))
}

fn group(id: &str, group: &str) -> Binding {
    let (id_of, name) = (group.to_owned(), group.to_owned());
    binding(id, Bound::Group { id: id_of, name })
}

fn user(id: &str, user: &str) -> Binding {
    let (id_of, name) = (user.to_owned(), user.to_owned());
    binding(id, Bound::User { id: id_of, name })
}

/// What each binding of the table says: `id` and its answer; `None`: the expression failed.
fn passes(mode: PolicyEngineMode, bindings: &[Binding], answers: &[(&str, Option<bool>)]) -> bool {
    let answers: BTreeMap<String, Answer> = answers
        .iter()
        .map(|(id, passing)| {
            let answer = Answer {
                passing: *passing,
                messages: vec![format!("from {id}")],
            };
            ((*id).to_owned(), answer)
        })
        .collect();
    let groups = ["editors".to_owned()];
    let asked = Asked {
        user_id: Some("alice"),
        group_ids: &groups,
    };
    decide(mode, bindings, asked, &answers).passing
}

#[test]
fn without_bindings_everybody_passes() {
    assert!(passes(Any, &[], &[]));
    assert!(passes(All, &[], &[]));
}

#[test]
fn any_needs_one_and_all_needs_every_policy() {
    let bindings = [policy("a"), policy("b")];
    for (a, b, any, all) in [
        (true, true, true, true),
        (true, false, true, false),
        (false, true, true, false),
        (false, false, false, false),
    ] {
        let answers = [("a", Some(a)), ("b", Some(b))];
        assert_eq!(passes(Any, &bindings, &answers), any, "any of {a} {b}");
        assert_eq!(passes(All, &bindings, &answers), all, "all of {a} {b}");
    }
}

#[test]
fn groups_and_users_count_together_as_one() {
    let either = [group("a", "editors"), group("b", "others")];
    assert!(passes(All, &either, &[]), "either group is enough even in all");
    let both = [group("a", "others"), user("b", "alice"), policy("c")];
    assert!(passes(All, &both, &[("c", Some(true))]));
    assert!(!passes(All, &both, &[("c", Some(false))]));
    assert!(!passes(Any, &[group("a", "others"), user("b", "bob")], &[]));
}

#[test]
fn a_negated_binding_turns_the_answer_round() {
    let mut not = group("a", "editors");
    not.negate = true;
    assert!(!passes(Any, &[not.clone()], &[]));
    not.bound = Bound::User {
        id: "bob".into(),
        name: "bob".into(),
    };
    assert!(passes(Any, &[not], &[]), "alice is not bob");
    let mut not = policy("a");
    not.negate = true;
    assert!(passes(Any, &[not.clone()], &[("a", Some(false))]));
    assert!(!passes(Any, &[not], &[("a", Some(true))]));
}

#[test]
fn a_failed_expression_has_its_failure_result_which_is_not_turned_round() {
    for (failure_result, negate) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut failing = policy("a");
        failing.failure_result = failure_result;
        failing.negate = negate;
        assert_eq!(passes(Any, &[failing.clone()], &[("a", None)]), failure_result);
        // One that was not answered at all has failed as well.
        assert_eq!(passes(Any, &[failing], &[]), failure_result);
    }
}

#[test]
fn a_dry_run_is_reported_and_not_counted() {
    let mut dry = policy("a");
    dry.dry_run = true;
    assert!(passes(All, &[dry.clone()], &[("a", Some(false))]), "nothing is counted");
    assert!(!passes(
        Any,
        &[dry.clone(), policy("b")],
        &[("a", Some(true)), ("b", Some(false))]
    ));
    let outcome = decide(
        Any,
        &[dry],
        Asked {
            user_id: None,
            group_ids: &[],
        },
        &BTreeMap::new(),
    );
    assert!(!outcome.verdicts[0].counted && !outcome.verdicts[0].passing);
    assert!(outcome.refused_by().is_empty());
}

#[test]
fn nobody_is_in_no_group_and_is_no_user() {
    let asked = Asked {
        user_id: None,
        group_ids: &[],
    };
    for bound in [group("a", "editors"), user("a", "alice")] {
        assert!(!decide(Any, &[bound], asked, &BTreeMap::new()).passing);
    }
}

#[test]
fn bindings_are_asked_in_their_order_and_disabled_ones_not_at_all() {
    let mut bindings = vec![policy("a"), policy("b"), policy("c"), policy("d")];
    bindings[0].order = 2;
    bindings[1].order = -1;
    bindings[3].enabled = false;
    in_order(&mut bindings);
    let ids: Vec<&str> = bindings.iter().map(|binding| binding.id.as_str()).collect();
    assert_eq!(ids, ["b", "c", "a"]);
    let answer = |id: &str| {
        let answer = Answer {
            passing: Some(false),
            messages: vec![format!("from {id}")],
        };
        (id.to_owned(), answer)
    };
    let answers = ["a", "b", "c"].map(answer).into();
    let asked = Asked {
        user_id: Some("alice"),
        group_ids: &[],
    };
    let outcome = decide(All, &bindings, asked, &answers);
    assert_eq!(outcome.messages, ["from b", "from c", "from a"]);
    assert_eq!(outcome.refused_by(), ["policy b", "policy c", "policy a"]);
}
