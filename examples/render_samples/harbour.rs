//! Renders sailing boats and a lighthouse against a low sun.

use crate::canvas::Canvas;
use crate::noise::fractal;
use crate::sky::Sky;
use crate::terrain::{Camera, Ground, render_land, trace_depths};
use crate::vector::{Vec3, hex, smoothstep, vec3};
use crate::water::{Water, lay_water};

struct Headland;

impl Ground for Headland {
    fn height(&self, x: f32, z: f32, octaves: u32) -> f32 {
        let rough = fractal(x / 260.0, z / 260.0, octaves.min(7), 500);
        let cape = smoothstep(190.0, 620.0, x - 0.05 * z + 90.0 * rough) * smoothstep(500.0, 800.0, z);
        let islands = smoothstep(4200.0, 5200.0, z) * (0.75 + rough) * smoothstep(900.0, -700.0, x);
        cape * (62.0 + 26.0 * rough) + islands.max(0.0) * 190.0 - 4.0
    }

    fn colour(&self, place: Vec3, normal: Vec3) -> Vec3 {
        let patch = 0.5 + 0.5 * fractal(place.x / 30.0, place.z / 30.0, 5, 510);
        let scrub = hex(0x4b5530).mix(hex(0x7a6f42), patch);
        hex(0x6b5d50).mix(scrub, smoothstep(0.55, 0.85, normal.y) * smoothstep(3.0, 9.0, place.y))
    }

    fn summit(&self) -> f32 {
        330.0
    }
}

struct Boat {
    x: f32,
    z: f32,
    mast: f32,
    heading: f32,
    sail: u32,
}

const BOATS: [Boat; 6] = [
    Boat { x: -19.0, z: 88.0, mast: 13.0, heading: 1.0, sail: 0xf6e7cf },
    Boat { x: 4.0, z: 165.0, mast: 15.0, heading: -0.8, sail: 0xf3d9b0 },
    Boat { x: 52.0, z: 210.0, mast: 14.0, heading: 0.9, sail: 0xc2452d },
    Boat { x: -95.0, z: 290.0, mast: 16.0, heading: 0.7, sail: 0xf5efe2 },
    Boat { x: -40.0, z: 520.0, mast: 15.0, heading: -1.0, sail: 0xe9dcc4 },
    Boat { x: 60.0, z: 640.0, mast: 14.0, heading: 1.0, sail: 0xf0e4d0 },
];

pub fn render_harbour() -> Canvas {
    let sky = Sky {
        sun: vec3(-0.13, 0.14, 0.98).unit(),
        sunlight: vec3(3.0, 1.25, 0.36),
        zenith: vec3(0.05, 0.09, 0.27),
        horizon: vec3(0.66, 0.27, 0.12),
        clouds: 0.46,
        haze: 7_000.0,
        seed: 61,
    };
    let camera = Camera { width: 3200, height: 2134, focal: 2900.0, horizon: 1130.0, eye: 5.0 };
    let water = Water { depth_colour: vec3(0.012, 0.03, 0.045), chop: 0.075, ripple: 2.2, seed: 520 };
    let depths = trace_depths(&camera, &Headland, 0.003);
    let land = render_land(&camera, &Headland, &sky, &depths);
    let mirror = camera.mirror();
    let mirrored_depths = trace_depths(&mirror, &Headland, 0.006);
    let mut mirrored = render_land(&mirror, &Headland, &sky, &mirrored_depths);
    draw_fleet(&mut mirrored, &mirror, &sky);
    let mut scene = lay_water(&land, &depths, &mirrored, &camera, &sky, &water);
    draw_fleet(&mut scene, &camera, &sky);
    scene.soften(0.4)
}

fn draw_fleet(scene: &mut Canvas, camera: &Camera, sky: &Sky) {
    draw_lighthouse(scene, camera, sky);
    for boat in BOATS.iter().rev() {
        draw_boat(scene, camera, sky, boat);
    }
}

/// Fills a shape given in metres, upright at one distance.
fn fill_upright(scene: &mut Canvas, camera: &Camera, sky: &Sky, z: f32, corners: &[(f32, f32)], colour: Vec3) {
    let veiled = sky.veil(colour, z, vec3(corners[0].0, 0.0, z));
    let projected: Vec<_> = corners.iter().map(|&(x, y)| camera.project(vec3(x, y, z))).collect();
    let left = projected.iter().map(|p| p.0).fold(f32::MAX, f32::min);
    let right = projected.iter().map(|p| p.0).fold(f32::MIN, f32::max);
    // Cloth and planks are curved, so their light varies across.
    scene.fill_polygon(&projected, |x, _| veiled * (0.72 + 0.5 * ((x - left) / (right - left)).clamp(0.0, 1.0)));
}

fn draw_boat(scene: &mut Canvas, camera: &Camera, sky: &Sky, boat: &Boat) {
    let Boat { x, z, mast, heading, .. } = *boat;
    let place = |u: f32, v: f32| (x + u * heading * mast / 13.0, v * mast / 13.0);
    let shape = |points: &[(f32, f32)]| points.iter().map(|&(u, v)| place(u, v)).collect::<Vec<_>>();
    // Against the light a sail glows a little; hulls are nearly black.
    let sail = hex(boat.sail) * sky.sunlight * 0.36;
    let mut fill = |points: &[(f32, f32)], colour| {
        fill_upright(scene, camera, sky, z, &shape(points), colour);
    };
    fill(&[(-0.06, 0.9), (0.06, 0.9), (0.04, 13.0), (-0.04, 13.0)], hex(0x2a2018));
    fill(&[(-0.15, 12.8), (-0.15, 2.0), (-4.6, 1.9), (-3.6, 4.6), (-2.3, 8.0), (-1.0, 11.2)], sail);
    fill(&[(0.2, 11.6), (1.6, 7.2), (3.0, 3.9), (4.5, 1.5), (2.2, 1.9), (0.5, 2.1), (0.6, 6.5)], sail * 0.82);
    fill(&[(-4.4, 1.15), (-2.0, 0.95), (1.5, 1.05), (5.0, 1.45), (4.2, 0.4), (3.4, -0.1), (-3.9, -0.1)], hex(0x241a18));
    fill(&[(-4.38, 1.15), (-2.0, 0.95), (1.5, 1.05), (5.0, 1.45), (1.5, 0.92), (-2.0, 0.82)], hex(0xd8b48a));
    fill(&[(-1.9, 1.0), (-1.7, 1.5), (1.0, 1.5), (1.5, 1.05)], hex(0x4a3426));
}

fn draw_lighthouse(scene: &mut Canvas, camera: &Camera, sky: &Sky) {
    let (x, z) = (265.0, 900.0);
    let foot = Headland.height(x, z, 7) - 3.0;
    let mut fill = |left: f32, right: f32, low: f32, high: f32, colour: Vec3| {
        let corners = [
            (x + left, foot + low),
            (x + right, foot + low),
            (x + right * 0.93, foot + high),
            (x + left * 0.93, foot + high),
        ];
        fill_upright(scene, camera, sky, z, &corners, colour);
    };
    let white = vec3(0.75, 0.55, 0.42);
    let red = vec3(0.42, 0.07, 0.04);
    for (stripe, colour) in [white, red, white, red, white].into_iter().enumerate() {
        let half = 5.2 - 0.45 * stripe as f32;
        let low = 8.0 * stripe as f32;
        fill(-half, half * 0.1, low, low + 8.0, colour);
        fill(half * 0.05, half, low, low + 8.0, colour * 0.6);
    }
    fill(-4.6, 4.6, 40.0, 41.2, hex(0x2a2424));
    fill(-2.4, 2.4, 41.2, 45.5, vec3(2.6, 1.9, 0.9));
    fill(-3.0, 3.0, 45.5, 46.3, hex(0x2a2424));
    fill(-2.2, 2.2, 46.3, 48.5, red);
}
