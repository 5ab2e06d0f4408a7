use std::num::NonZeroU32;

use super::*;
use crate::pixels::Axes;

fn reduce(source: Size, model: Model, factor: u32, samples: &[f32]) -> WorkingGrid {
    let mut reducer = BoxReducer::new(source, model, Factors::square(factor));
    for row in samples.chunks(source.width as usize * model.planes()) {
        reducer.push_row(&mut row.to_vec());
    }
    reducer.finish()
}

/// Reduces by the definition: every working pixel by itself, in f64.
fn reduce_plainly(source: Size, model: Model, factor: u32, samples: &[f32]) -> Vec<Vec<f64>> {
    let channels = model.planes();
    let has_alpha = matches!(model, Model::GreyAlpha | Model::RgbAlpha);
    let grid = Size::new(source.width.div_ceil(factor), source.height.div_ceil(factor));
    let sample = |x: u32, y: u32, channel: usize| {
        let pixel = &samples[(y * source.width + x) as usize * channels..][..channels];
        let is_colour = has_alpha && channel + 1 < channels;
        let alpha = if is_colour { f64::from(pixel[channels - 1]) / 255.0 } else { 1.0 };
        f64::from(pixel[channel]) * alpha
    };
    let mean = |gx: u32, gy: u32, channel: usize| {
        let end = |g: u32, side: u32| ((g + 1) * factor).min(side);
        let (mut sum, mut count) = (0.0, 0.0);
        for y in gy * factor..end(gy, source.height) {
            for x in gx * factor..end(gx, source.width) {
                sum += sample(x, y, channel);
                count += 1.0;
            }
        }
        sum / count
    };
    let plane = |channel| (0..grid.height).flat_map(|y| (0..grid.width).map(move |x| mean(x, y, channel))).collect();
    (0..channels).map(plane).collect()
}

fn noise(count: usize) -> Vec<u16> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as u16
    };
    (0..count).map(|_| next()).collect()
}

fn assert_near(grid: &WorkingGrid, wanted: &[Vec<f64>], what: &str) {
    assert_eq!(grid.planes.len(), wanted.len());
    for (plane, wanted) in grid.planes.iter().zip(wanted) {
        assert_eq!(plane.plane.samples.len(), wanted.len());
        assert!(!wanted.is_empty());
        for (got, wanted) in plane.plane.samples.iter().zip(wanted) {
            assert!((f64::from(*got) - wanted).abs() < 2e-3, "{what}: {got} {wanted}");
        }
    }
}

const MODELS: [Model; 5] = [Model::Grey, Model::GreyAlpha, Model::Rgb, Model::RgbAlpha, Model::Cmyk];
const SIZES: [(u32, u32); 8] = [(1, 1), (5, 3), (9, 17), (64, 40), (3, 300), (300, 2), (1, 5), (2, 9)];

#[test]
fn rows_of_every_depth_give_the_means_of_the_definition() {
    for model in MODELS {
        for (width, height) in SIZES {
            for factor in [1, 2, 3, 7, 8, 290] {
                let source = Size::new(width, height);
                let words = noise(source.pixels() as usize * model.planes());
                let bytes: Vec<u8> = words.iter().map(|word| (word >> 8) as u8).collect();
                let row = width as usize * model.planes();

                let floats: Vec<f32> = bytes.iter().copied().map(f32::from).collect();
                let wanted = reduce_plainly(source, model, factor, &floats);
                let mut reducer = BoxReducer::new(source, model, Factors::square(factor));
                bytes.chunks(row).for_each(|row| reducer.push_bytes(row));
                let what = format!("{model:?} {source} by {factor}");
                assert_near(&reducer.finish(), &wanted, &what);
                assert_near(&reduce(source, model, factor, &floats), &wanted, &what);

                let floats: Vec<f32> = words.iter().map(|word| f32::from(*word) / 257.0).collect();
                let wanted = reduce_plainly(source, model, factor, &floats);
                let mut reducer = BoxReducer::new(source, model, Factors::square(factor));
                words.chunks(row).for_each(|row| reducer.push_words(row));
                assert_near(&reducer.finish(), &wanted, &what);
            }
        }
    }
}

#[test]
fn more_white_rows_than_an_integer_holds_stay_white() {
    let source = Size::new(3, 70_000);
    let mut bytes = BoxReducer::new(source, Model::Grey, Factors::square(70_000));
    let mut words = BoxReducer::new(source, Model::Grey, Factors::square(70_000));
    let mut products = BoxReducer::new(Size::new(1, 70_000), Model::GreyAlpha, Factors::square(70_000));
    for _ in 0..source.height {
        bytes.push_bytes(&[255; 3]);
        words.push_words(&[65535; 3]);
        products.push_bytes(&[255; 2]);
    }
    for grid in [bytes.finish(), words.finish(), products.finish()] {
        let mean = grid.planes[0].plane.samples[0];
        assert!((mean - 255.0).abs() < 0.01, "{mean}");
    }
}

/// Returns the rows of the seven passes. The pass of each pixel of 8 by 8 is taken from the figure of the
/// specification.
fn deinterlace(source: Size, samples: &[u16], channels: usize) -> Vec<Vec<u16>> {
    const FIGURE: [&[u8; 8]; 8] =
        [b"16462646", b"77777777", b"56565656", b"77777777", b"36463646", b"77777777", b"56565656", b"77777777"];
    let mut rows = Vec::new();
    for pass in b'1'..=b'7' {
        for y in 0..source.height as usize {
            let of_pass = |x: &usize| FIGURE[y % 8][x % 8] == pass;
            let at = |x: usize| &samples[(y * source.width as usize + x) * channels..][..channels];
            let row: Vec<u16> = (0..source.width as usize).filter(of_pass).flat_map(at).copied().collect();
            if !row.is_empty() {
                rows.push(row);
            }
        }
    }
    rows
}

#[test]
fn an_interlaced_picture_has_the_grid_of_a_plain_one() {
    for model in MODELS {
        for (width, height) in SIZES {
            for factor in [1, 2, 4, 5, 8, 11] {
                let source = Size::new(width, height);
                let words = noise(source.pixels() as usize * model.planes());
                let floats: Vec<f32> = words.iter().map(|word| f32::from(*word) / 257.0).collect();
                let mut reducer = BoxReducer::interlaced(source, model, Factors::square(factor));
                for row in deinterlace(source, &words, model.planes()) {
                    assert_eq!(reducer.row_pixels(), Some(row.len() / model.planes()));
                    reducer.push_words(&row);
                }
                assert_eq!(reducer.row_pixels(), None);
                let what = format!("{model:?} {source} by {factor}");
                assert_near(&reducer.finish(), &reduce_plainly(source, model, factor, &floats), &what);
            }
        }
    }
}

#[test]
fn an_interlaced_picture_cut_off_after_any_row_keeps_its_colour_where_rows_were() {
    let source = Size::new(40, 33);
    let rows = deinterlace(source, &[20_560; 40 * 33], 1);
    assert_eq!(rows.len(), 5 + 5 + 4 + 9 + 8 + 17 + 16);
    for factor in [1, 2, 3, 8, 20] {
        for there in 0..=rows.len() {
            let mut reducer = BoxReducer::interlaced(source, Model::Grey, Factors::square(factor));
            rows[..there].iter().for_each(|row| reducer.push_words(row));
            let plane = reducer.finish().planes.remove(0).plane;
            let known = (there * 8).min(33).div_ceil(factor as usize);
            for y in 0..plane.size.height as usize {
                let wanted = if y < known { 80.0 } else { 0.0 };
                assert!(plane.row(y).iter().all(|sample| *sample == wanted), "{there} rows by {factor}, row {y}");
            }
        }
    }
}

#[test]
fn each_working_pixel_is_the_mean_of_its_block_even_where_the_edge_cuts_it() {
    let source = Size::new(5, 3);
    let samples: Vec<f32> = (0..15_u8).map(f32::from).collect();
    let grid = reduce(source, Model::Grey, 2, &samples);
    assert_eq!(grid.planes[0].plane.samples, [3.0, 5.0, 6.5, 10.5, 12.5, 14.0]);
    assert_eq!(grid.planes[0].covered, Axes { x: 2.5, y: 1.5 });
}

#[test]
fn a_thin_picture_is_reduced_by_a_factor_of_its_own_along_each_axis() {
    let samples: Vec<f32> = (0..30_u8).map(f32::from).collect();
    let factors = Factors { across: NonZeroU32::MIN, down: NonZeroU32::new(4).unwrap() };
    let mut reducer = BoxReducer::new(Size::new(3, 10), Model::Grey, factors);
    samples.chunks(3).for_each(|row| reducer.push_row(&mut row.to_vec()));
    let plane = reducer.finish().planes.remove(0);
    assert_eq!(plane.plane.samples, [4.5, 5.5, 6.5, 16.5, 17.5, 18.5, 25.5, 26.5, 27.5]);
    assert_eq!((plane.pitch, plane.covered), (Axes { x: 1.0, y: 4.0 }, Axes { x: 3.0, y: 2.5 }));
    assert_eq!(plane.blurred, Axes { x: 0.0, y: 15.0 / 192.0 });
}

#[test]
fn a_row_of_more_pixels_than_a_float_counts_keeps_its_mean() {
    let width = 40_000_000;
    let factors = Factors { across: NonZeroU32::new(width).unwrap(), down: NonZeroU32::MIN };
    let mut reducer = BoxReducer::new(Size::new(width, 1), Model::Grey, factors);
    reducer.push_bytes(&vec![3; width as usize]);
    let mean = reducer.finish().planes[0].plane.samples[0];
    assert!((mean - 3.0).abs() < 0.01, "{mean}");
}

#[test]
fn a_factor_of_one_keeps_every_sample_and_books_no_blur() {
    let samples: Vec<f32> = (0..12_u8).map(f32::from).collect();
    let grid = reduce(Size::new(2, 2), Model::Rgb, 1, &samples);
    assert_eq!(grid.planes[1].plane.samples, [1.0, 4.0, 7.0, 10.0]);
    assert_eq!(grid.planes[1].blurred.x, 0.0);
}

#[test]
fn transparent_pixels_do_not_colour_their_neighbours() {
    let grid = reduce(Size::new(2, 1), Model::RgbAlpha, 2, &[200.0, 0.0, 0.0, 255.0, 0.0, 255.0, 0.0, 0.0]);
    let means: Vec<f32> = grid.planes.iter().map(|plane| plane.plane.samples[0]).collect();
    assert_eq!(means, [100.0, 0.0, 0.0, 127.5]);
}

#[test]
fn rows_that_never_came_are_black_and_those_that_did_are_whole() {
    let mut reducer = BoxReducer::new(Size::new(2, 9), Model::Grey, Factors::square(2));
    (0..3).for_each(|_| reducer.push_bytes(&[7, 9]));
    assert_eq!(reducer.finish().planes[0].plane.samples, [8.0, 8.0, 0.0, 0.0, 0.0]);
}
