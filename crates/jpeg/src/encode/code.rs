//! Builds Huffman codes for the symbols of a scan (T.81, annex K.2).

use super::super::huffman::Code;

/// Longest code word in bits (T.81, C.2).
const LONGEST: usize = 16;

/// Returns the code that takes the fewest bits for symbols of these counts, and has a word for no other symbol.
pub(super) fn optimal(counts: &[u32]) -> Code {
    let mut symbols: Vec<(u32, u8)> =
        (0..=u8::MAX).zip(counts).filter(|(_, n)| **n > 0).map(|(s, n)| (*n, s)).collect();
    // The rarest last; ties in the order of the symbols.
    symbols.sort_unstable_by_key(|(count, symbol)| (u32::MAX - count, *symbol));
    // A symbol that never occurs takes the word of ones alone, which no code may have.
    let mut leaves: Vec<u64> = symbols.iter().map(|(count, _)| u64::from(*count)).collect();
    leaves.push(0);
    let mut numbers = numbers_by_length(&leaves);
    // Words that are too long become shorter in pairs: one takes the place of their common start, the other stands beside a
    // shorter word, which becomes longer (T.81, figure K.3).
    for length in (LONGEST + 1..numbers.len()).rev() {
        while numbers[length] > 0 {
            let shorter = (1..length - 1).rev().find(|shorter| numbers[*shorter] > 0).unwrap_or(1);
            numbers[length] -= 2;
            numbers[length - 1] += 1;
            numbers[shorter + 1] += 2;
            numbers[shorter] -= 1;
        }
    }
    if let Some(longest) = numbers.iter_mut().rev().find(|number| **number > 0) {
        *longest -= 1;
    }
    let counts = std::array::from_fn(|length| numbers.get(length + 1).copied().unwrap_or(0) as u8);
    let symbols: Vec<u8> = symbols.into_iter().map(|(_, symbol)| symbol).collect();
    Code::new(counts, &symbols)
}

/// Returns the number of words of each length in a Huffman code for these counts, the rarest last.
fn numbers_by_length(counts: &[u64]) -> Vec<usize> {
    // Leaves from the rarest on, then the pairs in the order in which they are made, which is that of their sums.
    let leaves = counts.len();
    let mut sums: Vec<u64> = counts.iter().rev().copied().collect();
    let mut parents = vec![0; 2 * leaves];
    let (mut leaf, mut pair) = (0, leaves);
    for made in leaves..2 * leaves - 1 {
        let mut take = || {
            let is_leaf = leaf < leaves && (pair >= sums.len() || sums[leaf] <= sums[pair]);
            let next = if is_leaf { &mut leaf } else { &mut pair };
            let taken = *next;
            *next += 1;
            parents[taken] = made;
            sums[taken]
        };
        let sum = take() + take();
        sums.push(sum);
    }
    let mut depths = vec![0; 2 * leaves - 1];
    for node in (0..2 * leaves - 2).rev() {
        depths[node] = depths[parents[node]] + 1;
    }
    let mut numbers = vec![0; LONGEST.max(leaves) + 2];
    depths[..leaves].iter().for_each(|depth: &usize| numbers[*depth] += 1);
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the bits that a code takes for symbols of these counts.
    fn bits_of(code: &Code, counts: &[u32]) -> u64 {
        let length = |symbol: usize| code.words().find(|word| usize::from(word.symbol) == symbol).unwrap().length;
        let used = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        used.map(|(symbol, count)| u64::from(length(symbol)) * u64::from(*count)).sum()
    }

    /// Returns the same for the best code, by merging the two rarest again and again. The word of ones is never used.
    fn fewest_bits(counts: &[u32]) -> u64 {
        let mut sums: Vec<u64> = counts.iter().filter(|count| **count > 0).map(|count| u64::from(*count)).collect();
        sums.push(0);
        let mut bits = 0;
        while sums.len() > 1 {
            sums.sort_unstable_by_key(|sum| u64::MAX - sum);
            let pair = sums.pop().unwrap() + sums.pop().unwrap();
            bits += pair;
            sums.push(pair);
        }
        bits
    }

    #[test]
    fn a_code_takes_the_fewest_bits_and_no_word_of_ones() {
        let mut tried = 0;
        for seed in 1..300_u32 {
            let noise = |i: u32| (i * 7919 + seed * 104_729).wrapping_mul(2_654_435_761) >> 20;
            let used = 1 + seed % 255;
            let counts: Vec<u32> = (0..256).map(|i| if i % 256 < used { noise(i) % (1 + seed) } else { 0 }).collect();
            if counts.iter().all(|count| *count == 0) {
                continue;
            }
            let code = optimal(&counts);
            assert_eq!(code.symbols().len(), counts.iter().filter(|count| **count > 0).count());
            assert_eq!(bits_of(&code, &counts), fewest_bits(&counts), "{seed}");
            assert!(code.words().all(|word| word.bits + 1 < 1 << word.length || word.length == 0), "{seed}");
            tried += 1;
        }
        assert!(tried > 200);
    }

    #[test]
    fn a_code_of_any_counts_has_words_of_16_bits_at_most() {
        // Fibonacci's numbers give the deepest tree.
        let mut counts = vec![0; 256];
        let (mut one, mut two) = (1, 1);
        for count in counts.iter_mut().take(45) {
            *count = one;
            (one, two) = (two, one + two);
        }
        let code = optimal(&counts);
        assert_eq!(code.counts().iter().map(|count| usize::from(*count)).sum::<usize>(), 45);
        let share: f64 = code.words().map(|word| 0.5_f64.powi(word.length as i32)).sum();
        assert!(share < 1.0 && code.words().all(|word| word.length <= 16));
        let mut words: Vec<_> = code.words().map(|word| word.bits << (16 - word.length)).collect();
        words.dedup();
        assert_eq!(words.len(), 45);
    }
}
