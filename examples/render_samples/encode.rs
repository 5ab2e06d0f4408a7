//! Encodes finished pixels into files.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, GrayImage, ImageEncoder, RgbImage};
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};
use std::error::Error;
use std::fs;
use std::path::Path;

pub type Outcome = Result<(), Box<dyn Error>>;

pub struct JpegCoding {
    pub quality: u8,
    pub sampling: SamplingFactor,
    pub progressive: bool,
    /// Contents of an APP1 segment, which is omitted if empty.
    pub exif: Vec<u8>,
}

impl JpegCoding {
    pub fn new(quality: u8, sampling: SamplingFactor) -> Self {
        Self { quality, sampling, progressive: false, exif: Vec::new() }
    }

    pub fn write_colour(&self, path: &Path, picture: &RgbImage) -> Outcome {
        let (width, height) = picture.dimensions();
        self.write(path, picture.as_raw(), width, height, ColorType::Rgb)
    }

    pub fn write_grey(&self, path: &Path, picture: &GrayImage) -> Outcome {
        let (width, height) = picture.dimensions();
        self.write(path, picture.as_raw(), width, height, ColorType::Luma)
    }

    fn write(&self, path: &Path, bytes: &[u8], width: u32, height: u32, kind: ColorType) -> Outcome {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, self.quality);
        encoder.set_sampling_factor(self.sampling);
        encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
        encoder.set_optimized_huffman_tables(true);
        encoder.set_progressive(self.progressive);
        if !self.exif.is_empty() {
            encoder.add_app_segment(1, self.exif.clone())?;
        }
        encoder.encode(bytes, u16::try_from(width)?, u16::try_from(height)?, kind)?;
        Ok(fs::write(path, file)?)
    }
}

pub fn write_png(path: &Path, picture: &DynamicImage) -> Outcome {
    let mut file = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut file, CompressionType::Best, FilterType::Adaptive);
    picture.write_with_encoder(encoder)?;
    Ok(fs::write(path, file)?)
}

pub fn write_webp(path: &Path, picture: &RgbImage) -> Outcome {
    let mut file = Vec::new();
    let (width, height) = picture.dimensions();
    image::codecs::webp::WebPEncoder::new_lossless(&mut file).write_image(
        picture.as_raw(),
        width,
        height,
        image::ExtendedColorType::Rgb8,
    )?;
    Ok(fs::write(path, file)?)
}

/// Writes a greyscale TIFF in one strip, packed with PackBits. Scanned pages are mostly white, and packing keeps them
/// small; the usual writers store them raw.
pub fn write_packed_tiff(path: &Path, picture: &GrayImage, dots_per_inch: u32) -> Outcome {
    let (width, height) = picture.dimensions();
    let rows = picture.as_raw().chunks_exact(width as usize);
    let strip: Vec<u8> = rows.flat_map(pack_bits).collect();
    const HEADER: u32 = 8;
    const RESOLUTION: u32 = 8;
    let strip_at = HEADER + RESOLUTION;
    let directory_at = strip_at + (strip.len() as u32).next_multiple_of(2);
    let mut file = b"II\x2a\0".to_vec();
    file.extend(directory_at.to_le_bytes());
    file.extend(dots_per_inch.to_le_bytes());
    file.extend(1u32.to_le_bytes());
    file.extend(&strip);
    file.resize(directory_at as usize, 0);
    let (short, long, rational) = (3, 4, 5);
    let entries: [(u16, u16, u32); 12] = [
        (256, long, width),
        (257, long, height),
        (258, short, 8),
        (259, short, 32773),
        (262, short, 1),
        (273, long, strip_at),
        (277, short, 1),
        (278, long, height),
        (279, long, strip.len() as u32),
        (282, rational, HEADER),
        (283, rational, HEADER),
        (296, short, 2),
    ];
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(1u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend(0u32.to_le_bytes());
    Ok(fs::write(path, file)?)
}

/// Packs a row with PackBits: runs become two bytes, other bytes follow their count.
fn pack_bits(row: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut literal: Vec<u8> = Vec::new();
    for run in row.chunk_by(|a, b| a == b).flat_map(|run| run.chunks(128)) {
        if run.len() >= 3 {
            flush_literal(&mut packed, &mut literal);
            packed.extend([(257 - run.len()) as u8, run[0]]);
        } else {
            literal.extend(run);
        }
    }
    flush_literal(&mut packed, &mut literal);
    packed
}

fn flush_literal(packed: &mut Vec<u8>, literal: &mut Vec<u8>) {
    for piece in literal.chunks(128) {
        packed.push((piece.len() - 1) as u8);
        packed.extend(piece);
    }
    literal.clear();
}
