//! From a file's bytes to planes: goes through the segments, decodes the scans that matter, skips the others, and stops
//! where nothing that matters can follow. What it cannot read it forgives, once there is anything to show.

use super::damage::{Damage, Tally};
use super::error::{Error, Limit};
use super::frame::read_header;
use super::header::{Coding, Header, Process};
use super::idct::Weights;
use super::marker::{DAC, DHT, DQT, DRI, EOI, SOI, SOS, Segment, Walker};
use super::plane::{Collector, Raster, Rows};
use super::progressive::{AcScan, DcScan};
use super::scan::{self, Layout, Scan, Stretches};
use super::sequential::Sequential;
use super::store::Store;
use super::tables::Definitions;
use super::{arithmetic, lossless, unstuff};
use crate::header::MAX_COMPONENTS;
use crate::options::Options;
use crate::plane::Image;
use crate::scale::Scale;
use crate::workspace::Workspace;

/// The share of a picture that details without a single mean count as: not nothing.
const TRACE: f64 = 0.001;

/// Decodes the first picture in a file.
///
/// # Errors
/// If there is no picture to be had at all, or decoding it would exceed a limit. A picture that is there only in part is no
/// error: see [`Image::damage`].
pub fn decode(bytes: &[u8], options: &Options) -> Result<Image, Error> {
    decode_with(bytes, options, &mut Workspace::default())
}

/// As [`decode`], with buffers that a thread keeps from one picture to the next.
///
/// # Errors
/// As [`decode`].
pub fn decode_with(bytes: &[u8], options: &Options, workspace: &mut Workspace) -> Result<Image, Error> {
    let header = read_header(bytes)?;
    let components = 0..header.components.len();
    check_memory(&header, options, bytes, header.plane_memory(&options.scales))?;
    let collector = |i: usize| Collector::new(&header, i, options.scales[i], workspace);
    let mut planes: Vec<Collector> = components.map(collector).collect();
    let damage = decode_rows(bytes, &header, options, workspace, &mut sinks(&mut planes))?;
    let planes = planes.into_iter().enumerate().map(|(i, plane)| plane.finish(&header, i, options.scales[i])).collect();
    Ok(Image { header, planes, damage })
}

fn sinks(planes: &mut [Collector]) -> Vec<&mut dyn Rows> {
    planes.iter_mut().map(|plane| plane as &mut dyn Rows).collect()
}

fn check_memory(header: &Header, options: &Options, bytes: &[u8], planes: u64) -> Result<(), Error> {
    let found = header.peak_memory(&options.scales, bytes.len()).saturating_add(planes);
    let limit = options.max_memory;
    if found > limit { Err(Error::Limit { what: Limit::Memory, found, limit }) } else { Ok(()) }
}

/// Decodes the first picture in a file, whose header was read, and hands the rows of each component to its sink while they
/// are decoded; what is missing is grey. Components that have no sink are passed over.
///
/// # Errors
/// As [`decode`]. Rows may have been handed on by then.
pub fn decode_rows(
    bytes: &[u8],
    header: &Header,
    options: &Options,
    workspace: &mut Workspace,
    sinks: &mut [&mut dyn Rows],
) -> Result<Option<Damage>, Error> {
    check_memory(header, options, bytes, 0)?;
    if header.process == Process::Lossless {
        let picture = lossless::decode(bytes, header.clone(), options, workspace)?;
        for (plane, sink) in picture.planes.iter().zip(sinks) {
            plane.samples.chunks_exact(plane.width.max(1)).for_each(|row| sink.push(row));
        }
        workspace.recycle(picture.planes.into_iter().map(|plane| plane.samples));
        return Ok(picture.damage);
    }
    let mut nowhere = Vec::new();
    nowhere.resize_with(header.components.len().saturating_sub(sinks.len()), || Nowhere);
    let nowhere = nowhere.iter_mut().map(|sink| sink as &mut dyn Rows);
    let all = sinks.iter_mut().map(|sink| &mut **sink as &mut dyn Rows).chain(nowhere);
    let rasters = all.zip(0..header.components.len());
    let rasters = rasters.map(|(sink, i)| Raster::new(header, i, options.scales[i], sink)).collect();
    let mut decoding = Decoding::new(bytes, header, options, workspace, rasters)?;
    let outcome = decoding.walk();
    match outcome {
        Err(Error::Malformed { .. }) if decoding.tally.wanted > 0 || decoding.skipped => decoding.tally.corrupt = true,
        other => other?,
    }
    if decoding.tally.wanted == 0 && !decoding.skipped {
        return Err(Error::Malformed { what: "no scan", offset: decoding.walker.at() });
    }
    decoding.render();
    let present = decoding.present();
    let Decoding { rasters, tally, walker, .. } = decoding;
    rasters.into_iter().for_each(|mut raster| raster.finish());
    Ok(tally.damage(present, walker.at(), bytes.len()))
}

/// The sink of components that nobody wants.
struct Nowhere;

impl Rows for Nowhere {
    fn push(&mut self, _row: &[f32]) {}
}

/// The state of a walk through the file.
struct Decoding<'a, 's> {
    bytes: &'a [u8],
    header: &'a Header,
    options: &'a Options,
    workspace: &'a mut Workspace,
    walker: Walker<'a>,
    definitions: Definitions,
    /// Fixed when a component's first scan begins, as libjpeg does.
    weights: [Option<Weights>; MAX_COMPONENTS],
    rasters: Vec<Raster<'s>>,
    /// Progressive only.
    stores: Vec<Store>,
    /// Progressive only: by component and coefficient the bit position that is still to come, 255 = nothing came yet.
    pending: [[u8; 64]; MAX_COMPONENTS],
    /// Progressive only: all scans of the file, if any AC coefficient matters.
    plan: Vec<Scan>,
    /// Scans met, and scans decoded.
    met: usize,
    decoded: u32,
    /// Whether a scan was passed over, as none of its coefficients matters.
    skipped: bool,
    tally: Tally,
    /// By component the largest share of its blocks whose DC coefficients one scan had.
    dc_read: [f64; MAX_COMPONENTS],
}

impl<'a, 's> Decoding<'a, 's> {
    fn new(
        bytes: &'a [u8],
        header: &'a Header,
        options: &'a Options,
        workspace: &'a mut Workspace,
        rasters: Vec<Raster<'s>>,
    ) -> Result<Self, Error> {
        let store = |i: usize| Store::new(options.scales[i], header.padded_blocks(i));
        let components = 0..header.components.len();
        let progressive = header.process == Process::Progressive;
        Ok(Self {
            bytes,
            header,
            options,
            walker: Walker::new(bytes).ok_or(Error::NotJpeg)?,
            definitions: Definitions::new(),
            weights: [const { None }; MAX_COMPONENTS],
            rasters,
            workspace,
            stores: if progressive { components.map(store).collect() } else { Vec::new() },
            pending: [[255; 64]; MAX_COMPONENTS],
            plan: Vec::new(),
            met: 0,
            decoded: 0,
            skipped: false,
            tally: Tally::default(),
            dc_read: [0.0; MAX_COMPONENTS],
        })
    }

    fn progressive(&self) -> bool {
        self.header.process == Process::Progressive
    }

    /// Goes through the segments to the end of the picture, or to where nothing that matters can follow.
    fn walk(&mut self) -> Result<(), Error> {
        while let Some(segment) = self.walker.next() {
            match segment.marker {
                DQT => self.definitions.quantisation(&segment)?,
                DHT => self.definitions.huffman(&segment)?,
                DAC => self.definitions.conditioning(&segment),
                DRI => self.definitions.restart(&segment),
                SOS => {
                    self.scan(&segment)?;
                    if self.complete() {
                        return Ok(());
                    }
                }
                SOI | EOI => return Ok(()),
                _ => {}
            }
        }
        // The file ended without a word, and there was more to come.
        self.tally.short |= !self.complete();
        Ok(())
    }

    fn scan(&mut self, segment: &Segment<'a>) -> Result<(), Error> {
        let malformed = |what| Error::Malformed { what, offset: segment.offset };
        let scan = Scan::read(segment.payload, self.header).ok_or(malformed("scan names an unknown component"))?;
        let number = self.met;
        self.met += 1;
        if self.progressive() {
            if !scan.is_progressive() {
                return Err(malformed("impossible progressive scan"));
            }
            if number == 0 {
                self.look_ahead()?;
            }
            if !self.matters(number, &scan) {
                self.skipped = true;
                self.walker.jump(unstuff::skip(self.bytes, self.walker.at()));
                return Ok(());
            }
        }
        self.decoded += 1;
        if self.decoded > self.options.max_scans {
            let limit = u64::from(self.options.max_scans);
            return Err(Error::Limit { what: Limit::Scans, found: u64::from(self.decoded), limit });
        }
        for part in &scan.parts {
            if self.weights[part.component].is_none() {
                let (quant, scale) =
                    (self.header.components[part.component].quant, self.options.scales[part.component]);
                let weights = self
                    .definitions
                    .weights(quant, scale, self.header.precision)
                    .ok_or(malformed("no quantisation table"))?;
                self.weights[part.component] = Some(weights);
            }
        }
        let before = self.tally;
        let end = self.entropy_coded(&scan).ok_or(malformed("no Huffman table, or too many blocks in an MCU"))?;
        if !self.progressive() {
            // Another scan of the same component must not change its last rows.
            scan.parts.iter().for_each(|part| self.rasters[part.component].finish());
        }
        self.walker.jump(end);
        if !self.progressive() || scan.band.0 == 0 && scan.high == 0 {
            let share = self.tally.share_since(&before);
            for part in &scan.parts {
                let read = &mut self.dc_read[part.component];
                *read = read.max(share);
            }
        }
        let (band, low) = if self.progressive() { (scan.band, scan.low) } else { ((0, 63), 0) };
        for part in &scan.parts {
            self.pending[part.component][usize::from(band.0)..=usize::from(band.1)].fill(low);
        }
        Ok(())
    }

    /// Decodes a scan's data; returns where they end.
    fn entropy_coded(&mut self, scan: &Scan) -> Option<usize> {
        let progressive = self.progressive();
        let layout = scan.layout(self.header)?;
        let interval = self.definitions.restart_interval;
        let stretches = Stretches::new(self.bytes, self.walker.at(), layout.across * layout.down, interval);
        if self.header.coding == Coding::Arithmetic {
            return Some(self.arithmetic_coded(scan, &layout, stretches));
        }
        let (scales, tally) = (&self.options.scales, &mut self.tally);
        if !progressive {
            let codes = &self.definitions.codes;
            let mut decoder = Sequential { layout: &layout, weights: &self.weights, rasters: &mut self.rasters };
            return decoder.run(stretches, codes, scales, self.workspace, tally);
        }
        let tables = self.definitions.build(scan, scales)?;
        let end = if scan.band.0 == 0 {
            let mut decoder = DcScan { scan, layout: &layout, tables, stores: &mut self.stores };
            scan::run(stretches, &mut decoder, tally)
        } else {
            let part = scan.parts[0];
            let table = tables.values[part.ac].as_ref()?;
            let mut decoder = AcScan { scan, layout: &layout, table, store: &mut self.stores[part.component] };
            scan::run(stretches, &mut decoder, tally)
        };
        Some(end)
    }

    /// Decodes the data of a scan with arithmetic codes; returns where they end.
    fn arithmetic_coded(&mut self, scan: &Scan, layout: &Layout, stretches: Stretches<'_>) -> usize {
        let (tally, conditioning) = (&mut self.tally, &self.definitions.conditioning);
        if self.header.process != Process::Progressive {
            let mut decoder = arithmetic::Sequential::new(layout, conditioning, &self.weights, &mut self.rasters);
            arithmetic::run(stretches, layout, &mut decoder, tally)
        } else if scan.band.0 == 0 {
            let mut decoder = arithmetic::DcScan::new(scan, layout, conditioning, &mut self.stores);
            arithmetic::run(stretches, layout, &mut decoder, tally)
        } else {
            let store = &mut self.stores[scan.parts[0].component];
            let mut decoder = arithmetic::AcScan::new(scan, conditioning, store);
            arithmetic::run(stretches, layout, &mut decoder, tally)
        }
    }

    /// Lists all scans of a progressive file, if any but the DC scans could matter.
    fn look_ahead(&mut self) -> Result<(), Error> {
        let scales = &self.options.scales[..self.header.components.len()];
        if scales.iter().all(|&s| s == Scale::Eighth) {
            return Ok(());
        }
        let mut walker = Walker::new(self.bytes).ok_or(Error::NotJpeg)?;
        while let Some(segment) = walker.next() {
            match segment.marker {
                SOS => {
                    if self.plan.len() as u64 >= u64::from(self.options.max_scans) {
                        let limit = u64::from(self.options.max_scans);
                        return Err(Error::Limit { what: Limit::Scans, found: limit + 1, limit });
                    }
                    let Some(scan) = Scan::read(segment.payload, self.header) else {
                        break;
                    };
                    self.plan.push(scan);
                    walker.jump(unstuff::skip(self.bytes, walker.at()));
                }
                EOI => break,
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether a progressive scan has coefficients that are used, or of which a later scan that has must know which are zero.
    fn matters(&self, number: usize, scan: &Scan) -> bool {
        let component = scan.parts[0].component;
        let kept = self.options.scales[component].kept();
        let used = |s: &Scan| usize::from(s.band.0) < kept;
        let later = self.plan.get(number + 1..).unwrap_or_default();
        used(scan)
            || kept > 1
                && later.iter().any(|s| {
                    s.parts[0].component == component
                        && s.high > 0
                        && used(s)
                        && s.band.0 > 0
                        && s.band.1 >= scan.band.0
                })
    }

    /// Whether every coefficient that is used has all its bits.
    fn complete(&self) -> bool {
        let scales = self.options.scales.iter().take(self.header.components.len());
        scales.zip(&self.pending).all(|(scale, pending)| pending[..scale.kept()].iter().all(|&p| p == 0))
    }

    /// Returns the share of the picture's blocks of which at least the mean was read.
    fn present(&self) -> f64 {
        let (mut there, mut all) = (0.0, 0.0);
        for (index, share) in self.dc_read.iter().enumerate().take(self.header.components.len()) {
            let (across, down) = self.header.own_blocks(index);
            let blocks = (across * down) as f64;
            there += share * blocks;
            all += blocks;
        }
        let means = if all > 0.0 { there / all } else { 0.0 };
        if self.tally.read > 0 { means.max(TRACE) } else { means }
    }

    /// Turns stored coefficients into samples, and what no scan has touched into grey.
    fn render(&mut self) {
        for (i, raster) in self.rasters.iter_mut().enumerate() {
            match (&self.weights[i], self.stores.get(i)) {
                (None, _) => {
                    self.tally.short = true;
                    let (x, y) = self.header.own_blocks(i);
                    self.tally.wanted += (x * y) as u64;
                }
                (Some(weights), Some(store)) => store.render(weights, raster),
                _ => {}
            }
        }
    }
}
