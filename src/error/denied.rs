//! Defines the error of credentials that a store does not accept.

use std::io;

/// The answer of a store that no longer accepts the credentials. It would refuse every other request, too.
#[derive(Debug, thiserror::Error)]
#[error("the store does not accept the credentials ({0})")]
pub(crate) struct Denied(pub(crate) String);

impl Denied {
    /// Returns whether this is the reason of a system's error.
    pub(crate) fn is_behind(error: &io::Error) -> bool {
        error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Self>)
    }
}
