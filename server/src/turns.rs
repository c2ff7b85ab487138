//! Turns: what must not run at the same moment for the same name waits for its turn, on this node.
//!
//! Without it a hundred guesses that arrive together would all be looked at before the first failure is counted.

use std::hash::{BuildHasher as _, RandomState};

use tokio::sync::{Mutex, MutexGuard};

/// Names share this many places; two names that meet in one wait for each other without harm.
const PLACES: usize = 1024;

/// Places to wait at.
pub struct Turns {
    places: Box<[Mutex<()>]>,
    hasher: RandomState,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            places: (0..PLACES).map(|_| Mutex::new(())).collect(),
            hasher: RandomState::new(),
        }
    }
}

impl Turns {
    /// Waits until nobody else has the turn of `name`. It ends when the guard is dropped.
    pub async fn of(&self, name: &str) -> Option<MutexGuard<'_, ()>> {
        let place = usize::try_from(self.hasher.hash_one(name) % PLACES as u64).unwrap_or(0);
        match self.places.get(place) {
            Some(place) => Some(place.lock().await),
            None => None,
        }
    }
}

impl std::fmt::Debug for Turns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turns").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;

    #[tokio::test]
    async fn one_name_has_one_turn() {
        let turns = Turns::default();
        let turn = turns.of("alice").await;
        assert!(turn.is_some());
        let second = tokio::time::timeout(std::time::Duration::from_millis(20), turns.of("alice"));
        assert!(second.await.is_err(), "the second one waits");
        drop(turn);
        assert!(turns.of("alice").await.is_some());
    }
}
