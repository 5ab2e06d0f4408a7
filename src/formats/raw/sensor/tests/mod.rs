//! Tests sensors' images in files that the tests write.

mod dng;
mod makers;

use super::*;
use crate::formats::svg::renderer::Renderer;
use crate::jpeg::Workspace;
use crate::options::Exactness;

/// Tags of a DNG, each with its type and its numbers.
type Tags = Vec<(u16, u16, Vec<u32>)>;

const BYTE: u16 = 1;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
const SRATIONAL: u16 = 10;

/// Red, green, green and blue.
const RGGB: [u32; 4] = [0, 1, 1, 2];

/// Tags of a mosaic of `width` by `height` samples of 16 bits, whose black is 100 and whose white is 1100.
fn mosaic(width: u32, height: u32, side: u32, pattern: &[u32]) -> Tags {
    vec![
        (254, LONG, vec![0]),
        (256, LONG, vec![width]),
        (257, LONG, vec![height]),
        (258, SHORT, vec![16]),
        (259, SHORT, vec![1]),
        (262, SHORT, vec![32803]),
        (274, SHORT, vec![6]),
        (278, LONG, vec![height]),
        (33421, SHORT, vec![side; 2]),
        (33422, BYTE, pattern.to_vec()),
        (50706, BYTE, vec![1, 4, 0, 0]),
        (50714, SHORT, vec![100]),
        (50717, SHORT, vec![1100]),
    ]
}

/// Replaces tags, or adds them.
fn with(mut tags: Tags, others: Tags) -> Tags {
    tags.retain(|tag| others.iter().all(|other| other.0 != tag.0));
    tags.extend(others);
    tags
}

/// Writes a DNG whose strips or tiles have these bytes.
fn file(mut tags: Tags, chunks: &[Vec<u8>]) -> Vec<u8> {
    let are_tiles = tags.iter().any(|tag| tag.0 == 322);
    let (offsets, lengths) = if are_tiles { (324, 325) } else { (273, 279) };
    tags.push((offsets, LONG, vec![0; chunks.len()]));
    tags.push((lengths, LONG, chunks.iter().map(|chunk| chunk.len() as u32).collect()));
    tags.sort_by_key(|tag| tag.0);
    let bytes_of = |(_, kind, numbers): &(u16, u16, Vec<u32>)| -> Vec<u8> {
        match *kind {
            BYTE => numbers.iter().map(|number| *number as u8).collect(),
            SHORT => numbers.iter().flat_map(|number| (*number as u16).to_le_bytes()).collect(),
            _ => numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
        }
    };
    let behind = 8 + 2 + 12 * tags.len() + 4;
    let lengths = tags.iter().map(|tag| bytes_of(tag).len()).filter(|length| *length > 4);
    let values: usize = lengths.map(|length| length.next_multiple_of(2)).sum();
    let mut at = (behind + values) as u32;
    if let Some(places) = tags.iter_mut().find(|tag| tag.0 == offsets) {
        for (place, chunk) in places.2.iter_mut().zip(chunks) {
            *place = at;
            at += chunk.len() as u32;
        }
    }
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend((tags.len() as u16).to_le_bytes());
    let mut values = Vec::new();
    for tag in &tags {
        let bytes = bytes_of(tag);
        let count = tag.2.len() as u32 / if matches!(tag.1, RATIONAL | SRATIONAL) { 2 } else { 1 };
        file.extend([tag.0.to_le_bytes(), tag.1.to_le_bytes()].concat());
        file.extend(count.to_le_bytes());
        if bytes.len() <= 4 {
            file.extend(&[&bytes[..], &[0; 4]].concat()[..4]);
        } else {
            file.extend(((behind + values.len()) as u32).to_le_bytes());
            values.extend(&bytes);
            values.resize(values.len().next_multiple_of(2), 0);
        }
    }
    file.extend([0; 4]);
    file.extend(values);
    chunks.iter().for_each(|chunk| file.extend(chunk));
    file
}

/// Returns samples as little-endian bytes.
fn words(samples: impl IntoIterator<Item = u16>) -> Vec<u8> {
    samples.into_iter().flat_map(u16::to_le_bytes).collect()
}

/// Returns the pixels of a file's sensor, rounded, and its damage.
fn decode(file: &[u8]) -> Result<(Vec<[f32; 3]>, Option<Damage>), DecodeError> {
    decode_image(&SensorImage::open(&mut &file[..])?, file)
}

fn decode_image(image: &SensorImage, mut input: &[u8]) -> Result<(Vec<[f32; 3]>, Option<Damage>), DecodeError> {
    let targets = [image.header().size];
    let plan = Plan::new(&targets, Exactness::Exact);
    let tools = &mut Tools { jpeg: &mut Workspace::default(), renderer: &Renderer::default() };
    let decoded = image.decode(&mut input, &plan, tools)?;
    let samples = |channel: usize| &decoded.grid.planes[channel].plane.samples;
    let pixel = |i: usize| [0, 1, 2].map(|channel| samples(channel)[i].round());
    Ok(((0..samples(0).len()).map(pixel).collect(), decoded.damage))
}
