//! The dispatcher by example: what comes next for the person, case by case (OpenID Connect Core, section 3.1.2.1).

use protocol::authorize::Prompt;
use protocol::client::ConsentMode;
use protocol::next_step::NextStep;
use protocol::refusal::Refusal;

use crate::next_steps::{Agreed, Case, Who, step};

#[test]
fn the_decision_table() {
    use Prompt::{Consent, Login, None as Silent, SelectAccount};
    let base = Case {
        who: Who::Old,
        enabled: true,
        prompt: &[],
        max_age: None,
        expected: None,
        mode: ConsentMode::Remember,
        agreed: Agreed::Same,
        chosen: false,
        again: false,
        given: false,
    };
    let cases = [
        (base, "Issue"),
        (
            Case {
                who: Who::Nobody,
                ..base
            },
            "SignIn",
        ),
        (
            Case {
                who: Who::Nobody,
                prompt: &[Silent],
                ..base
            },
            "login_required",
        ),
        (
            Case {
                who: Who::Disabled,
                ..base
            },
            "SignIn",
        ),
        (
            Case {
                who: Who::Disabled,
                prompt: &[Silent],
                ..base
            },
            "login_required",
        ),
        (Case { enabled: false, ..base }, "client_disabled"),
        (
            Case {
                prompt: &[Login],
                ..base
            },
            "SignIn",
        ),
        (
            Case {
                prompt: &[Login],
                who: Who::Fresh,
                ..base
            },
            "Issue",
        ),
        (
            Case {
                max_age: Some(3600),
                ..base
            },
            "Issue",
        ),
        (
            Case {
                max_age: Some(3599),
                ..base
            },
            "SignIn",
        ),
        (
            Case {
                max_age: Some(3599),
                prompt: &[Silent],
                ..base
            },
            "login_too_old",
        ),
        (
            Case {
                max_age: Some(0),
                who: Who::Fresh,
                ..base
            },
            "Issue",
        ),
        (
            Case {
                max_age: Some(0),
                prompt: &[Login],
                who: Who::Fresh,
                ..base
            },
            "Issue",
        ),
        (
            Case {
                expected: Some(false),
                ..base
            },
            "SignIn",
        ),
        (
            Case {
                expected: Some(false),
                prompt: &[Silent],
                ..base
            },
            "login_of_another",
        ),
        (
            Case {
                expected: Some(false),
                who: Who::Fresh,
                ..base
            },
            "login_of_another",
        ),
        (
            Case {
                expected: Some(true),
                prompt: &[Silent],
                ..base
            },
            "Issue",
        ),
        (
            Case {
                prompt: &[SelectAccount],
                ..base
            },
            "ChooseAccount",
        ),
        (
            Case {
                prompt: &[SelectAccount],
                chosen: true,
                ..base
            },
            "Issue",
        ),
        (
            Case {
                prompt: &[Consent],
                ..base
            },
            "Consent",
        ),
        (
            Case {
                prompt: &[Consent],
                given: true,
                ..base
            },
            "Issue",
        ),
        (
            Case {
                agreed: Agreed::Less,
                ..base
            },
            "Consent",
        ),
        (
            Case {
                agreed: Agreed::NoClaims,
                ..base
            },
            "Consent",
        ),
        (
            Case {
                agreed: Agreed::Expired,
                prompt: &[Silent],
                ..base
            },
            "consent_required",
        ),
        (
            Case {
                mode: ConsentMode::Always,
                ..base
            },
            "Consent",
        ),
        (
            Case {
                mode: ConsentMode::Skip,
                agreed: Agreed::Never,
                ..base
            },
            "Issue",
        ),
        (
            Case {
                again: true,
                prompt: &[Silent],
                ..base
            },
            "login_required",
        ),
    ];
    for (case, expected) in cases {
        let name = match step(&case) {
            NextStep::SignIn => "SignIn",
            NextStep::ChooseAccount => "ChooseAccount",
            NextStep::FirstUse => "FirstUse",
            NextStep::Consent => "Consent",
            NextStep::StepUp => "StepUp",
            NextStep::AskPolicies => "AskPolicies",
            NextStep::Denied => "Denied",
            NextStep::Issue(_) => "Issue",
            NextStep::Refuse(error) => error.refusal.code(),
        };
        assert_eq!(name, expected, "{case:?}");
    }
    assert_eq!(Refusal::LoginTooOld.error_code().as_str(), "login_required");
}
