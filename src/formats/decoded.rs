//! Defines a decoded image on its working grid.

use std::num::NonZeroU32;

use crate::geometry::Size;
use crate::outcome::Damage;
use crate::pixels::WorkingGrid;
use crate::pixels::profile::Profile;

/// The result of a decoder.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) grid: WorkingGrid,
    /// Source px per working px, along the axis with fewer; that of the first plane if there are several.
    pub(crate) factor: NonZeroU32,
    /// Damage that did not prevent decoding.
    pub(crate) damage: Option<Damage>,
    /// The meaning of its colours.
    pub(crate) profile: Profile,
}

impl Decoded {
    /// Scales lengths in source px to another image. This one shows it in the size `shown` and stands in for it; `main`
    /// is that image's own size.
    pub(crate) fn stand_for(&mut self, main: Size, shown: Size) {
        let across = f64::from(main.width) / f64::from(shown.width.max(1));
        let down = f64::from(main.height) / f64::from(shown.height.max(1));
        for plane in &mut self.grid.planes {
            plane.pitch.x *= across;
            plane.pitch.y *= down;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
        let factor = (f64::from(self.factor.get()) * across).round() as u32;
        self.factor = NonZeroU32::new(factor).unwrap_or(NonZeroU32::MIN);
    }
}
