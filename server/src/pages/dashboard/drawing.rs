//! A transaction as a sequence diagram: a lane for each party, an arrow for each message, a box for what is checked. Geometry only;
//! colours come from the stylesheet, so that light and dark follow the rest of the page.

use protocol::transaction::{Party, Step, StepKind};

/// The width of the whole drawing, in its own units.
const WIDTH: i64 = 880;
/// The height of the names at the top.
const TOP: i64 = 56;
/// The height of a row.
const ROW: i64 = 46;
/// The longest text on an arrow, in characters.
const LONGEST: usize = 44;
/// The most rows; what comes after them stands in the list below the drawing.
const MOST: usize = 60;

/// A drawing.
#[derive(Debug, Default)]
pub struct Drawing {
    /// The lanes.
    pub lanes: Vec<Lane>,
    /// The rows, from the top.
    pub rows: Vec<Row>,
    /// The height of the whole drawing.
    pub height: i64,
}

/// A party and its line.
#[derive(Debug)]
pub struct Lane {
    /// Which one.
    pub party: Party,
    /// Where its line is.
    pub x: i64,
}

/// One row.
#[derive(Debug)]
pub struct Row {
    /// The line that it stands on.
    pub y: i64,
    /// Where an arrow begins, or where the box stands.
    pub from: i64,
    /// Where an arrow ends; the same place for a box.
    pub to: i64,
    /// What it says.
    pub label: String,
    /// How many checks a box stands for; zero: it stands for one step and says its name.
    pub checks: usize,
    /// Whether it stopped the sign-in.
    pub stopped: bool,
}

impl Row {
    /// Whether it is a box.
    #[must_use]
    pub const fn is_box(&self) -> bool {
        self.from == self.to
    }

    /// The middle.
    #[must_use]
    pub const fn middle(&self) -> i64 {
        (self.from + self.to) / 2
    }

    /// The points of the tip of an arrow.
    #[must_use]
    pub fn tip(&self) -> String {
        let back = if self.to > self.from { -9 } else { 9 };
        let (x, y) = (self.to, self.y);
        format!("{x},{y} {},{} {},{}", x + back, y - 5, x + back, y + 5)
    }

    /// The left edge of what surrounds the label.
    #[must_use]
    pub fn left(&self) -> i64 {
        self.middle() - self.width() / 2
    }

    /// The width of what surrounds the label.
    #[must_use]
    pub fn width(&self) -> i64 {
        let letters = i64::try_from(self.label.chars().count().max(6)).unwrap_or(6);
        letters * 7 + 18
    }
}

impl Drawing {
    /// Draws these steps. A source gets a lane only where one takes part.
    #[must_use]
    pub fn of(steps: &[Step]) -> Self {
        let takes_part = |party: Party| steps.iter().any(|step| step.from == party || step.to == party);
        let parties: Vec<Party> = Party::ALL
            .into_iter()
            .filter(|party| *party == Party::Vestibule || takes_part(*party))
            .collect();
        let count = i64::try_from(parties.len()).unwrap_or(1).max(1);
        let lanes: Vec<Lane> = (0..)
            .zip(parties)
            .map(|(at, party)| Lane {
                party,
                x: WIDTH * (2 * at + 1) / (2 * count),
            })
            .collect();
        let place = |party: Party| lanes.iter().find(|lane| lane.party == party).map_or(0, |lane| lane.x);
        let mut rows: Vec<Row> = Vec::new();
        for step in steps {
            let (from, to) = (place(step.from), place(step.to));
            // What is compared and holds is one box, however much it is.
            let collapses = from == to && !step.stopped() && step.kind != StepKind::Decision;
            if let Some(last) = rows.last_mut()
                && collapses
                && last.checks > 0
                && last.from == from
            {
                last.checks += 1;
                continue;
            }
            rows.push(Row {
                y: 0,
                from,
                to,
                label: short(&step.name),
                checks: usize::from(collapses),
                stopped: step.stopped(),
            });
        }
        rows.truncate(MOST);
        let mut y = TOP + ROW / 2;
        for row in &mut rows {
            row.y = y;
            y += ROW;
        }
        Self { lanes, rows, height: y }
    }
}

fn short(name: &str) -> String {
    let mut text: String = name.chars().take(LONGEST).collect();
    if name.chars().nth(LONGEST).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use protocol::transaction::StepOutcome;

    use super::*;

    fn step(kind: StepKind, from: Party, to: Party, name: &'static str) -> Step {
        Step::new(kind, from, to, name)
    }

    #[test]
    fn checks_that_hold_are_one_box_and_the_one_that_does_not_stands_alone() {
        let check = |name| step(StepKind::Check, Party::Vestibule, Party::Vestibule, name);
        let drawing = Drawing::of(&[
            step(StepKind::Request, Party::Application, Party::Vestibule, "authorize"),
            check("client_enabled"),
            check("state"),
            check("redirect_uri").ended(StepOutcome::Refused),
            step(StepKind::Redirect, Party::Vestibule, Party::Application, "answer"),
        ]);
        assert_eq!(drawing.lanes.len(), 2, "nobody else takes part");
        let shape: Vec<(bool, usize, bool)> = drawing
            .rows
            .iter()
            .map(|row| (row.is_box(), row.checks, row.stopped))
            .collect();
        assert_eq!(
            shape,
            [(false, 0, false), (true, 2, false), (true, 0, true), (false, 0, false)]
        );
        assert!(drawing.rows.is_sorted_by_key(|row| row.y));
        assert!(
            drawing
                .rows
                .iter()
                .all(|row| row.y < drawing.height && row.from < WIDTH)
        );
    }

    #[test]
    fn no_transaction_makes_an_endless_drawing() {
        let long = "x".repeat(500);
        let steps: Vec<Step> = (0..500)
            .map(|_| Step::new(StepKind::Request, Party::Browser, Party::Source, long.clone()))
            .collect();
        let drawing = Drawing::of(&steps);
        assert_eq!(drawing.rows.len(), MOST);
        assert!(drawing.rows.iter().all(|row| row.label.chars().count() <= LONGEST + 1));
        assert_eq!(Drawing::of(&[]).lanes.len(), 1);
    }
}
