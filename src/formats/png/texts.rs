//! Adds texts to PNG files, and reads them.

use std::io::{BufRead, Seek};

/// The length of the signature and the header's chunk, after which texts may stand.
const HEAD: usize = 8 + 25;

/// Returns a file with these texts (keyword and Latin-1 text) after its header. `file` is one that this program wrote.
pub(crate) fn with_texts(file: &[u8], texts: &[(&str, &str)]) -> Vec<u8> {
    let (head, rest) = file.split_at(HEAD.min(file.len()));
    let mut bytes = head.to_vec();
    for (keyword, text) in texts {
        let content = [keyword.as_bytes(), b"\0", text.as_bytes()].concat();
        let mut sum = flate2::Crc::new();
        sum.update(b"tEXt");
        sum.update(&content);
        bytes.extend(u32::try_from(content.len()).unwrap_or(0).to_be_bytes());
        bytes.extend(b"tEXt");
        bytes.extend(content);
        bytes.extend(sum.sum().to_be_bytes());
    }
    bytes.extend(rest);
    bytes
}

/// Reads the texts before the pixels of a file. `None` if it is no PNG.
pub(crate) fn read_texts(file: impl BufRead + Seek) -> Option<Vec<(String, String)>> {
    let reader = png::Decoder::new(file).read_info().ok()?;
    let texts = &reader.info().uncompressed_latin1_text;
    Some(texts.iter().map(|text| (text.keyword.clone(), text.text.clone())).collect())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn texts_are_read_back_and_the_image_stays() {
        let mut file = Cursor::new(Vec::new());
        image::GrayImage::from_pixel(3, 2, image::Luma([9])).write_to(&mut file, image::ImageFormat::Png).unwrap();
        let marked = with_texts(file.get_ref(), &[("A key", "a text"), ("Empty", "")]);
        let expected = [("A key", "a text"), ("Empty", "")].map(|(key, text)| (key.to_string(), text.to_string()));
        assert_eq!(read_texts(Cursor::new(&marked)).unwrap(), expected);
        assert_eq!(image::load_from_memory(&marked).unwrap().to_luma8().into_raw(), [9; 6]);
        assert_eq!(read_texts(Cursor::new(file.get_ref())), Some(Vec::new()));
        assert_eq!(read_texts(Cursor::new(b"nothing")), None);
    }
}
