//! Reads the colours in the video usability information (ITU-T H.265, annex E), and skips the rest of it.

use crate::bits::Bits;
use crate::error::Error;

/// Code points of the colours (ITU-T H.273).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColorDescription {
    /// Colour primaries.
    pub primaries: u8,
    /// Transfer characteristics.
    pub transfer: u8,
    /// Matrix coefficients.
    pub matrix: u8,
    /// Whether samples use the full range of their bits.
    pub is_full_range: bool,
}

/// The code point for "unspecified".
const UNSPECIFIED: u8 = 2;

pub(super) fn read(bits: &mut Bits<'_>, max_sub_layers: u32) -> Result<Option<ColorDescription>, Error> {
    // The shape of samples, and whether the edges are for display.
    if bits.flag()? && bits.take(8)? == 255 {
        bits.skip(32)?;
    }
    if bits.flag()? {
        bits.skip(1)?;
    }
    let colors = if bits.flag()? { Some(read_colors(bits)?) } else { None };
    // The place of chroma samples.
    if bits.flag()? {
        bits.unsigned()?;
        bits.unsigned()?;
    }
    bits.skip(3)?;
    // The window for display.
    if bits.flag()? {
        for _ in 0..4 {
            bits.unsigned()?;
        }
    }
    if bits.flag()? {
        bits.skip(64)?;
        if bits.flag()? {
            bits.unsigned()?;
        }
        if bits.flag()? {
            skip_buffering(bits, max_sub_layers)?;
        }
    }
    // Restrictions.
    if bits.flag()? {
        bits.skip(3)?;
        for _ in 0..5 {
            bits.unsigned()?;
        }
    }
    Ok(colors)
}

fn read_colors(bits: &mut Bits<'_>) -> Result<ColorDescription, Error> {
    bits.skip(3)?;
    let is_full_range = bits.flag()?;
    let mut colors =
        ColorDescription { primaries: UNSPECIFIED, transfer: UNSPECIFIED, matrix: UNSPECIFIED, is_full_range };
    if bits.flag()? {
        let mut code = || -> Result<u8, Error> {
            #[expect(clippy::cast_possible_truncation, reason = "eight bits are taken")]
            Ok(bits.take(8)? as u8)
        };
        (colors.primaries, colors.transfer, colors.matrix) = (code()?, code()?, code()?);
    }
    Ok(colors)
}

/// Skips the parameters of the hypothetical decoder's buffers (ITU-T H.265, E.2.2).
fn skip_buffering(bits: &mut Bits<'_>, max_sub_layers: u32) -> Result<(), Error> {
    let (has_nal, has_vcl) = (bits.flag()?, bits.flag()?);
    let mut has_sub_pictures = false;
    if has_nal || has_vcl {
        has_sub_pictures = bits.flag()?;
        bits.skip(if has_sub_pictures { 8 + 5 + 1 + 5 } else { 0 })?;
        bits.skip(8)?;
        bits.skip(if has_sub_pictures { 4 } else { 0 })?;
        bits.skip(15)?;
    }
    for _ in 0..max_sub_layers {
        let is_fixed = bits.flag()?;
        let is_fixed_within = is_fixed || bits.flag()?;
        let mut is_low_delay = false;
        if is_fixed_within {
            bits.unsigned()?;
        } else {
            is_low_delay = bits.flag()?;
        }
        let count = if is_low_delay { 1 } else { bits.up_to(31)? + 1 };
        for _ in 0..u32::from(has_nal) + u32::from(has_vcl) {
            for _ in 0..count {
                for _ in 0..if has_sub_pictures { 4 } else { 2 } {
                    bits.unsigned()?;
                }
                bits.skip(1)?;
            }
        }
    }
    Ok(())
}
