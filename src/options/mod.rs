//! Defines the options for images and of runs. The command line or a library user fills them in; no code below reads the
//! environment again.

#[cfg(feature = "batch")]
mod amount;
mod background;
mod builder;
#[cfg(feature = "batch")]
mod config;
#[cfg(feature = "batch")]
mod desktop;
mod encoding;
#[cfg(feature = "batch")]
mod memory;
mod metadata;
#[cfg(feature = "batch")]
mod output;
mod per_image;
mod placeholder;
#[cfg(feature = "batch")]
mod selection;
#[cfg(feature = "serde")]
mod serialized;
#[cfg(feature = "batch")]
mod shard;
#[cfg(feature = "batch")]
mod sheet;
mod target;
#[cfg(feature = "batch")]
mod template;
mod treatment;

pub use crate::format::Format;
pub use crate::geometry::{Bounds, Enlargement, Fit, Gravity, Shape};
#[cfg(feature = "batch")]
pub use crate::previous_run::{PreviousRun, Was};
#[cfg(feature = "batch")]
pub use amount::{read_bytes, read_duration, read_pixels};
pub use background::Background;
pub use builder::{OptionsBuilder, OptionsError};
#[cfg(feature = "batch")]
pub use config::{Config, Links, NoInput};
#[cfg(feature = "batch")]
pub use desktop::{DesktopSize, desktop_cache};
pub use encoding::{Effort, Encoding, Hdr, Loss, Motion, Scans};
#[cfg(feature = "batch")]
pub use memory::Memory;
pub use metadata::{Kept, Metadata};
#[cfg(feature = "batch")]
pub use output::{Bookkeeping, Effect, Existing, Foreign, Gallery, Layout, Orphans, Packing};
pub use per_image::Options;
pub use placeholder::PlaceholderKind;
#[cfg(feature = "batch")]
pub use selection::{Hidden, Pattern, Selection, read_time};
#[cfg(feature = "batch")]
pub(crate) use serialized::SerializedOptions;
#[cfg(feature = "batch")]
pub use shard::{Shard, ShardedBy};
#[cfg(feature = "batch")]
pub use sheet::{ContactSheet, SheetForm};
pub use target::{Target, Targets};
#[cfg(feature = "batch")]
pub(crate) use template::{DIRECTORY_OF_LEDGER, SourceName};
#[cfg(feature = "batch")]
pub use template::{NameProblem, Template};
pub use treatment::{Damaged, Exactness, Exposure, Filter, Light, Previews, Profiles};
