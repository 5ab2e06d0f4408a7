//! Renders a city at night over a river, full of sharp edges and lamps.

use crate::canvas::Canvas;
use crate::noise::{Dice, fractal, hash_cell};
use crate::vector::{Vec3, hex, smoothstep};

const LAMPS: [u32; 5] = [0xffd591, 0xffc46b, 0xffe9c4, 0xdcecff, 0xffb347];

pub fn render_city(width: usize, height: usize, seed: u32, stars: bool) -> Canvas {
    let bank = height as f32 * 0.7;
    let mut city = render_sky(width, height, bank, seed, stars);
    let mut dice = Dice::new(u64::from(seed));
    for layer in 0..4 {
        draw_row_of_houses(&mut city, bank, layer, &mut dice);
    }
    draw_quay(&mut city, bank, &mut dice);
    mirror_in_river(&city, bank, seed)
}

fn render_sky(width: usize, height: usize, bank: f32, seed: u32, stars: bool) -> Canvas {
    let moon = (width as f32 * 0.79, height as f32 * 0.15, height as f32 * 0.034);
    Canvas::render(width, height, |x, y| {
        let rise = 1.0 - y as f32 / bank;
        let mut light = hex(0xd07a5a).mix(hex(0x2a3a72), smoothstep(0.0, 0.45, rise));
        light = light.mix(hex(0x070d26), smoothstep(0.3, 1.0, rise)) * 0.7;
        let away = (x as f32 - moon.0).hypot(y as f32 - moon.1) / moon.2;
        if stars {
            let (u, v) = (x as f32 / height as f32, y as f32 / height as f32);
            let cloud = fractal(u * 2.2, v * 7.0, 6, seed + 2);
            light = light.mix(hex(0x3c3a5c) * 0.6, smoothstep(0.0, 0.9, cloud) * 0.7);
            let spark = hash_cell(x as i32 / 2, y as i32 / 2, seed + 3);
            light = light + hex(0xdde6ff) * (smoothstep(0.9993, 1.0, spark) * rise.max(0.0));
            light = light + hex(0xcfd8ff) * (0.25 / (1.0 + away * away * 0.35));
        }
        let spots = 0.85 + 0.15 * fractal(x as f32 / moon.2, y as f32 / moon.2, 4, 9);
        light.mix(hex(0xfff6df) * (1.6 * spots), smoothstep(1.02, 0.98, away))
    })
}

fn draw_row_of_houses(city: &mut Canvas, bank: f32, layer: usize, dice: &mut Dice) {
    let unit = city.height as f32 / 1000.0;
    let dusk = hex(0x6a4f6a) * 0.4;
    let near = (layer + 1) as f32 / 4.0;
    let mut left = -40.0 * unit;
    while left < city.width as f32 {
        let wide = dice.between(38.0, 105.0) * unit * (0.65 + 0.35 * near);
        let middle = (left + wide / 2.0) / city.width as f32;
        let downtown = (-((middle - 0.42) / 0.26).powi(2)).exp();
        let tall = dice.between(90.0, 210.0) + downtown * dice.between(60.0, 390.0) * (1.25 - 0.7 * near);
        let top = bank - tall * unit;
        let body = hex(dice.pick(&[0x1a2036, 0x222840, 0x2b2a3e, 0x1d2a3a, 0x33293a])).mix(dusk, 0.75 * (1.0 - near));
        draw_house(city, (left, top, left + wide, bank), body, near, dice);
        left += wide + dice.between(-8.0, 14.0) * unit;
    }
}

fn draw_house(
    city: &mut Canvas,
    (left, top, right, bottom): (f32, f32, f32, f32),
    body: Vec3,
    near: f32,
    dice: &mut Dice,
) {
    let unit = city.height as f32 / 1000.0;
    let (left, top, right) = (left.round(), top.round(), right.round());
    city.fill_box(left, top, right, bottom, body);
    city.fill_box(right - 0.16 * (right - left), top, right, bottom, body * 0.6);
    let middle = (left + right) / 2.0;
    match (dice.unit() * 4.0) as u32 {
        0 => {
            city.fill_box(middle - unit, top - 46.0 * unit, middle + unit, top, body);
            city.fill_disc(middle, top - 46.0 * unit, 1.8 * unit, hex(0xff3020) * 2.0);
        }
        1 => city.fill_box(
            left + 0.2 * (right - left),
            top - 14.0 * unit,
            right - 0.3 * (right - left),
            top,
            body * 0.85,
        ),
        2 => city.fill_polygon(&[(left, top), (middle, top - 26.0 * unit), (right, top)], |_, _| body * 0.8),
        _ => {}
    }
    light_windows(city, (left, top, right, bottom), near, dice);
}

fn light_windows(city: &mut Canvas, (left, top, right, bottom): (f32, f32, f32, f32), near: f32, dice: &mut Dice) {
    let unit = city.height as f32 / 1000.0;
    let pitch_x = (dice.between(6.5, 10.0) * unit).round();
    let pitch_y = (dice.between(8.5, 13.0) * unit).round();
    let (pane_x, pane_y) = ((pitch_x * dice.between(0.4, 0.75)).round(), (pitch_y * 0.55).round());
    let share_lit = dice.between(0.12, 0.6);
    let house_lamp = dice.pick(&LAMPS);
    let mut y = top + pitch_y;
    while y + pane_y < bottom {
        let floor_dark = dice.unit() < 0.12;
        let mut x = left + pitch_x * 0.6;
        while x + pane_x < right - pitch_x * 0.3 {
            let lit = dice.unit() < share_lit && !floor_dark;
            let lamp = if dice.unit() < 0.75 { house_lamp } else { dice.pick(&LAMPS) };
            let strength = dice.pick(&[0.35, 0.7, 1.2]) * (0.4 + 0.6 * near);
            let pane = if lit { hex(lamp) * strength } else { hex(0x121830) };
            city.fill_box(x, y, x + pane_x, y + pane_y, pane);
            x += pitch_x;
        }
        y += pitch_y;
    }
}

fn draw_quay(city: &mut Canvas, bank: f32, dice: &mut Dice) {
    let unit = city.height as f32 / 1000.0;
    let width = city.width as f32;
    city.fill_box(0.0, bank - 9.0 * unit, width, bank + 4.0 * unit, hex(0x14121a));
    let mut x = 20.0 * unit;
    while x < width {
        let y = bank - 24.0 * unit;
        city.fill_box(x - 0.8 * unit, y, x + 0.8 * unit, bank, hex(0x0b0a10));
        city.add_glow(x, y, 34.0 * unit, hex(0xffb45a) * 0.9);
        city.fill_disc(x, y, 3.2 * unit, hex(0xffe2ae) * 2.2);
        x += dice.between(58.0, 64.0) * unit;
    }
}

/// Mirrors the city in the river. Lights stretch toward the viewer: each point blends several heights.
fn mirror_in_river(city: &Canvas, bank: f32, seed: u32) -> Canvas {
    let unit = city.height as f32 / 1000.0;
    let edge = bank + 4.0 * unit;
    Canvas::render(city.width, city.height, |x, y| {
        let below = y as f32 - edge;
        if below < 0.0 {
            return city.at(x, y);
        }
        let depth = below / unit;
        let (u, v) = (x as f32 / unit, 900.0 * (depth + 40.0).ln());
        let mut light = hex(0x05070f);
        for tap in 0..8 {
            let wave = fractal(u / 16.0, v / 9.0 + tap as f32 * 0.08, 3, seed + 20);
            let stretch = (wave + (tap as f32 - 3.5) * 0.22) * (6.0 + 0.28 * depth);
            let sway = fractal(u / 9.0 + 40.0, v / 8.0, 2, seed + 30) * (1.0 + 0.02 * depth);
            let source_y = edge - 4.0 * unit - (below + stretch * unit).abs() * 1.25;
            light = light + city.sample(x as f32 + sway * unit, source_y) * 0.125;
        }
        light * (0.8 - 0.25 * depth / 300.0)
    })
}
