//! Joins the codecs of files that are held whole, which only parse and decode bytes.

use std::fmt::Debug;
use std::marker::PhantomData;

use super::codec::{Access, Codec, OpenedImage, Plan, Tools};
use super::decoded::Decoded;
use super::error::DecodeError;
use super::header::Header;
use super::metadata::Packets;
use crate::container::Input;
use crate::geometry::Factors;

/// The parsed structure of a file that is held whole.
pub(super) trait WholeImage: Debug + Sized + 'static {
    /// Parses the structure of a file.
    fn read(bytes: &[u8]) -> Result<Self, DecodeError>;

    fn header(&self) -> &Header;

    /// Estimates the memory as [`OpenedImage::memory`] does.
    fn memory(&self, factors: Factors) -> u64;

    /// Returns the same as [`OpenedImage::is_animated`].
    fn is_animated(&self) -> bool {
        false
    }

    /// Returns the same as [`OpenedImage::is_light`].
    fn is_light(&self) -> bool {
        false
    }

    /// Reads the metadata as [`Codec::packets`] does.
    fn packets(_bytes: &[u8]) -> Packets {
        Packets::default()
    }

    /// Decodes onto a working grid that serves all targets.
    fn decode(&self, bytes: &[u8], plan: &Plan<'_>) -> Result<Decoded, DecodeError>;
}

/// The codec of such files.
#[derive(Debug)]
pub(super) struct WholeCodec<I>(PhantomData<fn() -> I>);

impl<I> WholeCodec<I> {
    pub(super) const NEW: Self = Self(PhantomData);
}

impl<I: WholeImage> Codec for WholeCodec<I> {
    fn access(&self) -> Access {
        Access::Whole
    }

    fn open(&self, input: &mut dyn Input, _: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        Ok(Box::new(Opened(I::read(input.whole()?)?)))
    }

    fn packets(&self, input: &mut dyn Input) -> Result<Packets, DecodeError> {
        Ok(I::packets(input.whole()?))
    }
}

/// An opened image that is decoded from the whole file.
#[derive(Debug)]
struct Opened<I>(I);

impl<I: WholeImage> OpenedImage for Opened<I> {
    fn header(&self) -> &Header {
        self.0.header()
    }

    fn memory(&self, _: &mut dyn Input, factors: Factors) -> u64 {
        self.0.memory(factors)
    }

    fn is_animated(&self) -> bool {
        self.0.is_animated()
    }

    fn is_light(&self) -> bool {
        self.0.is_light()
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, _: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        self.0.decode(input.whole()?, plan)
    }
}
