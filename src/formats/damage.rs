//! Describes the damage of images whose last rows are missing.

use super::error::ENDS_TOO_EARLY;
use crate::outcome::Damage;

/// Returns the damage of a file with fewer rows than the image.
pub(super) fn of_missing_rows(there: usize, height: usize) -> Option<Damage> {
    let detail = || format!("{ENDS_TOO_EARLY}, {} rows are missing", height - there);
    (there < height).then(|| Damage::of_part(detail(), there as u64, height as u64))
}

/// Returns the damage of an image whose decoding stopped after some rows.
pub(super) fn after_rows(detail: impl std::fmt::Display, rows: u32, height: u32) -> Damage {
    Damage::of_part(format!("{detail}, after {rows} rows"), rows.into(), height.into())
}
