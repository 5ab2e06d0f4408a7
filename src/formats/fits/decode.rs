//! Decodes FITS in two passes: the first one finds the range of the values, the second one the pixels, from the last row that is
//! stored, which is the highest.
//!
//! Values have no black and no white. Those between the percentiles 0.25 and 99.75 become grey, as in the usual viewers; one
//! range holds for all colours. Bytes are shown as they are.

use super::cards::{self, Layout};
use super::kind::Kind;
use super::numbers::read_values;
use crate::container::Input;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Tools};
use crate::formats::damage::of_missing_rows;
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, ends_too_early};
use crate::formats::header::Header;
use crate::geometry::{Factors, Orientation};
use crate::options::Format;
use crate::pixels::Model;
use crate::pixels::profile::Profile;
use crate::pixels::shrink::BoxReducer;

/// The share of values that is darker than black, and as many are brighter than white.
const CLIPPED: f64 = 0.0025;

/// Most values that the range is taken from, spread evenly.
const MOST_SAMPLES: usize = 1 << 18;

/// The codec of FITS.
#[derive(Debug)]
pub(crate) struct Fits;

/// An opened FITS.
#[derive(Debug)]
struct Opened {
    header: Header,
    layout: Layout,
}

impl Codec for Fits {
    fn access(&self) -> Access {
        Access::Pieces
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        let layout = cards::read(input)?;
        let header =
            Header { format: Format::Fits, size: layout.size, orientation: Orientation::default(), has_alpha: false };
        Ok(Box::new(Opened { header, layout }))
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, _: &mut dyn Input, _: Factors) -> u64 {
        let row = u64::from(self.layout.size.width).saturating_mul(8 + 8 + 4 * 3);
        row.saturating_add((MOST_SAMPLES * size_of::<f64>()) as u64)
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        let (layout, factors) = (&self.layout, plan.factors(self.header.size));
        let mut rows = Rows::new(layout);
        let height = layout.size.height;
        let (black, white) = range(input, &mut rows)?;
        let model = if layout.planes == 3 { Model::Rgb } else { Model::Grey };
        let mut reducer = BoxReducer::new(layout.size, model, factors);
        let mut row = vec![0.0; layout.size.width as usize * layout.planes];
        let mut there = 0;
        for y in (0..height).rev() {
            let mut is_there = true;
            for plane in 0..layout.planes {
                let places = row.iter_mut().skip(plane).step_by(layout.planes);
                is_there &= rows.read(input, plane, y)?;
                places.zip(&rows.values).for_each(|(place, value)| *place = grey(*value, black, white));
            }
            there += usize::from(is_there);
            if !is_there {
                row.fill(0.0);
            }
            reducer.push_row(&mut row);
        }
        if there == 0 {
            return Err(ends_too_early());
        }
        let damage = of_missing_rows(there, height as usize);
        Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile: Profile::Srgb })
    }
}

/// A row of values, and the bytes it was read from.
struct Rows<'l> {
    layout: &'l Layout,
    bytes: Vec<u8>,
    values: Vec<f64>,
}

impl<'l> Rows<'l> {
    fn new(layout: &'l Layout) -> Self {
        let width = layout.size.width as usize;
        Self { layout, bytes: vec![0; width * layout.kind.bytes()], values: vec![f64::NAN; width] }
    }

    /// Reads a row, which counts from below. Returns whether it is whole.
    fn read(&mut self, input: &mut dyn Input, plane: usize, y: u32) -> Result<bool, DecodeError> {
        let row = plane as u64 * u64::from(self.layout.size.height) + u64::from(y);
        let offset = self.layout.offset.saturating_add(row.saturating_mul(self.bytes.len() as u64));
        let there = input.read_at(offset, &mut self.bytes)?;
        self.values.fill(f64::NAN);
        read_values(&self.bytes[..there], self.layout, &mut self.values);
        Ok(there == self.bytes.len())
    }
}

/// Returns the values that become black and white.
fn range(input: &mut dyn Input, rows: &mut Rows<'_>) -> Result<(f64, f64), DecodeError> {
    let layout = rows.layout;
    if layout.kind == Kind::Byte && layout.scale == 1.0 && layout.zero == 0.0 {
        return Ok((0.0, 255.0));
    }
    let (width, height) = (layout.size.width as usize, layout.size.height as usize * layout.planes);
    let step = (width * height).div_ceil(MOST_SAMPLES).isqrt().max(1) + 1;
    let step = if width * height <= MOST_SAMPLES { 1 } else { step };
    let mut samples: Vec<f64> = Vec::new();
    for row in (0..height).step_by(step) {
        let (plane, y) = (row / layout.size.height as usize, row % layout.size.height as usize);
        rows.read(input, plane, u32::try_from(y).unwrap_or(0))?;
        let across = if step == 1 { 1 } else { step.max(width * height.div_ceil(step) / MOST_SAMPLES + 1) };
        samples.extend(rows.values.iter().step_by(across).filter(|value| value.is_finite()));
    }
    let count = samples.len();
    if count == 0 {
        return Ok((0.0, 1.0));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share")]
    let clipped = ((count - 1) as f64 * CLIPPED) as usize;
    let low = *samples.select_nth_unstable_by(clipped, f64::total_cmp).1;
    let high = *samples.select_nth_unstable_by(count - 1 - clipped, f64::total_cmp).1;
    Ok((low, high))
}

/// Returns the grey of a value. Missing values are black.
fn grey(value: f64, black: f64, white: f64) -> f32 {
    let range = white - black;
    let share = if range > 0.0 { (value - black) / range } else { 0.5 };
    #[expect(clippy::cast_possible_truncation, reason = "from 0 to 255")]
    let grey = (share.clamp(0.0, 1.0) * 255.0) as f32;
    if grey.is_nan() { 0.0 } else { grey }
}

#[cfg(test)]
mod tests {
    use crate::formats::fits::CODEC;
    use crate::formats::tests::{decode_as, header_of};
    use crate::geometry::Size;

    fn file(cards: &[&str], data: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut block = |cards: &[&str]| {
            cards.iter().for_each(|card| file.extend(format!("{card:80}").bytes()));
            file.resize(file.len().next_multiple_of(2880), b' ');
        };
        let end = cards.iter().position(|card| *card == "END").map_or(cards.len(), |end| end + 1);
        block(&cards[..end]);
        if end < cards.len() {
            block(&cards[end..]);
        }
        file.extend(data);
        file
    }

    fn samples(file: &[u8], channel: usize) -> Vec<f32> {
        decode_as(CODEC, file, &[]).unwrap().grid.planes[channel].plane.samples.clone()
    }

    const SIMPLE: &str = "SIMPLE  =                    T / standard";

    #[test]
    fn values_from_the_lowest_to_the_highest_percentile_become_grey_from_below() {
        let head = [SIMPLE, "BITPIX  = 16", "NAXIS   = 2", "NAXIS1  = 2", "NAXIS2  = 2"];
        let data: Vec<u8> = [-100_i16, 0, 100, 900].iter().flat_map(|n| n.to_be_bytes()).collect();
        assert_eq!(samples(&file(&[&head[..], &["END"]].concat(), &data), 0), [51.0, 255.0, 0.0, 25.5]);
        let scaled = [&head[..], &["BZERO   = 3.2768D4", "BSCALE  = -1.0", "BLANK   = 900", "END"]].concat();
        assert_eq!(samples(&file(&scaled, &data), 0), [0.0, 0.0, 255.0, 127.5]);
    }

    #[test]
    fn numbers_of_every_kind_come_out() {
        let cases: [(&str, Vec<u8>); 6] = [
            ("BITPIX  = 8", vec![0, 255]),
            ("BITPIX  = 16", vec![0, 0, 1, 0]),
            ("BITPIX  = 32", vec![0, 0, 0, 0, 1, 0, 0, 0]),
            ("BITPIX  = 64", vec![0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]),
            ("BITPIX  = -32", [0_f32, 1e30].map(f32::to_be_bytes).concat()),
            ("BITPIX  = -64", [-1e300, 1e300].map(f64::to_be_bytes).concat()),
        ];
        for (bits, data) in cases {
            let cards = [SIMPLE, bits, "NAXIS   = 2", "NAXIS1  = 2", "NAXIS2  = 1", "END"];
            assert_eq!(samples(&file(&cards, &data), 0), [0.0, 255.0], "{bits}");
        }
    }

    #[test]
    fn three_planes_are_red_green_and_blue_and_the_first_image_may_be_an_extension() {
        let colors = [SIMPLE, "BITPIX  = 8", "NAXIS   = 3", "NAXIS1  = 1", "NAXIS2  = 1", "NAXIS3  = 3", "END"];
        let colored = file(&colors, &[1, 2, 3]);
        assert_eq!([0, 1, 2].map(|channel| samples(&colored, channel)[0]), [1.0, 2.0, 3.0]);
        let empty = [SIMPLE, "BITPIX  = 8", "NAXIS   = 0", "END"];
        let extension = ["XTENSION= 'IMAGE   '", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 1", "NAXIS2  = 1", "END"];
        assert_eq!(samples(&file(&[&empty[..], &extension].concat(), &[77]), 0), [77.0]);
        let table =
            ["XTENSION= 'BINTABLE'", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 1", "NAXIS2  = 1", "ZIMAGE  = T", "END"];
        let refused = header_of(CODEC, &file(&[&empty[..], &table].concat(), &[77])).unwrap_err();
        assert_eq!(refused.to_string(), "compressed tiles");
    }

    #[test]
    fn what_is_missing_is_at_the_top() {
        let cards = [SIMPLE, "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 2", "NAXIS2  = 2", "END"];
        let decoded = decode_as(CODEC, &file(&cards, &[9, 9, 9]), &[]).unwrap();
        assert_eq!(decoded.damage.unwrap().detail, "the file ends too early, 1 rows are missing");
        assert_eq!(decoded.grid.planes[0].plane.samples, [0.0, 0.0, 9.0, 9.0]);
        assert!(decode_as(CODEC, &file(&cards, &[9]), &[]).is_err());
        assert!(header_of(CODEC, &file(&cards, &[])[..400]).is_err());
        assert_eq!(header_of(CODEC, &file(&cards, &[])).unwrap().size, Size::new(2, 2));
    }
}
