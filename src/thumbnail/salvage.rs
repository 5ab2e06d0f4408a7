//! Keeps, replaces or fails a damaged image, by the share that could be decoded.
//!
//! | present | `auto` | `keep` | `fail` |
//! |---|---|---|---|
//! | all, with damage beside the pixels | kept | kept | fails |
//! | at least half | kept | kept | fails |
//! | less than half | preview, else fails | kept | fails |
//! | nothing, or the decoder refused | preview, else fails | preview, else fails | fails |
//!
//! A preview that stands in may be smaller than the targets. The thumbnail then has the preview's size, since a small image of
//! everything says more than a large one of a strip. The preview must be whole and have the main image's aspect. It is not
//! compared with the main image's rows, since those are broken. The header must be readable, since aspect and orientation come
//! from it.

use super::material::{Material, Selected};
use super::preview;
use super::verdict::{judge, said_of, with_share};
use super::workbench::Workbench;
use crate::container::Input;
use crate::error::Cause;
use crate::formats::codec::OpenedImage;
use crate::geometry::Frame;
use crate::options::{Damaged, Options};
use crate::outcome::{Damage, DecodedFrom};

/// Chooses the source of the thumbnails after the main image was decoded, or failed to be.
pub(super) fn choose(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    frames: Vec<Frame>,
    decoded: Result<Material, Cause>,
    options: &Options,
    bench: &mut Workbench,
) -> Result<Selected<Material>, Cause> {
    let header = opened.header();
    let (failure, present) = match decoded {
        Ok(mut decoded) => match judge(decoded.damage.as_ref(), header.format, options.damaged) {
            Ok(()) => {
                decoded.damage = decoded.damage.map(with_share);
                return Ok(Selected { header: header.clone(), frames, decoded, from: DecodedFrom::Main });
            }
            Err(failure) => (failure, decoded.damage.map_or(1.0, |damage| damage.present)),
        },
        Err(cause) => (cause, 0.0),
    };
    if options.damaged == Damaged::Fail || !is_damage(&failure) {
        return Err(failure);
    }
    let Some(mut selected) = preview::salvage(input, opened, options, bench) else { return Err(failure) };
    let detail = format!("{}; made from its {}", said_of(present), selected.from.name());
    selected.decoded.damage = Some(Damage { detail, present });
    Ok(selected.into_material())
}

/// Returns whether the image is broken or the file ends too early. Other errors, of the system or of the run's limits, would
/// affect a preview too.
fn is_damage(cause: &Cause) -> bool {
    match cause {
        Cause::Damaged { .. } | Cause::TooDamaged { .. } => true,
        Cause::Io(error) => error.kind() == std::io::ErrorKind::UnexpectedEof,
        _ => false,
    }
}
