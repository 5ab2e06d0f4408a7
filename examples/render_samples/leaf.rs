//! Renders a leaf with soft edges and a soft shadow on full transparency.

use crate::noise::fractal;
use crate::vector::{Vec3, hex, smoothstep, vec3};
use image::{Rgba, RgbaImage};

const SIZE: u32 = 900;

pub fn draw_leaf() -> RgbaImage {
    RgbaImage::from_fn(SIZE, SIZE, |x, y| {
        let (across, along) = turn_to_leaf(x as f32, y as f32);
        let (shadow_across, shadow_along) = turn_to_leaf(x as f32 - 26.0, y as f32 - 34.0);
        let solid = smoothstep(-0.006, 0.006, find_depth(across, along, 0.012));
        let shadow = 0.45 * smoothstep(-0.09, 0.07, find_depth(shadow_across, shadow_along, 0.0));
        let alpha = solid + shadow * (1.0 - solid);
        // The shadow's colour is black. Dividing by alpha undoes the layering.
        let light = colour_leaf(across, along) * (solid / alpha.max(1e-4));
        let channel = |c: f32| (c.clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0).round() as u8;
        Rgba([channel(light.x), channel(light.y), channel(light.z), (alpha * 255.0).round() as u8])
    })
}

/// Returns leaf coordinates: 0..1 along the midrib from stalk to tip, and sideways from it.
fn turn_to_leaf(x: f32, y: f32) -> (f32, f32) {
    let (u, v) = ((x - 450.0) / 780.0, (450.0 - y) / 780.0);
    let (sin, cos) = 0.62f32.sin_cos();
    let along = u * sin + v * cos + 0.46;
    let bend = 0.09 * (along - 0.5).powi(2);
    (u * cos - v * sin + bend, along)
}

/// Returns the distance of a point inside the outline; negative outside.
fn find_depth(across: f32, along: f32, teeth_size: f32) -> f32 {
    let t = (along - 0.08) / 0.92;
    let blade = if (0.0..1.0).contains(&t) {
        let teeth = teeth_size * (0.5 - (t * 30.0).fract()) * smoothstep(0.02, 0.2, t);
        let half = 0.31 * (std::f32::consts::PI * t.powf(0.72)).sin().powf(0.9);
        half * (1.0 - 0.25 * t) + teeth - across.abs()
    } else {
        -(across.hypot(if t < 0.0 { t } else { t - 1.0 }))
    };
    let stalk = 0.011 - across.hypot(along - along.clamp(-0.1, 0.2));
    blade.max(stalk)
}

fn colour_leaf(across: f32, along: f32) -> Vec3 {
    let slope = along - 0.75 * across.abs() - 0.9 * across * across;
    let vein_at = (slope * 12.0).fract() - 0.5;
    let side_vein = smoothstep(0.09, 0.02, vein_at.abs());
    let midrib = smoothstep(0.011, 0.004, across.abs());
    let fine = 0.5 + 0.5 * fractal(across * 40.0, along * 40.0, 4, 900);
    let autumn = smoothstep(0.1, 0.9, along + 0.5 * fractal(across * 4.0, along * 4.0, 3, 910));
    let body = hex(0x3f8a2a)
        .mix(hex(0xd98a1e), autumn * 0.85)
        .mix(hex(0xb5301a), smoothstep(0.75, 1.1, autumn + across.abs()));
    let puff = 1.0 + 0.28 * vein_at + if across < 0.0 { 0.12 } else { -0.1 };
    let skin = body * (puff * (0.85 + 0.3 * fine));
    skin.mix(vec3(0.75, 0.68, 0.30), (0.45 * side_vein).max(0.8 * midrib))
}
