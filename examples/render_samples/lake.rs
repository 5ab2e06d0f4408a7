//! Renders a mountain lake at a given time of day, nearly square or as a panorama.

use crate::canvas::Canvas;
use crate::noise::{eroded, fractal, hash_cell};
use crate::sky::Sky;
use crate::terrain::{Camera, Ground, render_land, trace_depths};
use crate::vector::{Vec3, hex, smoothstep, vec3};
use crate::water::{Water, lay_water};

struct Mountains {
    seed: u32,
    half_width: f32,
    length: f32,
}

const TREE_LINE: f32 = 420.0;

impl Mountains {
    fn rise_without_trees(&self, x: f32, z: f32, octaves: u32) -> f32 {
        let winding = 260.0 * fractal(z / 1500.0, 3.7, 2, self.seed + 50);
        let shore = 150.0 * fractal(x / 420.0, z / 420.0, 4, self.seed + 60);
        let aside = (x - winding).abs() - self.half_width;
        let beyond = z - self.length;
        let away = aside.max(beyond * 0.8) + shore;
        let foot = smoothstep(0.0, 2600.0, away);
        let peaks = eroded(x / 1700.0, z / 1700.0, octaves, self.seed);
        away.clamp(-80.0, 900.0) * 0.07 + foot * peaks * 1750.0
    }
}

/// Raises cone-shaped firs, one in each cell of a jittered grid.
pub fn raise_firs(x: f32, z: f32, spacing: f32, tallest: f32, seed: u32) -> f32 {
    let (u, v) = (x / spacing, z / spacing);
    let mut height = 0.0f32;
    for (dx, dz) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let (cx, cz) = ((u - 0.5).floor() as i32 + dx, (v - 0.5).floor() as i32 + dz);
        let px = cx as f32 + 0.2 + 0.6 * hash_cell(cx, cz, seed);
        let pz = cz as f32 + 0.2 + 0.6 * hash_cell(cx, cz, seed + 1);
        let size = 0.45 + 0.55 * hash_cell(cx, cz, seed + 2);
        let distance = (u - px).hypot(v - pz);
        height = height.max(tallest * size * (1.0 - 1.7 * distance / (0.5 + 0.5 * size)));
    }
    height
}

impl Ground for Mountains {
    fn height(&self, x: f32, z: f32, octaves: u32) -> f32 {
        let bare = self.rise_without_trees(x, z, octaves);
        // Shadows need few octaves, and single trees would only blur them.
        if octaves < 6 || !(2.0..=TREE_LINE + 150.0).contains(&bare) {
            return bare;
        }
        let limit = TREE_LINE + 140.0 * fractal(x / 300.0, z / 300.0, 3, self.seed + 70);
        let dense = smoothstep(limit, limit - 120.0, bare) * smoothstep(2.0, 7.0, bare);
        let clearing = smoothstep(-0.55, -0.3, fractal(x / 240.0, z / 240.0, 3, self.seed + 71));
        bare + raise_firs(x, z, 9.0, 19.0, self.seed + 80).max(0.0) * dense * clearing
    }

    fn colour(&self, place: Vec3, normal: Vec3) -> Vec3 {
        let patch = fractal(place.x / 90.0, place.z / 90.0, 5, self.seed + 90);
        let bare = self.rise_without_trees(place.x, place.z, 10);
        let trunk_high = place.y - bare;
        let rock = hex(0x8a7d72).mix(hex(0x5f5a5c), 0.5 + 0.5 * patch);
        let grass = hex(0x6f7a3c).mix(hex(0x8f8546), 0.5 + 0.5 * patch);
        let fir = hex(0x1f3a22).mix(hex(0x3d5a2b), (trunk_high / 16.0).clamp(0.0, 1.0));
        let snow = hex(0xf2f5fa);
        let mut colour = rock.mix(grass, smoothstep(0.62, 0.8, normal.y) * smoothstep(800.0, 350.0, bare));
        let wooded = smoothstep(430.0, 330.0, bare) * smoothstep(0.85, 0.6, normal.y);
        colour = colour.mix(hex(0x34441f), 0.8 * wooded);
        colour = colour.mix(hex(0xa89a80), smoothstep(3.5, 1.0, bare));
        let snowy = smoothstep(620.0, 950.0, bare + 170.0 * patch);
        colour = colour.mix(snow, snowy * smoothstep(0.48, 0.72, normal.y));
        if trunk_high > 0.6 { fir } else { colour }
    }

    fn summit(&self) -> f32 {
        1900.0
    }
}

pub fn render_evening_lake() -> Canvas {
    let sky = Sky {
        sun: vec3(-0.72, 0.42, -0.42).unit(),
        sunlight: vec3(3.6, 2.7, 1.75),
        zenith: vec3(0.10, 0.24, 0.62),
        horizon: vec3(0.78, 0.80, 0.84),
        clouds: 0.48,
        haze: 26_000.0,
        seed: 21,
    };
    let camera = Camera { width: 3600, height: 2700, focal: 2970.0, horizon: 1512.0, eye: 9.0 };
    let ground = Mountains { seed: 4, half_width: 620.0, length: 2300.0 };
    render_lake(&camera, &ground, &sky, 0.035)
}

pub fn render_dawn_panorama() -> Canvas {
    let sky = Sky {
        sun: vec3(0.95, 0.24, 0.12).unit(),
        sunlight: vec3(3.4, 1.75, 0.85),
        zenith: vec3(0.07, 0.14, 0.40),
        horizon: vec3(0.72, 0.46, 0.36),
        clouds: 0.42,
        haze: 24_000.0,
        seed: 33,
    };
    let camera = Camera { width: 4800, height: 1400, focal: 1900.0, horizon: 900.0, eye: 16.0 };
    let ground = Mountains { seed: 11, half_width: 1500.0, length: 2600.0 };
    render_lake(&camera, &ground, &sky, 0.02)
}

pub fn render_small_lake() -> Canvas {
    let sky = Sky {
        sun: vec3(0.6, 0.5, -0.5).unit(),
        sunlight: vec3(3.4, 2.9, 2.2),
        zenith: vec3(0.08, 0.22, 0.60),
        horizon: vec3(0.74, 0.82, 0.92),
        clouds: 0.34,
        haze: 22_000.0,
        seed: 58,
    };
    let camera = Camera {
        // Both sides are multiples of JPEG blocks, so that turning moves no block border.
        width: 1200,
        height: 896,
        focal: 1000.0,
        horizon: 560.0,
        eye: 10.0,
    };
    let ground = Mountains { seed: 27, half_width: 700.0, length: 2000.0 };
    render_lake(&camera, &ground, &sky, 0.025)
}

fn render_lake(camera: &Camera, ground: &Mountains, sky: &Sky, chop: f32) -> Canvas {
    let water = Water { depth_colour: vec3(0.012, 0.045, 0.05), chop, ripple: 1.6, seed: 300 };
    let depths = trace_depths(camera, ground, 0.003);
    let land = render_land(camera, ground, sky, &depths);
    let mirror = camera.mirror();
    let mirrored_depths = trace_depths(&mirror, ground, 0.005);
    let mirrored = render_land(&mirror, ground, sky, &mirrored_depths);
    lay_water(&land, &depths, &mirrored, camera, sky, &water).soften(0.55)
}
