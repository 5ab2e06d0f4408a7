//! Reads the metadata of a PNG that thumbnails may keep.

use super::chunks::{Chunks, LONGEST, read_text};
use crate::container::{Input, bare_exif};
use crate::formats::error::DecodeError;
use crate::formats::metadata::Packets;

/// Keyword of the text that holds XMP (XMP specification, part 3, 1.1.5).
const XMP: &[u8] = b"XML:com.adobe.xmp";

/// Reads EXIF from `eXIf` and XMP from `iTXt`, each from the first such chunk.
pub(super) fn read_packets(input: &mut dyn Input) -> Result<Packets, DecodeError> {
    let mut packets = Packets::default();
    let mut chunks = Chunks::of(input);
    while let Some(chunk) = chunks.next()? {
        match &chunk.name {
            b"eXIf" if chunk.length <= LONGEST && packets.exif.is_none() => {
                packets.exif = Some(bare_exif(&chunks.start_of(&chunk, LONGEST)?).to_vec());
            }
            b"iTXt" if chunk.length <= LONGEST && packets.xmp.is_none() => {
                let data = chunks.start_of(&chunk, LONGEST)?;
                packets.xmp = read_text(&chunk.name, &data).filter(|(key, _)| *key == XMP).map(|(_, text)| text);
            }
            _ => {}
        }
    }
    Ok(packets)
}
