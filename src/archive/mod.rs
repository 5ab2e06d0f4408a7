//! Reads tar archives member by member, and writes new ones. It knows nothing of images.
//!
//! An archive is indexed once, from its headers alone: the bytes of members are skipped. A member is read in place from then on, by as many
//! threads as there are, so an archive needs no more memory than a directory. A compressed archive can't be read out of turn, so it is
//! unpacked to a temporary file without a name first.
//!
//! Names in an archive are never taken for paths of the system: one that leads out of the archive is refused, and links and devices are
//! left alone. Of members with the same name, the last one counts, as for a program that unpacks them.
//!
//! An archive that is written begins with a mark: a comment with a digest of all that follows. By it, a later run knows the archive for one of
//! its own that nobody changed.
//!
//! | file | task |
//! |---|---|
//! | `member` | the members of an archive, and archives by their paths |
//! | `section` | reads one member |
//! | `scan` | opens an archive and indexes it, past damage |
//! | `spool` | keeps what an archive will hold until it is written |
//! | `writer` | writes an archive whole or not at all |
//! | `mark` | recognizes unchanged archives of this program |
//! | `absent` | the same interface in a build without archives |

#[cfg(not(feature = "archive"))]
mod absent;
#[cfg(feature = "archive")]
mod mark;
#[cfg_attr(not(feature = "archive"), allow(dead_code, reason = "there are no members"))]
mod member;
#[cfg(feature = "archive")]
mod scan;
#[cfg_attr(not(feature = "archive"), allow(dead_code, reason = "there are no members"))]
mod section;
#[cfg_attr(not(feature = "archive"), allow(dead_code, reason = "no archive is written"))]
mod spool;
#[cfg(feature = "archive")]
mod writer;

#[cfg(not(feature = "archive"))]
pub use absent::{Writer, is_ours, open};
#[cfg(feature = "archive")]
pub use mark::is_ours;
pub use member::{Archive, Archives, Member, State, has_name_of_archive, has_name_of_tar};
#[cfg(feature = "archive")]
pub use scan::open;
pub use section::Section;
pub use spool::{Part, Spool};
#[cfg(feature = "archive")]
pub use writer::Writer;
