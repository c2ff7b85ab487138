//! The place in a text that a message speaks of: `line 3, column 7: ...`. Pure.

use crate::pages::dashboard::form::MarkView;

/// Longer lines are cut around the place.
const LONGEST: usize = 120;

/// The line and the column that a message names, from 1.
fn place(message: &str) -> Option<(usize, Option<usize>)> {
    let lower = message.to_ascii_lowercase();
    let number_after = |word: &str| {
        let rest = lower.get(lower.find(word)? + word.len()..)?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<usize>().ok()
    };
    Some((number_after("line ")?, number_after("column ")))
}

/// The place in `text` that `message` names.
pub(super) fn in_message(text: &str, message: &str) -> Option<MarkView> {
    let (line, column) = place(message)?;
    at(text, line, column)
}

/// A line of a text, with a mark under the column.
pub(super) fn at(text: &str, line: usize, column: Option<usize>) -> Option<MarkView> {
    let found = text.lines().nth(line.checked_sub(1)?)?;
    let letters: Vec<char> = found
        .chars()
        .map(|letter| if letter == '\t' { ' ' } else { letter })
        .collect();
    let column = column.unwrap_or(1).saturating_sub(1).min(letters.len());
    let start = (column + 10).saturating_sub(LONGEST);
    let shown: String = letters.iter().skip(start).take(LONGEST).collect();
    let before = column - start + line.to_string().len() + 1;
    Some(MarkView {
        line,
        text: shown,
        mark: format!("{}^", " ".repeat(before)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_marks_its_place() {
        let text = "a = 1\nreturn a +\n";
        let mark = in_message(text, "Line 2, column 11: an operand is missing.").unwrap();
        assert_eq!((mark.line, mark.text.as_str()), (2, "return a +"));
        assert_eq!(mark.mark.find('^'), Some(12));
        assert!(in_message(text, "This field is required.").is_none());
        assert!(in_message(text, "line 9, column 1: x").is_none());
        assert!(in_message(text, "line 99999999999999999999999").is_none());
    }

    #[test]
    fn a_long_line_is_cut_around_its_place() {
        let text = format!("{}!{}", "x".repeat(500), "y".repeat(500));
        let mark = at(&text, 1, Some(501)).unwrap();
        assert_eq!(mark.text.chars().count(), LONGEST);
        assert_eq!(mark.text.chars().nth(mark.mark.find('^').unwrap() - 2), Some('!'));
    }
}
