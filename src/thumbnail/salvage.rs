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

use super::decode::{Chosen, Material};
use super::preview;
use super::probe::Header;
use super::scratch::Scratch;
use crate::container::Input;
use crate::error::Cause;
use crate::geometry::Size;
use crate::options::{Damaged, Format, Options};
use crate::outcome::{Damage, DecodedFrom};

/// The smallest share of a picture that is kept without being asked for.
const ENOUGH: f64 = 0.5;

/// Chooses what the thumbnails are made from once the main picture was decoded, or was not.
pub(super) fn choose(
    input: &mut dyn Input,
    (header, targets): (Header, Vec<Size>),
    decoded: Result<Material, Cause>,
    options: &Options,
    scratch: &mut Scratch,
) -> Result<Chosen<Material>, Cause> {
    let (failure, present) = match decoded {
        Ok(decoded) => match judge(decoded.damage.as_ref(), header.format, options.damaged) {
            Ok(()) => return Ok(Chosen { header, targets, decoded, from: DecodedFrom::Main }),
            Err(failure) => (failure, decoded.damage.map_or(1.0, |damage| damage.present)),
        },
        Err(cause) => (cause, 0.0),
    };
    if options.damaged == Damaged::Fail || !is_damage(&failure) {
        return Err(failure);
    }
    let Some(mut chosen) = stand_in(input, &header, options, scratch) else { return Err(failure) };
    let detail = format!("{}; made from its {}", said_of(present), chosen.from.name());
    chosen.decoded.damage = Some(Damage { detail, present });
    Ok(chosen.into_material())
}

/// Refuses a picture whose damage is more than the options let pass.
pub(super) fn judge(damage: Option<&Damage>, format: Format, wanted: Damaged) -> Result<(), Cause> {
    let Some(Damage { detail, present }) = damage else { return Ok(()) };
    let detail = match wanted {
        Damaged::Fail => detail.clone(),
        _ if *present <= 0.0 => format!("{}: {detail}", said_of(0.0)),
        Damaged::Auto if *present < ENOUGH => {
            format!("{} ({detail}); --damaged keep makes a thumbnail of it anyway", said_of(*present))
        }
        Damaged::Auto | Damaged::Keep => return Ok(()),
    };
    Err(Cause::Damaged { format, detail })
}

/// Says how much of a picture could be decoded.
pub(super) fn said_of(present: f64) -> String {
    // Rounded down, so that what is short of half never reads as half.
    let percent = (present * 100.0).floor();
    if present <= 0.0 {
        "none of the image could be decoded".to_string()
    } else if percent < 1.0 {
        "less than 1% of the image could be decoded".to_string()
    } else {
        format!("only {percent}% of the image could be decoded")
    }
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

/// A preview of the same file, whole.
fn stand_in(input: &mut dyn Input, header: &Header, options: &Options, scratch: &mut Scratch) -> Option<Chosen> {
    match header.format {
        Format::Jpeg => preview::salvage_jpeg(input, header, options, scratch),
        #[cfg(any(feature = "heic", feature = "avif"))]
        Format::Heic | Format::Avif => super::decode::salvage_heif(input, header, options),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(present: f64, wanted: Damaged) -> Result<(), String> {
        let damage = Damage { detail: "cut off".to_string(), present };
        judge(Some(&damage), Format::Png, wanted).map_err(|cause| cause.to_string())
    }

    #[test]
    fn half_a_picture_is_kept_and_less_only_where_that_is_asked_for() {
        for present in [1.0, 0.9, 0.5] {
            assert_eq!([Damaged::Auto, Damaged::Keep].map(|wanted| fate(present, wanted)), [Ok(()), Ok(())]);
        }
        for present in [0.499, 0.12, 0.001] {
            assert!(fate(present, Damaged::Keep).is_ok() && fate(present, Damaged::Auto).is_err(), "{present}");
        }
        assert!(judge(None, Format::Png, Damaged::Fail).is_ok());
        assert_eq!(fate(1.0, Damaged::Fail).unwrap_err(), "corrupt PNG: cut off");
    }

    #[test]
    fn a_picture_of_which_nothing_is_there_always_fails() {
        for wanted in [Damaged::Auto, Damaged::Keep] {
            assert_eq!(fate(0.0, wanted).unwrap_err(), "corrupt PNG: none of the image could be decoded: cut off");
        }
    }

    #[test]
    fn the_message_says_how_much_was_there_and_what_to_do() {
        let said = |present| fate(present, Damaged::Auto).unwrap_err();
        assert!(
            said(0.499).starts_with("corrupt PNG: only 49% of the image could be decoded (cut off); --damaged keep")
        );
        assert!(said(0.001).contains("less than 1% of the image"));
    }
}
