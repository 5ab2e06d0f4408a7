//! A slow and obvious decoder, bit by bit and in f64, that shares no code with the fast one. Sound files only: it panics on others.

use std::collections::HashMap;
use std::f64::consts::PI;

pub(crate) struct Component {
    id: u8,
    pub(crate) h: usize,
    pub(crate) v: usize,
    tq: usize,
    /// Blocks across and down with the padding of MCUs.
    across: usize,
    down: usize,
    /// In natural order, dequantised only when transformed.
    coefficients: Vec<[i64; 64]>,
    steps: [i64; 64],
}

pub(crate) struct Slow {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) components: Vec<Component>,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    bit: u32,
}

impl Reader<'_> {
    fn bit(&mut self) -> i64 {
        let value = self.bytes[self.at] >> (7 - self.bit) & 1;
        self.bit += 1;
        if self.bit == 8 {
            self.bit = 0;
            self.at += if self.bytes[self.at] == 0xFF { 2 } else { 1 };
        }
        value.into()
    }

    fn bits(&mut self, n: u8) -> i64 {
        (0..n).fold(0, |value, _| value << 1 | self.bit())
    }

    fn value(&mut self, size: u8) -> i64 {
        let bits = self.bits(size);
        if size > 0 && bits < 1 << (size - 1) { bits - (1 << size) + 1 } else { bits }
    }

    fn symbol(&mut self, code: &HashMap<(u32, u32), u8>) -> u8 {
        let mut word = 0;
        for length in 1..=16 {
            word = word << 1 | self.bit() as u32;
            if let Some(&symbol) = code.get(&(length, word)) {
                return symbol;
            }
        }
        panic!("no code")
    }

    fn restart(&mut self) {
        if self.bit > 0 {
            self.bit = 0;
            self.at += if self.bytes[self.at] == 0xFF { 2 } else { 1 };
        }
        while self.bytes[self.at] == 0xFF && self.bytes[self.at + 1] == 0xFF {
            self.at += 1;
        }
        assert!(self.bytes[self.at] == 0xFF && (0xD0..=0xD7).contains(&self.bytes[self.at + 1]), "no restart marker");
        self.at += 2;
    }
}

/// Zigzag to natural order by walking the diagonals.
pub(crate) fn natural(k: usize) -> usize {
    let mut order = Vec::new();
    for d in 0..15_usize {
        let cells = (0..=d).filter(|&i| i < 8 && d - i < 8).map(|i| i * 8 + d - i);
        if d % 2 == 1 { order.extend(cells) } else { order.extend(cells.collect::<Vec<_>>().into_iter().rev()) }
    }
    order[k]
}

type Code = HashMap<(u32, u32), u8>;

pub(crate) fn decode(bytes: &[u8]) -> Slow {
    let order: Vec<usize> = (0..64).map(natural).collect();
    let mut steps = [[1_i64; 64]; 4];
    let mut codes: HashMap<u8, Code> = HashMap::new();
    let (mut interval, mut progressive) = (0, false);
    let mut slow = Slow { width: 0, height: 0, components: vec![] };
    let mut at = 2;
    loop {
        while bytes[at] != 0xFF || bytes[at + 1] == 0xFF || bytes[at + 1] == 0 {
            at += 1;
        }
        let marker = bytes[at + 1];
        if marker == 0xD9 {
            return slow;
        }
        let length = usize::from(bytes[at + 2]) << 8 | usize::from(bytes[at + 3]);
        let p = &bytes[at + 4..at + 2 + length];
        at += 2 + length;
        match marker {
            0xDB => {
                let mut i = 0;
                while i < p.len() {
                    let (wide, table) = (p[i] >> 4 != 0, usize::from(p[i] & 15));
                    i += 1;
                    for &k in &order {
                        steps[table][k] = if wide { i64::from(p[i]) << 8 | i64::from(p[i + 1]) } else { p[i].into() };
                        i += if wide { 2 } else { 1 };
                    }
                }
            }
            0xC4 => {
                let mut i = 0;
                while i < p.len() {
                    let mut code = Code::new();
                    let (mut word, mut next) = (0, i + 17);
                    for length in 1..=16_u32 {
                        for _ in 0..p[i + length as usize] {
                            code.insert((length, word), p[next]);
                            word += 1;
                            next += 1;
                        }
                        word <<= 1;
                    }
                    codes.insert(p[i], code);
                    i = next;
                }
            }
            0xDD => interval = usize::from(p[0]) << 8 | usize::from(p[1]),
            0xC0..=0xC2 => {
                progressive = marker == 0xC2;
                slow.height = usize::from(p[1]) << 8 | usize::from(p[2]);
                slow.width = usize::from(p[3]) << 8 | usize::from(p[4]);
                let hv: Vec<(usize, usize)> =
                    p[6..].chunks_exact(3).map(|c| (usize::from(c[1] >> 4), usize::from(c[1] & 15))).collect();
                let (h_max, v_max) = (hv.iter().map(|c| c.0).max().unwrap(), hv.iter().map(|c| c.1).max().unwrap());
                let (x, y) = (slow.width.div_ceil(8 * h_max), slow.height.div_ceil(8 * v_max));
                for (c, &(h, v)) in p[6..].chunks_exact(3).zip(&hv) {
                    let (across, down) = (x * h, y * v);
                    let coefficients = vec![[0; 64]; across * down];
                    let (id, tq) = (c[0], usize::from(c[2]));
                    slow.components.push(Component { id, h, v, tq, across, down, coefficients, steps: [1; 64] });
                }
            }
            0xDA => {
                for c in &mut slow.components {
                    c.steps = steps[c.tq];
                }
                at = slow.scan(bytes, at, p, &codes, interval, progressive, &order);
            }
            _ => {}
        }
    }
}

impl Slow {
    fn sampling_max(&self) -> (usize, usize) {
        (self.components.iter().map(|c| c.h).max().unwrap(), self.components.iter().map(|c| c.v).max().unwrap())
    }

    #[allow(clippy::too_many_arguments)]
    fn scan(
        &mut self,
        bytes: &[u8],
        at: usize,
        p: &[u8],
        codes: &HashMap<u8, Code>,
        interval: usize,
        progressive: bool,
        order: &[usize],
    ) -> usize {
        let (h_max, v_max) = self.sampling_max();
        let n = usize::from(p[0]);
        let parts: Vec<(usize, u8, u8)> = p[1..1 + 2 * n]
            .chunks_exact(2)
            .map(|c| (self.components.iter().position(|k| k.id == c[0]).unwrap(), c[1] >> 4, c[1] & 15))
            .collect();
        let tail = &p[1 + 2 * n..];
        let (start, end, high, low) = if progressive {
            (usize::from(tail[0]), usize::from(tail[1]), tail[2] >> 4, tail[2] & 15)
        } else {
            (0, 63, 0, 0)
        };
        let mut blocks: Vec<Vec<(usize, usize, u8, u8)>> = vec![];
        if let [(i, dc, ac)] = parts[..] {
            let c = &self.components[i];
            for y in 0..(self.height * c.v).div_ceil(8 * v_max) {
                for x in 0..(self.width * c.h).div_ceil(8 * h_max) {
                    blocks.push(vec![(i, y * c.across + x, dc, ac)]);
                }
            }
        } else {
            for y in 0..self.height.div_ceil(8 * v_max) {
                for x in 0..self.width.div_ceil(8 * h_max) {
                    let mut mcu = vec![];
                    for &(i, dc, ac) in &parts {
                        let c = &self.components[i];
                        mcu.extend(
                            (0..c.h * c.v).map(|b| (i, (y * c.v + b / c.h) * c.across + x * c.h + b % c.h, dc, ac)),
                        );
                    }
                    blocks.push(mcu);
                }
            }
        }
        let mut r = Reader { bytes, at, bit: 0 };
        let (mut last, mut run) = ([0_i64; 4], 0_i64);
        for (m, mcu) in blocks.iter().enumerate() {
            if interval > 0 && m > 0 && m % interval == 0 {
                r.restart();
                (last, run) = ([0; 4], 0);
            }
            for &(i, b, dc, ac) in mcu {
                let block = &mut self.components[i].coefficients[b];
                let mut k = start;
                if k == 0 {
                    if high == 0 {
                        let size = r.symbol(&codes[&dc]);
                        last[i] += r.value(size);
                        block[0] = last[i] << low;
                    } else {
                        block[0] |= r.bit() << low;
                    }
                    k = 1;
                }
                if high == 0 {
                    if run > 0 {
                        run -= 1;
                        continue;
                    }
                    while k <= end {
                        let s = r.symbol(&codes[&(ac | 16)]);
                        let (zeros, size) = (s >> 4, s & 15);
                        if size == 0 && zeros < 15 {
                            run = (1 << zeros) + r.bits(zeros) - 1;
                            break;
                        }
                        k += usize::from(zeros);
                        if size > 0 {
                            block[order[k]] = r.value(size) << low;
                        }
                        k += 1;
                    }
                } else if k <= end {
                    refine(&mut r, block, k, end, low, &mut run, codes.get(&(ac | 16)), order);
                }
            }
        }
        if r.bit > 0 { r.at + 1 } else { r.at }
    }

    /// The samples of component `i` at scale n/8: box means of what the coefficients below n in both axes give.
    pub(crate) fn plane(&self, i: usize, n: usize) -> (usize, usize, Vec<f64>) {
        let c = &self.components[i];
        let (h_max, v_max) = self.sampling_max();
        let f = 8.0 / n as f64;
        let (width, height) = ((self.width * c.h * n).div_ceil(h_max * 8), (self.height * c.v * n).div_ceil(v_max * 8));
        let basis = |x: usize, u: usize| {
            let scale = if u == 0 { (1.0_f64 / 8.0).sqrt() } else { 0.5 };
            scale * ((2 * x + 1) as f64 * u as f64 * PI / 16.0).cos()
        };
        // Means of neighbours, and where their number is not whole, what they come to in closed form.
        let mean = |x: usize, u: usize| match (8 % n, u) {
            (0, _) => (0..8 / n).map(|j| basis(x * (8 / n) + j, u)).sum::<f64>() / f,
            (_, 0) => basis(0, 0),
            _ => {
                let angle = u as f64 * PI / 16.0;
                0.5 * ((2 * x + 1) as f64 * f * angle).cos() * (f * angle).sin() / (f * angle.sin())
            }
        };
        let means: Vec<Vec<f64>> = (0..n).map(|x| (0..n).map(|u| mean(x, u)).collect()).collect();
        let mut samples = vec![0.0; width * height];
        for y in 0..height {
            for x in 0..width {
                let block = &c.coefficients[y / n * c.across + x / n];
                let mut sum = 128.0;
                for v in 0..n {
                    for u in 0..n {
                        let coefficient = block[v * 8 + u] * c.steps[v * 8 + u];
                        if coefficient != 0 {
                            sum += coefficient as f64 * means[x % n][u] * means[y % n][v];
                        }
                    }
                }
                samples[y * width + x] = sum;
            }
        }
        assert!(c.down * n >= height);
        (width, height, samples)
    }
}

#[allow(clippy::too_many_arguments)]
fn refine(
    r: &mut Reader<'_>,
    block: &mut [i64; 64],
    mut k: usize,
    end: usize,
    low: u8,
    run: &mut i64,
    code: Option<&Code>,
    order: &[usize],
) {
    let correct = |r: &mut Reader<'_>, c: &mut i64| {
        if r.bit() == 1 {
            *c += if *c > 0 { 1 << low } else { -(1 << low) };
        }
    };
    if *run == 0 {
        while k <= end {
            let s = r.symbol(code.unwrap());
            let (mut zeros, size) = (s >> 4, s & 15);
            let mut new = 0;
            if size == 0 && zeros < 15 {
                *run = (1 << zeros) + r.bits(zeros);
                break;
            }
            if size > 0 {
                new = if r.bit() == 1 { 1 << low } else { -(1 << low) };
            }
            while k <= end {
                let c = &mut block[order[k]];
                k += 1;
                if *c != 0 {
                    correct(r, c);
                } else if zeros == 0 {
                    *c = new;
                    break;
                } else {
                    zeros -= 1;
                }
            }
        }
    }
    if *run > 0 {
        for &i in &order[k..=end] {
            if block[i] != 0 {
                correct(r, &mut block[i]);
            }
        }
        *run -= 1;
    }
}
