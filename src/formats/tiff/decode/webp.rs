//! Decodes WebP as libtiff stores it. Each strip or tile is a file of RGB or RGBA.

use std::io::Cursor;

use image::ImageDecoder;
use image::codecs::webp::WebPDecoder;

/// A wholly decoded chunk.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// Interleaved samples, with the page's number per pixel.
    plain: Vec<u8>,
    /// Number of samples already returned.
    taken: usize,
}

impl Frame {
    /// Decodes the file of a chunk. `sides` are its maximum width and height.
    pub(super) fn start(&mut self, file: &[u8], sides: (usize, usize), samples: usize) {
        self.plain.clear();
        self.taken = 0;
        self.decode_whole(file, sides, samples);
    }

    fn decode_whole(&mut self, file: &[u8], (width, height): (usize, usize), samples: usize) -> Option<()> {
        let decoder = WebPDecoder::new(Cursor::new(file)).ok()?;
        let (own_width, own_height) = decoder.dimensions();
        if own_width as usize != width || own_height as usize > height {
            return None;
        }
        let channels = usize::from(decoder.color_type().channel_count());
        let mut pixels = vec![0; width * own_height as usize * channels];
        decoder.read_image(&mut pixels).ok()?;
        if channels == samples {
            self.plain = pixels;
            return Some(());
        }
        for pixel in pixels.chunks_exact(channels) {
            // libwebp drops alpha that is opaque everywhere.
            let channel = |index: usize| pixel.get(index).copied().unwrap_or(u8::MAX);
            self.plain.extend((0..samples).map(channel));
        }
        Some(())
    }

    /// Copies the next bytes and returns their number.
    pub(super) fn decode(&mut self, out: &mut [u8]) -> usize {
        let rest = &self.plain[self.taken..];
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        count
    }
}
