//! How many places each script has, and whether it may have another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::profile::ScriptId;

/// The places of a pool, by script. Cloning shares it.
#[derive(Clone, Debug)]
pub(super) struct Shares {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    free: usize,
    held: HashMap<ScriptId, usize>,
}

/// A place of a script; dropping it gives it back.
#[derive(Debug)]
pub(super) struct Share {
    shares: Shares,
    script: ScriptId,
}

impl Shares {
    /// So many places.
    pub(super) fn new(places: usize) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                free: places,
                held: HashMap::new(),
            })),
        }
    }

    /// A place for a script. It gets one as long as it has fewer than are free: one script alone at most half of all, two together
    /// two thirds, and so on. So whatever some of them do, places are left for others.
    pub(super) fn take(&self, script: ScriptId) -> Option<Share> {
        let mut state = self.state();
        let held = state.held.get(&script).copied().unwrap_or_default();
        if held >= state.free {
            return None;
        }
        state.free -= 1;
        state.held.insert(script, held + 1);
        drop(state);
        Some(Share {
            shares: self.clone(),
            script,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut state = self.shares.state();
        state.free += 1;
        if let Some(held) = state.held.get_mut(&self.script) {
            *held -= 1;
            if *held == 0 {
                state.held.remove(&self.script);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::ProfileScript;

    #[test]
    fn a_script_alone_gets_half_of_the_places_and_leaves_the_others_theirs() {
        let script = |name: &str| ProfileScript::new(name).id();
        let shares = Shares::new(512);
        let take = |name: &str| -> Vec<_> { std::iter::from_fn(|| shares.take(script(name))).collect() };
        let first = take("first");
        assert_eq!(first.len(), 256);
        let second = take("second");
        assert_eq!(second.len(), 128);
        assert_eq!(take("third").len(), 64);
        drop(first);
        assert!(take("second").len() > 64, "what was given back is shared anew");
        drop(second);
        assert_eq!(take("first").len(), 256);
        let state = shares.state();
        assert_eq!((state.free, state.held.len()), (512, 0));
    }

    #[test]
    fn one_place_is_for_whoever_comes() {
        let shares = Shares::new(1);
        let only = shares.take(ProfileScript::new("a").id());
        assert!(only.is_some());
        assert!(shares.take(ProfileScript::new("b").id()).is_none());
        drop(only);
        assert!(shares.take(ProfileScript::new("b").id()).is_some());
    }
}
