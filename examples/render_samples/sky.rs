//! Computes the light of the sky in a direction, with sun and clouds. Adds haze to distant things.

use crate::noise::fractal;
use crate::vector::{Vec3, smoothstep, vec3};

pub struct Sky {
    pub sun: Vec3,
    pub sunlight: Vec3,
    pub zenith: Vec3,
    pub horizon: Vec3,
    /// 0 = clear, 1 = overcast.
    pub clouds: f32,
    /// Metres after which haze has taken about two thirds of a thing's colour.
    pub haze: f32,
    pub seed: u32,
}

impl Sky {
    pub fn look(&self, direction: Vec3) -> Vec3 {
        let view = direction.unit();
        let height = view.y.max(0.0);
        let mut light = self.horizon.mix(self.zenith, 1.0 - (-4.0 * height).exp());
        let toward_sun = view.dot(self.sun).max(0.0);
        light = light + self.sunlight * (0.16 * toward_sun.powf(12.0) + 0.35 * toward_sun.powf(180.0));
        light = light + self.sunlight * (14.0 * smoothstep(0.99975, 0.99993, toward_sun));
        self.lay_clouds(view, light, toward_sun)
    }

    fn lay_clouds(&self, view: Vec3, light: Vec3, toward_sun: f32) -> Vec3 {
        let height = view.y.max(0.0);
        let spread = 1.1 / (height + 0.11);
        let (x, y) = (view.x * spread, view.z * spread);
        let density = |x: f32, y: f32, octaves: u32| {
            let warp = fractal(x * 0.7, y * 0.7, 2, self.seed + 40);
            0.5 + 0.5 * fractal(x + 0.5 * warp, y * 1.2 + 0.4 * warp, octaves, self.seed)
        };
        let here = density(x, y, 7);
        let cover = smoothstep(1.0 - self.clouds, 1.38 - self.clouds, here);
        // A second sample, nearer to the sun, tells lit rims from shaded bellies.
        let ahead = density(x + self.sun.x * 0.22, y + self.sun.z * 0.22 - 0.05, 4);
        let lit = (0.62 + 1.5 * (here - ahead) - 0.25 * cover).clamp(0.12, 1.25);
        let glow = 0.36 + 0.8 * toward_sun.powf(6.0);
        let shade = self.horizon.mix(self.zenith, 0.35) * 0.75;
        let cloud = shade + self.sunlight * (lit * glow);
        light.mix(cloud, cover * smoothstep(0.0, 0.09, height) * 0.92)
    }

    pub fn veil(&self, colour: Vec3, distance: f32, direction: Vec3) -> Vec3 {
        let share = 1.0 - (-distance / self.haze).exp();
        let toward_sun = direction.unit().dot(self.sun).max(0.0).powf(8.0);
        colour.mix(self.horizon * 0.9 + self.sunlight * (0.12 * toward_sun), share)
    }

    pub fn fill_light(&self) -> Vec3 {
        self.zenith * 0.5 + self.horizon * 0.25 + vec3(0.01, 0.012, 0.015)
    }
}
