//! A decoded image on its working grid.

use std::num::NonZeroU32;

use crate::geometry::Size;
use crate::outcome::Damage;
use crate::pixels::WorkingGrid;
use crate::pixels::profile::Profile;

/// The result of a decoder.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) grid: WorkingGrid,
    /// Source px for each working px, along the axis where they are fewer; of several planes, the first one's.
    pub(crate) factor: NonZeroU32,
    /// What is wrong with the picture, though it could be decoded.
    pub(crate) damage: Option<Damage>,
    /// What its colours mean.
    pub(crate) profile: Profile,
}

impl Decoded {
    /// Lets the picture, which shows another one in the size `shown`, stand for that one, of the size `main`: what is
    /// counted in source px is counted in the other one's.
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
