//! Renders the scene of the eight orientation files. Labels show whether it is upright and unmirrored.

use crate::canvas::Canvas;
use crate::font::{draw_text, measure_text};
use crate::lake::render_small_lake;
use crate::vector::{Vec3, hex, vec3};

pub fn render_labelled() -> Canvas {
    let mut scene = render_small_lake();
    let white = vec3(3.0, 3.0, 3.0);
    let middle = scene.width as f32 / 2.0;
    draw_arrow(&mut scene, middle, 40.0, hex(0xd81818) * 1.3);
    label(&mut scene, "TOP", middle, 200.0, 15.0, white);
    label(&mut scene, "LEFT", 130.0, 470.0, 7.0, white);
    label(&mut scene, "RIGHT", 1060.0, 470.0, 7.0, white);
    label(&mut scene, "BOTTOM", middle, 800.0, 8.0, white);
    scene
}

fn draw_arrow(scene: &mut Canvas, x: f32, top: f32, colour: Vec3) {
    let grow = |by: f32| {
        [
            (x, top - 1.4 * by),
            (x + 75.0 + 2.0 * by, top + 75.0 + by),
            (x + 28.0 + by, top + 75.0 + by),
            (x + 28.0 + by, top + 140.0 + by),
            (x - 28.0 - by, top + 140.0 + by),
            (x - 28.0 - by, top + 75.0 + by),
            (x - 75.0 - 2.0 * by, top + 75.0 + by),
        ]
    };
    scene.fill_polygon(&grow(6.0), |_, _| vec3(3.0, 3.0, 3.0));
    scene.fill_polygon(&grow(0.0), |_, _| colour);
}

fn label(scene: &mut Canvas, text: &str, middle: f32, top: f32, dot: f32, colour: Vec3) {
    let left = middle - measure_text(text, dot) / 2.0;
    for turn in 0..12 {
        let (down, right) = (turn as f32 * std::f32::consts::TAU / 12.0).sin_cos();
        let rim = dot * 0.45;
        draw_text(text, left + right * rim, top + down * rim, dot, |x, y, share| {
            scene.blend(x, y, hex(0x101828), share);
        });
    }
    draw_text(text, left, top, dot, |x, y, share| scene.blend(x, y, colour, share));
}
