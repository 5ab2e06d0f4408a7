//! Compares images decoded at a reduced size with those decoded in full, and each step with its definition.

use jxl_bitstream::Bitstream;
use jxl_coding::Decoder;
use jxl_frame::data::TocGroupKind;
use jxl_vardct::TransformType;

use super::basis::{self, Basis, Smoothing};
use super::codestream;
use super::frame::Frame;
use super::global::{CONTEXTS, parse_before_passes};
use super::lf::{Lf, Source};
use super::orders::Orders;
use super::spectrum::{self, Axes};
use super::symbols::{Code, Reader};
use super::waves::wave;
use crate::formats::codec::{Plan, Receiver, Reduced};
use crate::formats::decoded::Decoded;
use crate::formats::jxl::decode::{Jxl, Opened};
use crate::formats::reduction::onto_grid;
use crate::formats::tests::{decode_as, header_of};
use crate::geometry::{Factors, Size};
use crate::options::Exactness;
use crate::pixels::WorkingGrid;
use crate::pixels::shrink::BoxReducer;

/// 387 by 301 px each, in several groups.
const FILES: [(&str, &[u8]); 5] = [
    ("photograph", include_bytes!("../../../../../tests/data/jxl/reduced/photograph.jxl")),
    ("passes", include_bytes!("../../../../../tests/data/jxl/reduced/passes.jxl")),
    ("grey", include_bytes!("../../../../../tests/data/jxl/reduced/grey.jxl")),
    ("from-jpeg-420", include_bytes!("../../../../../tests/data/jxl/reduced/from-jpeg-420.jxl")),
    ("from-jpeg-444", include_bytes!("../../../../../tests/data/jxl/reduced/from-jpeg-444.jxl")),
];
const SIZE: Size = Size::new(387, 301);
/// The same with lines and text of saturated colours, in many kinds of transforms.
const DRAWING: &[u8] = include_bytes!("../../../../../tests/data/jxl/reduced/drawing.jxl");

/// Decodes at a reduced size for a thumbnail of `target`; `None` if the file is not decoded so.
fn reduce(file: &[u8], target: Size) -> Option<Decoded> {
    let picture = Opened::of(file).ok()?.picture(file)?;
    let targets = [target];
    let mut is_reduced = false;
    let size = picture.size;
    let decoded = onto_grid(&Plan::new(&targets, Exactness::Fast), size, |receiver: &mut dyn Receiver| {
        let reduced = super::reduce(file, picture, receiver);
        is_reduced = reduced.is_some();
        Ok(reduced.unwrap_or(Reduced { factor: Factors::ONE.common(), damage: None }))
    });
    decoded.ok().filter(|_| is_reduced)
}

/// Decodes in full, and takes the means of blocks of `factor` px.
fn means(file: &[u8], factor: u32) -> WorkingGrid {
    let grid = decode_as(&Jxl, file, &[]).unwrap().grid;
    let mut reducer = BoxReducer::new(SIZE, grid.model, Factors::square(factor));
    for y in 0..SIZE.height as usize {
        let rows: Vec<&[f32]> = grid.planes.iter().map(|plane| plane.plane.row(y)).collect();
        let mut row: Vec<f32> = (0..SIZE.width as usize).flat_map(|x| rows.iter().map(move |row| row[x])).collect();
        reducer.push_row(&mut row);
    }
    reducer.finish()
}

/// Returns the peak signal to noise ratio of two grids.
fn psnr(one: &WorkingGrid, other: &WorkingGrid) -> f64 {
    assert_eq!((one.model, one.planes.len()), (other.model, other.planes.len()));
    let (mut squares, mut count) = (0.0, 0.0);
    for (one, other) in one.planes.iter().zip(&other.planes) {
        assert_eq!((one.plane.size, one.covered, one.pitch), (other.plane.size, other.covered, other.pitch));
        for (one, other) in one.plane.samples.iter().zip(&other.plane.samples) {
            squares += f64::from(one - other).powi(2);
            count += 1.0;
        }
    }
    10.0 * (255.0 * 255.0 * count / squares).log10()
}

#[test]
fn a_picture_decoded_at_a_reduced_size_is_the_reduced_picture() {
    for width in [96, 64, 48, 36, 24, 12, 6] {
        for (name, file) in FILES {
            let target = SIZE.fit_into(Size::new(width, width));
            let decoded = reduce(file, target).unwrap_or_else(|| panic!("{name} is not decoded for {target}"));
            let psnr = psnr(&decoded.grid, &means(file, decoded.factor.get()));
            // A part of a block at the edge counts as a whole one, which shows in small images.
            let least = if decoded.factor.get() < 8 { 44.0 } else { 38.0 };
            assert!(psnr > least, "{name} at {target}: {psnr:.1} dB");
        }
    }
}

#[test]
fn a_picture_whose_means_have_other_colours_is_decoded_in_full() {
    assert!(reduce(DRAWING, Size::new(24, 19)).is_none());
    assert!(reduce(DRAWING, Size::new(96, 75)).is_none());
}

#[test]
fn a_picture_that_is_hardly_reduced_is_decoded_in_full() {
    for (name, file) in FILES {
        assert!(reduce(file, SIZE).is_none(), "{name}");
        assert!(reduce(&file[..file.len() - 1], Size::new(10, 8)).is_none(), "{name} is cut");
    }
}

#[test]
fn no_changed_byte_brings_it_down() {
    let (mut reduced, mut failed) = (0, 0);
    for (name, file) in FILES {
        for index in (2..file.len()).step_by(if file.len() > 30_000 { 211 } else { 61 }) {
            let mut changed = file.to_vec();
            changed[index] ^= 1 << (index % 8);
            // A claimed giant size is refused before decoding.
            if header_of(&Jxl, &changed).is_ok_and(|header| header.size == SIZE) {
                for width in [96, 24] {
                    match reduce(&changed, SIZE.fit_into(Size::new(width, width))) {
                        Some(decoded) => {
                            reduced += 1;
                            let mut samples = decoded.grid.planes.iter().flat_map(|plane| &plane.plane.samples);
                            assert!(samples.all(|sample| (0.0..=255.001).contains(sample)), "{name}: byte {index}");
                        }
                        None => failed += 1,
                    }
                }
            }
        }
    }
    assert!(reduced > 100 && failed > 100, "{reduced} {failed}");
}

#[test]
fn numbers_are_those_that_the_crate_reads() {
    let bytes: Vec<u8> = noise(20_000).into_iter().map(|value| (value * 127.0) as i8 as u8).collect();
    for (name, file) in FILES {
        let codestream = codestream::find(file).unwrap();
        let frame = Frame::parse(&codestream).unwrap();
        let lf = Lf::decode(&frame, Source::All).unwrap();
        let mut bits = Bitstream::new(frame.section(TocGroupKind::HfGlobal).unwrap());
        let (_, presets) = parse_before_passes(&mut bits, &frame, &lf).unwrap();
        Orders::parse(&mut bits).unwrap();
        let mut same = bits.clone();
        let contexts = CONTEXTS as u32 * presets * lf.vardct().unwrap().hf_block_ctx.num_block_clusters;
        let code = Code::parse(&mut bits, contexts).unwrap();
        let mut decoder = Decoder::parse(&mut same, contexts).unwrap();
        assert_eq!(bits.num_read_bits(), same.num_read_bits(), "{name}");

        let mut noise = Bitstream::new(&bytes);
        noise.read_bits(3).unwrap();
        decoder.begin(&mut noise).unwrap();
        let mut reader = Reader::begin(&bytes, 3);
        let mut largest = 0;
        for index in 0..10_000 {
            let cluster = code.clusters[index * 7 % code.clusters.len()];
            let wanted = decoder.read_varint_with_multiplier_clustered(&mut noise, cluster, 0).unwrap();
            assert_eq!(reader.read(&code, cluster), wanted, "{name}: number {index}");
            largest = largest.max(wanted);
        }
        assert!(largest > 20, "{name}: some have bits after their symbols");
    }
}

/// Returns numbers between -1 and 1 that look random.
fn noise(count: usize) -> Vec<f32> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn mean_of_cell(pixels: &[f32], width: usize, step: usize, cell: usize) -> f32 {
    let cells = width / step;
    let (left, top) = (cell % cells * step, cell / cells * step);
    let rows = (top..top + step).map(|y| &pixels[y * width + left..][..step]);
    rows.flatten().sum::<f32>() / (step * step) as f32
}

const SMALL: [TransformType; 10] = [
    TransformType::Dct8,
    TransformType::Hornuss,
    TransformType::Dct2,
    TransformType::Dct4,
    TransformType::Dct4x8,
    TransformType::Dct8x4,
    TransformType::Afv0,
    TransformType::Afv1,
    TransformType::Afv2,
    TransformType::Afv3,
];

#[test]
fn the_cells_of_a_small_block_are_the_means_of_its_pixels() {
    for kind in SMALL {
        for step in [1, 2, 4, 8] {
            let coefficients = noise(64);
            let mut pixels: [f32; 64] = coefficients.clone().try_into().unwrap();
            basis::invert(kind, &mut pixels);
            let basis = Basis::new(kind, (8 / step, 8 / step), Smoothing::NONE);
            for cell in 0..basis.cells {
                let terms = coefficients.iter().enumerate().map(|(place, value)| value * basis.of(place)[cell]);
                let (mean, wanted) = (terms.sum::<f32>(), mean_of_cell(&pixels, 8, step, cell));
                assert!((mean - wanted).abs() < 1e-4, "{kind:?}, {step} px: {mean} {wanted}");
            }
        }
    }
}

const LARGE: [TransformType; 9] = [
    TransformType::Dct16,
    TransformType::Dct16x8,
    TransformType::Dct8x16,
    TransformType::Dct32,
    TransformType::Dct32x8,
    TransformType::Dct8x32,
    TransformType::Dct16x32,
    TransformType::Dct64,
    TransformType::Dct32x64,
];

#[test]
fn the_cells_of_a_large_block_are_the_means_of_its_pixels() {
    for kind in LARGE {
        let (width, height) = kind.dct_select_size();
        let (width, height) = (width as usize * 8, height as usize * 8);
        let coefficients = noise(width * height);
        let mut pixels = vec![0.0; width * height];
        for (at, pixel) in pixels.iter_mut().enumerate() {
            let (x, y) = (at % width, at / width);
            let terms = coefficients.iter().enumerate();
            *pixel = terms
                .map(|(place, value)| value * wave(place % width, x, width) * wave(place / width, y, height))
                .sum();
        }
        for step in [2, 4, 8] {
            let mut axes = Axes::new(step);
            [width, height].into_iter().for_each(|side| axes.prepare(side as u32 / 8));
            let axes = axes.of(kind).unwrap();
            let mut folded = vec![0.0; width * height / (step * step)];
            for (place, value) in coefficients.iter().enumerate() {
                spectrum::add(axes, place, *value, Smoothing::NONE, &mut folded);
            }
            spectrum::invert(axes, &mut folded, &mut Vec::new());
            for (cell, mean) in folded.iter().enumerate() {
                let wanted = mean_of_cell(&pixels, width, step, cell);
                assert!((mean - wanted).abs() < 1e-3, "{width}x{height}, {step} px: {mean} {wanted}");
            }
        }
    }
}

#[test]
fn the_lowest_frequencies_of_a_large_block_have_the_samples_of_the_smaller_picture_as_means() {
    for kind in LARGE {
        let (width, height) = kind.dct_select_size();
        let mut axes = Axes::new(8);
        [width, height].into_iter().for_each(|blocks| axes.prepare(blocks));
        let axes = axes.of(kind).unwrap();
        let lf = noise((width * height) as usize);
        let mut folded = vec![0.0; lf.len()];
        spectrum::add_lowest(&lf, axes, &mut folded, &mut Vec::new());
        spectrum::invert(axes, &mut folded, &mut Vec::new());
        for (mean, wanted) in folded.iter().zip(&lf) {
            assert!((mean - wanted).abs() < 1e-4, "{width}x{height}: {mean} {wanted}");
        }
    }
}
