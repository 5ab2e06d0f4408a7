//! Reads, lists and writes objects: files of a store, such as a bucket, which URLs name. It knows nothing of images.
//!
//! Paths of a run may be URLs, as they were typed: `s3://bucket/photos/a b.jpg`. What follows the host is an object's key as it is, without
//! escapes; only in URLs of HTTP, escapes are decoded. All calls wait for their answers, which threads of a small runtime receive, so
//! a caller needs no thread for a request but its own. Failed requests are tried again with growing pauses, for up to three minutes; so
//! are answers that break off.
//!
//! | file | task |
//! |---|---|
//! | `address` | which paths are URLs |
//! | `stores` | the runtime, and a client for each bucket, configured by the environment |
//! | `object` | pieces of an object, of one version |
//! | `listing`, `listed` | the keys below a prefix, page by page |
//! | `change` | conditional writes, and deletion |
//! | `refusal` | errors in the words of this program |
//! | `absent` | the same interface in a build without stores |

#[cfg(not(feature = "cloud"))]
#[cfg_attr(not(feature = "batch"), allow(dead_code, reason = "a single image is only opened"))]
mod absent;
#[cfg_attr(not(feature = "batch"), allow(dead_code, reason = "a single image is only opened"))]
mod address;
#[cfg(feature = "cloud")]
mod change;
#[cfg_attr(not(feature = "cloud"), allow(dead_code, reason = "there are no listings"))]
mod listed;
#[cfg(feature = "cloud")]
mod listing;
#[cfg(feature = "cloud")]
mod object;
#[cfg(feature = "cloud")]
mod refusal;
#[cfg(feature = "cloud")]
mod stores;

#[cfg(not(feature = "cloud"))]
pub use absent::*;
pub use address::is_url;
#[cfg(feature = "batch")]
pub use address::{local, without_scheme};
#[cfg(feature = "cloud")]
pub use change::{Version, create, put, read, remove, replace};
#[cfg(feature = "batch")]
pub use listed::Listed;
#[cfg(feature = "cloud")]
pub use listing::{Listing, list};
#[cfg(feature = "cloud")]
pub use object::{Object, facts};
#[cfg(feature = "cloud")]
pub use stores::is_supported;
