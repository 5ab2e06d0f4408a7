//! Parses the headers of a frame, and finds its sections.

use jxl_bitstream::Bitstream;
use jxl_coding::Decoder;
use jxl_frame::FrameHeader;
use jxl_frame::data::{Toc, TocGroup, TocGroupKind};
use jxl_frame::header::{BlendMode, Encoding, FrameType};
use jxl_image::ImageHeader;
use jxl_modular::ChannelShift;
use jxl_oxide_common::Bundle;

use super::unfit::Unfit;

/// Most bytes of an ICC profile.
const LONGEST_PROFILE: u64 = 1 << 22;

/// Contexts of the bytes of an ICC profile (ISO/IEC 18181-1, annex E).
const PROFILE_CONTEXTS: u32 = 41;

/// The first frame of an image, which is its only one.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) image: ImageHeader,
    pub(super) header: FrameHeader,
    toc: Vec<TocGroup>,
    index: Toc,
    /// The codestream from the frame on.
    data: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Parses the headers of a codestream. `Err` if its frame is of no kind that can be decoded at a reduced size.
    pub(super) fn parse(codestream: &'a [u8]) -> Result<Self, Unfit> {
        let mut bits = Bitstream::new(codestream);
        let image = ImageHeader::parse(&mut bits, ())?;
        let metadata = &image.metadata;
        if !metadata.ec_info.is_empty() || metadata.animation.is_some() || metadata.preview.is_some() {
            return Err(Unfit);
        }
        if metadata.colour_encoding.want_icc() {
            skip_profile(&mut bits)?;
        }
        bits.zero_pad_to_byte()?;
        let data = codestream.get(bits.num_read_bits() / 8..).ok_or(Unfit)?;
        let mut bits = Bitstream::new(data);
        let header = FrameHeader::parse(&mut bits, &image)?;
        if !is_simple(&image, &header) {
            return Err(Unfit);
        }
        let index = Toc::parse(&mut bits, &header)?;
        if index.is_single_entry() {
            return Err(Unfit);
        }
        let toc = index.iter_bitstream_order().collect();
        Ok(Self { image, header, toc, index, data })
    }

    /// Returns the bytes of a section, all of which must be there.
    pub(super) fn section(&self, kind: TocGroupKind) -> Result<&'a [u8], Unfit> {
        let group = self.toc.get(self.index.group_index_bitstream_order(kind)).ok_or(Unfit)?;
        self.data.get(group.offset..).and_then(|data| data.get(..group.size as usize)).ok_or(Unfit)
    }

    /// Returns whether a channel has fewer samples than another.
    pub(super) fn is_subsampled(&self) -> bool {
        self.header.jpeg_upsampling != [0; 3]
    }

    /// Returns the reduction of each channel.
    pub(super) fn shifts(&self) -> [ChannelShift; 3] {
        let upsampling = self.header.jpeg_upsampling;
        std::array::from_fn(|channel| ChannelShift::from_jpeg_upsampling(upsampling, channel))
    }

    /// Returns whether the data of all sections are there.
    pub(super) fn is_whole(&self) -> bool {
        let ends = self.toc.iter().map(|group| group.offset.saturating_add(group.size as usize));
        ends.max().is_some_and(|end| end <= self.data.len())
    }
}

/// Returns whether the frame is the whole image, in blocks of discrete cosine transforms and nothing besides.
fn is_simple(image: &ImageHeader, header: &FrameHeader) -> bool {
    let flags = &header.flags;
    let is_plain = !(flags.noise() || flags.patches() || flags.splines() || flags.use_lf_frame());
    let is_alone = header.frame_type == FrameType::RegularFrame
        && header.is_last
        && !header.have_crop
        && header.blending_info.mode == BlendMode::Replace;
    let is_full_size = header.upsampling == 1
        && (header.width, header.height) == (image.size.width, image.size.height)
        && header.lf_level == 0;
    header.encoding == Encoding::VarDct && is_plain && is_alone && is_full_size
}

/// Skips an ICC profile. The profile itself is the crate's to read.
fn skip_profile(bits: &mut Bitstream<'_>) -> Result<(), Unfit> {
    let length = bits.read_u64()?;
    if length > LONGEST_PROFILE {
        return Err(Unfit);
    }
    let mut decoder = Decoder::parse(bits, PROFILE_CONTEXTS)?;
    decoder.begin(bits)?;
    let (mut last, mut before) = (0_u32, 0_u32);
    for index in 0..length {
        let context = if index <= 128 { 0 } else { 1 + class_of_last(last) + 8 * class_of_earlier(before) };
        let byte = decoder.read_varint(bits, context)?;
        if byte > 255 {
            return Err(Unfit);
        }
        (before, last) = (last, byte);
    }
    decoder.finalize()?;
    Ok(())
}

/// Returns the class of the byte before the next one.
fn class_of_last(byte: u32) -> u32 {
    match u8::try_from(byte).unwrap_or(0) {
        b'a'..=b'z' | b'A'..=b'Z' => 0,
        b'0'..=b'9' | b'.' | b',' => 1,
        0 => 2,
        1 => 3,
        2..=15 => 4,
        255 => 6,
        241..=254 => 5,
        _ => 7,
    }
}

/// Returns the class of the byte before that.
fn class_of_earlier(byte: u32) -> u32 {
    match u8::try_from(byte).unwrap_or(0) {
        b'a'..=b'z' | b'A'..=b'Z' => 0,
        b'0'..=b'9' | b'.' | b',' => 1,
        0..=15 => 2,
        241..=255 => 3,
        _ => 4,
    }
}
