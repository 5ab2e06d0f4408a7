//! Renders a test chart with colours, fine lines, a zone plate and text.

use crate::font::{draw_text, measure_text};
use image::{Rgb, RgbImage};

const WIDTH: u32 = 1600;
const HEIGHT: u32 = 1200;
const BARS: [[u8; 3]; 8] =
    [[255, 255, 255], [255, 255, 0], [0, 255, 255], [0, 255, 0], [255, 0, 255], [255, 0, 0], [0, 0, 255], [0, 0, 0]];

pub fn draw_chart() -> RgbImage {
    let mut chart = RgbImage::from_pixel(WIDTH, HEIGHT, Rgb([118; 3]));
    draw_grid(&mut chart);
    draw_colour_bars(&mut chart);
    draw_grey_steps(&mut chart);
    draw_zone_plate(&mut chart, 800.0, 660.0, 250.0);
    draw_line_pairs(&mut chart);
    draw_slanted_edge(&mut chart);
    draw_lettering(&mut chart);
    chart
}

fn fill(chart: &mut RgbImage, left: u32, top: u32, right: u32, bottom: u32, colour: [u8; 3]) {
    for y in top..bottom.min(HEIGHT) {
        for x in left..right.min(WIDTH) {
            chart.put_pixel(x, y, Rgb(colour));
        }
    }
}

fn draw_grid(chart: &mut RgbImage) {
    for x in (0..=WIDTH).step_by(100) {
        fill(chart, x.saturating_sub(1), 0, x + 1, HEIGHT, [225; 3]);
    }
    for y in (0..=HEIGHT).step_by(100) {
        fill(chart, 0, y.saturating_sub(1), WIDTH, y + 1, [225; 3]);
    }
    // A one-pixel frame shows whether any edge was lost.
    fill(chart, 0, 0, WIDTH, 1, [255, 0, 0]);
    fill(chart, 0, HEIGHT - 1, WIDTH, HEIGHT, [255, 0, 0]);
    fill(chart, 0, 0, 1, HEIGHT, [255, 0, 0]);
    fill(chart, WIDTH - 1, 0, WIDTH, HEIGHT, [255, 0, 0]);
}

fn draw_colour_bars(chart: &mut RgbImage) {
    for (index, colour) in BARS.into_iter().enumerate() {
        let left = 100 + index as u32 * 175;
        fill(chart, left, 100, left + 175, 270, colour);
    }
    for x in 100..1500 {
        let hue = (x - 100) as f32 / 1400.0 * 6.0;
        let ramp = |shift: f32| ((((hue + shift) % 6.0) - 3.0).abs() - 1.0).clamp(0.0, 1.0);
        let colour = [ramp(0.0), ramp(4.0), ramp(2.0)].map(|c| (c * 255.0).round() as u8);
        fill(chart, x, 270, x + 1, 320, colour);
    }
}

fn draw_grey_steps(chart: &mut RgbImage) {
    for step in 0..16u32 {
        let left = 100 + step * 1400 / 16;
        let right = 100 + (step + 1) * 1400 / 16;
        fill(chart, left, 1000, right, 1060, [(step * 17) as u8; 3]);
    }
    for x in 100..1500u32 {
        fill(chart, x, 1060, x + 1, 1100, [((x - 100) * 255 / 1399) as u8; 3]);
    }
}

/// Draws rings that get finer outward, down to two pixels per ring at the rim. Careless shrinking turns them into ghost
/// rings.
fn draw_zone_plate(chart: &mut RgbImage, centre_x: f32, centre_y: f32, radius: f32) {
    for y in (centre_y - radius) as u32..(centre_y + radius) as u32 {
        for x in (centre_x - radius) as u32..(centre_x + radius) as u32 {
            let (u, v) = (x as f32 + 0.5 - centre_x, y as f32 + 0.5 - centre_y);
            let squared = u * u + v * v;
            if squared < radius * radius {
                let wave = (std::f32::consts::FRAC_PI_2 * squared / radius).cos();
                chart.put_pixel(x, y, Rgb([(127.5 + 127.5 * wave).round() as u8; 3]));
            }
        }
    }
}

fn draw_line_pairs(chart: &mut RgbImage) {
    fill(chart, 110, 410, 490, 910, [255; 3]);
    let mut top = 430;
    for thickness in [1, 2, 3, 4, 6, 8] {
        for x in (130..290).step_by(2 * thickness as usize) {
            fill(chart, x, top, x + thickness, top + 60, [0; 3]);
        }
        for y in (top..top + 60).step_by(2 * thickness as usize) {
            fill(chart, 310, y, 470, (y + thickness).min(top + 60), [0; 3]);
        }
        top += 78;
    }
}

fn draw_slanted_edge(chart: &mut RgbImage) {
    for y in 410..650u32 {
        for x in 1110..1490u32 {
            let along = (x as f32 - 1300.0) + 0.0875 * (y as f32 - 530.0);
            let share = (along + 0.5).clamp(0.0, 1.0);
            chart.put_pixel(x, y, Rgb([(20.0 + 215.0 * share) as u8; 3]));
        }
    }
    // Red on blue of equal lightness suffers most from halved colour resolution.
    for y in 670..910u32 {
        for x in 1110..1490u32 {
            let checked = (x - 1110) / 38 + (y - 670) / 40;
            let colour = if checked.is_multiple_of(2) { [220, 20, 30] } else { [20, 40, 220] };
            chart.put_pixel(x, y, Rgb(colour));
        }
    }
}

fn draw_lettering(chart: &mut RgbImage) {
    let mut write = |text: &str, middle: f32, top: f32, dot: f32, colour: [u8; 3]| {
        let left = middle - measure_text(text, dot) / 2.0;
        draw_text(text, left, top, dot, |x, y, share| {
            if let Some(pixel) = chart.get_pixel_mut_checked(x as u32, y as u32) {
                for (channel, target) in pixel.0.iter_mut().zip(colour) {
                    let old = f32::from(*channel);
                    *channel = (old + (f32::from(target) - old) * share).round() as u8;
                }
            }
        });
    };
    write("TEST CHART 1600 x 1200", 800.0, 28.0, 6.0, [255; 3]);
    write("Zone plate, line pairs, edges, colours", 800.0, 345.0, 4.0, [255; 3]);
    write("LINE PAIRS 1 2 3 4 6 8", 300.0, 925.0, 2.0, [255; 3]);
    write("SLANTED EDGE AND RED/BLUE", 1300.0, 925.0, 2.0, [255; 3]);
    write("The quick brown fox jumps over the lazy dog 0123456789", 800.0, 1120.0, 3.0, [255, 235, 90]);
    write("The quick brown fox jumps over the lazy dog 0123456789", 800.0, 1155.0, 1.5, [20; 3]);
}
