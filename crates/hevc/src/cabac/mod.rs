//! Decodes bins by context-adaptive arithmetic decoding (ITU-T H.265, 9.3.4.3).

mod context;
mod engine;
mod states;

pub(crate) use context::{ContextModels, initial, offset};
pub(crate) use engine::{Engine, MOST_BYPASS};
