use super::*;
use crate::formats::tests::header_of;

fn read_header(input: &mut &[u8]) -> Result<Header, DecodeError> {
    header_of(&Bmp, input)
}

fn decode(input: &mut &[u8], header: &Header, factors: Factors) -> Result<Decoded, DecodeError> {
    match layout::read(input)? {
        Some(layout) => super::decode(input, &layout, factors),
        None => raster::decode(input, header, factors),
    }
}

const ONE: Factors = Factors::ONE;

/// A hand-made BMP with noise for rows.
struct Maker {
    header: u32,
    width: i32,
    height: i32,
    bits: u16,
    compression: u32,
    masks: Vec<u32>,
    used: u32,
}

impl Maker {
    fn new(header: u32, bits: u16) -> Self {
        Self { header, width: 13, height: 7, bits, compression: 0, masks: Vec::new(), used: 0 }
    }

    fn masked(header: u32, bits: u16, masks: &[u32]) -> Self {
        Self { compression: 3, masks: masks.to_vec(), ..Self::new(header, bits) }
    }

    fn make(&self) -> Vec<u8> {
        let mut bytes = b"BM".to_vec();
        bytes.resize(14, 0);
        bytes.extend(self.header.to_le_bytes());
        if self.header == 12 {
            bytes.extend((self.width as u16).to_le_bytes());
            bytes.extend((self.height as u16).to_le_bytes());
            bytes.extend([1_u16, self.bits].map(u16::to_le_bytes).concat());
        } else {
            bytes.extend([self.width, self.height].map(i32::to_le_bytes).concat());
            bytes.extend([1_u16, self.bits].map(u16::to_le_bytes).concat());
            bytes.extend([self.compression, 0, 0, 0, self.used, 0].map(u32::to_le_bytes).concat());
        }
        self.masks.iter().for_each(|mask| bytes.extend(mask.to_le_bytes()));
        bytes.resize(bytes.len().max(14 + self.header as usize), 0);
        if self.bits <= 8 {
            let colors = if self.used == 0 { 1 << self.bits } else { self.used };
            let entry = if self.header == 12 { 3 } else { 4 };
            bytes.extend((0..colors * entry).map(|i| (i * 89 % 251) as u8));
        }
        let offset = bytes.len() as u32;
        bytes[10..14].copy_from_slice(&offset.to_le_bytes());
        let stride = (self.width as usize * usize::from(self.bits)).div_ceil(32) * 4;
        let count = stride * self.height.unsigned_abs() as usize;
        bytes.extend((0..count as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 21) as u8));
        bytes
    }
}

fn decode_bytes(bytes: &[u8]) -> Decoded {
    let header = read_header(&mut { bytes }).unwrap();
    decode(&mut { bytes }, &header, ONE).unwrap()
}

#[test]
fn every_uncompressed_kind_comes_out_as_image_decodes_it() {
    let xrgb = [0x00ff_0000, 0xff00, 0xff];
    let mut makers: Vec<Maker> = [(12, 1), (12, 4), (12, 8), (12, 24)].map(|(h, b)| Maker::new(h, b)).into();
    makers.extend([1, 4, 8, 16, 24, 32].map(|bits| Maker::new(40, bits)));
    makers.push(Maker { used: 5, ..Maker::new(40, 8) });
    makers.push(Maker { height: -7, ..Maker::new(40, 24) });
    makers.push(Maker { height: -7, ..Maker::new(40, 4) });
    makers.push(Maker::masked(40, 16, &[0xf800, 0x07e0, 0x1f]));
    makers.push(Maker::masked(40, 32, &xrgb));
    makers.push(Maker::masked(108, 32, &[0xff, 0xff00, 0x00ff_0000, 0xff00_0000]));
    makers.push(Maker::masked(124, 32, &[0x00ff_0000, 0xff00, 0xff, 0xff00_0000]));
    makers.push(Maker::masked(124, 16, &[0x0f00, 0xf0, 0x0f, 0xf000]));
    for maker in makers {
        let bytes = maker.make();
        let what = format!("header of {} bytes, {} bits, {:x?}", maker.header, maker.bits, maker.masks);
        let header = raster::read_header(&bytes, Format::Bmp).unwrap();
        let wanted = raster::decode(&bytes, &header, ONE).unwrap().grid;
        let decoded = decode_bytes(&bytes);
        assert_eq!(decoded.damage, None);
        assert_eq!(decoded.grid.model, wanted.model, "{what}");
        for (plane, wanted) in decoded.grid.planes.iter().zip(&wanted.planes) {
            assert_eq!(plane.plane.size, Size::new(13, 7));
            for (got, wanted) in plane.plane.samples.iter().zip(&wanted.plane.samples) {
                // `image` rounds a sample of 5 bits to 8.
                assert!((got - wanted).abs() < 0.51, "{what}: {got} {wanted}");
            }
        }
    }
}

#[test]
fn masks_of_more_than_8_bits_are_read() {
    let mut maker = Maker::masked(40, 32, &[0x3ff0_0000, 0x000f_fc00, 0x3ff]);
    (maker.width, maker.height) = (1, 1);
    let mut bytes = maker.make();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&(1023_u32 << 20 | 512 << 10).to_le_bytes());
    let grid = decode_bytes(&bytes).grid;
    let pixel: Vec<f32> = grid.planes.iter().map(|plane| plane.plane.samples[0].round()).collect();
    assert_eq!(pixel, [255.0, 128.0, 0.0]);
}

#[test]
fn of_a_file_cut_off_the_rows_that_are_there_are_kept() {
    let bytes = Maker::new(40, 24).make();
    let whole = decode_bytes(&bytes).grid;
    // Two rows of 40 bytes and a bit. The image is stored bottom up, so the upper rows are missing.
    let cut = decode_bytes(&bytes[..bytes.len() - 90]);
    assert!(cut.damage.unwrap().detail.contains("3 rows are missing"));
    let [got, wanted] = [&cut.grid, &whole].map(|grid| &grid.planes[0].plane.samples);
    assert_eq!(got[3 * 13..], wanted[3 * 13..]);
    assert!(got[..2 * 13].iter().all(|sample| *sample == 0.0));
    let header = read_header(&mut bytes.as_slice()).unwrap();
    assert!(decode(&mut &bytes[..60], &header, ONE).is_err());
}

#[test]
fn a_header_of_any_bytes_is_refused_or_read_without_a_panic() {
    let mut refused = 0;
    for header in [12, 16, 40, 64, 108, 124] {
        let bytes = Maker::new(header, 8).make();
        for at in 14..bytes.len().min(80) {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut wrong = bytes.clone();
                wrong[at] = value;
                let input = &mut wrong.as_slice();
                match read_header(input) {
                    Ok(header) if (1..1 << 20).contains(&header.size.pixels()) => drop(decode(input, &header, ONE)),
                    Ok(_) => {}
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(refused > 50, "{refused}");
}

/// Returns a BMP of 13x7 px with these codes for rows.
fn runs(bits: u16, codes: &[u8]) -> Vec<u8> {
    let maker = Maker { compression: if bits == 8 { 1 } else { 2 }, ..Maker::new(40, bits) };
    let mut bytes = maker.make();
    let offset = u32::from_le_bytes(*bytes[10..].first_chunk().unwrap()) as usize;
    bytes.truncate(offset);
    bytes.extend(codes);
    bytes
}

/// Returns codes that sometimes fill rows of 13 px, never more, chosen by `seed`.
fn sound_codes(bits: u16, mut seed: u32) -> Vec<u8> {
    let mut next = |most: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % most
    };
    let mut codes = Vec::new();
    let (mut x, mut y) = (0, 0);
    while y < 7 {
        let room = 13 - x;
        match next(6) {
            0 | 1 if room > 0 => {
                let count = 1 + next(room);
                codes.extend([count as u8, next(256) as u8]);
                x += count;
            }
            2 | 3 if room > 3 => {
                let count = 3 + next(room - 3);
                let bytes = (count as usize * usize::from(bits)).div_ceil(8).next_multiple_of(2);
                codes.extend([0, count as u8]);
                codes.extend((0..bytes).map(|_| next(256) as u8));
                x += count;
            }
            4 if y < 6 => {
                let (columns, rows) = (next(room + 1), next(2));
                codes.extend([0, 2, columns as u8, rows as u8]);
                (x, y) = (x + columns, y + rows);
            }
            5 => {
                codes.extend([0, 0]);
                (x, y) = (0, y + 1);
            }
            _ => {}
        }
    }
    codes
}

#[test]
fn runs_of_any_kind_come_out_as_image_decodes_them() {
    for seed in 0..400 {
        let bits = if seed % 2 == 0 { 8 } else { 4 };
        let mut codes = sound_codes(bits, seed);
        if seed % 5 == 0 {
            // The rest of the image has no pixels.
            codes.truncate(codes.len() / 4 * 2);
            codes = codes.split(|byte| *byte == 0).next().unwrap()[..].chunks_exact(2).flatten().copied().collect();
            codes.extend([0, 1]);
        }
        // Pixels without a code are black in `image`.
        let mut bytes = runs(bits, &codes);
        bytes[54..57].fill(0);
        let header = raster::read_header(&bytes, Format::Bmp).unwrap();
        let wanted = raster::decode(&bytes, &header, ONE).unwrap().grid;
        let decoded = decode_bytes(&bytes);
        assert_eq!(decoded.damage, None);
        for (plane, wanted) in decoded.grid.planes.iter().zip(&wanted.planes) {
            assert_eq!(plane.plane, wanted.plane, "seed {seed}");
        }
    }
}

#[test]
fn runs_that_are_cut_off_or_lead_out_of_the_picture_keep_the_rows_before() {
    let row = [13, 7, 0, 0];
    let whole = decode_bytes(&runs(8, &row.repeat(7))).grid;
    for (end, wanted) in [(&[13][..], "ends too early"), (&[0, 2, 3, 9], "out of the image"), (&[0, 14], "too early")] {
        let cut = decode_bytes(&runs(8, &[&row.repeat(3)[..], end].concat()));
        assert!(cut.damage.as_ref().unwrap().detail.contains(wanted), "{:?}", cut.damage);
        let [got, wanted] = [&cut.grid, &whole].map(|grid| &grid.planes[0].plane.samples[4 * 13..]);
        assert_eq!(got, wanted);
        let bytes = runs(8, end);
        let header = read_header(&mut bytes.as_slice()).unwrap();
        assert!(decode(&mut bytes.as_slice(), &header, ONE).is_err());
    }
}

#[test]
fn runs_and_lists_that_are_too_long_for_their_row_are_cut_off_there() {
    let row = [13, 7, 0, 0];
    let whole = decode_bytes(&runs(8, &row.repeat(7))).grid;
    let list = [&[0, 15], &[7; 16][..], &[0, 0]].concat();
    for long in [&[20, 7, 0, 0][..], &[9, 7, 9, 7, 9, 7, 0, 0], &list] {
        let decoded = decode_bytes(&runs(8, &[long, &row.repeat(3), long, &row.repeat(2)].concat()));
        assert_eq!(decoded.damage, None);
        assert_eq!(decoded.grid.planes[0].plane, whole.planes[0].plane);
    }
    let beyond = decode_bytes(&runs(8, &[&[0, 2, 200, 0, 4, 7, 0, 0][..], &row.repeat(6)].concat()));
    assert_eq!(beyond.damage, None);
    assert_eq!(beyond.grid.planes[0].plane.samples[..6 * 13], whole.planes[0].plane.samples[..6 * 13]);
}

#[test]
fn pixels_that_no_code_is_for_have_the_first_colour() {
    for codes in [&[0, 1][..], &[0, 2, 3, 2, 0, 1], &[2, 7, 0, 0, 0, 1]] {
        let decoded = decode_bytes(&runs(8, codes));
        let [red, green] = [0, 1].map(|plane: usize| decoded.grid.planes[plane].plane.row(3)[5].round());
        assert_eq!((red, green), (178.0, 89.0), "{codes:?}");
    }
}
