//! What becomes of a picture that is damaged, by how much of it could be decoded: it is kept, a preview from the same file
//! stands in, or it fails.
//!
//! | present | `auto` | `keep` | `fail` |
//! |---|---|---|---|
//! | all, with damage beside the pixels | kept | kept | fails |
//! | at least half | kept | kept | fails |
//! | less than half | preview, else fails | kept | fails |
//! | nothing, or the decoder refused | preview, else fails | preview, else fails | fails |
//!
//! A preview that stands in need not be as large as the targets: the thumbnail then has the preview's size, since a small
//! picture of everything says more than a large one of a strip. It must be whole and have the main picture's aspect; that it
//! agrees with the main picture's rows is not asked for where those are broken. The header must be readable, since aspect and
//! orientation come from it.

use super::material::{Chosen, Material};
use super::preview;
use super::scratch::Scratch;
use super::verdict::{judge, said_of};
use crate::container::Input;
use crate::error::Cause;
use crate::formats::codec::OpenedImage;
use crate::geometry::Size;
use crate::options::{Damaged, Options};
use crate::outcome::{Damage, DecodedFrom};

/// Chooses what the thumbnails are made from once the main picture was decoded, or was not.
pub(super) fn choose(
    input: &mut dyn Input,
    opened: &dyn OpenedImage,
    targets: Vec<Size>,
    decoded: Result<Material, Cause>,
    options: &Options,
    scratch: &mut Scratch,
) -> Result<Chosen<Material>, Cause> {
    let header = opened.header();
    let (failure, present) = match decoded {
        Ok(decoded) => match judge(decoded.damage.as_ref(), header.format, options.damaged) {
            Ok(()) => return Ok(Chosen { header: header.clone(), targets, decoded, from: DecodedFrom::Main }),
            Err(failure) => (failure, decoded.damage.map_or(1.0, |damage| damage.present)),
        },
        Err(cause) => (cause, 0.0),
    };
    if options.damaged == Damaged::Fail || !is_damage(&failure) {
        return Err(failure);
    }
    let Some(mut chosen) = preview::salvage(input, opened, options, scratch) else { return Err(failure) };
    let detail = format!("{}; made from its {}", said_of(present), chosen.from.name());
    chosen.decoded.damage = Some(Damage { detail, present });
    Ok(chosen.into_material())
}

/// Whether it is the picture that is broken, or the file that ends too early: the system, and the limits of a run, would
/// not let a preview pass either.
fn is_damage(cause: &Cause) -> bool {
    match cause {
        Cause::Damaged { .. } => true,
        Cause::Io(error) => error.kind() == std::io::ErrorKind::UnexpectedEof,
        _ => false,
    }
}
