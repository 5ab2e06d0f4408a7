//! Renders mountain ridges in morning mist with 16 bits per channel. Their slow gradients reveal the banding of 8 bits.

use crate::noise::fractal;
use crate::vector::{Vec3, hex, smoothstep};
use image::{ImageBuffer, Rgb};

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 800;
const RIDGES: usize = 6;

pub fn draw_mist() -> ImageBuffer<Rgb<u16>, Vec<u16>> {
    let outlines: Vec<Vec<f32>> = (0..RIDGES).map(trace_ridge).collect();
    ImageBuffer::from_fn(WIDTH, HEIGHT, |x, y| {
        let mut light = light_sky(y as f32 / HEIGHT as f32);
        for (ridge, outline) in outlines.iter().enumerate() {
            let cover = smoothstep(-0.7, 0.7, y as f32 - outline[x as usize]);
            light = light.mix(light_ridge(ridge, y as f32 / HEIGHT as f32), cover);
        }
        let channel = |c: f32| (c.clamp(0.0, 1.0).powf(1.0 / 2.2) * 65535.0).round() as u16;
        Rgb([channel(light.x), channel(light.y), channel(light.z)])
    })
}

fn trace_ridge(ridge: usize) -> Vec<f32> {
    let near = ridge as f32 / (RIDGES - 1) as f32;
    let seed = 950 + 10 * ridge as u32;
    (0..WIDTH)
        .map(|x| {
            let u = x as f32 / WIDTH as f32;
            let shape = fractal(u * (2.2 + 1.6 * near), 0.5 + near, 7, seed);
            HEIGHT as f32 * (0.40 + 0.46 * near - (0.10 + 0.03 * near) * shape)
        })
        .collect()
}

fn light_sky(down: f32) -> Vec3 {
    hex(0x5f86b4).mix(hex(0xf6d9b4), smoothstep(0.0, 0.5, down))
}

/// Returns a colour that depends only on the height. This keeps rows even and the file small.
fn light_ridge(ridge: usize, down: f32) -> Vec3 {
    let near = ridge as f32 / (RIDGES - 1) as f32;
    let body = hex(0xb9b4bd).mix(hex(0x1d2c3c), near.powf(0.8));
    let foot = 0.48 + 0.5 * near;
    body.mix(hex(0xf0dcc4), 0.75 * (1.0 - 0.6 * near) * smoothstep(foot - 0.16, foot + 0.1, down))
}
