//! Why a password is too easy to guess, in words.

use super::frame::Frame;
use crate::strength::{Suggestion, Warning, Weakness};

/// What a person reads of a [`Weakness`].
#[derive(Debug, Clone, PartialEq)]
pub struct Advice(pub Weakness);

impl Advice {
    /// What is wrong and what helps, in the person's language.
    pub(super) fn say(&self, frame: &Frame<'_>) -> String {
        let Weakness { warning, suggestions } = &self.0;
        let mut sentences = vec![frame.say(warning.map_or("strength-weak", name_of_warning))];
        for suggestion in suggestions {
            let sentence = frame.say(name_of_suggestion(*suggestion));
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        sentences.join(" ")
    }
}

const fn name_of_warning(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => "strength-keys",
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            "strength-repeats"
        }
        Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword => {
            "strength-common"
        }
        Warning::ThisIsSimilarToACommonlyUsedPassword => "strength-like-common",
        Warning::SequencesLikeAbcAreEasyToGuess => "strength-sequence",
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => "strength-date",
        Warning::AWordByItselfIsEasyToGuess => "strength-word",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess => {
            "strength-name"
        }
    }
}

const fn name_of_suggestion(suggestion: Suggestion) -> &'static str {
    match suggestion {
        Suggestion::UseAFewWordsAvoidCommonPhrases | Suggestion::UseALongerKeyboardPatternWithMoreTurns => {
            "strength-few-words"
        }
        Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters => "strength-no-need",
        Suggestion::AddAnotherWordOrTwo => "strength-another-word",
        Suggestion::CapitalizationDoesntHelpVeryMuch
        | Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase
        | Suggestion::ReversedWordsArentMuchHarderToGuess
        | Suggestion::PredictableSubstitutionsDontHelpVeryMuch => "strength-no-tricks",
        Suggestion::AvoidRepeatedWordsAndCharacters | Suggestion::AvoidSequences => "strength-no-repeats",
        Suggestion::AvoidRecentYears
        | Suggestion::AvoidYearsThatAreAssociatedWithYou
        | Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => "strength-no-dates",
    }
}
