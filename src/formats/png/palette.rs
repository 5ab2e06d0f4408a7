//! Finds the palette of an image of few colours.

use std::collections::HashMap;

use png::BitDepth;

use crate::color::{Layout, Samples};

/// Most entries of a palette (PNG, third edition, 11.2.2).
const MOST_COLORS: usize = 256;

/// An image as indices into a palette.
#[derive(Debug)]
pub(super) struct Indexed {
    /// Red, green and blue of each entry.
    pub(super) palette: Vec<u8>,
    /// The opacity of the first entries; the others are opaque.
    pub(super) opacities: Option<Vec<u8>>,
    pub(super) depth: BitDepth,
    /// The rows, packed.
    pub(super) rows: Vec<u8>,
}

/// Most levels of grey for which a palette brings anything: more take 8 bits each with and without.
const MOST_LEVELS: usize = 16;

/// Replaces colours by indices into a palette, from the most transparent on. `None` if they are too many.
pub(super) fn index(samples: &Samples, channels: usize) -> Option<Indexed> {
    let most = if matches!(samples.layout, Layout::Grey) { MOST_LEVELS } else { MOST_COLORS };
    let mut seen: HashMap<[u8; 4], usize> = HashMap::new();
    for pixel in samples.bytes.chunks_exact(channels) {
        let next = seen.len();
        if *seen.entry(color_of(pixel)).or_insert(next) == most {
            return None;
        }
    }
    // Drawings are read from top to bottom by eye and by the compressor: neighbours in the palette are neighbours there.
    let mut colors: Vec<([u8; 4], usize)> = seen.into_iter().collect();
    colors.sort_by_key(|(color, first)| (color[3] == u8::MAX, *first));
    let places: HashMap<[u8; 4], u8> = (0..=u8::MAX).zip(&colors).map(|(place, (color, _))| (*color, place)).collect();
    let translucent = colors.iter().take_while(|(color, _)| color[3] < u8::MAX);
    let opacities: Vec<u8> = translucent.map(|(color, _)| color[3]).collect();
    let (depth, bits) = match colors.len() {
        0..=2 => (BitDepth::One, 1),
        3..=4 => (BitDepth::Two, 2),
        5..=16 => (BitDepth::Four, 4),
        _ => (BitDepth::Eight, 8),
    };
    let row = |row: &[u8]| {
        let indices: Vec<u8> = row.chunks_exact(channels).map(|pixel| places[&color_of(pixel)]).collect();
        pack(&indices, bits)
    };
    Some(Indexed {
        palette: colors.iter().flat_map(|([red, green, blue, _], _)| [*red, *green, *blue]).collect(),
        opacities: (!opacities.is_empty()).then_some(opacities),
        depth,
        rows: samples.bytes.chunks_exact(channels * samples.size.width as usize).flat_map(row).collect(),
    })
}

/// Returns red, green, blue and opacity of a pixel.
fn color_of(pixel: &[u8]) -> [u8; 4] {
    match *pixel {
        [grey] => [grey, grey, grey, u8::MAX],
        [grey, opacity] => [grey, grey, grey, opacity],
        [red, green, blue, opacity] => [red, green, blue, opacity],
        [red, green, blue] => [red, green, blue, u8::MAX],
        _ => [0; 4],
    }
}

/// Packs the indices of a row, the first in the highest bits.
fn pack(indices: &[u8], bits: usize) -> Vec<u8> {
    let byte = |part: &[u8]| (1..).zip(part).fold(0, |byte, (n, index)| byte | index << (8 - n * bits));
    indices.chunks(8 / bits).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Size;

    /// Returns an image of this many colours, some of them translucent.
    fn image(colors: u32) -> Samples {
        let pixel = |i: u32| [(i % 16 * 16) as u8, (i / 16) as u8, 7, if i < 3 { 100 } else { 255 }];
        let bytes = (0..colors).flat_map(pixel).collect();
        Samples { size: Size::new(colors, 1), layout: Layout::RgbAlpha, bytes }
    }

    #[test]
    fn a_palette_holds_up_to_256_colors_and_the_opacities_of_the_first() {
        for (colors, depth) in [(4, BitDepth::Two), (5, BitDepth::Four), (255, BitDepth::Eight), (256, BitDepth::Eight)]
        {
            let samples = image(colors);
            let Indexed { palette, opacities, depth: got, rows } = index(&samples, 4).unwrap();
            assert_eq!((palette.len(), got), (3 * colors as usize, depth));
            assert_eq!(opacities, Some(vec![100; 3]));
            let last = if depth == BitDepth::Eight { usize::from(rows[colors as usize - 1]) } else { continue };
            assert_eq!(palette[3 * last..][..3], samples.bytes[4 * (colors as usize - 1)..][..3]);
        }
        assert!(index(&image(257), 4).is_none());
    }

    #[test]
    fn greys_have_a_palette_where_it_takes_fewer_bits() {
        let greys = |levels: u8| Samples {
            size: Size::new(levels.into(), 1),
            layout: Layout::Grey,
            bytes: (0..levels).map(|level| 255 - 5 * level).collect(),
        };
        let Indexed { palette, depth, rows, .. } = index(&greys(2), 1).unwrap();
        assert_eq!((palette, depth, rows), (vec![255, 255, 255, 250, 250, 250], BitDepth::One, vec![0b0100_0000]));
        assert_eq!(index(&greys(16), 1).unwrap().depth, BitDepth::Four);
        assert!(index(&greys(17), 1).is_none());
    }
}
