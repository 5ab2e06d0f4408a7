//! Judges damage by the options, and describes the share of an image that could be decoded.

use crate::error::Cause;
use crate::options::{Damaged, Format};
use crate::outcome::Damage;

/// The smallest share of an image that is kept by default.
const ENOUGH: f64 = 0.5;

/// Refuses an image whose damage is more than the options tolerate.
pub(super) fn judge(damage: Option<&Damage>, format: Format, wanted: Damaged) -> Result<(), Cause> {
    let Some(Damage { detail, present }) = damage else { return Ok(()) };
    match wanted {
        Damaged::Fail => Err(Cause::Damaged { format, detail: detail.clone() }),
        _ if *present <= 0.0 => Err(Cause::Damaged { format, detail: format!("{}: {detail}", said_of(0.0)) }),
        Damaged::Auto if *present < ENOUGH => {
            Err(Cause::TooDamaged { format, detail: format!("{} ({detail})", said_of(*present)) })
        }
        Damaged::Auto | Damaged::Keep => Ok(()),
    }
}

/// Adds the share of the image that could be decoded to the description of its damage, unless that is all of it.
pub(super) fn with_share(Damage { detail, present }: Damage) -> Damage {
    let detail = if present < 1.0 { format!("{}; {detail}", said_of(present)) } else { detail };
    Damage { detail, present }
}

/// Describes the share of an image that could be decoded, which decides whether it is kept.
pub(super) fn said_of(present: f64) -> String {
    // Rounded down, so that less than half never reads as half.
    let percent = (present * 100.0).floor();
    if present <= 0.0 {
        "none of the image could be decoded".to_string()
    } else if percent < 1.0 {
        "less than 1% of the image could be decoded".to_string()
    } else {
        let only = if present < ENOUGH { "only " } else { "" };
        format!("{only}{percent}% of the image could be decoded")
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
    fn the_message_says_how_much_was_there() {
        let said = |present| fate(present, Damaged::Auto).unwrap_err();
        assert_eq!(said(0.499), "corrupt PNG: only 49% of the image could be decoded (cut off)");
        assert!(said(0.001).contains("less than 1% of the image"));
        let kept = |present| with_share(Damage { detail: "cut off".to_string(), present }).detail;
        assert_eq!(kept(0.667), "66% of the image could be decoded; cut off");
        assert_eq!(kept(0.3), "only 30% of the image could be decoded; cut off");
        assert_eq!(kept(1.0), "cut off");
    }
}
