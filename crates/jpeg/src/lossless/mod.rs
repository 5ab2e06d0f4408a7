//! Decodes lossless images (T.81, annex H), whose samples are differences from predictions by their neighbours.
//!
//! A row needs only the row above it. Each row is reduced to the scale as soon as it is read, so the image is never
//! held at full size.

mod data;
mod difference;
mod reduce;
mod rows;
mod scan;

use super::damage::Tally;
use super::error::{Error, Limit};
use super::header::Header;
use super::marker::{DHT, DRI, EOI, SOI, SOS, Segment, Walker};
use super::scan::Scan;
use super::tables::Definitions;
use crate::header::MAX_COMPONENTS;
use crate::options::Options;
use crate::plane::Image;
use crate::scale::Scale;
use crate::workspace::Workspace;
use reduce::Reducer;
pub use rows::LosslessRows;

/// Returns the maximum bytes of the rows, without the planes.
pub(crate) fn memory_of_rows(header: &Header) -> u64 {
    // Four rows of an MCU and the one above them in 16 bits, and the means and sums of a row in 32 bits.
    let samples: u64 = header.components.iter().map(|_| u64::from(header.width) + 4).sum();
    samples * (5 * 2 + 2 * 4)
}

/// Decodes a lossless image.
pub(crate) fn decode(
    bytes: &[u8],
    header: Header,
    options: &Options,
    workspace: &mut Workspace,
) -> Result<Image, Error> {
    let reducer = |i: usize| Reducer::new(&header, i, options.scales[i], workspace);
    let mut decoding = Decoding {
        bytes,
        header: &header,
        options,
        walker: Walker::new(bytes).ok_or(Error::NotJpeg)?,
        definitions: Definitions::new(),
        reducers: (0..header.components.len()).map(reducer).collect(),
        scans: 0,
        read: [None; MAX_COMPONENTS],
        tally: Tally::default(),
    };
    match decoding.walk() {
        Err(Error::Malformed { .. }) if decoding.tally.wanted > 0 => decoding.tally.corrupt = true,
        other => other?,
    }
    if decoding.tally.wanted == 0 {
        return Err(Error::Malformed { what: "no scan", offset: decoding.walker.at() });
    }
    let present = decoding.account();
    let damage = decoding.tally.damage(present, decoding.walker.at(), bytes.len());
    let reducers = decoding.reducers;
    let planes = reducers.into_iter().enumerate().map(|(i, reducer)| reducer.finish(&header, i)).collect();
    Ok(Image { header, planes, damage })
}

/// The state of decoding a file.
struct Decoding<'a> {
    bytes: &'a [u8],
    header: &'a Header,
    options: &'a Options,
    walker: Walker<'a>,
    definitions: Definitions,
    reducers: Vec<Reducer>,
    scans: u32,
    /// Share of each component's samples that was read; `None` before its scan.
    read: [Option<f64>; MAX_COMPONENTS],
    tally: Tally,
}

impl<'a> Decoding<'a> {
    /// Walks the segments until every component was read, or to the end of the image.
    fn walk(&mut self) -> Result<(), Error> {
        while !self.is_complete() {
            let Some(segment) = self.walker.next() else { break };
            match segment.marker {
                DHT => self.definitions.huffman(&segment)?,
                DRI => self.definitions.restart(&segment),
                SOS => self.scan(&segment)?,
                SOI | EOI => break,
                _ => {}
            }
        }
        Ok(())
    }

    fn is_complete(&self) -> bool {
        self.read.iter().take(self.header.components.len()).all(Option::is_some)
    }

    fn scan(&mut self, segment: &Segment<'a>) -> Result<(), Error> {
        let malformed = |what| Error::Malformed { what, offset: segment.offset };
        let scan = Scan::read(segment.payload, self.header).ok_or(malformed("scan names an unknown component"))?;
        self.scans += 1;
        if self.scans > self.options.max_scans {
            let (found, limit) = (self.scans.into(), self.options.max_scans.into());
            return Err(Error::Limit { what: Limit::Scans, found, limit });
        }
        if scan.parts.iter().any(|part| self.read[part.component].is_some()) {
            return Err(malformed("component coded twice"));
        }
        let before = self.tally;
        let mut rows = scan::Rows::new(&scan, self.header, &self.definitions).map_err(malformed)?;
        let end = rows.run(self.bytes, self.walker.at(), &mut self.reducers, &mut self.tally);
        self.walker.jump(end);
        for part in &scan.parts {
            self.read[part.component] = Some(self.tally.share_since(&before));
        }
        Ok(())
    }

    /// Returns the share of the image's samples that was read, 0 to 1.
    ///
    /// Components without a scan count as missing, also in the tally.
    fn account(&mut self) -> f64 {
        let (mut there, mut all) = (0.0, 0.0);
        for component in 0..self.header.components.len() {
            let (width, height) = self.header.size_at(component, Scale::Full);
            let samples = width * height;
            if self.read[component].is_none() {
                self.tally.short = true;
                self.tally.wanted += samples as u64;
            }
            there += self.read[component].unwrap_or(0.0) * samples as f64;
            all += samples as f64;
        }
        if all > 0.0 { there / all } else { 0.0 }
    }
}
