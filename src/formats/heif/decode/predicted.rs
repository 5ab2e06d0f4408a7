//! Decodes HEVC through the crate `heic-decoder`. The crate takes files, so each item is wrapped as one. It then
//! decodes tiles, thumbnails and alpha planes one by one, and starts no threads, which it has for grids and turns only.

use heic_decoder::{DecodeOptions, DecodedImage, HeifError};

use super::coded::{CodedPicture, CodedPlane, Meaning, Samples, Shape, check_size};
use crate::container::Nclx;
use crate::formats::error::{DecodeError, damaged, unsupported};

/// Decodes the first of one or two items, given as configuration and data. The second one is its prediction reference.
pub(super) fn decode(items: &[(Vec<u8>, Vec<u8>)], told: (u32, u32)) -> Result<CodedPicture, DecodeError> {
    let file = wrap(items).ok_or_else(|| damaged("an item is longer than 4 GB"))?;
    let judge = |error: HeifError| match error {
        HeifError::Unsupported(_) => unsupported("a variant of HEVC that can't be decoded"),
        HeifError::LimitExceeded(_) => DecodeError::Limit("the image exceeds a limit of the HEVC decoder".to_string()),
        HeifError::Truncated { .. } => damaged("the compressed data end too early"),
        HeifError::NotHeif(_) | HeifError::MalformedBox(_) => damaged("the decoder configuration is invalid"),
        HeifError::MalformedHevc(_) | HeifError::CabacDesync(_) => damaged("the compressed data are corrupt"),
    };
    let own = heic_decoder::probe(&file).map_err(judge)?;
    check_size((own.coded_width as u64, own.coded_height as u64), told)?;
    let image = heic_decoder::decode_with(&file, &DecodeOptions { apply_transforms: false }).map_err(judge)?;
    Ok(take_apart(image))
}

fn take_apart(image: DecodedImage) -> CodedPicture {
    let nclx = image.color_info.map(|info| Nclx {
        primaries: info.color_primaries,
        transfer: info.transfer_characteristics,
        matrix: info.matrix_coefficients,
        is_full_range: info.full_range,
    });
    let plane = |(width, height), samples| CodedPlane {
        width,
        height,
        stride: width,
        samples: Samples::Numbers(samples),
    };
    let mut planes = vec![plane((image.width, image.height), image.y)];
    // ITU-T H.265, table 6-1.
    let ratio = match image.chroma_format_idc {
        1 => (2, 2),
        2 => (2, 1),
        _ => (1, 1),
    };
    if image.chroma_format_idc > 0 {
        let size = (image.cb_width, image.cb_height);
        planes.push(plane(size, image.cb));
        planes.push(plane(size, image.cr));
    }
    let depths = vec![image.bit_depth_luma; 1].into_iter().chain([image.bit_depth_chroma; 2]).take(planes.len()).collect();
    let shape = Shape { size: (image.width, image.height), depths, ratio, nclx, meaning: Meaning::Stated };
    CodedPicture { shape, planes, damage: None }
}

/// Wraps these items as a minimal file for the decoder (ISO/IEC 23008-12, 10.2). The first one is the primary image,
/// predicted from the second. `None` if a length needs more than 32 bits.
fn wrap(items: &[(Vec<u8>, Vec<u8>)]) -> Option<Vec<u8>> {
    let brand = boxed(b"ftyp", &[b"heic\0\0\0\0mif1heic"])?;
    let primary = boxed(b"pitm", &[&[0; 4], &[0, 1]])?;
    let count = u8::try_from(items.len()).ok()?;
    let entries: Option<Vec<_>> =
        (1..=count).map(|id| boxed(b"infe", &[&[2, 0, 0, 0], &[0, id, 0, 0], b"hvc1\0"])).collect();
    let kinds = boxed(b"iinf", &[&[0; 4], &[0, count], &entries?.concat()])?;
    let known: Option<Vec<_>> = items.iter().map(|(configuration, _)| boxed(b"hvcC", &[configuration])).collect();
    let known = boxed(b"ipco", &[&known?.concat()])?;
    let links: Vec<u8> = (1..=count).flat_map(|id| [0, id, 1, 0x80 | id]).collect();
    let association = boxed(b"ipma", &[&[0; 4], &[0, 0, 0, count], &links])?;
    let properties = boxed(b"iprp", &[&known, &association])?;
    let reference = match count {
        1 => Vec::new(),
        _ => boxed(b"iref", &[&[0; 4], &boxed(b"pred", &[&[0, 1, 0, 1, 0, 2]])?])?,
    };
    // Offsets and lengths of 4 bytes, no base; items of one piece.
    let places = |offset: u32| {
        let mut places = Vec::new();
        let mut at = offset;
        for (id, (_, data)) in (1..=count).zip(items) {
            let length = u32::try_from(data.len()).ok()?;
            places.extend([0, id, 0, 0, 0, 1]);
            places.extend(at.to_be_bytes());
            places.extend(length.to_be_bytes());
            at = at.checked_add(length)?;
        }
        boxed(b"iloc", &[&[0; 4], &[0x44, 0, 0, count], &places])
    };
    let meta = |offset| boxed(b"meta", &[&[0; 4], &primary, &kinds, &reference, &properties, &places(offset)?]);
    let data_at = brand.len() + meta(0)?.len() + 8;
    let data: Vec<&[u8]> = items.iter().map(|(_, data)| data.as_slice()).collect();
    Some([brand, meta(u32::try_from(data_at).ok()?)?, boxed(b"mdat", &data)?].concat())
}

fn boxed(name: &[u8; 4], contents: &[&[u8]]) -> Option<Vec<u8>> {
    let length = 8 + contents.iter().map(|part| part.len()).sum::<usize>();
    let mut bytes = Vec::with_capacity(length);
    bytes.extend(u32::try_from(length).ok()?.to_be_bytes());
    bytes.extend(name);
    contents.iter().for_each(|part| bytes.extend(*part));
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::{Codec, read_heif};

    #[test]
    fn an_item_is_found_again_in_the_file_made_of_it() {
        let file = wrap(&[(b"configuration".to_vec(), b"coded data".to_vec())]).unwrap();
        let read = read_heif(&mut file.as_slice()).unwrap();
        // No size is stated, which the decoder does not need and our reader does.
        assert!(read.is_err());
        let sized = wrap_with_size(&file);
        let heif = read_heif(&mut sized.as_slice()).unwrap().unwrap();
        let [tile] = heif.primary.tiles.as_slice() else { panic!("one item") };
        assert_eq!(tile.codec, Codec::Hevc);
        let piece = |place: crate::container::Place| &sized[place.offset as usize..][..place.length as usize];
        assert_eq!(piece(tile.configuration), b"configuration");
        assert_eq!(piece(tile.data[0]), b"coded data".as_slice());
    }

    /// Wraps the file with a size property taken from the brand's box, so that lengths stay as they are.
    fn wrap_with_size(file: &[u8]) -> Vec<u8> {
        let at = file.windows(4).position(|four| four == b"ipma").unwrap();
        // The association stays in place, and `ispe` follows the configuration: 20 bytes more in ipco, iprp and meta,
        // one byte more in the association, all of it taken from the data's offset.
        let ispe = [&[0, 0, 0, 20], b"ispe".as_slice(), &[0; 4], &[0, 0, 0, 64], &[0, 0, 0, 48]].concat();
        let mut bytes = [&file[..at - 4], &ispe, &file[at - 4..]].concat();
        for (name, more) in [(b"ipco", 20_u32), (b"iprp", 21), (b"meta", 21), (b"ipma", 1)] {
            let at = bytes.windows(4).position(|four| four == name).unwrap() - 4;
            let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) + more;
            bytes[at..at + 4].copy_from_slice(&length.to_be_bytes());
        }
        let ipma = bytes.windows(4).position(|four| four == b"ipma").unwrap();
        bytes[ipma + 14] = 2;
        bytes.insert(ipma + 16, 2);
        let iloc = bytes.windows(4).position(|four| four == b"iloc").unwrap() + 18;
        let offset = u32::from_be_bytes(bytes[iloc..iloc + 4].try_into().unwrap()) + 21;
        bytes[iloc..iloc + 4].copy_from_slice(&offset.to_be_bytes());
        bytes
    }
}
