//! Renders hot-air balloons in strong colours over a valley, in portrait format.

use crate::canvas::Canvas;
use crate::meadow::render_valley;
use crate::sky::Sky;
use crate::terrain::Camera;
use crate::vector::{Vec3, hex, smoothstep, vec3};
use std::f32::consts::PI;

struct Balloon {
    x: f32,
    y: f32,
    radius: f32,
    gores: f32,
    colours: &'static [u32],
    slanted: f32,
}

const BALLOONS: [Balloon; 7] = [
    Balloon {
        x: 690.0,
        y: 930.0,
        radius: 470.0,
        gores: 24.0,
        colours: &[0xd8121c, 0xf6c416, 0xf07a12, 0xf6c416],
        slanted: 0.0,
    },
    Balloon { x: 1530.0, y: 560.0, radius: 265.0, gores: 20.0, colours: &[0x1246b4, 0xf4f4f0], slanted: 3.0 },
    Balloon {
        x: 1490.0,
        y: 1560.0,
        radius: 190.0,
        gores: 20.0,
        colours: &[0x10923a, 0xf2e21c, 0x10923a, 0xe8480c],
        slanted: -2.0,
    },
    Balloon { x: 250.0, y: 1840.0, radius: 105.0, gores: 16.0, colours: &[0x8a1a9c, 0xf060b0], slanted: 0.0 },
    Balloon { x: 1130.0, y: 1960.0, radius: 74.0, gores: 16.0, colours: &[0xe01818, 0xf8f8f8], slanted: 2.0 },
    Balloon { x: 1800.0, y: 2060.0, radius: 48.0, gores: 12.0, colours: &[0x00a0b8, 0xf8d800], slanted: 0.0 },
    Balloon { x: 800.0, y: 2130.0, radius: 36.0, gores: 12.0, colours: &[0xf08000, 0x301890], slanted: 0.0 },
];

pub fn render_balloons() -> Canvas {
    let sky = Sky {
        sun: vec3(0.72, 0.5, -0.48).unit(),
        sunlight: vec3(2.6, 2.2, 1.65),
        zenith: vec3(0.04, 0.15, 0.52),
        horizon: vec3(0.52, 0.65, 0.82),
        clouds: 0.38,
        haze: 11_000.0,
        seed: 140,
    };
    let camera = Camera { width: 2000, height: 3000, focal: 2500.0, horizon: 2260.0, eye: 190.0 };
    let mut scene = render_valley(&camera, &sky);
    for balloon in BALLOONS.iter().rev() {
        draw_balloon(&mut scene, balloon, &sky);
    }
    scene.soften(0.35)
}

/// Returns half the width of the envelope at a height. -1 is the crown, where it is 0, and +1.35 the mouth.
fn find_half_width(v: f32) -> f32 {
    if v < 0.15 {
        (1.0 - v * v).max(0.0).sqrt()
    } else {
        let taper = (v - 0.15) / 1.2;
        0.9887 - 0.182 * taper - 0.6567 * taper.powf(1.6)
    }
}

fn draw_balloon(scene: &mut Canvas, balloon: &Balloon, sky: &Sky) {
    let Balloon { x, y, radius, .. } = *balloon;
    draw_basket(scene, x, y, radius, sky);
    let reach = radius as i32 + 2;
    for row in -reach..=(radius * 1.35) as i32 {
        let v = row as f32 / radius;
        let half = find_half_width(v) * radius;
        for column in -reach..=reach {
            let inside = half - (column as f32).abs() + 0.5;
            if inside > 0.0 && v.abs() < 1.36 {
                let u = (column as f32 / half.max(1.0)).clamp(-1.0, 1.0);
                let light = light_envelope(balloon, sky, u, v);
                let far = sky.veil(light, 60_000.0 / radius, vec3(0.0, 0.0, 1.0));
                scene.blend((x as i32) + column, (y as i32) + row, far, inside);
            }
        }
    }
}

fn light_envelope(balloon: &Balloon, sky: &Sky, u: f32, v: f32) -> Vec3 {
    let around = u.asin();
    let gore = (around / PI + 0.5) * balloon.gores + balloon.slanted * (v + 1.0);
    let count = balloon.colours.len() as i32;
    let mut index = (gore.floor() as i32).rem_euclid(count);
    if (0.28..0.44).contains(&v) {
        index = (index + 1) % count;
    }
    let colour = hex(balloon.colours[index as usize]);
    let bulge = 1.0 - 0.16 * ((gore - gore.floor()) * 2.0 - 1.0).powi(4);
    let side = (1.0 - v.min(1.0) * v.min(1.0)).max(0.12).sqrt();
    let normal = vec3(u * side, -v * 0.9, -(1.0 - u * u).max(0.0).sqrt() * side).unit();
    let direct = (normal.dot(sky.sun) * 0.85 + 0.15).max(0.0);
    let seam = smoothstep(0.0, 0.04, gore - gore.floor());
    let light = sky.sunlight * (0.62 * direct) + sky.fill_light() * (0.9 - 0.3 * v);
    colour * light * (bulge * (0.72 + 0.28 * seam))
}

fn draw_basket(scene: &mut Canvas, x: f32, y: f32, radius: f32, sky: &Sky) {
    let wicker = sky.veil(hex(0x7a4a20) * 1.2, 60_000.0 / radius, vec3(0.0, 0.0, 1.0));
    let (top, bottom) = (y + radius * 1.58, y + radius * 1.74);
    let half = radius * 0.1;
    let rope = (radius * 0.006).max(0.6);
    for side in [-1.0, -0.4, 0.4, 1.0] {
        let (from, to) = (x + side * radius * 0.15, x + side * half);
        let start = y + radius * 1.33;
        scene
            .fill_polygon(&[(from - rope, start), (from + rope, start), (to + rope, top), (to - rope, top)], |_, _| {
                wicker * 0.4
            });
    }
    scene.fill_polygon(
        &[(x - half, top), (x + half, top), (x + half * 0.85, bottom), (x - half * 0.85, bottom)],
        |px, _| wicker * (1.0 + 0.5 * (px - x) / half),
    );
    scene.fill_box(x - half * 1.05, top - rope, x + half * 1.05, top + radius * 0.02, wicker * 0.5);
}
