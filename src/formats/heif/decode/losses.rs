//! Reports tiles that could not be decoded as damage.

use std::io;

use crate::container::CodedItem;
use crate::formats::error::{DecodeError, damaged};
use crate::outcome::Damage;

/// The missing parts of an image.
#[derive(Debug, Default)]
pub(super) struct Losses {
    /// Pixels of all tiles, decoded or not, and of the missing ones.
    seen: u64,
    lost: u64,
    tiles: usize,
    failure: Option<DecodeError>,
    /// Other damage.
    note: Option<String>,
}

impl Losses {
    /// Records a tile and returns it if it was decoded. `Err` if the system refused to read it.
    pub(super) fn count<T>(
        &mut self,
        item: &CodedItem,
        decoded: Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        let pixels = u64::from(item.size.0) * u64::from(item.size.1);
        self.seen += pixels;
        match decoded {
            Ok(tile) => Ok(Some(tile)),
            Err(DecodeError::Io(error)) if !is_end(&error) => Err(DecodeError::Io(error)),
            Err(error) => {
                self.lost += pixels;
                self.tiles += 1;
                self.failure = Some(error);
                Ok(None)
            }
        }
    }

    /// Records the damage of a tile that was decoded.
    pub(super) fn add_damage(&mut self, item: &CodedItem, damage: Option<&Damage>) {
        let Some(damage) = damage else { return };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share")]
        let lost = (f64::from(item.size.0) * f64::from(item.size.1) * (1.0 - damage.present)).ceil() as u64;
        self.lost += lost;
        self.note(Some(&damage.detail));
    }

    /// Records damage that costs no pixels.
    pub(super) fn note(&mut self, note: Option<impl Into<String>>) {
        if let Some(note) = note {
            self.note.get_or_insert(note.into());
        }
    }

    /// Adds the losses of another image that is shown in the same one.
    pub(super) fn add(&mut self, other: Self) {
        self.seen += other.seen;
        self.lost += other.lost;
        self.tiles += other.tiles;
        self.failure = other.failure.or(self.failure.take());
        self.note(other.note);
    }

    /// Returns the damage of an image of this many tiles. `Err` if all of them are missing.
    pub(super) fn finish(self, tiles: usize) -> Result<Option<Damage>, DecodeError> {
        let there = self.seen.saturating_sub(self.lost);
        let Some(failure) = self.failure else {
            return Ok(self.note.map(|note| Damage::of_part(note, there, self.seen)));
        };
        if self.lost >= self.seen {
            return Err(match failure {
                DecodeError::Io(error) if is_end(&error) => damaged("the file ends before the image"),
                failure => failure,
            });
        }
        let detail = format!("{} of {tiles} tiles missing: {failure}", self.tiles);
        Ok(Some(Damage::of_part(detail, there, self.seen)))
    }
}

/// Returns whether reading failed at the end of the file, and not because the system refused.
pub(super) fn is_end(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::UnexpectedEof
}
