//! Traces the ground along every pixel's ray, for a camera and a sky. Computes its light.

use crate::canvas::Canvas;
use crate::sky::Sky;
use crate::vector::{Vec3, vec3};
use std::sync::Mutex;

pub trait Ground: Sync {
    /// Returns the metres above the water, in a detail set by `octaves`.
    fn height(&self, x: f32, z: f32, octaves: u32) -> f32;
    /// Returns the surface colour, and the share of direct sun that its texture passes.
    fn colour(&self, place: Vec3, normal: Vec3) -> Vec3;
    /// Returns the largest height, above which no shadow can start.
    fn summit(&self) -> f32;
}

/// A level camera that looks along +z from (0, `eye`, 0). Below water it is its own mirror image.
#[derive(Clone, Copy)]
pub struct Camera {
    pub width: usize,
    pub height: usize,
    pub focal: f32,
    pub horizon: f32,
    pub eye: f32,
}

const NEAR: f32 = 3.0;
const FAR: f32 = 30_000.0;

impl Camera {
    pub fn ray(&self, x: f32, y: f32) -> Vec3 {
        vec3((x + 0.5 - self.width as f32 / 2.0) / self.focal, (self.horizon - y - 0.5) / self.focal, 1.0)
    }

    pub fn project(&self, place: Vec3) -> (f32, f32) {
        let scale = self.focal / place.z;
        (self.width as f32 / 2.0 + place.x * scale, self.horizon - (place.y - self.eye) * scale)
    }

    /// Returns the mirrored camera below the water, which sees the reflections. It has half the size, as ripples blur
    /// them anyway.
    pub fn mirror(&self) -> Self {
        let rows = ((self.height as f32 - self.horizon) * 0.55 + 100.0).ceil();
        Self {
            width: self.width / 2,
            height: rows as usize,
            focal: self.focal / 2.0,
            horizon: rows - 1.0,
            eye: -self.eye,
        }
    }
}

/// Returns the distance along z for each pixel, by columns; infinite without ground.
pub fn trace_depths(camera: &Camera, ground: &dyn Ground, step: f32) -> Vec<f32> {
    let mut depths = vec![f32::INFINITY; camera.width * camera.height];
    let columns = Mutex::new(depths.chunks_mut(camera.height).enumerate());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = columns.lock().ok().and_then(|mut items| items.next());
                    let Some((index, column)) = next else { break };
                    trace_column(camera, ground, step, index, column);
                }
            });
        }
    });
    depths
}

/// Walks away from the camera once, filling the rows that each rise newly hides.
fn trace_column(camera: &Camera, ground: &dyn Ground, step: f32, index: usize, column: &mut [f32]) {
    let sideways = camera.ray(index as f32, 0.0).x;
    let row_of = |slope: f32| camera.horizon - slope * camera.focal;
    let mut far = NEAR;
    let mut bounds: Option<(f32, f32)> = None;
    while far < FAR {
        let rise = ground.height(sideways * far, far, 9);
        if rise > 0.0 {
            let low = row_of(-camera.eye / far);
            let high = row_of((rise - camera.eye) / far);
            let (mut deepest, mut highest) = bounds.unwrap_or((low, low));
            if low > deepest {
                fill_rows(column, deepest, low, far);
                deepest = low;
            }
            if high < highest {
                fill_rows(column, high, highest.min(low), far);
                highest = high;
            }
            bounds = Some((deepest, highest.min(low)));
        }
        far *= 1.0 + step;
    }
}

fn fill_rows(column: &mut [f32], top: f32, bottom: f32, far: f32) {
    let end = (bottom.max(0.0) as usize).min(column.len());
    for depth in column.iter_mut().take(end).skip(top.max(0.0) as usize) {
        *depth = depth.min(far);
    }
}

/// Renders ground and sky as the camera sees them, without water.
pub fn render_land(camera: &Camera, ground: &dyn Ground, sky: &Sky, depths: &[f32]) -> Canvas {
    Canvas::render(camera.width, camera.height, |x, y| {
        let ray = camera.ray(x as f32, y as f32);
        let far = depths[x * camera.height + y];
        if far.is_finite() {
            let exact = refine_depth(camera, ground, ray, far);
            light_ground(camera, ground, sky, ray, exact)
        } else {
            sky.look(ray)
        }
    })
}

/// Bisects the last step of the walk until rows no longer share one depth.
fn refine_depth(camera: &Camera, ground: &dyn Ground, ray: Vec3, far: f32) -> f32 {
    let (mut before, mut behind) = (far * 0.996, far);
    for _ in 0..4 {
        let middle = (before + behind) / 2.0;
        let above = camera.eye + ray.y * middle - ground.height(ray.x * middle, middle, 9);
        if above > 0.0 {
            before = middle;
        } else {
            behind = middle;
        }
    }
    behind
}

fn light_ground(camera: &Camera, ground: &dyn Ground, sky: &Sky, ray: Vec3, far: f32) -> Vec3 {
    let (x, z) = (ray.x * far, far);
    let reach = (far / camera.focal * 1.5).max(0.02);
    let height = ground.height(x, z, 10);
    let east = ground.height(x + reach, z, 10);
    let north = ground.height(x, z + reach, 10);
    let normal = vec3(height - east, reach, height - north).unit();
    let place = vec3(x, height, z);
    let direct = normal.dot(sky.sun).max(0.0) * find_sunshine(ground, sky.sun, place, far);
    let open = 0.55 + 0.45 * normal.y;
    let light = sky.sunlight * direct + sky.fill_light() * open;
    let colour = ground.colour(place, normal) * light;
    sky.veil(colour, far * ray.length(), ray)
}

/// Returns 0 in full shadow, 1 in full sun, with a soft rim between.
fn find_sunshine(ground: &dyn Ground, sun: Vec3, place: Vec3, far: f32) -> f32 {
    let mut clear = 1.0f32;
    let mut along = far * 0.004 + 0.3;
    for _ in 0..20 {
        let point = place + sun * along;
        if point.y > ground.summit() {
            break;
        }
        let gap = point.y - ground.height(point.x, point.z, 5);
        clear = clear.min(0.5 + 14.0 * gap / along);
        if clear <= 0.0 {
            return 0.0;
        }
        along *= 1.38;
    }
    clear.clamp(0.0, 1.0)
}
