//! Property mappings and groups of a source (authentik sheet, 7.7.1 to 7.7.3 and 7.7.11 to 7.7.14).

use std::collections::BTreeSet;

use protocol::refusal::Refusal;
use protocol::upstream::{
    GroupMatchingMode, GroupRow, GroupSituation, Profile, SourceGroup, apply_group_properties, apply_properties,
    base_group_properties, base_properties, decide_groups, merge_properties, read_profile,
};
use serde_json::{Map, Value, json};

use crate::upstream_mapping::told;
use crate::upstream_support::oidc;

fn noor() -> Profile {
    let profile = json!({
        "sub": "42", "email": "Noor@harbor.test", "email_verified": true, "name": "Noor Haddad", "preferred_username": "noor",
        "groups": ["staff", {"id": "g-7", "displayName": "Night shift"}],
    });
    read_profile(&oidc(), &told(&profile.to_string())).unwrap()
}

fn after(results: &[Value]) -> Profile {
    let profile = noor();
    let mut properties = base_properties(&oidc(), &profile);
    for result in results {
        merge_properties(&mut properties, result);
    }
    apply_properties(profile, properties)
}

#[test]
fn a_7_7_1_the_base_properties() {
    let base = base_properties(&oidc(), &noor());
    assert_eq!(
        Value::Object(base),
        json!({
            "username": "noor", "email": "Noor@harbor.test", "name": "Noor Haddad", "groups": ["staff", "g-7"], "attributes": {},
            "path": "goauthentik.io/sources/harbor",
        })
    );
    // Without a mapping nothing is changed by them.
    assert_eq!(after(&[]), noor());
}

#[test]
fn a_7_7_1_results_are_merged_lists_united_and_none_dropped_at_the_end() {
    let mut properties = json!({"groups": ["a"], "attributes": {"x": 1, "l": [1]}, "name": "A"})
        .as_object()
        .unwrap()
        .clone();
    for result in [
        json!({"groups": ["b", "a"], "attributes": {"y": {"z": 1}, "l": [1, 2]}}),
        json!({"attributes": {"y": {"w": 2}}, "name": null}),
        json!([1]),
        json!("text"),
        json!(null),
        json!({}),
    ] {
        merge_properties(&mut properties, &result);
    }
    assert_eq!(
        Value::Object(properties.clone()),
        json!({"groups": ["a", "b"], "attributes": {"x": 1, "l": [1, 2], "y": {"z": 1, "w": 2}}, "name": null})
    );
    // A later mapping may set again what an earlier one took away; only the end counts.
    merge_properties(&mut properties, &json!({"name": "B"}));
    assert_eq!(properties["name"], json!("B"));
}

#[test]
fn a_7_7_3_properties_become_fields_of_the_person() {
    let person = after(&[json!({
        "username": "harbor-noor", "name": null, "locale": "nl", "attributes": {"desk": "B7", "gone": null, "in": {"n": null, "k": 1}},
        "path": "users/x", "is_superuser": true, "picture": "javascript:x", "groups": ["extra", "staff"],
    })]);
    assert_eq!(person.username.as_deref(), Some("harbor-noor"));
    assert_eq!((person.name, person.locale.as_deref()), (None, Some("nl")));
    assert_eq!(Value::Object(person.attributes), json!({"desk": "B7", "in": {"k": 1}}));
    let groups: Vec<(&str, &str)> = person
        .groups
        .iter()
        .map(|group| (group.id.as_str(), group.name.as_str()))
        .collect();
    assert_eq!(groups, [("staff", "staff"), ("g-7", "Night shift"), ("extra", "extra")]);
    let dropped: Vec<&str> = person.dropped.iter().map(|dropped| dropped.key.as_str()).collect();
    assert_eq!(dropped, ["picture", "properties.is_superuser"]);
    assert_eq!(person.provider_user_id, "42", "who it is does not change");
}

#[test]
fn an_address_that_a_mapping_changes_is_no_longer_the_verified_one() {
    let changed = |result: Value| {
        let person = after(&[result]);
        (person.email_address, person.verified)
    };
    let boss = Some("boss@harbor.test".to_owned());
    assert_eq!(changed(json!({"email": "boss@harbor.test"})), (boss.clone(), false));
    assert_eq!(
        changed(json!({"email": "boss@harbor.test", "email_verified": true})),
        (boss, true)
    );
    assert_eq!(
        changed(json!({"name": "N"})),
        (Some("Noor@harbor.test".to_owned()), true)
    );
    assert_eq!(
        changed(json!({"email_verified": false})),
        (Some("Noor@harbor.test".to_owned()), false)
    );
    assert_eq!(changed(json!({"email": null})), (None, false));
    assert_eq!(
        changed(json!({"email": "no address", "email_verified": true})),
        (None, false)
    );
}

#[test]
fn a_7_7_14_groups_are_texts_numbers_or_objects_and_the_rest_is_left_out() {
    let groups = json!([
        "a", 7, {"id": "i", "name": "N"}, {"value": "v", "display": "D"}, {"sub": "s", "displayName": "S"}, {"name": "only"},
        {"id": 9}, "a", "", "  ", null, true, [], {}, {"id": ""}, 1.5, "x\u{0}y",
    ]);
    let profile = read_profile(&oidc(), &told(&json!({"sub": "1", "groups": groups}).to_string())).unwrap();
    let read: Vec<(&str, &str)> = profile
        .groups
        .iter()
        .map(|group| (group.id.as_str(), group.name.as_str()))
        .collect();
    assert_eq!(
        read,
        [
            ("a", "a"),
            ("7", "7"),
            ("i", "N"),
            ("v", "D"),
            ("s", "S"),
            ("only", "only"),
            ("9", "9")
        ]
    );
    assert_eq!(profile.dropped.len(), 9);
    assert!(profile.dropped.iter().all(|dropped| dropped.key.starts_with("groups[")));
    let elsewhere = protocol::upstream::Source {
        groups_claim: Some("realm_access.roles".into()),
        ..oidc()
    };
    let text = r#"{"sub":"1","realm_access":{"roles":["admin"]},"groups":["x"]}"#;
    let profile = read_profile(&elsewhere, &told(text)).unwrap();
    assert_eq!(profile.groups[0].id, "admin");
    let many: Vec<String> = (0..2000).map(|at| format!("g{at}")).collect();
    let profile = read_profile(&oidc(), &told(&json!({"sub": "1", "groups": many}).to_string())).unwrap();
    assert_eq!(profile.groups.len(), 1000);
}

fn group(id: &str, name: &str) -> SourceGroup {
    SourceGroup {
        id: id.into(),
        name: name.into(),
        attributes: Map::new(),
    }
}

#[test]
fn a_7_7_11_the_properties_of_a_group() {
    let mut properties = base_group_properties(&group("g-7", "Night shift"));
    assert_eq!(
        Value::Object(properties.clone()),
        json!({"name": "Night shift", "attributes": {}})
    );
    merge_properties(
        &mut properties,
        &json!({"name": "harbor/night", "attributes": {"floor": 2}}),
    );
    let changed = apply_group_properties(group("g-7", "Night shift"), &properties).unwrap();
    assert_eq!((changed.id.as_str(), changed.name.as_str()), ("g-7", "harbor/night"));
    assert_eq!(Value::Object(changed.attributes), json!({"floor": 2}));
    for name in [json!(null), json!(7), json!(""), json!("a\u{202e}b")] {
        merge_properties(&mut properties, &json!({"name": name}));
        assert_eq!(apply_group_properties(group("g-7", "N"), &properties), None);
    }
}

fn ids(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn a_7_7_12_every_row_of_the_group_table() {
    let staff = group("g-1", "staff");
    let situation = |joined, by_name| GroupSituation {
        group: &staff,
        joined,
        by_name,
    };
    use GroupMatchingMode::{Identifier, NameDeny, NameLink};
    let rows = [
        (Identifier, Some("group_1"), Some("group_2"), GroupRow::Joined),
        (NameDeny, Some("group_1"), Some("group_1"), GroupRow::Joined),
        (NameLink, Some("group_1"), Some("group_2"), GroupRow::Joined),
        (NameLink, None, Some("group_2"), GroupRow::LinkedByName),
        (Identifier, None, Some("group_2"), GroupRow::NameTaken),
        (Identifier, None, None, GroupRow::Created),
        (NameLink, None, None, GroupRow::Created),
        (NameDeny, None, None, GroupRow::Created),
    ];
    for (mode, joined, by_name, row) in rows {
        let decision = decide_groups(mode, &[situation(joined, by_name)], &ids(&[]), &ids(&[])).unwrap();
        assert_eq!(decision.rows, [("g-1".to_owned(), row)], "{mode:?}");
        let members = match row {
            GroupRow::Joined => ids(&["group_1"]),
            GroupRow::LinkedByName => ids(&["group_2"]),
            _ => ids(&[]),
        };
        assert_eq!(decision.members_of, members);
        assert_eq!(decision.create.len(), usize::from(row == GroupRow::Created));
        let link = (row == GroupRow::LinkedByName).then(|| ("g-1".to_owned(), "group_2".to_owned()));
        assert_eq!(decision.link, Vec::from_iter(link));
    }
    let denied = decide_groups(NameDeny, &[situation(None, Some("group_2"))], &ids(&[]), &ids(&[])).unwrap_err();
    assert_eq!(denied.refusal, Refusal::UpstreamGroupDenied);
    assert_eq!(denied.given.as_deref(), Some("staff"));
    let names: BTreeSet<&str> = GroupRow::ALL.iter().map(|row| row.name()).collect();
    assert_eq!(names.len(), 5);
}

#[test]
fn two_new_groups_of_one_name_become_one() {
    let (first, second) = (group("g-1", "staff"), group("g-2", "staff"));
    let situations = [&first, &second].map(|group| GroupSituation {
        group,
        joined: None,
        by_name: None,
    });
    let decision = decide_groups(GroupMatchingMode::NameLink, &situations, &ids(&[]), &ids(&[])).unwrap();
    assert_eq!(decision.create, [first]);
    assert_eq!(decision.rows[1].1, GroupRow::NameTaken);
}

#[test]
fn a_7_7_13_memberships_of_this_source_follow_it_and_others_stay() {
    let staff = group("g-1", "staff");
    let situations = [GroupSituation {
        group: &staff,
        joined: Some("group_staff"),
        by_name: None,
    }];
    let joined = ids(&["group_staff", "group_night", "group_far"]);
    let member_of = ids(&["group_night", "group_own"]);
    let decision = decide_groups(GroupMatchingMode::Identifier, &situations, &joined, &member_of).unwrap();
    assert_eq!(decision.members_of, ids(&["group_staff"]));
    assert_eq!(decision.leave, ids(&["group_night"]));
}
