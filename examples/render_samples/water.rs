//! Adds water to a view. Its ripples distort the reflection, which is rendered from the mirrored camera.

use crate::canvas::Canvas;
use crate::noise::fractal;
use crate::sky::Sky;
use crate::terrain::Camera;
use crate::vector::{Vec3, vec3};

pub struct Water {
    pub depth_colour: Vec3,
    /// Steepness of the ripples.
    pub chop: f32,
    /// Length of the main ripples in metres.
    pub ripple: f32,
    pub seed: u32,
}

pub fn lay_water(
    land: &Canvas,
    depths: &[f32],
    mirrored: &Canvas,
    camera: &Camera,
    sky: &Sky,
    water: &Water,
) -> Canvas {
    let mirror = camera.mirror();
    Canvas::render(camera.width, camera.height, |x, y| {
        let ray = camera.ray(x as f32, y as f32);
        let surface = -camera.eye / ray.y;
        if ray.y >= 0.0 || surface >= depths[x * camera.height + y] {
            return land.at(x, y);
        }
        let mut light = vec3(0.0, 0.0, 0.0);
        for part in 0..3 {
            let jittered = camera.ray(x as f32, y as f32 + (part as f32 - 1.0) / 3.0);
            light = light + reflect_ripple(jittered, mirrored, &mirror, camera, sky, water);
        }
        sky.veil(light * (1.0 / 3.0), surface, ray)
    })
}

fn reflect_ripple(ray: Vec3, mirrored: &Canvas, mirror: &Camera, camera: &Camera, sky: &Sky, water: &Water) -> Vec3 {
    let slope = (-ray.y).max(1e-5);
    let far = camera.eye / slope;
    let (tilt_x, tilt_z) = tilt_surface(ray.x * far, far, far / camera.focal, slope, water);
    let facing = ((slope + tilt_z) / ray.length()).clamp(0.0, 1.0);
    let mirrorlike = 0.03 + 0.97 * (1.0 - facing).powi(5);
    let bounced = vec3(ray.x - 2.0 * slope * tilt_x, (slope + 2.0 * tilt_z).abs(), 1.0);
    let (column, row) =
        (mirror.width as f32 / 2.0 + bounced.x * mirror.focal - 0.5, mirror.horizon - bounced.y * mirror.focal - 0.5);
    let seen = if row < 0.0 { sky.look(bounced) } else { mirrored.sample(column, row) };
    // The sun's disc would overexpose single pixels; real glitter is many small glints.
    let seen = vec3(seen.x.min(5.0), seen.y.min(5.0), seen.z.min(5.0));
    water.depth_colour.mix(seen, mirrorlike)
}

/// Returns the slopes of the surface, without waves smaller than a pixel.
fn tilt_surface(x: f32, z: f32, pixel: f32, slope: f32, water: &Water) -> (f32, f32) {
    let footprint = pixel / slope.max(0.01);
    let calm = 1.0 / (1.0 + footprint / water.ripple * 0.7);
    // Gusts roughen some stretches and leave others smooth.
    let gust = 0.75 + 0.6 * fractal(x / (water.ripple * 90.0), z / (water.ripple * 45.0), 3, 9);
    let strength = water.chop * calm * gust.max(0.15);
    let (u, v) = (x / water.ripple, z / water.ripple);
    let tilt_z = fractal(u * 0.6, v * 1.3, 4, water.seed);
    let tilt_x = fractal(u * 1.1 + 31.0, v * 0.8, 3, water.seed + 9);
    (tilt_x * strength * 1.2, tilt_z * strength)
}
