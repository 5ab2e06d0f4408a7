//! Computes thumbnail dimensions, EXIF orientations and working-grid factors from sizes in px. No pixel is read for
//! that. There are only numbers and pure functions.

mod bounds;
mod factors;
mod frame;
mod orientation;
mod size;

pub use bounds::Bounds;
pub use factors::{FAR_MARGIN, Factors, MARGIN, NEAR_FACTOR, THIN};
pub use frame::{Arrangement, Enlargement, Fit, Frame, Gravity, Shape, Span, Window};
pub use orientation::Orientation;
pub use size::{MAX_SIDE, Size};
