//! Generates smooth noise from a position and a seed. Every run renders the same images.

/// A SplitMix64 generator: tiny, well mixed, and the same forever.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub fn unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
    }

    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let index = (self.unit() * choices.len() as f32) as usize;
        choices[index.min(choices.len() - 1)]
    }
}

/// Returns a number in 0..1 for one cell of the integer grid.
pub fn hash_cell(x: i32, y: i32, seed: u32) -> f32 {
    let mut h =
        (x as u32).wrapping_mul(0x8DA6_B343) ^ (y as u32).wrapping_mul(0xD816_3841) ^ seed.wrapping_mul(0xCB1A_B31F);
    h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
    h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
    (h ^ (h >> 15)) as f32 / u32::MAX as f32
}

/// Returns value noise in 0..1, with its slope along x and y.
pub fn value_and_slope(x: f32, y: f32, seed: u32) -> (f32, f32, f32) {
    let (cell_x, cell_y) = (x.floor(), y.floor());
    let (u, v) = (x - cell_x, y - cell_y);
    let (ix, iy) = (cell_x as i32, cell_y as i32);
    let fade = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let fade_slope = |t: f32| 30.0 * t * t * (t * (t - 2.0) + 1.0);
    let a = hash_cell(ix, iy, seed);
    let b = hash_cell(ix + 1, iy, seed);
    let c = hash_cell(ix, iy + 1, seed);
    let d = hash_cell(ix + 1, iy + 1, seed);
    let (fu, fv) = (fade(u), fade(v));
    let twist = a - b - c + d;
    (
        a + (b - a) * fu + (c - a) * fv + twist * fu * fv,
        fade_slope(u) * (b - a + twist * fv),
        fade_slope(v) * (c - a + twist * fu),
    )
}

/// Turns each octave, which hides the square grid of value noise.
fn turn_octave(x: f32, y: f32) -> (f32, f32) {
    (1.6 * x - 1.2 * y + 17.3, 1.2 * x + 1.6 * y + 5.1)
}

/// Returns fractal value noise, centred on zero, about -1..1.
pub fn fractal(mut x: f32, mut y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut weight) = (0.0, 1.0);
    for octave in 0..octaves {
        sum += weight * (value_and_slope(x, y, seed + octave).0 * 2.0 - 1.0);
        weight *= 0.5;
        (x, y) = turn_octave(x, y);
    }
    sum
}

/// Returns fractal noise whose detail fades on steep ground, like erosion; 0..~2.
pub fn eroded(mut x: f32, mut y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut weight) = (0.0, 1.0);
    let (mut slope_x, mut slope_y) = (0.0, 0.0);
    for octave in 0..octaves {
        let (value, dx, dy) = value_and_slope(x, y, seed + octave);
        slope_x += dx;
        slope_y += dy;
        sum += weight * value / (1.0 + slope_x * slope_x + slope_y * slope_y);
        weight *= 0.5;
        (x, y) = turn_octave(x, y);
    }
    sum
}
