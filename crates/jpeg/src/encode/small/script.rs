//! Decides on the scans of a file, and writes them.

use super::super::super::huffman::Code;
use super::super::super::marker::{DHT, SOS};
use super::super::code::optimal;
use super::super::head::write_segment;
use super::component::Component;
use super::pass::Pass;
use super::sink::{AC, Coder, Counts, TABLES};

/// Last coefficients of the lower of two bands. The last one leaves no upper band.
const SPLITS: [usize; 5] = [2, 5, 8, 12, 63];

/// Most bits of coefficients that come later.
const MOST_LOW: u8 = 2;

/// The order of the data in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// In scans from coarse to fine.
    Progressive,
    /// In scans or from top to bottom, whichever takes fewer bytes.
    Any,
}

/// The scans of a file.
#[derive(Debug)]
pub(super) struct Script {
    groups: Vec<Group>,
    is_progressive: bool,
}

impl Script {
    /// Returns the script that takes the fewest bytes.
    pub(super) fn smallest(components: &[Component], order: Order) -> Self {
        let scans = Self::of_scans(components, |indices| smallest_bands(components, indices));
        if order == Order::Progressive {
            return scans;
        }
        let rows = Self { groups: vec![Group::new(vec![Pass::All], components)], is_progressive: false };
        if rows.size() <= scans.size() { rows } else { scans }
    }

    /// Returns scans in bands of one split, whose `low` lowest bits come later.
    #[cfg(test)]
    pub(super) fn in_bands(components: &[Component], split: usize, low: u8) -> Self {
        Self::of_scans(components, |indices| bands(components, indices, split, low))
    }

    /// Returns scans of the means, then those of luma and of chroma.
    fn of_scans(components: &[Component], scans_of: impl Fn(&[usize]) -> Vec<Group>) -> Self {
        let mut groups = vec![Group::new(vec![Pass::Means], components)];
        groups.extend(scans_of(&[0]));
        if components.len() > 1 {
            groups.extend(scans_of(&[1, 2]));
        }
        Self { groups, is_progressive: true }
    }

    pub(super) const fn is_progressive(&self) -> bool {
        self.is_progressive
    }

    /// Returns the number of bytes, except those that follow bytes of ones.
    pub(super) fn size(&self) -> usize {
        size_of(&self.groups)
    }

    pub(super) fn write(&self, components: &[Component], bytes: &mut Vec<u8>) {
        self.groups.iter().for_each(|group| group.write(components, bytes));
    }
}

fn size_of(groups: &[Group]) -> usize {
    groups.iter().map(|group| group.size).sum()
}

/// Returns the smallest scans of all but the means of components, which have the same bands.
///
/// The number of bits that come later is found with two pairs of bands, then the bands for this number.
fn smallest_bands(components: &[Component], indices: &[usize]) -> Vec<Group> {
    let smaller = |one: Vec<Group>, other: Vec<Group>| if size_of(&other) < size_of(&one) { other } else { one };
    let mut best = bands(components, indices, SPLITS[0], 0);
    let mut best_low = 0;
    for low in 0..=MOST_LOW {
        for split in [SPLITS[0], SPLITS[4]] {
            let tried = bands(components, indices, split, low);
            if size_of(&tried) < size_of(&best) {
                (best, best_low) = (tried, low);
            }
        }
    }
    SPLITS[1..4].iter().map(|split| bands(components, indices, *split, best_low)).fold(best, smaller)
}

/// Returns scans of components in two bands, whose `low` lowest bits come later.
fn bands(components: &[Component], indices: &[usize], split: usize, low: u8) -> Vec<Group> {
    let band = |from: usize, to: usize| {
        let pass = |component: &usize| Pass::Band { component: *component, from, to, low };
        (from <= to).then(|| indices.iter().map(pass).collect())
    };
    let bit = |low: u8| indices.iter().map(|component| Pass::Bit { component: *component, low }).collect();
    let passes: Vec<Vec<Pass>> =
        [band(1, split), band(split + 1, 63)].into_iter().flatten().chain((0..low).rev().map(bit)).collect();
    passes.into_iter().flat_map(|passes| groups_of(&passes, components)).collect()
}

/// Returns scans with a table for all of them or one for each, whichever is smaller.
fn groups_of(passes: &[Pass], components: &[Component]) -> Vec<Group> {
    let apart: Vec<Group> = passes.iter().map(|pass| Group::new(vec![*pass], components)).collect();
    if passes.len() == 1 {
        return apart;
    }
    let together = vec![Group::joined(&apart, components.len())];
    if size_of(&together) < size_of(&apart) { together } else { apart }
}

/// Scans that share their Huffman codes.
#[derive(Clone, Debug)]
struct Group {
    passes: Vec<Pass>,
    counts: Vec<Counts>,
    codes: [Option<Code>; TABLES],
    /// The bytes of the codes, of the scans' headers and of their data.
    size: usize,
}

impl Group {
    fn new(passes: Vec<Pass>, components: &[Component]) -> Self {
        let counts = passes.iter().map(|pass| {
            let mut counts = Counts::new();
            pass.run(components, &mut counts);
            counts
        });
        let counts = counts.collect();
        Self::of(passes, counts, components.len())
    }

    fn joined(groups: &[Self], components: usize) -> Self {
        let passes = groups.iter().flat_map(|group| group.passes.iter().copied()).collect();
        let counts = groups.iter().flat_map(|group| group.counts.iter().cloned()).collect();
        Self::of(passes, counts, components)
    }

    /// Codes the symbols of all scans. Luma and chroma share a code where a second one takes more bytes than it saves.
    fn of(passes: Vec<Pass>, counts: Vec<Counts>, components: usize) -> Self {
        let mut sums = [[0_u32; 256]; TABLES];
        for counts in &counts {
            for (sum, count) in sums.as_flattened_mut().iter_mut().zip(counts.symbols.as_flattened()) {
                *sum += count;
            }
        }
        let mut codes: [Option<Code>; TABLES] = [None, None, None, None];
        for class in [0, AC] {
            let [luma, chroma] = [&sums[class], &sums[class + 1]].map(Coded::new);
            let both = std::array::from_fn(|symbol| sums[class][symbol] + sums[class + 1][symbol]);
            let joint = Coded::new(&both);
            if luma.bits + chroma.bits >= joint.bits {
                codes[class] = joint.code;
            } else {
                (codes[class], codes[class + 1]) = (luma.code, chroma.code);
            }
        }
        let table = |code: &Code| 17 + code.symbols().len();
        let tables: usize = codes.iter().flatten().map(table).sum();
        let mut group = Self { passes, counts, codes, size: tables + 4 * usize::from(tables > 0) };
        let words = group.code_of_tables().map(|code| code.map_or([0; 256], lengths));
        for (pass, counts) in group.passes.iter().zip(&group.counts) {
            let coded = words.as_flattened().iter().zip(counts.symbols.as_flattened());
            let bits = counts.bits + coded.map(|(length, count)| u64::from(*length) * u64::from(*count)).sum::<u64>();
            group.size += 8 + 2 * pass.components(components).len() + bits.div_ceil(8) as usize;
        }
        group
    }

    /// Returns the code of each table. Where luma and chroma share one, it is luma's.
    fn code_of_tables(&self) -> [Option<&Code>; TABLES] {
        [0, 1, 2, 3].map(|table: usize| self.codes[table].as_ref().or(self.codes[table & AC].as_ref()))
    }

    fn write(&self, components: &[Component], bytes: &mut Vec<u8>) {
        let mut tables = Vec::new();
        for (table, code) in (0_u8..).zip(&self.codes) {
            let Some(code) = code else { continue };
            tables.push((table & AC as u8) << 3 | table & 1);
            tables.extend(code.counts());
            tables.extend(code.symbols());
        }
        if !tables.is_empty() {
            write_segment(bytes, DHT, &[&tables]);
        }
        for pass in &self.passes {
            let indices = pass.components(components.len());
            let mut scan = vec![indices.len() as u8];
            let is_second = |index: usize, class: usize| {
                u8::from(index > 0 && indices.len() > 1 && self.codes[class + 1].is_some())
            };
            for index in indices.clone() {
                scan.extend([index as u8 + 1, is_second(index, 0) << 4 | is_second(index, AC)]);
            }
            write_segment(bytes, SOS, &[&scan, &pass.parameters()]);
            let mut coder = Coder::new(bytes, self.code_of_tables());
            pass.run(components, &mut coder);
            coder.finish();
        }
    }
}

/// The best code of some symbols, and the bits that these and the code itself take.
#[derive(Debug)]
struct Coded {
    code: Option<Code>,
    bits: u64,
}

impl Coded {
    fn new(counts: &[u32; 256]) -> Self {
        if counts.iter().all(|count| *count == 0) {
            return Self { code: None, bits: 0 };
        }
        let code = optimal(counts);
        let lengths = lengths(&code);
        let data: u64 = counts.iter().zip(&lengths).map(|(count, length)| u64::from(*count) * u64::from(*length)).sum();
        let bits = data + 8 * (17 + code.symbols().len() as u64);
        Self { code: Some(code), bits }
    }
}

/// Returns the length of each symbol's word.
fn lengths(code: &Code) -> [u32; 256] {
    let mut lengths = [0; 256];
    code.words().for_each(|word| lengths[usize::from(word.symbol)] = word.length);
    lengths
}
