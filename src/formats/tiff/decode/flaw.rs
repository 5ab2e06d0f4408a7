//! Builds the errors for corrupt and for unsupported TIFFs.

use crate::error::Cause;
use crate::options::Format;

pub(super) fn damaged(detail: impl Into<String>) -> Cause {
    Cause::Damaged { format: Format::Tiff, detail: detail.into() }
}

pub(super) const fn unsupported(detail: String) -> Cause {
    Cause::Unsupported { format: Format::Tiff, detail }
}
