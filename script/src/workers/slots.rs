//! Which compiled expressions a worker has, and under which slot.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::expression::{Expression, ExpressionId};
use crate::wire::WireProgram;

/// The slots of one worker.
#[derive(Debug)]
pub(super) struct Slots {
    by_id: HashMap<ExpressionId, Slot>,
    most: usize,
    clock: u64,
    /// What was used since then is in use now and keeps its slot.
    pinned: u64,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    number: u32,
    used: u64,
}

impl Slots {
    pub(super) fn new(most: usize) -> Self {
        Self {
            by_id: HashMap::new(),
            most: most.max(1),
            clock: 0,
            pinned: 0,
        }
    }

    /// A new request begins: what the last one used may go.
    pub(super) const fn begin(&mut self) {
        self.pinned = self.clock + 1;
    }

    /// Names an expression; its source goes along when the worker does not have it.
    pub(super) fn program<'e>(&mut self, expression: &'e Expression) -> WireProgram<'e> {
        self.clock += 1;
        if let Some(slot) = self.by_id.get_mut(&expression.id()) {
            slot.used = self.clock;
            return WireProgram {
                slot: slot.number,
                source: None,
            };
        }
        let number = self.free();
        let used = self.clock;
        self.by_id.insert(expression.id(), Slot { number, used });
        WireProgram {
            slot: number,
            source: Some((expression.kind(), Cow::Borrowed(expression.source()))),
        }
    }

    /// A slot of its own while there is room, else that of the expression that was not used for longest.
    fn free(&mut self) -> u32 {
        if self.by_id.len() >= self.most {
            let unused = self.by_id.iter().filter(|(_, slot)| slot.used < self.pinned);
            if let Some((id, slot)) = unused.min_by_key(|(_, slot)| slot.used).map(|(id, slot)| (*id, *slot)) {
                self.by_id.remove(&id);
                return slot.number;
            }
        }
        u32::try_from(self.by_id.len()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::Kind;

    #[test]
    fn a_source_travels_once_and_the_oldest_gives_way() {
        let expressions: Vec<_> = (0..4)
            .map(|n| Expression::new(Kind::Policy, format!("return {n}")))
            .collect();
        let mut slots = Slots::new(2);
        slots.begin();
        let named = |slots: &mut Slots, n: usize| {
            let program = slots.program(&expressions[n]);
            (program.slot, program.source.is_some())
        };
        assert_eq!(named(&mut slots, 0), (0, true));
        assert_eq!(named(&mut slots, 1), (1, true));
        assert_eq!(named(&mut slots, 0), (0, false));
        slots.begin();
        assert_eq!(named(&mut slots, 2), (1, true), "1 was not used for longest");
        assert_eq!(named(&mut slots, 0), (0, false));
        assert_eq!(named(&mut slots, 3), (2, true), "0 and 2 are in use");
        slots.begin();
        assert_eq!(named(&mut slots, 1), (1, true));
    }
}
