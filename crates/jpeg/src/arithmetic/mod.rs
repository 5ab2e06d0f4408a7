//! Arithmetic coding (T.81, annexes D, F.1.4, F.2.4 and G.1.3), sequential and progressive. Its coefficients go the way that
//! those of Huffman codes go; only the reading differs, and is made to be clear, since such files are rare.
//!
//! There are no bits that are no code, and encoders leave out the zeros at the end of their data. That data are missing is
//! known where the file ends with them, or where more zeros would have to follow than any image needs.

mod coder;
mod model;
mod progressive;
mod run;
mod sequential;

pub(crate) use progressive::{AcScan, DcScan};
pub(crate) use run::run;
pub(crate) use sequential::Sequential;
