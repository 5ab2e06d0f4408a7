//! Tests rows of every coding, whole and broken.

use super::*;
use fax::encoder::Encoder;
use fax::{Color, VecWriter};

fn rows(width: usize, height: usize) -> Vec<Vec<u8>> {
    let mut state = 7_u32;
    let mut picture = vec![vec![0_u8; width.div_ceil(8)]; height];
    for (y, row) in picture.iter_mut().enumerate() {
        for x in 0..width {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let is_black = match y % 4 {
                0 => false,
                1 => (x / 90) % 2 == 1,
                2 => (x / 90 + usize::from(state >> 29 == 0)) % 2 == 1,
                _ => state >> 31 == 1,
            };
            row[x / 8] |= u8::from(is_black) << (7 - x % 8);
        }
    }
    picture
}

#[test]
fn group_4_comes_out_as_it_went_in() {
    for width in [1, 7, 8, 100, 3001] {
        let picture = rows(width, 40);
        let mut encoder = Encoder::new(VecWriter::new());
        for row in &picture {
            let pixels =
                (0..width).map(|x| if row[x / 8] >> (7 - x % 8) & 1 == 1 { Color::Black } else { Color::White });
            encoder.encode_line(pixels, width as u16).unwrap();
        }
        let encoded = encoder.finish().unwrap().finish();
        let mut decoder = FaxRows::new(Fax::Group4, 0);
        decoder.start(&encoded);
        for (y, row) in picture.iter().enumerate() {
            let mut out = vec![0xaa; row.len()];
            assert_eq!(decoder.decode(width, &mut out), Row::Whole, "width {width}, row {y}");
            assert_eq!(&out, row, "width {width}, row {y}");
        }
        assert_eq!(decoder.decode(width, &mut vec![0; width]), Row::Missing, "the end of the block is no row");
    }
}

#[test]
fn every_coding_that_libtiff_writes_comes_out_as_it_went_in() {
    const ROWS: [u64; 6] = [0, 0xff_00ff_00f0, 0xff_00ff_01f0, 0x80_0000_0001, 0xff_ffff_ffff, 0xaa_0f00_ffff];
    for (coding, options, encoded) in [
        (Fax::Huffman, 0, "3506c098b316d898b31e301c3587291d0e87439d8b50"),
        (Fax::Group3, 0, "0013506c00198b316d800cc598f18008e1ac3800948008e8743a1cec5a80"),
        (Fax::Group3, 1, "0019a8360008cc53314db001cc598f180088e1ad0019480088e88e88e88e66c580"),
        (Fax::Group3, 4, "00013506c00198b316d8000198b31e30011c358700012900011d0e87439d8b50"),
        (Fax::Group3, 5, "00019a83600001198a6629b60001cc598f18000111c35a000194800111d11d11d11ccd8b"),
        (Fax::Group4, 0, "26a0d8662998a6df591c35a323a23a23a2399b16002002"),
    ] {
        let digits = encoded.as_bytes().as_chunks::<2>().0.iter();
        let bytes: Vec<u8> = digits.map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect();
        let mut decoder = FaxRows::new(coding, options);
        decoder.start(&bytes);
        for (y, row) in ROWS.iter().enumerate() {
            let mut out = [0; 5];
            assert_eq!(decoder.decode(40, &mut out), Row::Whole, "{coding:?} {options}, row {y}");
            assert_eq!(out, (!row).to_be_bytes()[3..], "{coding:?} {options}, row {y}");
        }
    }
}

const EOL: &str = "000000000001";

/// Packs strings of bits into bytes.
fn bytes_of(bits: &[&str]) -> Vec<u8> {
    let bits = bits.concat();
    let byte = |bits: &[u8]| bits.iter().zip(0..).fold(0, |sum, (bit, i)| sum | (bit - b'0') << (7 - i));
    bits.as_bytes().chunks(8).map(byte).collect()
}

fn decode_all(coding: Fax, options: u64, bytes: &[u8], width: usize, rows: usize) -> Vec<(Row, u8)> {
    let mut decoder = FaxRows::new(coding, options);
    decoder.start(bytes);
    let mut out = [0];
    (0..rows).map(|_| (decoder.decode(width, &mut out), out[0])).collect()
}

#[test]
fn a_line_that_is_too_short_or_broken_costs_itself_and_no_other() {
    // Four white and four black: 1011, 011. A line of one black pixel after six white ones: 1110, 010.
    let whole = "1011011";
    let short = "1110010";
    let lines = [EOL, whole, EOL, short, EOL, whole, EOL, "1011000000001", EOL, whole, EOL, EOL, EOL, EOL];
    let rows = decode_all(Fax::Group3, 0, &bytes_of(&lines), 8, 6);
    let expected = [(Row::Whole, 0x0f), (Row::Part, 0x02), (Row::Whole, 0x0f), (Row::Part, 0), (Row::Whole, 0x0f)];
    assert_eq!(rows[..5], expected);
    assert_eq!(rows[5], (Row::Missing, 0), "the end of the page");
    // The same with ends of lines that end bytes, and in two dimensions: V0 twice, then an invalid mode.
    let lines = [EOL, "1", whole, EOL, "0", "11", EOL, "0", "1", EOL, "1", whole];
    let rows = decode_all(Fax::Group3, 1, &bytes_of(&lines), 8, 4);
    assert_eq!(rows.iter().map(|(_, bits)| *bits).collect::<Vec<_>>(), [0x0f, 0x0f, 0, 0x0f]);
}

#[test]
fn rows_that_t6_does_not_have_are_missing_and_white() {
    // Horizontal, four white and four black. A row equal to the one above. The end of the block.
    let block = bytes_of(&["001", "1011", "011", "11", EOL, EOL]);
    let rows = decode_all(Fax::Group4, 0, &block, 8, 4);
    assert_eq!(rows, [(Row::Whole, 0x0f), (Row::Whole, 0x0f), (Row::Missing, 0), (Row::Missing, 0)]);
}

#[test]
fn a_break_costs_a_row_of_t6_its_rest_and_the_next_one_goes_on_from_there() {
    // Four white and four black. Six white, one black, and a change three to the left of the border, which lies before
    // that pixel. As above, up to the border.
    let block = bytes_of(&["001", "1011", "011", "001", "1110", "010", "0000010", "111"]);
    let rows = decode_all(Fax::Group4, 0, &block, 8, 3);
    assert_eq!(rows, [(Row::Whole, 0x0f), (Row::Part, 0x02), (Row::Whole, 0x02)]);
}

#[test]
fn noise_ends_in_rows_or_in_none_but_never_in_a_panic() {
    let mut state = 3_u32;
    let mut ended = 0;
    for coding in [Fax::Huffman, Fax::Group3, Fax::Group4] {
        for options in [0, 1] {
            for _ in 0..300 {
                let noise: Vec<u8> = (0..60)
                    .map(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        (state >> 24) as u8
                    })
                    .collect();
                let mut decoder = FaxRows::new(coding, options);
                decoder.start(&noise);
                let mut out = [0; 5];
                ended += usize::from((0..500).any(|_| decoder.decode(37, &mut out) == Row::Missing));
            }
        }
    }
    assert_eq!(ended, 1800, "no row comes from nothing");
}
