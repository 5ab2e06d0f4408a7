//! Draws images in linear light, by a shading function or from shapes. Develops them into 8-bit pixels.

use crate::noise::hash_cell;
use crate::vector::{BLACK, Vec3};
use image::{GrayImage, Luma, Rgb, RgbImage};

pub struct Canvas {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<Vec3>,
}

impl Canvas {
    pub fn render(width: usize, height: usize, shade: impl Fn(usize, usize) -> Vec3 + Sync) -> Self {
        let mut pixels = vec![BLACK; width * height];
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let band = height.div_ceil(threads * 8).max(1);
        let bands = std::sync::Mutex::new(pixels.chunks_mut(band * width).enumerate());
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some((index, rows)) = take_next(&bands) {
                        for (offset, pixel) in rows.iter_mut().enumerate() {
                            *pixel = shade(offset % width, index * band + offset / width);
                        }
                    }
                });
            }
        });
        Self { width, height, pixels }
    }

    pub fn at(&self, x: usize, y: usize) -> Vec3 {
        self.pixels[y.min(self.height - 1) * self.width + x.min(self.width - 1)]
    }

    /// Interpolates bilinearly; outside, returns the nearest edge.
    pub fn sample(&self, x: f32, y: f32) -> Vec3 {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (column, row) = (x as usize, y as usize);
        let (u, v) = (x - column as f32, y - row as f32);
        let upper = self.at(column, row).mix(self.at(column + 1, row), u);
        let lower = self.at(column, row + 1).mix(self.at(column + 1, row + 1), u);
        upper.mix(lower, v)
    }

    pub fn blend(&mut self, x: i32, y: i32, colour: Vec3, share: f32) {
        if x < 0 || y < 0 || x as usize >= self.width || y as usize >= self.height {
            return;
        }
        let pixel = &mut self.pixels[y as usize * self.width + x as usize];
        *pixel = pixel.mix(colour, share.clamp(0.0, 1.0));
    }

    pub fn fill_box(&mut self, left: f32, top: f32, right: f32, bottom: f32, colour: Vec3) {
        self.fill_polygon(&[(left, top), (right, top), (right, bottom), (left, bottom)], |_, _| colour);
    }

    pub fn fill_disc(&mut self, x: f32, y: f32, radius: f32, colour: Vec3) {
        for row in (y - radius - 1.0) as i32..=(y + radius + 1.0) as i32 {
            for column in (x - radius - 1.0) as i32..=(x + radius + 1.0) as i32 {
                let distance = (column as f32 + 0.5 - x).hypot(row as f32 + 0.5 - y);
                self.blend(column, row, colour, radius - distance + 0.5);
            }
        }
    }

    /// Adds light that fades with distance, as a lamp does in a lens.
    pub fn add_glow(&mut self, x: f32, y: f32, radius: f32, light: Vec3) {
        for row in (y - radius) as i32..=(y + radius) as i32 {
            for column in (x - radius) as i32..=(x + radius) as i32 {
                let inside = (0..self.width as i32).contains(&column) && (0..self.height as i32).contains(&row);
                if inside {
                    let reach = 1.0 - (column as f32 - x).hypot(row as f32 - y) / radius;
                    let pixel = &mut self.pixels[row as usize * self.width + column as usize];
                    *pixel = *pixel + light * (reach.max(0.0).powi(3));
                }
            }
        }
    }

    /// Fills an even-odd polygon with smooth edges. `shade` receives the pixel's position.
    pub fn fill_polygon(&mut self, corners: &[(f32, f32)], shade: impl Fn(f32, f32) -> Vec3) {
        let top = corners.iter().map(|c| c.1).fold(f32::MAX, f32::min).max(0.0);
        let bottom = corners.iter().map(|c| c.1).fold(0.0, f32::max);
        let left = corners.iter().map(|c| c.0).fold(f32::MAX, f32::min).floor();
        let right = corners.iter().map(|c| c.0).fold(f32::MIN, f32::max);
        let mut cover = vec![0.0f32; (right - left).max(0.0) as usize + 3];
        for row in top as i32..=(bottom as i32).min(self.height as i32 - 1) {
            cover.fill(0.0);
            for quarter in 0..4 {
                let line = row as f32 + (quarter as f32 + 0.5) / 4.0;
                for span in find_crossings(corners, line).chunks_exact(2) {
                    add_span(&mut cover, span[0] - left, span[1] - left);
                }
            }
            for (offset, share) in cover.iter().enumerate().filter(|(_, share)| **share > 0.0) {
                let column = left as i32 + offset as i32;
                self.blend(column, row, shade(column as f32, row as f32), share / 4.0);
            }
        }
    }

    /// Blurs by a small 3x3 kernel, as lenses are softer than ray tracing.
    pub fn soften(&self, strength: f32) -> Self {
        Self::render(self.width, self.height, |x, y| {
            let (left, up) = (x.saturating_sub(1), y.saturating_sub(1));
            let cross = self.at(left, y) + self.at(x + 1, y) + self.at(x, up) + self.at(x, y + 1);
            self.at(x, y).mix(cross * 0.25, strength)
        })
    }

    /// Develops with less than one step of grain, which prevents bands in smooth skies.
    pub fn develop(&self) -> RgbImage {
        self.develop_with(|x, y| hash_cell(x as i32, y as i32, 77))
    }

    /// Develops without grain, which would enlarge lossless files.
    pub fn develop_clean(&self) -> RgbImage {
        self.develop_with(|_, _| 0.5)
    }

    fn develop_with(&self, grain: impl Fn(u32, u32) -> f32) -> RgbImage {
        RgbImage::from_fn(self.width as u32, self.height as u32, |x, y| {
            let light = expose(self.at(x as usize, y as usize));
            Rgb([light.x, light.y, light.z].map(|c| (c * 255.0 + grain(x, y)) as u8))
        })
    }

    pub fn develop_grey(&self) -> GrayImage {
        GrayImage::from_fn(self.width as u32, self.height as u32, |x, y| {
            let light = expose(self.at(x as usize, y as usize));
            let grey = 0.299 * light.x + 0.587 * light.y + 0.114 * light.z;
            Luma([(grey * 255.0 + hash_cell(x as i32, y as i32, 77)) as u8])
        })
    }
}

fn take_next<I: Iterator>(items: &std::sync::Mutex<I>) -> Option<I::Item> {
    items.lock().ok()?.next()
}

fn find_crossings(corners: &[(f32, f32)], line: f32) -> Vec<f32> {
    let mut crossings: Vec<f32> = (0..corners.len())
        .filter_map(|i| {
            let (a, b) = (corners[i], corners[(i + 1) % corners.len()]);
            ((a.1 > line) != (b.1 > line)).then(|| a.0 + (line - a.1) / (b.1 - a.1) * (b.0 - a.0))
        })
        .collect();
    crossings.sort_by(f32::total_cmp);
    crossings
}

fn add_span(cover: &mut [f32], start: f32, end: f32) {
    let last = cover.len() - 1;
    for (cell, share) in cover.iter_mut().enumerate().take((end as usize).min(last) + 1).skip(start.max(0.0) as usize) {
        let (left, right) = (cell as f32, cell as f32 + 1.0);
        *share += (end.min(right) - start.max(left)).max(0.0);
    }
}

/// Applies a film-like curve (the well-known ACES fit) and then display gamma.
fn expose(light: Vec3) -> Vec3 {
    let curve = |c: f32| {
        let c = c.max(0.0) * 0.8;
        let film = c * (2.51 * c + 0.03) / (c * (2.43 * c + 0.59) + 0.14);
        film.clamp(0.0, 1.0).powf(1.0 / 2.2)
    };
    Vec3 { x: curve(light.x), y: curve(light.y), z: curve(light.z) }
}
