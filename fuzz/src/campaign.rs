//! A campaign: one target, mutated input for a given time, in a process of its own. The input that is being tried stands
//! in a file, so that it is known whatever ends the process.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::mutate::{Numbers, mutate};
use crate::{Target, corpus};

/// Longer than any input may take in the development build.
const SLOW: Duration = Duration::from_secs(10);
/// Address space of the process, in bytes.
const MEMORY: u64 = 8 * 1024 * 1024 * 1024;
/// How much input that led to new places is kept.
const KEPT: usize = 4_096;

/// What a campaign did.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// Inputs that were tried.
    pub runs: u64,
    /// Different places that they led to.
    pub places: usize,
}

/// Tries mutated input for `time`; each input stands in `current` while it is tried. A broken promise is a panic; an
/// input that takes too long ends the process.
///
/// # Errors
/// The corpus or `current` can not be read or written.
pub fn run(target: &Target, seed: u64, time: Duration, current: &Path) -> io::Result<Report> {
    let limit = Rlimit {
        current: Some(MEMORY),
        maximum: Some(MEMORY),
    };
    setrlimit(Resource::As, limit)?;
    let file = File::create(current)?;
    let began = now();
    let mut parents: Vec<Vec<u8>> = Vec::new();
    let mut places = HashSet::new();
    let watch = Watch::start();
    let mut runs = 0;
    let mut attempt = |input: &[u8]| -> io::Result<bool> {
        let length = u32::try_from(input.len()).unwrap_or_default();
        let mut record = length.to_be_bytes().to_vec();
        record.extend_from_slice(input);
        file.write_all_at(&record, 0)?;
        watch.begin();
        let place = (target.run)(input);
        watch.end();
        runs += 1;
        Ok(places.insert(place))
    };
    for (_, input) in corpus::read(target.name)? {
        attempt(&input)?;
        parents.push(input);
    }
    let mut numbers = Numbers::new(seed);
    while began.elapsed() < time {
        let input = mutate(&mut numbers, &parents, target.words);
        if attempt(&input)? && parents.len() < KEPT {
            parents.push(input);
        }
    }
    Ok(Report {
        runs,
        places: places.len(),
    })
}

/// The input that `current` holds.
///
/// # Errors
/// The file can not be read.
pub fn current(file: &Path) -> io::Result<Vec<u8>> {
    let record = std::fs::read(file)?;
    let Some((length, rest)) = record.split_first_chunk::<4>() else {
        return Ok(Vec::new());
    };
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or_default();
    Ok(rest[..length.min(rest.len())].to_vec())
}

/// A thread that ends the process when an input takes too long.
struct Watch(&'static AtomicU64);

impl Watch {
    /// The number is odd while an input is tried.
    fn start() -> Self {
        let started: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(0)));
        std::thread::spawn(move || {
            let (mut seen, mut since) = (0, now());
            loop {
                std::thread::sleep(Duration::from_millis(200));
                let number = started.load(Ordering::Relaxed);
                if number != seen {
                    (seen, since) = (number, now());
                } else if number % 2 == 1 && since.elapsed() > SLOW {
                    std::process::exit(SLOW_EXIT);
                }
            }
        });
        Self(started)
    }

    fn begin(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn end(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// How a process ends whose input took too long.
pub const SLOW_EXIT: i32 = 77;

#[expect(clippy::disallowed_methods, reason = "a campaign lasts for a given time")]
fn now() -> Instant {
    Instant::now()
}
