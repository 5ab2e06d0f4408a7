use image::codecs::gif::GifEncoder;
use image::{Frame as Shown, Rgba, RgbaImage};

use super::*;
use crate::formats::gif::CODEC;
use crate::formats::tests::open_as;
use crate::options::Exactness;

fn memory(bytes: &[u8]) -> u64 {
    open_as(CODEC, bytes).unwrap().memory(&mut { bytes }, Factors::ONE)
}

fn pixel(decoded: &Decoded, x: usize, y: usize) -> Vec<f32> {
    decoded.grid.planes.iter().map(|plane| plane.plane.row(y)[x].round()).collect()
}

fn decode_whole(bytes: &[u8]) -> Result<(Header, Decoded), DecodeError> {
    let opened = Opened::read(bytes)?;
    let decoded = opened.decode(bytes, &Plan::new(&[], Exactness::Fast))?;
    Ok((opened.header, decoded))
}

#[test]
fn an_animation_shows_its_first_frame_on_its_canvas() {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for (side, color) in [(4, [255, 0, 0, 255]), (8, [0, 0, 255, 255])] {
        let delay = image::Delay::from_numer_denom_ms(1, 1);
        let shown = RgbaImage::from_pixel(side, side, Rgba(color));
        encoder.encode_frame(Shown::from_parts(shown, 0, 0, delay)).unwrap();
    }
    drop(encoder);
    // The canvas is as large as the first frame. The screen's width and height are at 6.
    bytes[6..10].copy_from_slice(&[12, 0, 10, 0]);
    let (header, decoded) = decode_whole(&bytes).unwrap();
    assert_eq!((header.size, header.has_alpha), (Size::new(12, 10), true));
    assert_eq!(pixel(&decoded, 0, 0), [255.0, 0.0, 0.0, 255.0]);
    assert_eq!(pixel(&decoded, 11, 9), [255.0, 0.0, 0.0, 255.0], "the first colour, as none is transparent");
}

/// Returns a GIF with a frame inside a larger canvas. The frame has 8x16 px at 2, 1, and the canvas 11x18. Row y is of
/// colour y mod 3, and the last column is transparent.
fn framed(is_interlaced: bool) -> Vec<u8> {
    let palette = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9];
    let line = |y: u8| [[y % 3; 7].as_slice(), &[3]].concat();
    let order: Vec<u8> = match is_interlaced {
        true => [(0, 8), (4, 8), (2, 4), (1, 2)].iter().flat_map(|(top, step)| (*top..16).step_by(*step)).collect(),
        false => (0..16).collect(),
    };
    let mut bytes = Vec::new();
    let mut encoder = gif::Encoder::new(&mut bytes, 11, 18, &palette).unwrap();
    let buffer = order.into_iter().flat_map(line).collect::<Vec<u8>>().into();
    let (left, top, width, height) = (2, 1, 8, 16);
    let transparent = Some(3);
    let frame =
        gif::Frame { left, top, width, height, transparent, interlaced: is_interlaced, buffer, ..Default::default() };
    encoder.write_frame(&frame).unwrap();
    drop(encoder);
    bytes
}

#[test]
fn rows_lie_where_the_frame_says_interlaced_or_not() {
    for bytes in [framed(false), framed(true)] {
        let (_, decoded) = decode_whole(&bytes).unwrap();
        let planes = &decoded.grid.planes;
        for y in 0..18 {
            for x in 0..11 {
                let is_inside = (2..9).contains(&x) && (1..17).contains(&y);
                let mut wanted = [0.0; 4];
                if is_inside {
                    (wanted[(y - 1) % 3], wanted[3]) = (255.0, 255.0);
                }
                assert_eq!(pixel(&decoded, x, y), wanted, "{x}, {y} of {}", planes.len());
            }
        }
    }
}

#[test]
fn of_a_file_cut_off_the_rows_that_are_there_are_kept() {
    let mut bytes = Vec::new();
    let noise = RgbaImage::from_fn(60, 60, |x, y| Rgba([(x * 40 + y * y * 7) as u8, (y * 9) as u8, 0, 255]));
    GifEncoder::new(&mut bytes).encode_frame(Shown::new(noise)).unwrap();
    let (_, cut) = decode_whole(&bytes[..bytes.len() * 2 / 3]).unwrap();
    assert!(cut.damage.unwrap().detail.contains(", after "));
    assert!(decode_whole(&bytes[..30]).is_err());
    // Rows are so small that all of them come out of the last bytes.
    let whole = framed(false);
    let without_end = decode_whole(&whole[..whole.len() - 2]).unwrap().1;
    assert_eq!(without_end.damage, None);
}

#[test]
fn a_large_canvas_with_a_small_frame_is_held_nowhere() {
    let mut bytes = framed(false);
    bytes[6..10].copy_from_slice(&[0xff, 0xff, 0x00, 0x10]);
    let opened = Opened::read(&bytes).unwrap();
    assert_eq!(opened.header.size, Size::new(65_535, 4096));
    let decoded = opened.decode(&bytes, &Plan::new(&[Size::new(64, 4)], Exactness::Fast)).unwrap();
    assert!(decoded.grid.planes[3].plane.samples[0] > 0.0);
    assert!(memory(&bytes) < 200_000);
    assert_eq!(memory(&framed(true)) - memory(&framed(false)), 8 * 16);
}

#[test]
fn a_header_alone_makes_no_room_for_an_interlaced_frame() {
    let bytes = framed(true);
    let start = blocks::read(&bytes).unwrap();
    let mut pixels = Indices::new(start.index_bits, SubBlocks::new(&bytes[start.data..])).unwrap();
    let held = read_indices(&mut pixels, 65_535 * 65_535).unwrap();
    assert_eq!(held.len(), 8 * 16);
    assert!(held.capacity() <= 2 * READ_AT_ONCE, "{}", held.capacity());
}

/// A GIF of one frame of `size` that fills its screen, with these blocks before it and these indices, each of `bits`.
struct Maker {
    size: [u16; 2],
    flags: u8,
    palette: Vec<u8>,
    before: Vec<u8>,
    bits: u8,
    indices: Vec<u8>,
}

impl Maker {
    fn new(width: u16, height: u16, indices: Vec<u8>) -> Self {
        let palette = (0..=255_u8).flat_map(|index| [index, index, index ^ 0xff]).collect();
        Self { size: [width, height], flags: 0, palette, before: Vec::new(), bits: 8, indices }
    }

    fn compressed(&self) -> Vec<u8> {
        weezl::encode::Encoder::new(weezl::BitOrder::Lsb, self.bits).encode(&self.indices).unwrap()
    }

    fn make(&self) -> Vec<u8> {
        let screen = self.size.map(u16::to_le_bytes).concat();
        let mut bytes = b"GIF89a".to_vec();
        bytes.extend(&screen);
        bytes.extend([if self.palette.is_empty() { 0 } else { 0xf7 }, 0, 0]);
        bytes.extend(&self.palette);
        bytes.extend(&self.before);
        bytes.push(b',');
        bytes.extend([0; 4]);
        bytes.extend(&screen);
        bytes.extend([self.flags, self.bits]);
        for block in self.compressed().chunks(255) {
            bytes.push(block.len() as u8);
            bytes.extend(block);
        }
        bytes.extend(b"\0;");
        bytes
    }
}

fn greens(decoded: &Decoded) -> Vec<u8> {
    decoded.grid.planes[1].plane.samples.iter().map(|sample| sample.round() as u8).collect()
}

fn noise(seed: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(seed), |x| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223))).map(|x| x >> 8)
}

#[test]
fn every_index_that_was_written_comes_out_whatever_the_picture() {
    let pictures: [Vec<u8>; 6] = [
        vec![7; 63_000],
        noise(1).take(63_000).map(|n| n as u8).collect(),
        noise(2).take(63_000).map(|n| (n % 3) as u8).collect(),
        noise(3).take(3_150).flat_map(|n| [n as u8; 20]).collect(),
        (0..63_000_u32).map(|i| if i < 30_000 { 4 } else { (i * 7 / 50) as u8 }).collect(),
        (0..63_000_u32).map(|i| (i / 250) as u8).collect(),
    ];
    for (number, indices) in pictures.into_iter().enumerate() {
        let maker = Maker::new(250, 252, indices.clone());
        let (_, decoded) = decode_whole(&maker.make()).unwrap();
        assert_eq!(decoded.damage, None, "picture {number}");
        assert!(greens(&decoded) == indices, "picture {number}");
        let interlaced = Maker { flags: 0x40, ..maker };
        let (_, decoded) = decode_whole(&interlaced.make()).unwrap();
        let places = places_of_rows(252);
        let greens = greens(&decoded);
        for (y, place) in places.into_iter().enumerate() {
            assert!(greens[y * 250..][..250] == indices[place * 250..][..250], "picture {number}, row {y}");
        }
    }
}

#[test]
fn small_code_sizes_are_read() {
    for bits in [2, 3, 5, 7] {
        let indices: Vec<u8> = noise(bits.into()).take(5000).map(|n| (n % (1 << bits)) as u8).collect();
        let maker = Maker { bits, ..Maker::new(50, 100, indices.clone()) };
        let (_, decoded) = decode_whole(&maker.make()).unwrap();
        assert!(greens(&decoded) == indices, "{bits} bits");
    }
}

#[test]
fn a_full_table_that_is_never_cleared_takes_no_more_memory() {
    let mut codes = Vec::new();
    let (mut held, mut count) = (0_u64, 0);
    let indices: Vec<u8> = noise(5).take(400_000).map(|n| n as u8).collect();
    for (index, before) in indices.iter().zip(0_usize..) {
        let next = (257 + before).min(CODES_OF_A_TABLE);
        held |= u64::from(*index) << count;
        count += (usize::BITS - next.leading_zeros()).clamp(9, 12);
        while count >= 8 {
            codes.push(held as u8);
            (held, count) = (held >> 8, count - 8);
        }
    }
    codes.push(held as u8);
    let blocks: Vec<u8> = codes.chunks(255).flat_map(|block| [&[block.len() as u8], block].concat()).collect();
    let mut file = Maker::new(400, 1000, Vec::new()).make();
    let data = file.len() - 2 - (1 + Maker::new(400, 1000, Vec::new()).compressed().len());
    file.splice(data.., blocks);
    let (_, decoded) = decode_whole(&file).unwrap();
    assert_eq!(decoded.damage, None);
    assert!(greens(&decoded) == indices);
}

const CODES_OF_A_TABLE: usize = 4096;

#[test]
fn blocks_of_unknown_kinds_are_skipped() {
    let before = b"!\x07\x03abc\x01d\0\0\0!\xf9\0!\xf9\x04\x01\0\0\x05\0".to_vec();
    let maker = Maker { before, ..Maker::new(2, 2, vec![4, 5, 6, 7]) };
    let (_, decoded) = decode_whole(&maker.make()).unwrap();
    assert_eq!(pixel(&decoded, 0, 0)[3], 255.0);
    assert_eq!(pixel(&decoded, 1, 0)[3], 0.0, "the index of no colour, from the extension before");
    assert_eq!(greens(&decoded)[2..], [6, 7]);
}

#[test]
fn a_file_without_colours_is_grey() {
    for (bits, indices, wanted) in [(8, [0, 1, 128, 255], [0, 1, 128, 255]), (2, [0, 1, 1, 0], [0, 255, 255, 0])] {
        let maker = Maker { palette: Vec::new(), bits, ..Maker::new(2, 2, indices.to_vec()) };
        assert_eq!(greens(&decode_whole(&maker.make()).unwrap().1), wanted);
    }
}

#[test]
fn a_frame_that_leads_out_of_its_screen_enlarges_it() {
    let mut bytes = framed(false);
    bytes[6..10].copy_from_slice(&[4, 0, 30, 0]);
    let (header, decoded) = decode_whole(&bytes).unwrap();
    assert_eq!(header.size, Size::new(10, 30));
    assert_eq!(pixel(&decoded, 8, 1), [255.0, 0.0, 0.0, 255.0]);
    assert_eq!(pixel(&decoded, 1, 1), [0.0; 4]);
}

#[test]
fn a_frame_without_a_size_has_that_of_its_screen() {
    let mut bytes = Maker::new(2, 2, vec![4, 5, 6, 7]).make();
    let frame = bytes.len() - Maker::new(2, 2, vec![4, 5, 6, 7]).compressed().len() - 3 - 6;
    bytes[frame..frame + 4].fill(0);
    let (header, decoded) = decode_whole(&bytes).unwrap();
    assert_eq!((header.size, greens(&decoded)), (Size::new(2, 2), vec![4, 5, 6, 7]));
}

#[test]
fn of_an_interlaced_frame_cut_off_the_passes_that_are_there_are_shown() {
    let indices: Vec<u8> = (0..64).flat_map(|place| noise(place).take(64).map(move |n| (n % 64) as u8)).collect();
    let maker = Maker { flags: 0x40, ..Maker::new(64, 64, indices) };
    let bytes = maker.make();
    let whole = greens(&decode_whole(&bytes).unwrap().1);
    let data = bytes.len() - maker.compressed().len();
    for (share, present) in [(2, 1.0..1.1), (5, 1.0..1.1), (16, 0.4..0.6), (200, 0.01..0.1)] {
        let (_, cut) = decode_whole(&bytes[..data + maker.compressed().len() / share]).unwrap();
        let damage = cut.damage.as_ref().unwrap();
        assert!(present.contains(&damage.present) && damage.detail.contains("ends too early"), "{damage:?}");
        let rows = (64.0 * damage.present) as usize;
        let alphas = &cut.grid.planes[3].plane.samples;
        let opaque = alphas.iter().filter(|alpha| **alpha > 254.0).count();
        assert!(opaque >= 60 * rows, "{opaque} of {rows} rows, {damage:?}");
        let shown = greens(&cut);
        if rows >= 8 {
            assert!(shown[..64] == whole[..64] && shown[64..128] == whole[..64], "the second row is like the first");
        }
    }
    assert!(decode_whole(&bytes[..data - 20]).is_err());
}

#[test]
fn pixels_that_end_too_early_are_shown_as_far_as_they_go() {
    let bytes = Maker::new(10, 10, vec![9; 25]).make();
    let (_, decoded) = decode_whole(&bytes).unwrap();
    let damage = decoded.damage.as_ref().unwrap();
    assert_eq!((damage.detail.as_str(), damage.present), ("its pixels end too early, after 2 rows", 0.25));
    assert_eq!([24, 25].map(|at: usize| pixel(&decoded, at % 10, at / 10)[3]), [255.0, 0.0]);
    assert!(decode_whole(&Maker::new(10, 10, Vec::new()).make()).is_err(), "nothing was read");
}

#[test]
fn damaged_files_end_without_a_panic_and_keep_what_the_crate_gif_keeps() {
    let indices: Vec<u8> = noise(8).take(6000).map(|n| (n % 7) as u8).collect();
    let bytes = Maker::new(60, 100, indices).make();
    let data = 13 + 768 + 11;
    for (i, n) in noise(9).take(2000).enumerate() {
        let mut broken = bytes.clone();
        let at = n as usize % if i % 3 == 0 { data } else { bytes.len() };
        broken[at] ^= 1 << (i % 8);
        let Ok(opened) = Opened::read(&broken) else { continue };
        if opened.header.size.pixels() > 1 << 20 {
            continue;
        }
        let Ok(decoded) = opened.decode(&broken, &Plan::new(&[], Exactness::Fast)) else { continue };
        let Some(first) = first_of_crate(&broken).filter(|_| at > data) else { continue };
        assert!(greens(&decoded)[..60] == first[..60], "broken in bit {i}");
    }
}

/// Returns the indices of the first frame as far as the crate `gif` decodes it.
fn first_of_crate(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::Indexed);
    let mut decoder = options.read_info(bytes).ok()?;
    let frame = decoder.next_frame_info().ok()??;
    let (width, height) = (usize::from(frame.width), usize::from(frame.height));
    let mut rows = vec![0; width * height];
    let is_whole = rows.chunks_mut(width.max(1)).all(|row| decoder.fill_buffer(row).unwrap_or(false));
    is_whole.then_some(rows)
}

#[test]
fn every_picture_of_the_corpus_comes_out_as_the_crate_gif_decodes_it() {
    let Some(corpus) = std::env::var_os("THUMBS_CORPUS") else { return };
    let mut compared = 0;
    for entry in walkdir::WalkDir::new(corpus) {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|suffix| suffix != "gif") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let (Some(wanted), Ok(start)) = (first_of_crate(&bytes), blocks::read(&bytes)) else { continue };
        if wanted.is_empty() {
            continue;
        }
        let mut got = vec![0; start.frame.width * start.frame.height];
        let mut pixels = Indices::new(start.index_bits, SubBlocks::new(&bytes[start.data..])).unwrap();
        assert_eq!(pixels.fill(&mut got), got.len(), "{}", path.display());
        assert!(got == wanted, "{}", path.display());
        compared += 1;
    }
    assert!(compared >= 15, "{compared}");
}
