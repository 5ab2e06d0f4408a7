//! Defines the outcome of one source. Every source ends as exactly one [`Outcome`]. [`Totals`] counts them, and its
//! four kinds add up to the number of sources found.

mod damage;
mod kept;
mod placeholder;
#[cfg(feature = "batch")]
mod record;
pub(crate) mod skip;
mod times;
#[cfg(feature = "batch")]
mod totals;

pub use damage::{Damage, DecodedFrom};
pub use kept::{Animated, KeptGainMap};
pub use placeholder::Placeholder;
#[cfg(feature = "batch")]
pub use record::{Current, Outcome, Planned, Record, Thumbnail, Written};
pub use skip::SkipReason;
pub use times::Times;
#[cfg(feature = "batch")]
pub use totals::{Comparison, Ending, Totals};
