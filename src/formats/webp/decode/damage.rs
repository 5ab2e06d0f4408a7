//! Describes the damage of an image.

use crate::formats::error::{DecodeError, damaged};
use crate::geometry::Size;
use crate::outcome::Damage;
use crate::webp::{Error, Stop};

/// Returns the damage of an image that stops early.
pub(super) fn damage_of(stop: Option<Stop>, size: Size) -> Option<Damage> {
    stop.map(|Stop { rows }| {
        let detail = format!("the file is cut off, {rows} of {} rows are there", size.height);
        Damage::of_part(detail, u64::from(rows), size.height.into())
    })
}

pub(super) fn judge(error: Error) -> DecodeError {
    damaged(error.to_string())
}
