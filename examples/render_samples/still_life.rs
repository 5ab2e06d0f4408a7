//! Renders fruit, a silver ball and a green glass marble, in two framings.

use crate::canvas::Canvas;
use crate::noise::fractal;
use crate::vector::{BLACK, Vec3, hex, smoothstep, vec3};

#[derive(Clone, Copy)]
enum Skin {
    Orange,
    Apple,
    Plum,
    Silver,
    Marble,
}

struct Ball {
    centre: Vec3,
    radius: f32,
    skin: Skin,
}

const fn ball(x: f32, z: f32, radius: f32, skin: Skin) -> Ball {
    Ball { centre: vec3(x, radius, z), radius, skin }
}

static BALLS: [Ball; 10] = [
    ball(-1.75, 0.35, 0.92, Skin::Orange),
    ball(0.1, 0.9, 1.1, Skin::Silver),
    ball(1.85, 0.2, 0.88, Skin::Apple),
    ball(-0.55, -0.95, 0.5, Skin::Plum),
    ball(0.75, -1.05, 0.62, Skin::Marble),
    ball(-1.3, -1.75, 0.27, Skin::Plum),
    ball(2.35, -1.3, 0.46, Skin::Plum),
    ball(-3.2, 1.5, 0.8, Skin::Apple),
    ball(-0.1, -2.0, 0.2, Skin::Orange),
    ball(3.5, 1.3, 0.95, Skin::Orange),
];

/// A large window to the upper left.
const LAMP: Vec3 = vec3(-5.5, 6.5, -4.0);

struct Viewer {
    eye: Vec3,
    right: Vec3,
    up: Vec3,
    forward: Vec3,
}

impl Viewer {
    fn look_from(eye: Vec3, target: Vec3, zoom: f32) -> Self {
        let forward = (target - eye).unit();
        let right = vec3(forward.z, 0.0, -forward.x).unit();
        let up = vec3(
            forward.y * right.z - forward.z * right.y,
            forward.z * right.x - forward.x * right.z,
            forward.x * right.y - forward.y * right.x,
        );
        Self { eye, right, up, forward: forward * zoom }
    }
}

pub fn render_wide() -> Canvas {
    let viewer = Viewer::look_from(vec3(0.6, 3.0, -8.2), vec3(0.15, 0.62, 0.0), 2.5);
    render(3000, 2000, &viewer)
}

pub fn render_upright() -> Canvas {
    let viewer = Viewer::look_from(vec3(-2.6, 2.2, -7.4), vec3(-0.1, 0.95, 0.0), 2.9);
    render(2000, 2600, &viewer)
}

fn render(width: usize, height: usize, viewer: &Viewer) -> Canvas {
    Canvas::render(width, height, |x, y| {
        let mut light = BLACK;
        for (dx, dy) in [(0.25, 0.25), (0.75, 0.75)] {
            let u = (2.0 * (x as f32 + dx) - width as f32) / height as f32;
            let v = 1.0 - 2.0 * (y as f32 + dy) / height as f32;
            let ray = (viewer.right * u + viewer.up * v + viewer.forward).unit();
            light = light + trace(viewer.eye, ray, 2);
        }
        let (u, v) = (x as f32 / width as f32 - 0.5, y as f32 / height as f32 - 0.5);
        light * (0.5 * (1.0 - 0.55 * (u * u + v * v)))
    })
}

fn trace(eye: Vec3, ray: Vec3, bounces: u32) -> Vec3 {
    if let Some((target, far)) = find_nearest(eye, ray) {
        return light_ball(target, eye + ray * far, ray, bounces);
    }
    let to_table = -eye.y / ray.y;
    let wall = (5.0 - eye.z) / ray.z;
    if ray.y < 0.0 && (ray.z <= 0.0 || to_table < wall) {
        let place = eye + ray * to_table;
        let gloss = 0.012 + 0.25 * (1.0 + ray.y).powi(5);
        let wood = light_matt(place, vec3(0.0, 1.0, 0.0), colour_wood(place), None);
        if bounces > 0 {
            let bounced = trace(place, vec3(ray.x, -ray.y, ray.z), 0);
            // Varnish is satin, and shows the window only as a faint gleam.
            let satin = vec3(bounced.x.min(0.9), bounced.y.min(0.9), bounced.z.min(0.9));
            return wood.mix(satin, gloss);
        }
        return wood;
    }
    if ray.z > 0.0 {
        return light_wall(eye + ray * wall);
    }
    light_room(ray)
}

fn find_nearest(eye: Vec3, ray: Vec3) -> Option<(&'static Ball, f32)> {
    let hits = BALLS.iter().filter_map(|ball| {
        let offset = eye - ball.centre;
        let along = offset.dot(ray);
        let inside = along * along - offset.dot(offset) + ball.radius * ball.radius;
        let far = -along - inside.max(0.0).sqrt();
        (inside > 0.0 && far > 1e-3).then_some((ball, far))
    });
    hits.min_by(|a, b| a.1.total_cmp(&b.1))
}

fn light_ball(ball: &Ball, place: Vec3, ray: Vec3, bounces: u32) -> Vec3 {
    let round = (place - ball.centre) * (1.0 / ball.radius);
    let normal = match ball.skin {
        Skin::Orange => dent(round, 26.0, 0.05),
        Skin::Plum => dent(round, 5.0, 0.02),
        _ => round,
    };
    let facing = (-ray.dot(round)).clamp(0.0, 1.0);
    let rim = (1.0 - facing).powi(5);
    let (colour, gloss) = match ball.skin {
        Skin::Orange => (hex(0xdb650c), 0.012 + 0.2 * rim),
        Skin::Apple => (colour_apple(round), 0.04 + 0.5 * rim),
        Skin::Plum => (hex(0x4a2348).mix(hex(0x8a7aa0), 0.25 * rim + 0.2 * bloom(round)), 0.03 + 0.3 * rim),
        Skin::Silver => (hex(0x303236), 0.86),
        Skin::Marble => (colour_marble(round), 0.06 + 0.7 * rim),
    };
    let matt = light_matt(place, normal, colour, Some(ball));
    if bounces == 0 {
        return matt.mix(light_room(ray.reflect(round)), gloss);
    }
    matt.mix(trace(place + round * 1e-3, ray.reflect(normal), bounces - 1), gloss)
}

fn dent(round: Vec3, scale: f32, depth: f32) -> Vec3 {
    let (u, v) = (round.x.atan2(round.z) * scale, round.y * scale * 1.2);
    let tilt_u = fractal(u, v, 2, 820) * depth;
    let tilt_v = fractal(u + 50.0, v, 2, 821) * depth;
    (round + vec3(round.z * tilt_u, tilt_v, -round.x * tilt_u)).unit()
}

fn bloom(round: Vec3) -> f32 {
    0.5 + 0.5 * fractal(round.x * 3.0 + 7.0, round.y * 3.0 - round.z, 4, 822)
}

fn colour_apple(round: Vec3) -> Vec3 {
    let around = round.x.atan2(round.z);
    let streak = fractal(around * 9.0, round.y * 1.4, 4, 823);
    let blush = 0.5 + 0.6 * round.x - 0.3 * round.z + 0.35 * streak;
    let green = hex(0xb9b53a);
    green.mix(hex(0xb3161c), smoothstep(0.15, 0.75, blush)).mix(hex(0x5a4a20), smoothstep(0.93, 1.0, round.y))
}

fn colour_marble(round: Vec3) -> Vec3 {
    let swirl = fractal(round.x * 1.5 + round.y, round.y * 2.0 - round.z, 5, 824);
    let band = 0.5 + 0.5 * (round.y * 5.0 + 4.0 * swirl).sin();
    hex(0x0d5c4a).mix(hex(0xbfe3cf), band.powi(3))
}

fn colour_wood(place: Vec3) -> Vec3 {
    let plank = (place.z / 1.1).floor();
    let (u, v) = (place.x * 0.35 + plank * 13.7, place.z * 3.1);
    let warp = fractal(u, v * 0.35, 3, 825);
    let ring = 0.5 + 0.5 * ((v + 2.3 * warp) * 5.0).sin();
    let fibre = fractal(place.x * 2.2, place.z * 46.0, 3, 826);
    let seam = ((place.z / 1.1 - plank) - 0.5).abs();
    let tone = 0.9 + 0.12 * fractal(plank, 0.3, 1, 827) + 0.1 * fibre;
    let colour = hex(0x7a4a26).mix(hex(0xb07a45), 0.35 * ring + 0.3 + 0.2 * warp) * tone;
    colour * (1.0 - 0.75 * smoothstep(0.49, 0.5, seam))
}

fn light_wall(place: Vec3) -> Vec3 {
    let cloth = hex(0x55636b).mix(hex(0x6d7a7d), 0.5 + 0.5 * fractal(place.x * 0.6, place.y * 0.6, 5, 828));
    light_matt(place, vec3(0.0, 0.0, -1.0), cloth, None) * 0.75
}

/// Returns the light that shiny things reflect besides the table: a dim room and the bright window.
fn light_room(ray: Vec3) -> Vec3 {
    let window = LAMP.unit();
    let across = ray - window * ray.dot(window);
    let inside = smoothstep(0.36, 0.33, across.x.abs().max(across.y.abs())) * smoothstep(0.0, 0.1, ray.dot(window));
    let bar = smoothstep(0.015, 0.025, across.x.abs()) * smoothstep(0.015, 0.025, across.y.abs());
    hex(0x4a4640).mix(hex(0x77726a), 0.5 + 0.5 * ray.y) * 0.6 + vec3(5.0, 5.2, 5.6) * (inside * bar)
}

fn light_matt(place: Vec3, normal: Vec3, colour: Vec3, own: Option<&Ball>) -> Vec3 {
    let to_lamp = LAMP - place;
    let direction = to_lamp.unit();
    let direct = (normal.dot(direction) * 0.9 + 0.1).max(0.0) * find_lamplight(place, direction, own);
    let strength = 62.0 / to_lamp.dot(to_lamp);
    let open = find_openness(place, normal, own);
    colour * (vec3(1.0, 0.95, 0.87) * (direct * strength * 1.55) + vec3(0.26, 0.29, 0.34) * open)
}

/// Computes a soft shadow. It depends on the distance between each ball and the line to the lamp.
fn find_lamplight(place: Vec3, direction: Vec3, own: Option<&Ball>) -> f32 {
    let mut clear = 1.0f32;
    for ball in &BALLS {
        let offset = ball.centre - place;
        let along = offset.dot(direction);
        if along > 0.0 && !is_same(ball, own) {
            let aside = (offset - direction * along).length();
            let blur = 0.13 * along;
            clear = clear.min(smoothstep(-blur, blur, aside - ball.radius));
        }
    }
    clear
}

fn is_same(ball: &Ball, own: Option<&Ball>) -> bool {
    own.is_some_and(|own| std::ptr::eq(ball, own))
}

/// Returns the share of the room's light that nearby balls and the table don't block.
fn find_openness(place: Vec3, normal: Vec3, own: Option<&Ball>) -> f32 {
    let mut open = 0.75 + 0.25 * normal.y;
    for ball in &BALLS {
        let offset = ball.centre - place;
        let distance = offset.length();
        if !is_same(ball, own) {
            let toward = (normal.dot(offset) / distance).max(0.0);
            open *= (1.0 - toward * (ball.radius / distance).powi(2)).max(0.0);
        }
    }
    open
}
