//! Tests JPEGs after TIFF 6.0, section 22, in the forms of known writers. All forms are built from the same JPEGs.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::*;

const SIDE: u32 = 64;

fn color(x: u32, y: u32, channel: usize) -> u8 {
    let waves = (x as f32 / 9.0 + channel as f32).sin() * (y as f32 / 11.0 - channel as f32).cos();
    (128.0 + 90.0 * waves) as u8
}

/// Encodes a part of the image as a JPEG of its own, of YCbCr.
fn encode((left, top): (u32, u32), (width, height): (u32, u32), sampling: SamplingFactor) -> Vec<u8> {
    let pixels = (top..top + height).flat_map(|y| (left..left + width).map(move |x| (x, y)));
    let bytes: Vec<u8> = pixels.flat_map(|(x, y)| (0..3).map(move |channel| color(x, y, channel))).collect();
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 90);
    encoder.set_sampling_factor(sampling);
    encoder.encode(&bytes, width as u16, height as u16, ColorType::Rgb).unwrap();
    jpeg
}

/// Splits a JPEG into its segments and the data of its scan. Segments keep their markers, and the data lose the end
/// marker.
fn take_apart(jpeg: &[u8]) -> (Vec<(u8, Vec<u8>)>, Vec<u8>) {
    let (mut segments, mut at) = (Vec::new(), 2);
    loop {
        let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        segments.push((jpeg[at + 1], jpeg[at..end].to_vec()));
        at = end;
        if segments.last().unwrap().0 == 0xda {
            return (segments, jpeg[at..jpeg.len() - 2].to_vec());
        }
    }
}

fn pick(segments: &[(u8, Vec<u8>)], wanted: &[u8]) -> Vec<u8> {
    segments.iter().filter(|(marker, _)| wanted.contains(marker)).flat_map(|(_, bytes)| bytes.clone()).collect()
}

/// Returns every table of a kind. A table is its identifier, with the class of Huffman tables, and its bytes.
fn tables(segments: &[(u8, Vec<u8>)], wanted: u8) -> Vec<(u8, Vec<u8>)> {
    let mut found = Vec::new();
    for (_, bytes) in segments.iter().filter(|(marker, _)| *marker == wanted) {
        let mut rest = &bytes[4..];
        while let [id, table @ ..] = rest {
            let length = match wanted {
                0xdb => 64,
                _ => 16 + table[..16].iter().map(|count| usize::from(*count)).sum::<usize>(),
            };
            found.push((*id, table[..length].to_vec()));
            rest = &table[length..];
        }
    }
    found
}

/// Offset of the front in files of [`Maker`].
const FRONT: u64 = 16;

fn maker(chunk: (Option<u32>, u32), chunks: Vec<Vec<u8>>, sampling: (u64, u64)) -> Maker {
    let more = vec![(tag::SUBSAMPLING, vec![sampling.0, sampling.1])];
    let picture = Maker { photometric: 6, compression: 6, chunk, more, ..Maker::new(SIDE, SIDE) };
    Maker { instead: Some(chunks), ..picture }
}

/// Decodes and compares luma with the original.
fn check(maker: &Maker, what: &str) {
    let decoded = decode_in_full(&maker.make()).unwrap_or_else(|cause| panic!("{what}: {cause}"));
    assert_eq!(decoded.damage, None, "{what}");
    let luma = &decoded.grid.planes[0].plane;
    for y in 0..SIDE {
        for x in 0..SIDE {
            let [red, green, blue] = [0, 1, 2].map(|channel| f32::from(color(x, y, channel)));
            let expected = 0.299 * red + 0.587 * green + 0.114 * blue;
            let apart = (luma.row(y as usize)[x as usize] - expected).abs();
            assert!(apart < 12.0, "{what}: {apart} apart at {x}, {y}");
        }
    }
}

fn samplings() -> [(SamplingFactor, (u64, u64)); 3] {
    [(SamplingFactor::F_1_1, (1, 1)), (SamplingFactor::F_2_1, (2, 1)), (SamplingFactor::F_2_2, (2, 2))]
}

#[test]
fn tables_behind_offsets_of_their_own_serve_strips_and_tiles() {
    for (sampling, told) in samplings() {
        for chunk in [(None, 64), (None, 16), (Some(32), 32)] {
            let (width, height) = (chunk.0.unwrap_or(SIDE), chunk.1);
            let places =
                (0..SIDE).step_by(height as usize).flat_map(|y| (0..SIDE).step_by(width as usize).map(move |x| (x, y)));
            let parts: Vec<_> = places.map(|place| take_apart(&encode(place, (width, height), sampling))).collect();
            let segments = &parts[0].0;
            // Each component names its tables, so those of chroma are named twice.
            let (mut front, mut more) = (Vec::new(), Vec::new());
            let classes =
                [(tag::JPEG_Q_TABLES, 0xdb, 0), (tag::JPEG_DC_TABLES, 0xc4, 0), (tag::JPEG_AC_TABLES, 0xc4, 0x10)];
            for (tag, marker, class) in classes {
                let of_marker = tables(segments, marker);
                let offsets = [0, 1, 1].map(|id| {
                    let table = of_marker.iter().find(|(own, _)| *own == class | id).unwrap();
                    front.extend(&table.1);
                    FRONT + (front.len() - table.1.len()) as u64
                });
                more.push((tag, offsets.to_vec()));
            }
            let data = parts.into_iter().map(|(_, data)| data).collect();
            let mut maker = maker(chunk, data, told);
            maker.more.extend(more);
            maker.front = Some((65_000, front));
            check(&maker, &format!("{told:?} in {chunk:?}"));
        }
    }
}

#[test]
fn segments_that_stand_once_serve_all_strips() {
    for (sampling, told) in samplings() {
        let parts: Vec<_> = (0..4).map(|i| take_apart(&encode((0, 16 * i), (SIDE, 16), sampling))).collect();
        let segments = &parts[0].0;
        // The frame header states the height of the whole image, as Wang's does.
        let mut frame = pick(segments, &[0xc0]);
        frame[5..7].copy_from_slice(&(SIDE as u16).to_be_bytes());
        let head = [vec![0xff, 0xd8], pick(segments, &[0xdb]), frame, pick(segments, &[0xc4])].concat();
        let scan = pick(segments, &[0xda]);
        let data: Vec<_> = parts.iter().map(|(_, data)| data.clone()).collect();
        let with_first = |front: &[u8]| {
            let mut data = data.clone();
            data[0].splice(0..0, front.iter().copied());
            data
        };
        let forms = [
            ("the scan header in front of the first strip", head.clone(), with_first(&scan)),
            ("the scan header with the others", [&head[..], &scan].concat(), data.clone()),
            ("all segments in front of the first strip", Vec::new(), with_first(&[&head[..], &scan].concat())),
            ("strips that end in a restart marker", [&head[..], &scan].concat(), {
                let marked = data.iter().zip(0xd0..).map(|(data, mark)| [&data[..], &[0xff, mark]].concat());
                marked.collect()
            }),
        ];
        for (what, front, strips) in forms {
            let mut maker = maker((None, 16), strips, told);
            if !front.is_empty() {
                maker.more.push((tag::JPEG_OFFSET, vec![FRONT]));
                maker.more.push((tag::JPEG_BYTES, vec![front.len() as u64]));
                maker.front = Some((65_000, front));
            }
            check(&maker, &format!("{what}, {told:?}"));
        }
    }
}

#[test]
fn a_whole_jpeg_is_read_by_whatever_names_it() {
    let jpeg = encode((0, 0), (SIDE, SIDE), SamplingFactor::F_2_2);
    let interchange = |length: Option<usize>, maker: Maker| {
        let mut maker = maker;
        maker.more.push((tag::JPEG_OFFSET, vec![FRONT]));
        maker.more.extend(length.map(|length| (tag::JPEG_BYTES, vec![length as u64])));
        maker
    };
    // The strip is the file, the data in it, or the rest of it. The length is stated or not.
    for length in [Some(jpeg.len()), None, Some(0)] {
        check(&interchange(length, maker((None, 64), vec![jpeg.clone()], (2, 2))), "the strip is the file");
    }
    let in_front = Maker { front: Some((65_000, jpeg.clone())), ..maker((None, 64), vec![Vec::new()], (2, 2)) };
    check(&interchange(Some(jpeg.len()), in_front), "no strip");
    check(&maker((None, 64), vec![jpeg], (2, 2)), "a strip that is a JPEG");
    let strips = (0..4).map(|i| encode((0, 16 * i), (SIDE, 16), SamplingFactor::F_2_2)).collect();
    check(&interchange(None, maker((None, 16), strips, (2, 2))), "strips that are JPEGs, the first one named");
}

#[test]
fn codes_of_a_narrower_range_are_stretched() {
    let jpeg = encode((0, 0), (SIDE, SIDE), SamplingFactor::F_1_1);
    let plain = maker((None, 64), vec![jpeg], (1, 1));
    let mut narrow = plain.clone();
    narrow.more.push((tag::REFERENCE_BLACK_WHITE, vec![16, 235, 128, 240, 128, 240]));
    let [plain, narrow] = [plain, narrow].map(|maker| decode_in_full(&maker.make()).unwrap().grid);
    for (channel, (black, white)) in [(16.0, 235.0), (128.0, 240.0), (128.0, 240.0)].into_iter().enumerate() {
        let (zero, range) = if channel == 0 { (0.0, 255.0) } else { (128.0, 127.0) };
        for (plain, narrow) in samples(&plain)[channel].iter().zip(samples(&narrow)[channel]) {
            assert!((zero + (plain - black) * range / (white - black) - narrow).abs() < 0.01);
        }
    }
}

#[test]
fn missing_tables_and_lossless_ones_are_told() {
    let cause = |maker: &Maker| decode_in_full(&maker.make()).unwrap_err().to_string();
    let data = vec![vec![0x55; 40]];
    assert!(cause(&maker((None, 64), data.clone(), (1, 1))).contains("tables of its JPEG are missing"));
    let mut lossless = maker((None, 64), data, (1, 1));
    lossless.more.push((tag::JPEG_PROCESS, vec![14]));
    assert!(cause(&lossless).contains("lossless JPEG"));
}

#[test]
fn altered_bytes_of_any_form_never_end_in_a_panic() {
    let (segments, data) = take_apart(&encode((0, 0), (SIDE, SIDE), SamplingFactor::F_2_1));
    let front = [vec![0xff, 0xd8], pick(&segments, &[0xdb, 0xc0, 0xc4, 0xda])].concat();
    let mut maker = maker((None, 64), vec![data], (2, 1));
    maker.more.push((tag::JPEG_OFFSET, vec![FRONT]));
    maker.front = Some((65_000, front));
    let bytes = maker.make();
    let mut seed = 11_u32;
    let mut decoded = 0;
    for _ in 0..600 {
        let mut broken = bytes.clone();
        for _ in 0..3 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (seed >> 8) as usize % broken.len();
            broken[at] = (seed >> 3) as u8;
        }
        let is_small = read_header(&mut &broken[..]).is_ok_and(|header| (1..1 << 20).contains(&header.size.pixels()));
        decoded += usize::from(is_small && decode_in_full(&broken).is_ok());
    }
    assert!(decoded > 100, "{decoded}");
}
