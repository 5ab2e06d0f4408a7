//! Renders a summer meadow: hills with trees, grass and flowers in front.

use crate::canvas::Canvas;
use crate::lake::raise_firs;
use crate::noise::{Dice, fractal};
use crate::sky::Sky;
use crate::terrain::{Camera, Ground, render_land, trace_depths};
use crate::vector::{Vec3, hex, smoothstep, vec3};

struct Hills;

/// Keeps the ground above the water of other scenes.
const BASE: f32 = 40.0;

impl Hills {
    fn rise_bare(&self, x: f32, z: f32) -> f32 {
        let near = 1.2 * fractal(x / 40.0, z / 40.0, 3, 700);
        let far = smoothstep(60.0, 1800.0, z);
        let rolling = fractal(x / 520.0 + 3.0, z / 420.0, 4, 710);
        let ridge = smoothstep(2500.0, 7000.0, z) * (1.0 + fractal(x / 2600.0, z / 2600.0, 6, 720));
        BASE + near + far * (38.0 * rolling + 26.0) + ridge * 420.0
    }

    fn find_trees(&self, x: f32, z: f32) -> f32 {
        let wood = fractal(x / 210.0, z / 260.0, 4, 730);
        smoothstep(0.12, 0.3, wood) * smoothstep(140.0, 260.0, z)
    }
}

impl Ground for Hills {
    fn height(&self, x: f32, z: f32, octaves: u32) -> f32 {
        if octaves < 6 {
            return self.rise_bare(x, z);
        }
        let dense = self.find_trees(x, z);
        let bare = self.rise_bare(x, z);
        if dense <= 0.0 {
            return bare;
        }
        let crowns = raise_firs(x, z, 11.0, 15.0, 740).max(0.0).sqrt() * 3.6;
        bare + dense * (crowns + 0.8 * fractal(x / 2.0, z / 2.0, 3, 741))
    }

    fn colour(&self, place: Vec3, _normal: Vec3) -> Vec3 {
        let patch = 0.5 + 0.5 * fractal(place.x / 60.0, place.z / 25.0, 6, 750);
        let field = fractal(place.x / 700.0, place.z / 320.0, 2, 760);
        let grass = hex(0x47741f).mix(hex(0x7f9636), patch);
        let grass = grass.mix(hex(0xd8c368), smoothstep(0.25, 0.32, field) * smoothstep(300.0, 420.0, place.z) * 0.8);
        let trunk_high = place.y - self.rise_bare(place.x, place.z);
        if trunk_high > 1.2 { hex(0x2c4d1e).mix(hex(0x648a34), (trunk_high / 14.0).clamp(0.0, 1.0)) } else { grass }
    }

    fn summit(&self) -> f32 {
        900.0
    }
}

pub fn render_meadow() -> Canvas {
    let sky = Sky {
        sun: vec3(0.7, 0.62, -0.1).unit(),
        sunlight: vec3(2.5, 2.25, 1.85),
        zenith: vec3(0.05, 0.17, 0.56),
        horizon: vec3(0.56, 0.68, 0.82),
        clouds: 0.56,
        haze: 14_000.0,
        seed: 84,
    };
    let camera = Camera { width: 3000, height: 2000, focal: 2300.0, horizon: 1010.0, eye: BASE + 5.0 };
    let mut scene = render_valley(&camera, &sky);
    grow_plants(&mut scene, &camera);
    scene.soften(0.4)
}

/// Renders the same hills without the foreground, for any camera and weather.
pub fn render_valley(camera: &Camera, sky: &Sky) -> Canvas {
    let depths = trace_depths(camera, &Hills, 0.003);
    render_land(camera, &Hills, sky, &depths)
}

/// Grows plants from far to near, so that near blades hide far ones.
fn grow_plants(scene: &mut Canvas, camera: &Camera) {
    let mut dice = Dice::new(5);
    let count = 42_000;
    for index in 0..count {
        let share = index as f32 / count as f32;
        // Density falls with distance, so that each row of the image gets its share.
        let z = 1.0 / (1.0 / 95.0 + share * (1.0 / 6.5 - 1.0 / 95.0));
        let half_view = z * camera.width as f32 / camera.focal * 0.55;
        let x = dice.between(-half_view, half_view);
        let foot = vec3(x, Hills.height(x, z, 9) - 0.05, z);
        let blooming = fractal(x / 3.0, z / 3.0, 3, 790) > 0.05;
        if blooming && dice.unit() < 0.085 {
            draw_flower(scene, camera, foot, &mut dice);
        } else {
            draw_blade(scene, camera, foot, &mut dice);
        }
    }
}

fn draw_blade(scene: &mut Canvas, camera: &Camera, foot: Vec3, dice: &mut Dice) {
    let tall = dice.between(0.35, 0.85);
    let lean = dice.between(-0.35, 0.4) * tall;
    let wide = dice.between(0.008, 0.02);
    let tint = dice.pick(&[0x4f7f22, 0x6f9a2e, 0x86a83a, 0x3c6a1f, 0xa0b04c]);
    let (tip, root) = (hex(tint) * 1.25, hex(tint) * 0.35);
    let point = |side: f32, up: f32| {
        let bend = lean * up * up;
        camera.project(foot + vec3(bend + side * wide * (1.0 - up), tall * up, 0.0))
    };
    let corners = [
        point(-1.0, 0.0),
        point(-1.0, 0.4),
        point(-1.0, 0.75),
        point(0.0, 1.0),
        point(1.0, 0.75),
        point(1.0, 0.4),
        point(1.0, 0.0),
    ];
    let (top, bottom) = (corners[3].1, corners[0].1);
    scene.fill_polygon(&corners, |_, y| root.mix(tip, ((bottom - y) / (bottom - top)).clamp(0.0, 1.0)));
}

fn draw_flower(scene: &mut Canvas, camera: &Camera, foot: Vec3, dice: &mut Dice) {
    draw_blade(scene, camera, foot, dice);
    let head = foot + vec3(dice.between(-0.1, 0.1), dice.between(0.55, 0.95), 0.0);
    let (stem_x, stem_y) = camera.project(head);
    let (foot_x, foot_y) = camera.project(foot);
    let size = camera.focal / foot.z;
    let stalk = size * 0.008;
    scene.fill_polygon(
        &[(stem_x - stalk, stem_y), (stem_x + stalk, stem_y), (foot_x + stalk, foot_y), (foot_x - stalk, foot_y)],
        |_, _| hex(0x5c7f2a),
    );
    let petals = hex(dice.pick(&[0xd62a1e, 0xd62a1e, 0xf5f2ea, 0xf5f2ea, 0xf2c41a, 0x6a5acd])) * 1.6;
    let radius = size * dice.between(0.035, 0.055);
    let turn = dice.between(0.0, 1.0);
    for petal in 0..6 {
        let angle = turn + petal as f32 * std::f32::consts::TAU / 6.0;
        let shade = 0.8 + 0.25 * angle.sin();
        let (x, y) = (stem_x + radius * angle.cos(), stem_y - 0.55 * radius * angle.sin());
        scene.fill_disc(x, y, radius * 0.62, petals * shade);
    }
    scene.fill_disc(stem_x, stem_y, radius * 0.42, hex(0xe0a010));
}
