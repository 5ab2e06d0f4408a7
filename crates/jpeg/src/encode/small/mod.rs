//! Encodes the smallest files of a likeness, and progressive ones.
//!
//! - Chroma is coded first. `chroma` halves it so that it comes back sharp, and `light` makes up in luma for the light that
//!   halving and rounding add or take.
//! - `trellis` rounds the coefficients of a block together, for the least sum of error and bits. `activity` weighs errors by
//!   the contrast around them, which hides them.
//! - `script` decides on the scans, and `pass` turns each into symbols for a `sink`.

mod activity;
mod chroma;
mod component;
mod light;
mod pass;
mod script;
mod sink;
mod trellis;

use super::super::marker::{DQT, EOI, SOF0, SOF2};
use super::channel::{Channel, Channels, Part, parts_of};
use super::error::EncodeError;
use super::head::{write_frame, write_segment, write_start};
use super::quality::{self, ChromaResolution, quantization_tables};

use component::Component;
use script::Script;

pub use script::Order;

/// Encodes an image as a progressive JPEG file, with the coefficients of [`encode`](super::encode).
///
/// # Errors
/// Those of [`encode`](super::encode).
pub fn encode_progressive(channels: Channels<'_>, quality: u8, icc: Option<&[u8]>) -> Result<Vec<u8>, EncodeError> {
    let tables = quantization_tables(quality, channels.chroma_resolution()).map(|table| quality::zigzag(&table));
    let parts = parts_of(channels, &tables)?;
    let components: Vec<Component> = parts.iter().map(Component::rounded).collect();
    write(&parts, &tables, &components, &Script::smallest(&components, Order::Progressive), icc)
}

/// Encodes an image as a JPEG file of fewer bytes than [`encode`](super::encode), in many times its time.
///
/// Chroma that is passed in full is halved for `chroma`, better than by means of pixels. Images of a `quality` have the
/// same mean score of SSIMULACRA2 as those of [`encode`](super::encode).
///
/// # Errors
/// Those of [`encode`](super::encode).
pub fn encode_small(
    channels: Channels<'_>,
    quality: u8,
    chroma: ChromaResolution,
    order: Order,
    icc: Option<&[u8]>,
) -> Result<Vec<u8>, EncodeError> {
    let given = channels.chroma_resolution();
    let (Channels::YCbCr(full), ChromaResolution::Full, ChromaResolution::Halved) = (channels, given, chroma) else {
        let tables = quality::small_tables(quality, given);
        let parts = parts_of(channels, &tables)?;
        let mut components = vec![quantized_luma(&parts[0])];
        components.extend(trellis::quantize_chroma(&parts[1..]));
        return write(&parts, &tables, &components, &Script::smallest(&components, order), icc);
    };
    let tables = quality::small_tables(quality, chroma);
    // Checks the planes before they are read.
    parts_of(channels, &tables)?;
    let [luma, full_chroma @ ..] = full;
    let halves = full_chroma.map(|channel| chroma::halved(&channel));
    let [blue, red] = halves.each_ref().map(|plane| plane.channel());
    let mut parts = parts_of(Channels::YCbCr([luma, blue, red]), &tables)?;
    let chroma_components = trellis::quantize_chroma(&parts[1..]);
    let stored = [0, 1].map(|index: usize| chroma_components[index].decoded(&tables[1], blue));
    let relit = light::relit(luma, full_chroma, &stored);
    parts[0].channel.samples = &relit;
    let mut components = vec![quantized_luma(&parts[0])];
    components.extend(chroma_components);
    write(&parts, &tables, &components, &Script::smallest(&components, order), icc)
}

fn quantized_luma(part: &Part<'_>) -> Component {
    trellis::quantize_luma(part, &activity::sensitivities(&part.channel))
}

/// Writes a file of quantised components. `tables` are those of luma and chroma, which become one if they are equal.
fn write(
    parts: &[Part<'_>],
    tables: &[[u8; 64]; 2],
    components: &[Component],
    script: &Script,
    icc: Option<&[u8]>,
) -> Result<Vec<u8>, EncodeError> {
    let Channel { width, height, .. } = parts[0].channel;
    let mut bytes = Vec::with_capacity(script.size() + icc.map_or(0, <[u8]>::len) + 1024);
    write_start(&mut bytes, icc)?;
    let is_one_table = parts.len() == 1 || tables[0] == tables[1];
    match is_one_table {
        true => write_segment(&mut bytes, DQT, &[&[0], &tables[0]]),
        false => write_segment(&mut bytes, DQT, &[&[0], &tables[0], &[1], &tables[1]]),
    }
    let frame = if script.is_progressive() { SOF2 } else { SOF0 };
    let table = u8::from(!is_one_table);
    write_frame(&mut bytes, frame, parts.iter().map(|part| part.sampling).zip([0, table, table]), (width, height));
    script.write(components, &mut bytes);
    bytes.extend([0xFF, EOI]);
    Ok(bytes)
}

#[cfg(test)]
mod tests;
