//! A refusal explained to an administrator: given and expected side by side, what differs, the rule, and the buttons that
//! repair it. Part of the page of a refusal, and of the page of a transaction.

use protocol::explanation::{Aspect, Difference, Offer, Piece, Place, Repair, Rule};

use super::frame::Frame;

/// `section#explanation`, marks `mark`, buttons `button[data-repair=NAME]`.
#[derive(Debug)]
pub struct Explanation<'a> {
    /// The stable code.
    pub code: &'a str,
    /// What was given, in pieces.
    pub given: Vec<Piece>,
    /// What was expected, in pieces.
    pub expected: Vec<Piece>,
    /// What differs.
    pub aspects: Vec<Aspect>,
    /// Other values that would have been right.
    pub others: Vec<String>,
    /// The rule that refused.
    pub rule: Rule,
    /// Where it is corrected when no button does it.
    pub place: Place,
    /// What repairs it.
    pub offers: Vec<Offer>,
    /// Where the buttons lead.
    pub action: String,
    /// The anti-forgery value of the forms.
    pub csrf: String,
    /// Where the refused request begins anew.
    pub again: Option<String>,
    /// The record of the transaction; `None` on its own page.
    pub record: Option<String>,
}

impl Explanation<'_> {
    /// The two sides of a refusal that has them.
    #[must_use]
    pub fn sides(given: Option<&str>, expected: Option<&str>, difference: Option<Difference>) -> Difference {
        let whole = |text: Option<&str>| {
            let text = text.filter(|text| !text.is_empty());
            text.map(|text| Piece {
                text: text.to_owned(),
                differs: false,
            })
        };
        difference.unwrap_or_else(|| Difference {
            given: whole(given).into_iter().collect(),
            expected: whole(expected).into_iter().collect(),
            aspects: Vec::new(),
            others: Vec::new(),
        })
    }

    pub(super) fn compares(&self) -> bool {
        !self.given.is_empty() || !self.expected.is_empty()
    }

    pub(super) fn rule_text(&self, frame: &Frame<'_>) -> String {
        frame.say(&format!("explain-rule-{}", self.rule.as_str()))
    }

    pub(super) fn place_text(&self, frame: &Frame<'_>) -> String {
        frame.say(&format!("explain-place-{}", self.place.as_str()))
    }

    pub(super) fn aspect_text(&self, frame: &Frame<'_>, aspect: &Aspect) -> String {
        frame.say(&format!("explain-aspect-{}", aspect.as_str()))
    }

    pub(super) fn repair_text(&self, frame: &Frame<'_>, offer: &Offer) -> String {
        repair_text(frame, offer.repair)
    }

    pub(super) fn caution_text(&self, frame: &Frame<'_>, offer: &Offer) -> String {
        let weaker = offer.repair.warns();
        frame.say(if weaker {
            "explain-caution-weaker"
        } else {
            "explain-caution-host"
        })
    }
}

/// The text of the button of a repair.
#[must_use]
pub fn repair_text(frame: &Frame<'_>, repair: Repair) -> String {
    frame.say(&format!("explain-repair-{}", repair.as_str()))
}

/// Why a repair that asks to be confirmed was not done.
#[must_use]
pub fn unconfirmed(frame: &Frame<'_>) -> String {
    frame.say("explain-unconfirmed")
}

/// Every message whose id is put together from a name.
pub fn messages() -> impl Iterator<Item = String> {
    let rules = Rule::ALL.iter().map(|rule| format!("explain-rule-{}", rule.as_str()));
    let repairs = Repair::ALL
        .iter()
        .map(|repair| format!("explain-repair-{}", repair.as_str()));
    let aspects = Aspect::ALL
        .iter()
        .map(|aspect| format!("explain-aspect-{}", aspect.as_str()));
    let places = Place::ALL
        .iter()
        .map(|place| format!("explain-place-{}", place.as_str()));
    rules.chain(repairs).chain(aspects).chain(places)
}
