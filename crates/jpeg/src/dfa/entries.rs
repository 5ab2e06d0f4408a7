//! Fills the tables of the machine, which tell the content of each window of the stream.

use super::states::{END, END_ALONE, MAGNITUDES, UNSETTLED, late};
use super::window::{SIZE, WINDOW};
use crate::huffman::{Code, Word, extend};

/// Maximum bits that an entry may consume, so that three steps fit a refill of 56 and the third still has its window.
pub(super) const MOST: u32 = 18;

/// Maximum bits of a magnitude in an entry.
const LARGEST: u32 = 9;

/// The content of a window of the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Length of the step in the machine's table of steps.
    pub(super) advance: u16,
    /// Value << 6 | bits to consume.
    pub(super) content: u16,
}

impl Entry {
    /// An entry for an unknown window.
    pub(crate) const UNKNOWN: Self = Self { advance: UNSETTLED, content: 0 };

    /// Returns an entry that names the code word at the start of its window.
    ///
    /// A plain step then need not search for it.
    const fn naming(word: Word) -> Self {
        Self { content: (word.symbol as u16) << 5 | word.length as u16, ..Self::UNKNOWN }
    }

    const fn new(passed: u32, end: u16, value: i32, bits: u32) -> Self {
        Self { advance: passed as u16 + end, content: (value << 6) as u16 | bits as u16 }
    }

    #[inline(always)]
    pub(super) const fn value(self) -> i16 {
        (self.content as i16) >> 6
    }

    /// Returns the code word that the entry names.
    pub(super) fn word(self) -> Option<(u32, u32)> {
        let length = u32::from(self.content & 31);
        (self.advance == UNSETTLED && length > 0).then(|| (u32::from(self.content >> 5), length))
    }
}

/// Fills a table with the code words alone.
fn name_words(code: &Code, table: &mut [Entry]) {
    table.fill(Entry::UNKNOWN);
    code.words().filter(|word| word.length <= WINDOW).for_each(|word| fill(table, word, Entry::naming(word)));
}

/// Sets the entries of all windows that begin with a word.
fn fill(table: &mut [Entry], word: Word, entry: Entry) {
    let free = WINDOW - word.length;
    let first = (word.bits << free) as usize;
    table[first..first + (1 << free)].fill(entry);
}

/// Fills a table of magnitudes of a size, whose code word was read before.
pub(super) fn magnitudes(size: u32, table: &mut [Entry]) {
    for (magnitude, entries) in (0..).zip(table.chunks_exact_mut(1 << (WINDOW - size))) {
        entries.fill(Entry::new(1, 0, extend(magnitude, size), size));
    }
}

/// Returns the sizes of magnitudes that need a table.
///
/// These are those of words with which they do not fit a window.
pub(super) fn late_sizes<'a>(code: &'a Code, size: impl Fn(Word) -> u32 + 'a) -> impl Iterator<Item = u32> + 'a {
    let late = move |word: Word| (word.length <= WINDOW && word.length + size(word) > WINDOW).then(|| size(word));
    code.words().filter_map(late).filter(|size| MAGNITUDES.contains(size))
}

/// Fills a table with all code words, their values and what follows them.
///
/// `passed` returns the number of coefficients that a word passes, unless it ends the block, and the bits of its
/// magnitude. `rest` adds what follows in a window.
fn with_values(
    code: &Code,
    table: &mut [Entry],
    passed: impl Fn(Word) -> (Option<u32>, u32),
    is_dc: bool,
    rest: impl Fn(Run, usize) -> Run,
) {
    name_words(code, table);
    for word in code.words() {
        let (passed, size) = passed(word);
        let bits = word.length + size;
        if bits > WINDOW || size > LARGEST {
            let run = if is_dc { None } else { passed.map(|passed| passed - 1) };
            if let (true, Some(advance)) = (word.length <= WINDOW, late(run, size)) {
                fill(table, word, Entry { advance, content: word.length as u16 });
            }
            continue;
        }
        let free = WINDOW - bits;
        for magnitude in 0..1_u32 << size {
            let first = ((word.bits << size | magnitude) << free) as usize;
            let value = extend(magnitude, size);
            for (window, entry) in table.iter_mut().enumerate().skip(first).take(1 << free) {
                *entry = match passed {
                    None => Entry::new(0, END_ALONE, 0, bits),
                    Some(passed) => {
                        let run = rest(Run { bits, passed, ends: false }, window);
                        Entry::new(run.passed, if run.ends { END } else { 0 }, value, run.bits)
                    }
                };
            }
        }
    }
}

/// Fills a table of DC differences, with what follows in the window.
///
/// That is AC symbols to skip, unless they are wanted, and the end of the block.
pub(super) fn differences(code: &Code, ac: &Code, are_ac_wanted: bool, table: &mut [Entry]) {
    let words = Words::new(ac);
    let most = if are_ac_wanted { 0 } else { usize::MAX };
    with_values(
        code,
        table,
        |word| (Some(1), u32::from(word.symbol)),
        true,
        |run, window| words.follow(run, window, most),
    );
}

/// Fills a table of AC values, with the end of the block after them.
pub(super) fn values(code: &Code, table: &mut [Entry]) {
    let words = Words::new(code);
    let passed = |word: Word| match (u32::from(word.symbol >> 4), u32::from(word.symbol & 15)) {
        (15, 0) => (Some(16), 0),
        (_, 0) => (None, 0),
        (run, size) => (Some(run + 1), size),
    };
    with_values(code, table, passed, false, |run, window| words.follow(run, window, 0));
}

/// Fills a table of AC symbols to skip, as many as the window holds.
pub(super) fn skips(code: &Code, table: &mut [Entry]) {
    name_words(code, table);
    let words = Words::new(code);
    for (window, entry) in table.iter_mut().enumerate() {
        let run = words.follow(Run { bits: 0, passed: 0, ends: false }, window, usize::MAX);
        if run.bits > 0 {
            *entry = Entry::new(run.passed, if run.ends { END_ALONE } else { 0 }, 0, run.bits);
        }
    }
}

/// Symbols that follow each other in a window.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Bits up to their end, and number of coefficients that they pass.
    bits: u32,
    passed: u32,
    /// Whether the last one is the end of the block.
    ends: bool,
}

/// The code word at the start of every window: its length and its symbol.
///
/// The length is 0 if the window does not hold the word.
struct Words([(u8, u8); SIZE]);

impl Words {
    fn new(code: &Code) -> Self {
        let mut first = [(0, 0); SIZE];
        for word in code.words().filter(|word| word.length <= WINDOW) {
            let free = WINDOW - word.length;
            let at = (word.bits << free) as usize;
            first[at..at + (1 << free)].fill((word.length as u8, word.symbol));
        }
        Self(first)
    }

    /// Adds the AC symbols that follow in a window, up to `most`.
    ///
    /// The end of the block is added in any case.
    fn follow(&self, mut run: Run, window: usize, most: usize) -> Run {
        let mut count = 0;
        while run.bits < WINDOW {
            let (length, symbol) = self.0[window << run.bits & (SIZE - 1)];
            let (zeros, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            let bits = run.bits + u32::from(length) + size;
            if length == 0 || u32::from(length) > WINDOW - run.bits || bits > MOST {
                break;
            }
            if size == 0 && zeros != 15 {
                return Run { bits, ends: true, ..run };
            }
            // More would be taken for an advance with the end of the block.
            if count == most || run.passed + zeros + 1 > 63 {
                break;
            }
            run = Run { bits, passed: run.passed + zeros + 1, ends: false };
            count += 1;
        }
        run
    }
}
