//! Pairwise subjects (OpenID Connect Core, section 8.1): one sector, one `sub`; another sector, another `sub`; and the
//! public subject never shows through.

use protocol::client::{Application, SubMode, SubjectType};
use protocol::subject::{SectorError, sector, subject_identifier};
use protocol::user::User;

use crate::fixtures::{SALT, strict, user};

fn pairwise(addresses: &[&str], sector: Option<&str>) -> Application {
    Application {
        id: format!("app_{}", addresses.len()),
        subject_type: SubjectType::Pairwise,
        redirect_uris: addresses.iter().map(|address| strict(address)).collect(),
        sector_identifier_uri: sector.map(str::to_owned),
        ..Application::default()
    }
}

#[test]
fn the_sector_is_the_one_host_or_the_host_of_the_list() {
    type Case<'a> = (&'a [&'a str], Option<&'a str>, Result<&'a str, SectorError>);
    let cases: [Case<'_>; 11] = [
        (&["https://a.example/cb"], None, Ok("a.example")),
        (
            &["https://A.example/cb", "https://a.example:8443/other"],
            None,
            Ok("a.example"),
        ),
        (
            &["https://a.example/cb", "https://b.example/cb"],
            None,
            Err(SectorError::Several),
        ),
        (
            &["https://a.example/cb", "https://a.example.net/cb"],
            None,
            Err(SectorError::Several),
        ),
        (
            &["https://a.example/cb", "com.example.app:/cb"],
            None,
            Err(SectorError::None),
        ),
        (&["com.example.app:/cb"], None, Err(SectorError::None)),
        (&[], None, Err(SectorError::None)),
        (
            &["http://127.0.0.1/cb", "http://[::1]/cb"],
            None,
            Err(SectorError::Several),
        ),
        (
            &["https://a.example/cb", "https://b.example/cb"],
            Some("https://s.example/list.json"),
            Ok("s.example"),
        ),
        (
            &["com.example.app:/cb"],
            Some("https://s.example:444/list.json"),
            Ok("s.example"),
        ),
        (&["https://a.example/cb"], Some("nonsense"), Err(SectorError::None)),
    ];
    for (addresses, list, expected) in cases {
        let found = sector(&pairwise(addresses, list));
        assert_eq!(
            found.as_deref().map_err(|error| *error),
            expected,
            "{addresses:?} {list:?}"
        );
    }
}

#[test]
fn a_pairwise_subject_belongs_to_one_sector_one_person_and_one_installation() {
    let of = |application: &Application| subject_identifier(application, &user(), SALT);
    let a = pairwise(&["https://a.example/cb"], None);
    let sub = of(&a);
    assert!(sub.len() == 64 && sub.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(sub, of(&a), "it stays");
    let neighbour = pairwise(&["https://a.example/one", "https://a.example/two"], None);
    assert_eq!(sub, of(&neighbour), "one sector, one subject");
    let listed = pairwise(
        &["https://x.example/cb", "https://y.example/cb"],
        Some("https://a.example/list"),
    );
    assert_eq!(sub, of(&listed), "the list names the sector");
    assert_ne!(sub, of(&pairwise(&["https://b.example/cb"], None)));
    assert_ne!(sub, subject_identifier(&a, &user(), b"another installation"));
    let other = User {
        id: "user_other".into(),
        ..user()
    };
    assert_ne!(sub, subject_identifier(&a, &other, SALT));

    let public = subject_identifier(&Application::default(), &user(), SALT);
    assert_ne!(sub, public);
    for mode in [
        SubMode::UserId,
        SubMode::UserUuid,
        SubMode::UserUsername,
        SubMode::UserEmail,
        SubMode::UserUpn,
    ] {
        let application = Application {
            sub_mode: mode,
            ..a.clone()
        };
        assert_eq!(of(&application), sub, "{mode:?} does not show through");
    }
}

#[test]
fn without_a_sector_the_application_stands_alone() {
    let (one, two) = (
        pairwise(&[], None),
        pairwise(&["https://a.example/", "https://b.example/"], None),
    );
    let of = |application: &Application| subject_identifier(application, &user(), SALT);
    assert_ne!(of(&one), of(&two));
    assert_ne!(of(&one), of(&Application::default()), "never the public subject");
}
