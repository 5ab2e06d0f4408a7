//! Tests truncated and corrupt files, and files made to be expensive.

use super::*;
use crate::formats::sniff;

fn cause_of(bytes: &[u8]) -> String {
    decode_in_full(bytes).map(|decoded| decoded.damage).unwrap_err().to_string()
}

#[test]
fn rows_before_the_cut_are_kept_and_the_rest_is_told() {
    for compression in [1, 5, 8, 32773] {
        for chunk in [(None, 8), (None, 64), (Some(16), 16)] {
            if (compression, chunk) == (1, (None, 64)) {
                // The length of the only strip is ignored if its rows define it.
                continue;
            }
            let maker = Maker { compression, chunk, ..Maker::new(48, 64) };
            let chunks = Maker { instead: None, ..maker.clone() };
            let bytes = chunks.make();
            let whole = decode_in_full(&bytes).unwrap().grid;
            // The last third is missing, but the directory, which precedes it, is not.
            let directory = u32::from_le_bytes(*bytes[4..].first_chunk().unwrap()) as usize;
            let cut = 16 + (directory - 16) * 2 / 3;
            let mut broken = bytes.clone();
            for length in lengths_of(&chunks, &mut broken, directory) {
                let at = u32::from_le_bytes(*broken[length.0..].first_chunk().unwrap()) as usize;
                let count = u32::from_le_bytes(*broken[length.1..].first_chunk().unwrap()) as usize;
                let there = cut.saturating_sub(at).min(count);
                broken[length.1..length.1 + 4].copy_from_slice(&(there as u32).to_le_bytes());
                if there == 0 {
                    broken[length.0..length.0 + 4].fill(0);
                }
            }
            let what = format!("compression {compression}, chunks of {chunk:?}");
            let decoded = decode_in_full(&broken).unwrap_or_else(|cause| panic!("{what}: {cause}"));
            let damage = decoded.damage.unwrap_or_else(|| panic!("{what}: no damage"));
            assert!(damage.detail.contains("strips or tiles are cut off or broken"), "{what}: {damage}");
            for (ours, whole) in samples(&decoded.grid).iter().zip(samples(&whole)) {
                let rows_there = 48 * 16;
                assert!(ours[..rows_there] == whole[..rows_there], "{what}: the first rows");
                assert!(ours[48 * 63 + 20..] != whole[48 * 63 + 20..], "{what}: the last row");
            }
        }
    }
}

/// Returns the positions of each chunk's offset and length.
pub(super) fn lengths_of(maker: &Maker, bytes: &mut [u8], directory: usize) -> Vec<(usize, usize)> {
    let entry = |tag: u16| {
        let entries = bytes[directory + 2..].as_chunks::<12>().0;
        let at = entries.iter().position(|entry| entry.starts_with(&tag.to_le_bytes())).unwrap();
        let at = directory + 2 + 12 * at;
        let count = u32::from_le_bytes(*bytes[at + 4..].first_chunk().unwrap()) as usize;
        let values = u32::from_le_bytes(*bytes[at + 8..].first_chunk().unwrap()) as usize;
        let first = if count == 1 { at + 8 } else { values };
        (0..count).map(move |i| first + 4 * i)
    };
    let tags = match maker.chunk.0 {
        Some(_) => (tag::TILE_OFFSETS, tag::TILE_BYTES),
        None => (tag::STRIP_OFFSETS, tag::STRIP_BYTES),
    };
    entry(tags.0).zip(entry(tags.1)).collect()
}

#[test]
fn no_strip_at_all_is_no_picture() {
    let maker = Maker { instead: Some(Vec::new()), ..Maker::new(40, 40) };
    assert!(cause_of(&maker.make()).contains("none of its strips or tiles can be read"));
    for compression in [5, 7, 8] {
        let noise = Some(vec![vec![0xa7; 5]; 6]);
        let maker = Maker { instead: noise, compression, photometric: 1, ..Maker::new(40, 40) };
        let result = decode_in_full(&maker.make());
        assert!(result.is_err() || result.unwrap().damage.is_some(), "compression {compression}");
    }
}

#[test]
fn a_predictor_that_the_samples_cannot_have_is_refused() {
    let fits = |predictor, numbers, bits| {
        let maker = Maker { compression: 8, predictor, numbers, bits, ..Maker::new(9, 8) };
        decode_in_full(&maker.make()).is_ok()
    };
    use Numbers::{Float, Signed, Unsigned};
    for bits in [1, 4, 7, 12] {
        assert!(!fits(2, Unsigned, bits) && !fits(3, Unsigned, bits), "{bits} bits");
        assert!(fits(1, Unsigned, bits), "{bits} bits");
    }
    assert!(!fits(3, Unsigned, 32) && !fits(3, Signed, 16));
    assert!(fits(2, Signed, 16) && fits(3, Float, 16));
}

#[test]
fn tiles_far_wider_than_the_picture_are_refused_and_those_of_common_sizes_are_not() {
    let tiles = |width: u32| {
        let maker = Maker { chunk: (Some(width), 16), compression: 5, ..Maker::new(31, 22) };
        // An image this large can neither be built nor has to be.
        Maker { instead: (width > 512).then(|| vec![vec![0x80; 40]; 2]), ..maker }.make()
    };
    assert!(cause_of(&tiles(654_311_440)).contains("far wider than the image, 31x22"));
    assert_eq!(decode_in_full(&tiles(512)).unwrap().damage, None);
}

#[test]
fn huge_numbers_in_a_small_file_take_neither_memory_nor_time() {
    let reads = |maker: &Maker| decode_in_full(&maker.make()).map(|_| ()).unwrap_err().to_string();
    // One row of 4 GB. Tiles of 2^31 by 2^31. Half a million samples per pixel.
    let small = Maker { instead: Some(vec![vec![1, 2, 3]]), ..Maker::new(30, 30) };
    let wide = Maker { size: Size::new(u32::MAX, 1), ..small.clone() };
    assert!(reads(&wide).contains("too much memory"), "{}", reads(&wide));
    let tiles = Maker { chunk: (Some(1 << 31), 1 << 31), ..small.clone() };
    assert!(reads(&tiles).contains("far wider"), "{}", reads(&tiles));
    let none = Maker { chunk: (Some(0), 16), ..small.clone() };
    assert!(reads(&none).contains("without pixels"), "{}", reads(&none));
    let deep = Maker { samples: 40_000, ..small.clone() };
    assert!(reads(&deep).contains("samples for each pixel"), "{}", reads(&deep));
    let row = Maker { size: Size::new(100_000, 100), ..small };
    assert!(reads(&row).contains("larger than the file"), "{}", reads(&row));
    for (bits, predictor, photometric, text) in
        [(17, 1, 2, "17 bits"), (8, 9, 2, "predictor 9"), (8, 1, 77, "interpretation 77"), (8, 1, 3, "palette")]
    {
        let samples = if photometric == 3 { 1 } else { 3 };
        let odd = Maker { bits, predictor, photometric, samples, compression: 5, ..Maker::new(8, 8) };
        let odd = Maker { instead: Some(vec![vec![0; 9]]), ..odd };
        assert!(reads(&odd).contains(text), "{}", reads(&odd));
    }
}

#[test]
fn a_strip_that_breaks_early_and_goes_on_for_long_ends() {
    // A code that the table does not have yet, and then more bytes than are read at once.
    let chunk = [vec![0xff; 200_000], vec![0; 200_000]].concat();
    let maker = Maker { instead: Some(vec![chunk]), compression: 5, chunk: (None, 400), ..Maker::new(400, 400) };
    assert!(cause_of(&maker.make()).contains("none of its strips or tiles can be read"));
}

#[test]
fn a_chain_of_pages_that_bites_its_tail_ends() {
    let mut bytes = Maker { more: vec![(tag::NEW_SUBFILE_TYPE, vec![1])], ..Maker::new(6, 6) }.make();
    let directory = u32::from_le_bytes(*bytes[4..].first_chunk().unwrap());
    let count = u16::from_le_bytes(*bytes[directory as usize..].first_chunk().unwrap());
    let next = directory as usize + 2 + 12 * usize::from(count);
    bytes[next..next + 4].copy_from_slice(&directory.to_le_bytes());
    // All of its pages are reduced ones, so the first is taken.
    assert_eq!(read_header(&mut &bytes[..]).unwrap().size, Size::new(6, 6));
}

#[test]
fn the_first_page_in_full_resolution_is_taken() {
    let reduced = Maker { more: vec![(tag::NEW_SUBFILE_TYPE, vec![1])], ..Maker::new(6, 6) }.make();
    for (first, expected) in [(reduced, Size::new(20, 12)), (Maker::new(9, 4).make(), Size::new(9, 4))] {
        let mut bytes = first;
        let second = Maker::new(20, 12).make();
        let directory = u32::from_le_bytes(*bytes[4..].first_chunk().unwrap()) as usize;
        let count = u16::from_le_bytes(*bytes[directory..].first_chunk().unwrap());
        let next = directory + 2 + 12 * usize::from(count);
        // Its offsets are invalid there, but its size is not.
        let start = u32::from_le_bytes(*second[4..].first_chunk().unwrap()) as usize;
        let at = bytes.len() as u32;
        bytes[next..next + 4].copy_from_slice(&at.to_le_bytes());
        bytes.extend(&second[start..]);
        assert_eq!(read_header(&mut &bytes[..]).unwrap().size, expected);
    }
}

#[test]
fn both_kinds_of_tiff_are_told_in_both_byte_orders() {
    for order in [Order::Little, Order::Big] {
        for is_big in [false, true] {
            let bytes = Maker { order, is_big, ..Maker::new(5, 5) }.make();
            assert_eq!(sniff(&bytes, bytes.len() as u64), Some(Format::Tiff), "{order:?}, {is_big}");
        }
    }
}

#[test]
fn broken_bytes_anywhere_never_end_in_a_panic() {
    let mut seed = 5_u32;
    let mut decoded = 0;
    for compression in [1, 5, 8, 32773] {
        for (chunk, predictor) in [((None, 6), 1), ((Some(16), 16), 2)] {
            let bytes = Maker { compression, chunk, predictor, ..Maker::new(24, 20) }.make();
            for _ in 0..150 {
                let mut broken = bytes.clone();
                for _ in 0..3 {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let at = (seed >> 8) as usize % broken.len();
                    broken[at] = (seed >> 3) as u8;
                }
                let is_small =
                    read_header(&mut &broken[..]).is_ok_and(|header| (1..1 << 20).contains(&header.size.pixels()));
                decoded += usize::from(is_small && decode_in_full(&broken).is_ok());
            }
        }
    }
    assert!(decoded > 300, "{decoded}");
}
