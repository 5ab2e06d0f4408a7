//! Reads the entries that all makers' files have, and adds the facts about their camera.

use super::cameras;
use super::colors::SensorColors;
use super::description::{Levels, Pattern};
use crate::directories::visit;
use crate::input::Reader;
use crate::tag::{EXIF, MOSAIC, PHOTOMETRIC};
use crate::tiff::{Directory, Tiff};

/// A file whose maker is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct File<'a> {
    pub(super) tiff: Tiff,
    /// The offset of its first directory.
    pub(super) first: u64,
    pub(super) main: &'a Directory,
    pub(super) model: &'a str,
}

impl File<'_> {
    /// Returns the EXIF directory.
    pub(super) fn exif(&self, reader: &mut Reader<'_>) -> Option<Directory> {
        let offset = self.main.number(reader, EXIF)?;
        self.tiff.directory(reader, offset)
    }

    /// Returns the first directory that describes a mosaic of colours.
    pub(super) fn mosaic(&self, reader: &mut Reader<'_>) -> Option<Directory> {
        let mut found = None;
        visit(reader, self.tiff, self.first, &mut |reader, directory, _| {
            if directory.number(reader, PHOTOMETRIC) == Some(MOSAIC) && found.is_none() {
                found = Some(directory.clone());
            }
        });
        found
    }

    /// Returns the colours of the camera, whose red, green and blue are to be multiplied by `balance`.
    pub(super) fn colors(&self, maker: &str, balance: Option<[f64; 3]>) -> SensorColors {
        let balance = balance.filter(|balance| balance.iter().all(|factor| factor.is_finite() && *factor > 0.0));
        SensorColors {
            from_xyz: cameras::find(maker, self.model).map(|camera| camera.from_xyz),
            neutral: balance.map(|balance| balance.map(|factor| balance[1] / factor)),
            ..SensorColors::default()
        }
    }

    /// Returns the levels of samples of this many bits. `None` if white is no brighter than black.
    pub(super) fn levels(&self, maker: &str, bits: u32, stated: Stated) -> Option<Levels> {
        let Stated { black, white, linear } = stated;
        let white = white.or_else(|| cameras::find(maker, self.model)?.white);
        // Sensors saturate a little below their converters' limit: at 14 bits, most DNGs say 15300 to 15900.
        #[expect(clippy::cast_precision_loss, reason = "16 bits fit")]
        let white = white.unwrap_or((1_u32 << bits) as f32 * 15.0 / 16.0);
        let darkest = black.iter().copied().fold(0.0, f32::max);
        (white > darkest).then(|| Levels { linear, repeat: (2, 2), black: black.to_vec(), white: vec![white] })
    }
}

/// The levels that a file states.
#[derive(Debug, Default)]
pub(super) struct Stated {
    /// Those of the pixels of a mosaic's block, row by row.
    pub(super) black: [f32; 4],
    pub(super) white: Option<f32>,
    /// The linear values of stored samples; empty if they are linear.
    pub(super) linear: Vec<u16>,
}

/// Returns a Bayer pattern that begins at the first stored pixel. `None` if it lacks a colour.
pub(super) fn bayer(colors: [u8; 4]) -> Option<Pattern> {
    let has_all = (0..3).all(|color| colors.contains(&color)) && colors.iter().all(|color| *color < 3);
    has_all.then(|| Pattern { size: (2, 2), origin: (0, 0), colors: colors.to_vec() })
}
