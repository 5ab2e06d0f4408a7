//! Collects the metadata of TIFF and RAW files into packets: EXIF as JPEGs hold it, and XMP.
//!
//! Such a file has its EXIF scattered over its whole length. Its directories are written anew, with their values behind
//! them.

use std::io;

use super::input::{Input, Reader};
use super::tag::{EXIF, GPS, MAKER_NOTE, XMP};
use super::tiff::{Directory, Order, Tiff, Value};

/// The tags of the first directory that describe the scene, the camera and the author, as EXIF 2.32 has them (table 4);
/// the others describe the storage of the image.
const OF_SCENE: [u16; 9] = [0x010e, 0x010f, 0x0110, 0x0131, 0x0132, 0x013b, 0x8298, 0x011a, 0x011b];

/// Tags of the EXIF directory whose offsets lead elsewhere: the maker's note, and the directory of interoperability.
const LEADING_ELSEWHERE: [u16; 2] = [MAKER_NOTE, 0xa005];

/// Longest value that is copied.
const LONGEST_VALUE: u64 = 1 << 14;

/// Longest packet that is read, in bytes.
pub(super) const LONGEST_PACKET: u64 = 1 << 20;

/// The metadata of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// EXIF, from its TIFF header on. Directories that describe previews are left out where it was collected.
    pub exif: Option<Vec<u8>>,
    /// An XMP packet.
    pub xmp: Option<Vec<u8>>,
}

/// Collects the metadata of a TIFF, or of a RAW file with TIFF's structure.
///
/// The values of the first directory that describe the scene are taken, and the EXIF and GPS directories but for the
/// maker's own data and values of more than 16 KiB.
///
/// # Errors
/// The system refused to read. A file without TIFF's structure has no metadata.
pub fn read_tiff_metadata(input: &mut dyn Input) -> io::Result<Metadata> {
    let mut reader = Reader::new(input);
    let metadata = collect(&mut reader).unwrap_or_default();
    reader.finish(metadata)
}

fn collect(reader: &mut Reader<'_>) -> Option<Metadata> {
    let (tiff, first) = Tiff::open(reader, 0)?;
    let main = tiff.directory(reader, first)?;
    let below = |reader: &mut Reader<'_>, tag| {
        let offset = main.number(reader, tag)?;
        tiff.directory(reader, offset)
    };
    let values = |reader: &mut Reader<'_>, directory: Option<Directory>| {
        directory.map_or_else(Vec::new, |directory| directory.values(reader, LONGEST_VALUE))
    };
    let (exif, gps) = (below(reader, EXIF), below(reader, GPS));
    let mut scene = main.values(reader, LONGEST_VALUE);
    scene.retain(|value| OF_SCENE.contains(&value.tag));
    let mut exif = values(reader, exif);
    exif.retain(|value| !LEADING_ELSEWHERE.contains(&value.tag));
    let gps = values(reader, gps);
    let xmp = main.place(XMP).filter(|place| place.len <= LONGEST_PACKET);
    let xmp = xmp.and_then(|place| reader.bytes(place.offset, usize::try_from(place.len).ok()?));
    let is_empty = scene.is_empty() && exif.is_empty() && gps.is_empty();
    let exif = if is_empty { None } else { write(tiff.order, scene, &exif, &gps) };
    Some(Metadata { exif, xmp })
}

/// Writes three directories as a packet.
fn write(order: Order, mut scene: Vec<Value>, exif: &[Value], gps: &[Value]) -> Option<Vec<u8>> {
    const HEADER: usize = 8;
    for (tag, directory) in [(EXIF, exif), (GPS, gps)] {
        if !directory.is_empty() {
            scene.push(Value { tag, kind: LONG, count: 1, bytes: vec![0; 4] });
        }
    }
    scene.sort_by_key(|value| value.tag);
    let mut at = HEADER + length_of(&scene);
    for (tag, directory) in [(EXIF, exif), (GPS, gps)] {
        if let Some(value) = scene.iter_mut().find(|value| value.tag == tag) {
            value.bytes = order.bytes(u32::try_from(at).ok()?).to_vec();
            at += length_of(directory);
        }
    }
    let mark: &[u8; 2] = if order == Order::Little { b"II" } else { b"MM" };
    let mut packet = mark.to_vec();
    packet.extend(order.short(42));
    packet.extend(order.bytes(8));
    for directory in [&scene[..], exif, gps].into_iter().filter(|directory| !directory.is_empty()) {
        push_directory(&mut packet, order, directory)?;
    }
    Some(packet)
}

/// TIFF's type LONG.
const LONG: u16 = 4;

/// Returns the bytes of a directory with these values.
fn length_of(values: &[Value]) -> usize {
    let outside = values.iter().map(|value| value.bytes.len()).filter(|length| *length > 4);
    2 + 12 * values.len() + 4 + outside.map(|length| length.next_multiple_of(2)).sum::<usize>()
}

fn push_directory(packet: &mut Vec<u8>, order: Order, values: &[Value]) -> Option<()> {
    let mut outside = Vec::new();
    let behind = packet.len() + 2 + 12 * values.len() + 4;
    packet.extend(order.short(u16::try_from(values.len()).ok()?));
    for value in values {
        packet.extend(order.short(value.tag));
        packet.extend(order.short(value.kind));
        packet.extend(order.bytes(value.count));
        if value.bytes.len() > 4 {
            packet.extend(order.bytes(u32::try_from(behind + outside.len()).ok()?));
            outside.extend(&value.bytes);
            outside.resize(outside.len().next_multiple_of(2), 0);
        } else {
            let mut field = [0; 4];
            field[..value.bytes.len()].copy_from_slice(&value.bytes);
            packet.extend(field);
        }
    }
    packet.extend([0; 4]);
    packet.extend(outside);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::exif::read_exif;
    use super::*;

    fn value(tag: u16, kind: u16, count: u32, bytes: &[u8]) -> Value {
        Value { tag, kind, count, bytes: bytes.to_vec() }
    }

    fn packet(order: Order) -> Vec<u8> {
        let scene = vec![value(0x8298, 2, 9, b"by me all"), value(0x010f, 2, 3, b"Me\0")];
        let exif = [value(0xa002, 4, 1, &order.bytes(600)), value(0xa003, 4, 1, &order.bytes(400))];
        write(order, scene, &exif, &[value(1, 2, 2, b"N\0")]).unwrap()
    }

    #[test]
    fn collected_metadata_is_the_same_once_more_in_either_byte_order() {
        for order in [Order::Little, Order::Big] {
            let packet = packet(order);
            assert_eq!(read_exif(&packet).size, Some((600, 400)));
            let again = read_tiff_metadata(&mut packet.as_slice()).unwrap();
            assert_eq!(again, Metadata { exif: Some(packet), xmp: None });
        }
    }

    #[test]
    fn the_storage_of_an_image_and_the_makers_data_are_left_out() {
        let order = Order::Little;
        let plain = vec![value(0x010f, 2, 3, b"Me\0")];
        let more = [plain.clone(), vec![value(273, 4, 1, &order.bytes(8)), value(700, 1, 5, b"<xmp>")]].concat();
        let exif = [value(0x9003, 2, 3, b"20\0"), value(LEADING_ELSEWHERE[0], 7, 6, b"secret")];
        let file = write(order, more, &exif, &[]).unwrap();
        let metadata = read_tiff_metadata(&mut file.as_slice()).unwrap();
        assert_eq!(metadata.xmp.unwrap(), b"<xmp>");
        assert_eq!(metadata.exif, write(order, plain, &exif[..1], &[]));
    }

    #[test]
    fn a_truncated_file_has_fewer_values_and_does_no_harm() {
        let whole = packet(Order::Big);
        let lengths: Vec<usize> = (0..whole.len())
            .map(|length| read_tiff_metadata(&mut &whole[..length]).unwrap().exif.map_or(0, |exif| exif.len()))
            .collect();
        assert_eq!(lengths[..10], [0; 10]);
        assert!(lengths.iter().all(|length| *length <= whole.len()));
    }
}
