//! GIF (CompuServe, 89a, 1990), its first frame on its canvas. In: the file's bytes. Out: its rows, reduced as they come;
//! only of an interlaced frame all indices are held. What the frame leaves of the canvas is transparent, whatever colour
//! the file calls its background, as browsers have it.

use std::io::{Chain, Read};

use gif::{ColorOutput, DecodeOptions, Decoder, DecodingError};

use super::super::pixels::Model;
use super::super::probe::Header;
use super::super::profile::Profile;
use super::super::shrink::BoxReducer;
use super::Decoded;
use crate::error::Cause;
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::outcome::Damage;

/// An interlaced frame may have so many times its canvas' pixels, and some more: only the canvas is held to the limit.
const HIDDEN_TIMES: u64 = 4;
const HIDDEN_PIXELS: u64 = 16 << 20;

const ENDS_TOO_EARLY: &str = "the file ends too early";

/// Reads the header.
pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Cause> {
    let decoder = open(bytes)?;
    let size = Size::new(decoder.width().into(), decoder.height().into());
    Ok(Header { format: Format::Gif, size, orientation: Orientation::default(), has_alpha: true })
}

/// A file and the byte that ends its pixels: the decoder gives what it has at hand only as long as there is a byte more.
type Padded<'a> = Chain<&'a [u8], &'a [u8]>;

fn open(bytes: &[u8]) -> Result<Decoder<Padded<'_>>, Cause> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.read_info(bytes.chain([0].as_slice())).map_err(judge)
}

/// What decoding takes beside the file and the working grid: of an interlaced frame an index for each pixel.
pub(super) fn working_memory(bytes: &[u8]) -> u64 {
    let frame = open(bytes).and_then(|mut decoder| Frame::begin(&mut decoder));
    frame.map_or(0, |frame| frame.held())
}

/// Decodes the rows that there are.
pub(super) fn decode(bytes: &[u8], header: &Header, factors: Factors) -> Result<Decoded, Cause> {
    let mut decoder = open(bytes)?;
    let frame = Frame::begin(&mut decoder)?;
    let profile = decoder.icc_profile().map_or(Profile::Srgb, |icc| Profile::Icc(icc.to_vec()));
    let colors = frame.colors(decoder.palette().map_err(judge)?);
    if frame.held() > header.size.pixels().saturating_mul(HIDDEN_TIMES).saturating_add(HIDDEN_PIXELS) {
        return Err(Cause::Limit("its frame is far larger than its canvas".to_string()));
    }
    let mut indices = Indices::new(decoder, &frame)?;

    let (width, height) = (header.size.width as usize, header.size.height as usize);
    let mut reducer = BoxReducer::new(header.size, Model::RgbAlpha, factors);
    let blank = vec![0_u8; width * 4];
    let mut row = vec![[0_u8; 4]; width];
    let mut shown = Vec::new();
    let mut damage = None;
    for y in 0..height {
        if !(frame.top..frame.top + frame.height).contains(&y) {
            reducer.push_bytes(&blank);
            continue;
        }
        match indices.next() {
            // Rows are often alike.
            Ok(line) if line == shown => {}
            Ok(line) => {
                shown.clear();
                shown.extend_from_slice(line);
                let places = row.iter_mut().skip(frame.left);
                places.zip(line).for_each(|(pixel, index)| *pixel = colors[usize::from(*index)]);
            }
            Err(Cause::Damaged { detail, .. }) if y > frame.top => {
                let rows = frame.height.min(height - frame.top);
                let there = y - frame.top;
                damage = Some(Damage::of_part(format!("{detail}, after {y} rows"), there as u64, rows as u64));
                break;
            }
            Err(cause) => return Err(cause),
        }
        reducer.push_bytes(row.as_flattened());
    }
    Ok(Decoded { grid: reducer.finish(), factor: factors.common(), damage, profile })
}

/// Where the first frame lies on the canvas.
struct Frame {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    is_interlaced: bool,
    /// The index of no colour.
    transparent: Option<u8>,
}

impl Frame {
    fn begin(decoder: &mut Decoder<Padded<'_>>) -> Result<Self, Cause> {
        let frame = decoder.next_frame_info().map_err(judge)?.ok_or_else(|| damaged("it contains no image"))?;
        Ok(Self {
            left: frame.left.into(),
            top: frame.top.into(),
            width: frame.width.into(),
            height: frame.height.into(),
            is_interlaced: frame.interlaced,
            transparent: frame.transparent,
        })
    }

    /// Pixels whose indices are held at once.
    const fn held(&self) -> u64 {
        if self.is_interlaced { self.width as u64 * self.height as u64 } else { 0 }
    }

    /// What each index shows; one without a colour is transparent, too.
    fn colors(&self, palette: &[u8]) -> [[u8; 4]; 256] {
        let mut colors = [[0; 4]; 256];
        for (index, (shown, [r, g, b])) in (0_u8..=255).zip(colors.iter_mut().zip(palette.as_chunks().0)) {
            if self.transparent != Some(index) {
                *shown = [*r, *g, *b, 255];
            }
        }
        colors
    }
}

/// The rows of a frame from the top down.
enum Indices<'a> {
    Streamed { decoder: Box<Decoder<Padded<'a>>>, row: Vec<u8> },
    Held { rows: Vec<u8>, width: usize, next: usize },
}

impl<'a> Indices<'a> {
    fn new(mut decoder: Decoder<Padded<'a>>, frame: &Frame) -> Result<Self, Cause> {
        if !frame.is_interlaced {
            return Ok(Self::Streamed { decoder: Box::new(decoder), row: vec![0; frame.width] });
        }
        let mut rows = Vec::new();
        let room = frame.width * frame.height;
        rows.try_reserve_exact(room).map_err(|_| damaged("its frame does not fit in memory"))?;
        rows.resize(room, 0);
        decoder.read_into_buffer(&mut rows).map_err(judge)?;
        Ok(Self::Held { rows, width: frame.width, next: 0 })
    }

    fn next(&mut self) -> Result<&[u8], Cause> {
        match self {
            Self::Streamed { decoder, row } => match decoder.fill_buffer(row) {
                Ok(true) => Ok(row),
                Ok(false) => Err(damaged("its pixels end too early")),
                Err(error) => Err(judge(error)),
            },
            Self::Held { rows, width, next } => {
                *next += 1;
                rows.chunks_exact((*width).max(1)).nth(*next - 1).ok_or_else(|| damaged(ENDS_TOO_EARLY))
            }
        }
    }
}

/// Tells a file cut off from one that is broken.
fn judge(error: DecodingError) -> Cause {
    match error {
        DecodingError::UnexpectedEof => damaged(ENDS_TOO_EARLY),
        DecodingError::OutOfMemory | DecodingError::MemoryLimit => {
            damaged("it needs more memory than an image of its size should")
        }
        DecodingError::Io(error) if error.kind() != std::io::ErrorKind::InvalidData => error.into(),
        DecodingError::Format(error) => damaged(explain(&error.to_string())),
        _ => damaged("the compressed data are corrupt"),
    }
}

/// Returns the meaning of the crate's words to people.
fn explain(error: &str) -> &'static str {
    match error {
        text if text.contains("header") => "the image header is invalid",
        text if text.contains("truncated") => ENDS_TOO_EARLY,
        text if text.contains("bounds") => "a frame lies outside the image",
        text if text.contains("color table") => "a frame has no colour table",
        _ => "a block is corrupt",
    }
}

fn damaged(detail: &str) -> Cause {
    Cause::Damaged { format: Format::Gif, detail: detail.to_string() }
}

#[cfg(test)]
mod tests {
    use image::codecs::gif::GifEncoder;
    use image::{Frame as Shown, Rgba, RgbaImage};

    use super::*;

    fn pixel(decoded: &Decoded, x: usize, y: usize) -> Vec<f32> {
        decoded.grid.planes.iter().map(|plane| plane.plane.row(y)[x].round()).collect()
    }

    fn decode_whole(bytes: &[u8]) -> Result<(Header, Decoded), Cause> {
        let header = read_header(bytes)?;
        let decoded = decode(bytes, &header, Factors::ONE)?;
        Ok((header, decoded))
    }

    #[test]
    fn an_animation_shows_its_first_frame_on_its_canvas() {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new(&mut bytes);
        for (side, color) in [(4, [255, 0, 0, 255]), (8, [0, 0, 255, 255])] {
            let delay = image::Delay::from_numer_denom_ms(1, 1);
            let shown = RgbaImage::from_pixel(side, side, Rgba(color));
            encoder.encode_frame(Shown::from_parts(shown, 0, 0, delay)).unwrap();
        }
        drop(encoder);
        // The canvas is as large as the first frame; the screen's width and height stand at 6.
        bytes[6..10].copy_from_slice(&[12, 0, 10, 0]);
        let (header, decoded) = decode_whole(&bytes).unwrap();
        assert_eq!((header.size, header.has_alpha), (Size::new(12, 10), true));
        assert_eq!(pixel(&decoded, 0, 0), [255.0, 0.0, 0.0, 255.0]);
        assert_eq!(pixel(&decoded, 11, 9), [0.0; 4], "what the frame leaves is transparent");
    }

    /// A frame of 8x16 px at 2, 1 on a canvas of 11x18, whose row y is of colour y mod 3, the last column transparent.
    fn framed(is_interlaced: bool) -> Vec<u8> {
        let palette = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9];
        let line = |y: u8| [[y % 3; 7].as_slice(), &[3]].concat();
        let order: Vec<u8> = match is_interlaced {
            true => [(0, 8), (4, 8), (2, 4), (1, 2)].iter().flat_map(|(top, step)| (*top..16).step_by(*step)).collect(),
            false => (0..16).collect(),
        };
        let mut bytes = Vec::new();
        let mut encoder = gif::Encoder::new(&mut bytes, 11, 18, &palette).unwrap();
        let buffer = order.into_iter().flat_map(line).collect::<Vec<u8>>().into();
        let (left, top, width, height) = (2, 1, 8, 16);
        let transparent = Some(3);
        let frame = gif::Frame {
            left,
            top,
            width,
            height,
            transparent,
            interlaced: is_interlaced,
            buffer,
            ..Default::default()
        };
        encoder.write_frame(&frame).unwrap();
        drop(encoder);
        bytes
    }

    #[test]
    fn rows_lie_where_the_frame_says_interlaced_or_not() {
        for bytes in [framed(false), framed(true)] {
            let (_, decoded) = decode_whole(&bytes).unwrap();
            let planes = &decoded.grid.planes;
            for y in 0..18 {
                for x in 0..11 {
                    let is_inside = (2..9).contains(&x) && (1..17).contains(&y);
                    let mut wanted = [0.0; 4];
                    if is_inside {
                        (wanted[(y - 1) % 3], wanted[3]) = (255.0, 255.0);
                    }
                    assert_eq!(pixel(&decoded, x, y), wanted, "{x}, {y} of {}", planes.len());
                }
            }
        }
        assert_eq!((working_memory(&framed(false)), working_memory(&framed(true))), (0, 8 * 16));
    }

    #[test]
    fn of_a_file_cut_off_the_rows_that_are_there_are_kept() {
        let mut bytes = Vec::new();
        let noise = RgbaImage::from_fn(60, 60, |x, y| Rgba([(x * 40 + y * y * 7) as u8, (y * 9) as u8, 0, 255]));
        GifEncoder::new(&mut bytes).encode_frame(Shown::new(noise)).unwrap();
        let (_, cut) = decode_whole(&bytes[..bytes.len() * 2 / 3]).unwrap();
        assert!(cut.damage.unwrap().detail.contains(", after "));
        assert!(decode_whole(&bytes[..30]).is_err());
        // Of small rows, all come out of what the last bytes say.
        let whole = framed(false);
        let without_end = decode_whole(&whole[..whole.len() - 2]).unwrap().1;
        assert_eq!(without_end.damage, None);
    }

    #[test]
    fn a_frame_far_larger_than_its_canvas_is_refused_before_it_gets_room() {
        let mut bytes = framed(true);
        let frame = bytes.iter().position(|byte| *byte == b',').unwrap();
        bytes[frame + 5..frame + 9].fill(0xff);
        let refused = decode_whole(&bytes).map(|_| ()).unwrap_err();
        assert!(matches!(refused, Cause::Limit(_)), "{refused}");
    }

    #[test]
    fn a_large_canvas_with_a_small_frame_is_held_nowhere() {
        let mut bytes = framed(false);
        bytes[6..10].copy_from_slice(&[0xff, 0xff, 0x00, 0x10]);
        let header = read_header(&bytes).unwrap();
        assert_eq!(header.size, Size::new(65_535, 4096));
        let decoded = decode(&bytes, &header, Factors::square(256)).unwrap();
        assert!(decoded.grid.planes[3].plane.samples[0] > 0.0);
        assert_eq!(working_memory(&bytes), 0);
    }
}
