//! Makes new input from old: bytes, words and pieces of other input, always the same for the same seed.

/// A source of numbers that is the same for the same seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// The numbers of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 when there is none.
    pub fn below(&mut self, end: usize) -> usize {
        match u64::try_from(end) {
            Ok(end) if end > 0 => usize::try_from(self.next() % end).unwrap_or_default(),
            _ => 0,
        }
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let at = self.below(of.len());
        of.get(at)
    }
}

/// No input gets longer than this, in bytes.
const LONGEST: usize = 64 * 1024;

/// What stands at the edges of most formats.
const EDGES: &[&str] = &[
    "",
    "\0",
    "\n",
    "\r\n",
    " ",
    "\t",
    "&",
    "=",
    "&&",
    "%",
    "%00",
    "%0a",
    "%ff",
    "%C0%AF",
    "+",
    "/",
    "//",
    "\\",
    "..",
    ".",
    ":",
    "@",
    "#",
    "?",
    "\"",
    "'",
    "<",
    ">",
    "{",
    "}",
    "[",
    "]",
    "()",
    "-1",
    "0",
    "1e309",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "null",
    "true",
    "\u{feff}",
    "\u{202e}",
    "\u{0130}",
    "ß",
    "é",
    "e\u{301}",
    "\u{1f600}",
    "xn--",
    "$",
    "*",
    "|",
    "^",
    ";",
    ",",
];

/// A new input from `parents`, with the words of the target.
pub fn mutate(numbers: &mut Numbers, parents: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut input = numbers.pick(parents).cloned().unwrap_or_default();
    for _ in 0..=numbers.below(6) {
        step(numbers, &mut input, parents, words);
    }
    input.truncate(LONGEST);
    input
}

fn step(numbers: &mut Numbers, input: &mut Vec<u8>, parents: &[Vec<u8>], words: &[&str]) {
    let (from, to) = range(numbers, input.len());
    match numbers.below(12) {
        0 => {
            if let Some(byte) = input.get_mut(from) {
                *byte ^= 1 << numbers.below(8);
            }
        }
        1 => {
            let byte = u8::try_from(numbers.below(256)).unwrap_or_default();
            input.insert(from, byte);
        }
        2 => drop(input.drain(from..to)),
        3 => {
            let piece = input[from..to].to_vec();
            let at = numbers.below(input.len() + 1);
            input.splice(at..at, piece);
        }
        // The same many times: depth and length.
        4 => {
            let piece = input[from..to.min(from + 16)].to_vec();
            let times = 1 << numbers.below(12);
            input.splice(from..from, piece.repeat(times).into_iter().take(LONGEST));
        }
        5 | 6 => replace(numbers, input, words),
        7 => {
            let word = numbers.pick(EDGES).copied().unwrap_or_default();
            input.splice(from..from, word.bytes());
        }
        8 => {
            let word = numbers.pick(EDGES).copied().unwrap_or_default();
            input.splice(from..to, word.bytes());
        }
        9 => {
            let word = numbers.pick(words).copied().unwrap_or_default();
            input.splice(from..from, word.bytes());
        }
        10 => {
            let other = numbers.pick(parents).cloned().unwrap_or_default();
            let (other_from, other_to) = range(numbers, other.len());
            input.splice(from..to, other[other_from..other_to].iter().copied());
        }
        _ => swap_lines(numbers, input),
    }
}

/// A part of the input, mostly a short one.
fn range(numbers: &mut Numbers, length: usize) -> (usize, usize) {
    let from = numbers.below(length + 1);
    let most = if numbers.below(4) == 0 { length } else { 8 };
    let to = from + numbers.below((length - from).min(most) + 1);
    (from, to)
}

/// Puts a word in the place of a run of letters.
fn replace(numbers: &mut Numbers, input: &mut Vec<u8>, words: &[&str]) {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let at = numbers.below(input.len() + 1);
    let before = input[..at].iter().rev().take_while(|byte| is_word(byte)).count();
    let after = input[at..].iter().take_while(|byte| is_word(byte)).count();
    let word = numbers.pick(words).copied().unwrap_or_default();
    input.splice(at - before..at + after, word.bytes());
}

/// Exchanges two parameters or lines.
fn swap_lines(numbers: &mut Numbers, input: &mut Vec<u8>) {
    let separator = if input.contains(&b'&') { b'&' } else { b'\n' };
    let mut parts: Vec<&[u8]> = input.split(|byte| *byte == separator).collect();
    let (one, other) = (numbers.below(parts.len()), numbers.below(parts.len()));
    parts.swap(one, other);
    let joined = parts.join(&separator);
    *input = joined;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_input_and_none_is_too_long() {
        let parents = vec![b"a=1&b=2".to_vec(), Vec::new(), vec![b'x'; LONGEST]];
        let make = |seed| {
            let mut numbers = Numbers::new(seed);
            (0..2_000)
                .map(|_| mutate(&mut numbers, &parents, &["client_id", "code"]))
                .collect::<Vec<_>>()
        };
        let made = make(7);
        assert!(made == make(7) && made != make(8));
        assert!(made.iter().all(|input| input.len() <= LONGEST));
        assert!(
            made.iter()
                .any(|input| input.windows(9).any(|part| part == b"client_id"))
        );
    }
}
