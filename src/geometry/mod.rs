//! Computes thumbnail dimensions, EXIF orientations and working-grid factors from sizes in px. No pixel is read for
//! that. There are only numbers and pure functions.

mod bounds;
mod factors;
mod frame;
mod orientation;
mod size;

pub use bounds::Bounds;
#[cfg_attr(not(feature = "formats"), allow(unused_imports, reason = "some formats need only a part"))]
pub(crate) use factors::{FAR_MARGIN, Factors, MARGIN, THIN};
#[cfg_attr(not(feature = "exact"), allow(unused_imports, reason = "the fast mode needs no window"))]
pub(crate) use frame::{Arrangement, Frame, Span, Window};
pub use frame::{Enlargement, Fit, Gravity, Shape};
pub use orientation::Orientation;
pub use size::{MAX_SIDE, Size};
