//! Encodes JPEG (T.81) from planes of 8-bit samples, with the shortest codes for them.
//!
//! Chroma is passed at its stored resolution, so that a resizer can produce small chroma planes directly instead of
//! having enlarged ones halved again. `transform` turns blocks of samples into quantised coefficients, `entropy` turns
//! these into symbols and writes them, and `quality` provides the quantisation tables. `small` is slower, for fewer bytes.

mod channel;
mod code;
mod entropy;
mod error;
mod head;
mod quality;
mod small;
mod transform;

use pulp::{Arch, NullaryFnOnce};

use channel::{Part, parts_of};
use entropy::{Table, Tokens, Words, Writer};
use head::{write_frame, write_segment, write_start};

use super::huffman::Code;
use super::marker::{DHT, DQT, EOI, SOF0, SOS};

pub use channel::{Channel, Channels};
pub use error::{EncodeError, MAX_SIDE};
pub use quality::{ChromaResolution, quantization_tables};
pub use small::{Order, encode_progressive, encode_small};

/// Encodes an image as a baseline JPEG file.
///
/// `quality` is 1 to 100 as for [`quantization_tables`]. `icc` is the ICC profile to embed.
///
/// # Errors
/// [`EncodeError::Planes`] if the planes do not have the sizes that [`Channels`] requires, [`EncodeError::Side`] if a
/// side exceeds [`MAX_SIDE`], and [`EncodeError::Profile`] if the profile is too long.
pub fn encode(channels: Channels<'_>, quality: u8, icc: Option<&[u8]>) -> Result<Vec<u8>, EncodeError> {
    let tables = quantization_tables(quality, channels.chroma_resolution()).map(|table| quality::zigzag(&table));
    let parts = parts_of(channels, &tables)?;
    let Channel { width, height, .. } = parts[0].channel;
    let mut tokens = Tokens::new(width * height / 4 + 64);
    Arch::new().dispatch(Tokenizing { parts: &parts, tokens: &mut tokens });
    let codes: Vec<(Table, Code)> =
        Table::ALL.into_iter().take(2 * parts.len().min(2)).map(|table| (table, tokens.code(table))).collect();
    let mut bytes = Vec::with_capacity(width * height / 4 + icc.map_or(0, <[u8]>::len) + 1024);
    write_head(&mut bytes, &parts, &tables, &codes, icc)?;
    let words = Words::new(codes.iter().map(|(table, code)| (*table, code)));
    Arch::new().dispatch(Writing { tokens: &tokens, words: &words, bytes: &mut bytes });
    bytes.extend([0xFF, EOI]);
    Ok(bytes)
}

/// Writes everything before the entropy-coded data.
fn write_head(
    bytes: &mut Vec<u8>,
    parts: &[Part<'_>],
    tables: &[[u8; 64]; 2],
    codes: &[(Table, Code)],
    icc: Option<&[u8]>,
) -> Result<(), EncodeError> {
    let Channel { width, height, .. } = parts[0].channel;
    write_start(bytes, icc)?;
    let kinds = parts.len().min(2);
    for (index, table) in (0..).zip(&tables[..kinds]) {
        write_segment(bytes, DQT, &[&[index], table]);
    }
    write_frame(bytes, SOF0, parts.iter().map(|part| part.sampling).zip([0, 1, 1]), (width, height));

    for (table, code) in codes {
        write_segment(bytes, DHT, &[&[table.head()], &code.counts(), code.symbols()]);
    }
    let mut scan = vec![parts.len() as u8];
    for index in 0..parts.len() as u8 {
        let table = u8::from(index > 0);
        scan.extend([index + 1, table << 4 | table]);
    }
    scan.extend([0, 63, 0]);
    write_segment(bytes, SOS, &[&scan]);
    Ok(())
}

/// Turns samples into symbols. Compiled once for each kind of processor, so everything in it is inlined.
struct Tokenizing<'a> {
    parts: &'a [Part<'a>],
    tokens: &'a mut Tokens,
}

impl NullaryFnOnce for Tokenizing<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let luma = &self.parts[0];
        let across = luma.channel.width.div_ceil(8 * luma.sampling.0);
        let down = luma.channel.height.div_ceil(8 * luma.sampling.1);
        let mut predictions = [0_i32; 3];
        for y in 0..down {
            for x in 0..across {
                for (part, prediction) in self.parts.iter().zip(&mut predictions) {
                    let (h, v) = part.sampling;
                    for block in 0..h * v {
                        match part.channel.block(x * h + block % h, y * v + block / h) {
                            Some(samples) => {
                                let block = part.transform.apply(&samples);
                                self.tokens.put_block(&block, prediction, part.is_chroma);
                            }
                            None => self.tokens.put_repeated(part.is_chroma),
                        }
                    }
                }
            }
        }
    }
}

/// Writes the entropy-coded data, likewise.
struct Writing<'a> {
    tokens: &'a Tokens,
    words: &'a Words,
    bytes: &'a mut Vec<u8>,
}

impl NullaryFnOnce for Writing<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let mut writer = Writer::new(self.bytes);
        writer.put_all(self.tokens, self.words);
        writer.finish();
    }
}

#[cfg(test)]
mod tests;
