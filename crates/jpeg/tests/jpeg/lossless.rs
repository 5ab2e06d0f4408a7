//! Tests lossless coding against an encoder written from the standard's formulas.

use jpeg_shrink::{ColorModel, DamageKind, Error, LosslessRows, Options, Process, Scale, decode};

use super::SCALES;

fn segment(file: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    file.extend([0xFF, marker]);
    file.extend((payload.len() as u16 + 2).to_be_bytes());
    file.extend(payload);
}

/// An image to encode, and its coding parameters.
#[derive(Clone, Debug)]
struct Image {
    width: usize,
    height: usize,
    precision: u8,
    /// Sampling factors of each component.
    sampling: Vec<(usize, usize)>,
    predictor: u8,
    point_transform: u8,
    /// Number of rows of MCUs between restart markers; 0 = none.
    restart_rows: usize,
    is_interleaved: bool,
}

impl Image {
    fn grey(precision: u8, predictor: u8) -> Self {
        Self {
            width: 21,
            height: 18,
            precision,
            sampling: vec![(1, 1)],
            predictor,
            point_transform: 0,
            restart_rows: 0,
            is_interleaved: true,
        }
    }

    fn sampling_max(&self) -> (usize, usize) {
        (self.sampling.iter().map(|s| s.0).max().unwrap(), self.sampling.iter().map(|s| s.1).max().unwrap())
    }

    /// Returns the width and height of a component in samples.
    fn size(&self, component: usize) -> (usize, usize) {
        let ((h, v), (h_max, v_max)) = (self.sampling[component], self.sampling_max());
        ((self.width * h).div_ceil(h_max), (self.height * v).div_ceil(v_max))
    }

    /// Returns a sample of ramps, an edge and noise. It lacks the low bits that the point transform removes. Samples
    /// beyond the image are also defined.
    fn sample(&self, component: usize, x: usize, y: usize) -> i32 {
        let noise = (x * 7919 + y * 104_729 + component * 31).wrapping_mul(2_654_435_761) >> 16 & 0xFFFF;
        let top = (1_usize << self.precision) - 1;
        let value = match (x / 6 + y / 5) % 3 {
            0 => noise,
            1 => x * 2500 + y * 900,
            _ => 65_535,
        };
        (((value & 0xFFFF) * top / 65_535) >> self.point_transform << self.point_transform) as i32
    }

    fn encode(&self) -> Vec<u8> {
        let mut file = vec![0xFF, 0xD8];
        let mut frame = vec![self.precision];
        frame.extend((self.height as u16).to_be_bytes());
        frame.extend((self.width as u16).to_be_bytes());
        frame.push(self.sampling.len() as u8);
        for (i, (h, v)) in self.sampling.iter().enumerate() {
            frame.extend([i as u8 + 1, (h << 4 | v) as u8, 0]);
        }
        segment(&mut file, 0xC3, &frame);
        // Categories 0 to 16, each with a code of 5 bits.
        let mut table = vec![0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        table.extend(0..17);
        segment(&mut file, 0xC4, &table);
        let all: Vec<usize> = (0..self.sampling.len()).collect();
        let scans = if self.is_interleaved { vec![all] } else { all.into_iter().map(|c| vec![c]).collect() };
        for parts in scans {
            let across = self.mcus(&parts).0;
            segment(&mut file, 0xDD, &((self.restart_rows * across) as u16).to_be_bytes());
            let mut scan = vec![parts.len() as u8];
            parts.iter().for_each(|&c| scan.extend([c as u8 + 1, 0]));
            scan.extend([self.predictor, 0, self.point_transform]);
            segment(&mut file, 0xDA, &scan);
            file.extend(self.scan(&parts));
        }
        file.extend([0xFF, 0xD9]);
        file
    }

    fn mcus(&self, parts: &[usize]) -> (usize, usize) {
        let (h_max, v_max) = self.sampling_max();
        if let [one] = parts { self.size(*one) } else { (self.width.div_ceil(h_max), self.height.div_ceil(v_max)) }
    }

    fn scan(&self, parts: &[usize]) -> Vec<u8> {
        let (across, down) = self.mcus(parts);
        let mut writer = Writer::default();
        for y in 0..down {
            let is_first = y == 0 || self.restart_rows > 0 && y % self.restart_rows == 0;
            if is_first && y > 0 {
                writer.restart((y / self.restart_rows - 1) as u8 & 7);
            }
            for x in 0..across {
                for &c in parts {
                    let (h, v) = if parts.len() == 1 { (1, 1) } else { self.sampling[c] };
                    for i in 0..h * v {
                        let (x, y) = (x * h + i % h, y * v + i / h);
                        writer.difference(self.difference(c, x, y, is_first && i / h == 0));
                    }
                }
            }
        }
        writer.finish()
    }

    fn difference(&self, c: usize, x: usize, y: usize, is_first: bool) -> i32 {
        let at = |x: usize, y: usize| self.sample(c, x, y) >> self.point_transform;
        let prediction = match (x, is_first) {
            (0, true) => 1 << (self.precision - self.point_transform - 1),
            (_, true) => at(x - 1, y),
            (0, false) => at(x, y - 1),
            _ => {
                let (a, b, c) = (at(x - 1, y), at(x, y - 1), at(x - 1, y - 1));
                match self.predictor {
                    1 => a,
                    2 => b,
                    3 => c,
                    4 => a + b - c,
                    5 => a + ((b - c) >> 1),
                    6 => b + ((a - c) >> 1),
                    _ => (a + b) >> 1,
                }
            }
        };
        at(x, y) - prediction
    }
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    bits: u64,
    count: u32,
}

impl Writer {
    fn put(&mut self, value: u64, count: u32) {
        self.bits = self.bits << count | value;
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.bits >> self.count) as u8;
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
        self.bits &= (1 << self.count) - 1;
    }

    fn difference(&mut self, difference: i32) {
        // Modulo 2^16, from -32767 to 32768.
        let difference = match difference & 0xFFFF {
            positive @ 0..=32_768 => positive,
            negative => negative - 65_536,
        };
        let size = 32 - difference.unsigned_abs().leading_zeros();
        self.put(size.into(), 5);
        if size < 16 {
            let magnitude = if difference < 0 { difference + (1 << size) - 1 } else { difference };
            self.put(magnitude as u64, size);
        }
    }

    fn restart(&mut self, number: u8) {
        self.pad();
        self.bytes.extend([0xFF, 0xD0 + number]);
    }

    fn pad(&mut self) {
        let free = (8 - self.count) % 8;
        self.put((1 << free) - 1, free);
    }

    fn finish(mut self) -> Vec<u8> {
        self.pad();
        self.bytes
    }
}

/// Asserts that each plane, at every scale, equals the means of the encoded samples.
fn assert_decodes(image: &Image) {
    let bytes = image.encode();
    for scale in SCALES {
        let picture = decode(&bytes, &Options::at(scale)).expect("a sound file");
        assert_eq!((picture.damage, picture.header.process), (None, Process::Lossless));
        let n = scale.samples();
        for (c, plane) in picture.planes.iter().enumerate() {
            let (width, height) = image.size(c);
            let covered = picture.header.component_size(c);
            let size = [covered.0, covered.1].map(|length| scale.reduce(length).ceil() as usize);
            assert_eq!([plane.width, plane.height], size);
            for (i, got) in plane.samples.iter().enumerate() {
                // Each sample counts as often as it has parts in the box, of N by N.
                let (left, top) = (i % plane.width * 8, i / plane.width * 8);
                let there: Vec<(usize, usize)> = (top..(top + 8).min(height * n))
                    .flat_map(|y| (left..(left + 8).min(width * n)).map(move |x| (x / n, y / n)))
                    .collect();
                let sum: f64 = there.iter().map(|&(x, y)| f64::from(image.sample(c, x, y))).sum();
                let want = sum / there.len() as f64 * 255.0 / f64::from((1_u32 << image.precision) - 1);
                let apart = (f64::from(*got) - want).abs();
                assert!(apart < 0.01, "component {c} at {i}, {scale:?}: {got} for {want}");
            }
        }
    }
}

#[test]
fn every_predictor_and_every_depth_gives_what_was_encoded() {
    for precision in 2..=16 {
        for predictor in 1..=7 {
            assert_decodes(&Image::grey(precision, predictor));
        }
    }
}

#[test]
fn the_point_transform_takes_low_bits_away() {
    for (precision, point_transform) in [(8, 3), (16, 9), (12, 11)] {
        assert_decodes(&Image { point_transform, ..Image::grey(precision, 4) });
    }
}

#[test]
fn components_may_be_several_in_one_scan_or_in_their_own_and_subsampled() {
    for sampling in
        [vec![(1, 1); 2], vec![(1, 1); 3], vec![(1, 1); 4], vec![(2, 2), (1, 1), (1, 1)], vec![(1, 2), (2, 1)]]
    {
        for is_interleaved in [true, false] {
            for restart_rows in [0, 1, 2] {
                let sampling = sampling.clone();
                assert_decodes(&Image { sampling, is_interleaved, restart_rows, ..Image::grey(8, 7) });
            }
        }
    }
}

#[test]
fn three_components_without_a_marker_are_red_green_and_blue() {
    let image = Image { sampling: vec![(1, 1); 3], ..Image::grey(8, 1) };
    let picture = decode(&image.encode(), &Options::default()).expect("a sound file");
    assert_eq!(picture.header.color, ColorModel::Rgb);
}

#[test]
fn a_lossless_image_that_is_cut_short_keeps_the_rows_that_are_there() {
    let image = Image { height: 60, ..Image::grey(8, 4) };
    let bytes = image.encode();
    let picture = decode(&bytes[..bytes.len() / 2], &Options::at(Scale::Full)).expect("half of it is there");
    let damage = picture.damage.expect("it is cut");
    assert_eq!(damage.kind, DamageKind::Truncated);
    assert!((0.3..0.7).contains(&damage.present), "{damage:?}");
    let samples = &picture.planes[0].samples;
    let there = (damage.present * samples.len() as f64) as usize;
    for (i, sample) in samples.iter().enumerate().take(there) {
        assert_eq!(*sample, image.sample(0, i % 21, i / 21) as f32, "at {i}");
    }
    assert_eq!(samples.last(), Some(&128.0));
}

#[test]
fn a_restart_interval_that_is_lost_costs_its_own_rows_only() {
    let image = Image { height: 40, restart_rows: 2, ..Image::grey(8, 2) };
    let mut bytes = image.encode();
    let at = bytes.windows(2).position(|two| two == [0xFF, 0xD2]).expect("there is a third marker");
    let next = bytes.windows(2).position(|two| two == [0xFF, 0xD3]).expect("there is a fourth marker");
    bytes.drain(at..next);
    let picture = decode(&bytes, &Options::at(Scale::Full)).expect("most of it is there");
    assert_eq!(picture.damage.map(|damage| damage.kind), Some(DamageKind::Corrupt));
    let samples = &picture.planes[0].samples;
    let is_right = |row: &usize| {
        let same = |x: usize| samples[row * 21 + x] == image.sample(0, x, *row) as f32;
        (0..21).all(same)
    };
    let wrong: Vec<usize> = (0..40).filter(|row| !is_right(row)).collect();
    assert_eq!(wrong, [6, 7]);
}

#[test]
fn lossless_data_altered_or_cut_anywhere_do_no_harm() {
    let image = Image { sampling: vec![(2, 1), (1, 1), (1, 1)], restart_rows: 3, ..Image::grey(12, 5) };
    let bytes = image.encode();
    let mut seed = 9_u32;
    for at in 0..bytes.len() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let mut altered = bytes.clone();
        altered[at] ^= (seed >> 24) as u8;
        let options = Options { max_memory: 1 << 26, ..Options::at(SCALES[(seed as usize >> 8) % SCALES.len()]) };
        let _ = decode(&altered, &options);
        let _ = decode(&bytes[..at], &options);
    }
}

/// Decodes rows from pieces of `piece` bytes. Missing rows are `None`.
fn rows_of(bytes: &[u8], piece: usize) -> Result<Vec<Option<Vec<u16>>>, Error> {
    let (mut rows, start) = LosslessRows::open(bytes)?;
    let mut left = bytes[start..].chunks(piece);
    let mut row = vec![0; rows.row_samples()];
    let all = 0..rows.height();
    let read = all.map(|_| {
        while rows.is_hungry() {
            rows.feed(left.next().unwrap_or_default());
        }
        rows.read(&mut row).then(|| row.clone())
    });
    Ok(read.collect())
}

#[test]
fn rows_from_pieces_are_what_was_encoded() {
    for precision in [2, 8, 12, 14, 16] {
        for predictor in 1..=7 {
            for (components, restart_rows, point_transform) in [(1, 0, 0), (2, 0, 1), (1, 1, 0), (3, 2, 0), (4, 5, 0)] {
                let sampling = vec![(1, 1); components];
                let image = Image { sampling, restart_rows, point_transform, ..Image::grey(precision, predictor) };
                let bytes = image.encode();
                for piece in [1, 7, 100_000] {
                    let rows = rows_of(&bytes, piece).expect("a sound file");
                    assert_eq!(rows.len(), image.height);
                    for (y, row) in rows.into_iter().enumerate() {
                        let places = (0..image.width).flat_map(|x| (0..components).map(move |c| (c, x)));
                        let wanted: Vec<u16> = places.map(|(c, x)| image.sample(c, x, y) as u16).collect();
                        assert_eq!(row, Some(wanted), "row {y} of {image:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn rows_of_long_images_are_read_from_a_window_of_their_bytes() {
    let image = Image { width: 1000, height: 300, ..Image::grey(14, 1) };
    let rows = rows_of(&image.encode(), 60_000).expect("a sound file");
    let wanted = |y: usize| (0..1000).map(|x| image.sample(0, x, y) as u16).collect::<Vec<u16>>();
    assert_eq!(rows.len(), 300);
    assert!(rows.iter().enumerate().all(|(y, row)| row.as_ref() == Some(&wanted(y))));
}

#[test]
fn rows_go_on_after_the_next_restart_marker_where_some_are_broken() {
    let image = Image { restart_rows: 3, ..Image::grey(8, 4) };
    let bytes = image.encode();
    let markers: Vec<usize> = bytes
        .windows(2)
        .enumerate()
        .filter(|(_, two)| two[0] == 0xFF && two[1] & 0xF8 == 0xD0)
        .map(|(at, _)| at)
        .collect();
    assert_eq!(markers.len(), 5);
    let cut = [&bytes[..markers[1] + 10], &bytes[markers[2]..]].concat();
    let rows = rows_of(&cut, 16).expect("a sound header");
    let there: Vec<bool> = rows.iter().map(Option::is_some).collect();
    assert_eq!(there.iter().position(|is_there| !is_there), Some(6));
    assert_eq!(there[9..], [true; 9]);
    let cut_off = rows_of(&bytes[..markers[1] + 2], 16).expect("a sound header");
    assert_eq!(cut_off.iter().filter(|row| row.is_some()).count(), 6);
}

#[test]
fn rows_are_refused_where_they_would_not_be_one_after_the_other() {
    let subsampled = Image { sampling: vec![(2, 2), (1, 1)], ..Image::grey(8, 1) };
    let apart = Image { sampling: vec![(1, 1); 2], is_interleaved: false, ..Image::grey(8, 1) };
    for image in [subsampled, apart] {
        assert!(LosslessRows::open(&image.encode()).is_err(), "{image:?}");
    }
    assert!(LosslessRows::open(&Image::grey(8, 1).encode()[..60]).is_err());
}
