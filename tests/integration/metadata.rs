//! Tests the metadata that thumbnails keep and drop.

use std::io::Cursor;

use exif::experimental::Writer;
use exif::{Context, Field, In, Rational, Reader, Tag, Value};
use image::ImageFormat;
use thumbs::Options;
use thumbs::options::{Effort, Encoding, Format, Metadata, Target};

use crate::fixture::{encode, picture};
use crate::previews::with_segments;

const XMP: &str = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="51,7.5N"><dc:rights xmlns:dc="http://purl.org/dc/elements/1.1/">by me</dc:rights></rdf:Description></rdf:RDF></x:xmpmeta>"#;

/// Returns EXIF with a person, a camera, its notes, a place, an orientation and a preview.
fn exif() -> Vec<u8> {
    let mut writer = Writer::new();
    let fields = fields();
    fields.iter().for_each(|field| writer.push_field(field));
    writer.set_jpeg(b"\xff\xd8preview\xff\xd9", In::THUMBNAIL);
    let mut bytes = Cursor::new(Vec::new());
    writer.write(&mut bytes, false).unwrap();
    bytes.into_inner()
}

/// Returns a TIFF of 60x40 grey pixels with the same EXIF and XMP.
#[cfg(feature = "tiff")]
fn tiff() -> Vec<u8> {
    let short = |tag, value| Field { tag, ifd_num: In::PRIMARY, value: Value::Short(vec![value]) };
    let mut fields = fields();
    fields.retain(|field| field.ifd_num == In::PRIMARY);
    fields.extend([
        short(Tag::ImageWidth, 60),
        short(Tag::ImageLength, 40),
        short(Tag::BitsPerSample, 8),
        short(Tag::Compression, 1),
        short(Tag::PhotometricInterpretation, 1),
        short(Tag::RowsPerStrip, 40),
        Field { tag: Tag(Context::Tiff, 700), ifd_num: In::PRIMARY, value: Value::Byte(XMP.into()) },
    ]);
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let pixels: Vec<u8> = (0..60 * 40_u16).map(|index| (index % 60 * 4) as u8).collect();
    let strips: &[&[u8]] = &[&pixels];
    writer.set_strips(strips, In::PRIMARY);
    let mut bytes = Cursor::new(Vec::new());
    writer.write(&mut bytes, true).unwrap();
    bytes.into_inner()
}

fn fields() -> Vec<Field> {
    let text = |tag, text: &str| Field { tag, ifd_num: In::PRIMARY, value: Value::Ascii(vec![text.into()]) };
    vec![
        text(Tag::Artist, "Ann Artist"),
        text(Tag::Copyright, "(c) Ann"),
        text(Tag::Model, "Camera 1"),
        text(Tag::DateTimeOriginal, "2026:01:02 03:04:05"),
        text(Tag::GPSLatitudeRef, "N"),
        Field {
            tag: Tag::GPSLatitude,
            ifd_num: In::PRIMARY,
            value: Value::Rational(vec![Rational { num: 51, denom: 1 }; 3]),
        },
        Field { tag: Tag::Orientation, ifd_num: In::PRIMARY, value: Value::Short(vec![6]) },
        Field { tag: Tag::MakerNote, ifd_num: In::PRIMARY, value: Value::Undefined(b"notes".to_vec(), 0) },
        Field { tag: Tag::Compression, ifd_num: In::THUMBNAIL, value: Value::Short(vec![6]) },
    ]
}

/// Returns an image of 60x40 pixels with metadata, in each format that they are read from.
fn sources() -> Vec<(Format, Vec<u8>)> {
    let app1 = |parts: [&[u8]; 2]| {
        let payload = parts.concat();
        [&[0xff, 0xe1][..], &(payload.len() as u16 + 2).to_be_bytes(), &payload].concat()
    };
    let exif = exif();
    let segments = [app1([b"Exif\0\0", &exif]), app1([b"http://ns.adobe.com/xap/1.0/\0", XMP.as_bytes()])].concat();
    let picture = picture(60, 40);
    let mut info = png::Info::with_size(60, 40);
    info.color_type = png::ColorType::Rgb;
    info.exif_metadata = Some(exif.clone().into());
    info.utf8_text.push(png::text_metadata::ITXtChunk::new("XML:com.adobe.xmp", XMP));
    let mut png = Vec::new();
    png::Encoder::with_info(&mut png, info).unwrap().write_header().unwrap().write_image_data(&picture).unwrap();
    let mut sources =
        vec![(Format::Jpeg, with_segments(&encode(&picture, ImageFormat::Jpeg), &segments)), (Format::Png, png)];
    #[cfg(feature = "webp")]
    {
        let plain = encode(&picture, ImageFormat::WebP);
        let metadata = webp_shrink::Metadata { exif: Some(&exif), xmp: Some(XMP.as_bytes()), icc: None };
        sources.push((Format::WebP, webp_shrink::embed_metadata(&plain, (60, 40), metadata)));
    }
    #[cfg(feature = "tiff")]
    sources.push((Format::Tiff, tiff()));
    sources
}

/// Lists the formats whose thumbnails carry metadata.
fn carriers() -> Vec<Format> {
    let formats = sources().into_iter().map(|(format, _)| format);
    formats.filter(|format| *format != Format::Tiff).collect()
}

fn thumbnail(source: &[u8], format: Format, kept: &[Metadata], effort: Effort) -> Vec<u8> {
    let mut encoding = Encoding::default();
    encoding.effort = effort;
    let keep = kept.iter().copied().collect();
    let mut options = Options::default();
    options.targets = Target::Always(format).into();
    options.keep = keep;
    options.encoding = encoding;
    thumbs::thumbnail(source, &options).unwrap().thumbnails.remove(0).bytes
}

/// Returns the fields of a thumbnail's EXIF.
fn fields_of(thumbnail: &[u8]) -> Vec<Field> {
    let exif = Reader::new().read_from_container(&mut Cursor::new(thumbnail));
    exif.map(|exif| exif.fields().cloned().collect()).unwrap_or_default()
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|part| part == text)
}

#[test]
fn thumbnails_carry_no_metadata_unless_they_are_named() {
    for (from, source) in sources() {
        assert!(contains(&source, b"Ann Artist") && contains(&source, b"by me"), "{from:?}");
        for to in carriers() {
            let bytes = thumbnail(&source, to, &[], Effort::Default);
            for text in [&b"Ann"[..], b"Camera", b"by me", b"GPS", b"preview", b"xmpmeta", b"Exif", b"EXIF"] {
                assert!(!contains(&bytes, text), "{from:?} to {to:?}");
            }
        }
    }
}

#[test]
fn each_kind_of_metadata_travels_by_itself_between_all_formats_that_carry_it() {
    let mut tried = 0;
    for (from, source) in sources() {
        for to in carriers() {
            for effort in [Effort::Default, Effort::Small] {
                let tags = |kept: &[Metadata]| {
                    let mut tags: Vec<Tag> =
                        fields_of(&thumbnail(&source, to, kept, effort)).iter().map(|field| field.tag).collect();
                    tags.sort_by_key(|tag| (tag.context() == Context::Gps, tag.number()));
                    tags
                };
                let case = format!("{from:?} to {to:?}, {effort:?}");
                assert_eq!(tags(&[Metadata::Copyright]), [Tag::Artist, Tag::Copyright], "{case}");
                let exif = [Tag::Model, Tag::Artist, Tag::Copyright, Tag::DateTimeOriginal];
                assert_eq!(tags(&[Metadata::Exif]), exif, "{case}");
                assert_eq!(tags(&[Metadata::Gps]), [Tag::GPSLatitudeRef, Tag::GPSLatitude], "{case}");
                assert_eq!(tags(&[Metadata::Xmp]), [], "{case}");
                let xmp = thumbnail(&source, to, &[Metadata::Xmp], effort);
                assert!(contains(&xmp, b"by me") && !contains(&xmp, b"GPS"), "{case}");
                let all = [Metadata::Copyright, Metadata::Exif, Metadata::Xmp, Metadata::Gps];
                let all = thumbnail(&source, to, &all, effort);
                assert!(
                    contains(&all, b"51,7.5N") && !contains(&all, b"preview") && !contains(&all, b"notes"),
                    "{case}"
                );
                let (size, again) =
                    (image::load_from_memory(&all).unwrap(), thumbs::thumbnail(&all, &Options::default()));
                // The source is turned by its orientation, and its thumbnail needs none.
                assert_eq!((size.width(), size.height()), (33, 50), "{case}");
                let size = again.unwrap().thumbnails[0].size;
                assert_eq!((size.width, size.height), (33, 50), "{case}");
                tried += 1;
            }
        }
    }
    assert_eq!(tried, sources().len() * carriers().len() * 2);
}

#[test]
fn metadata_that_cannot_be_read_are_dropped_without_harm() {
    let (_, jpeg) = sources().remove(0);
    let exif = jpeg.windows(6).position(|bytes| bytes == b"Exif\0\0").unwrap();
    let kept = [Metadata::Copyright, Metadata::Exif, Metadata::Xmp, Metadata::Gps];
    let mut read = 0;
    for at in exif..exif + 400 {
        for byte in [0, 0x7f, 0xff] {
            let mut jpeg = jpeg.clone();
            jpeg[at] = byte;
            let mut options = Options::default();
            options.keep = kept.into();
            // Some of these bytes are lengths of segments.
            let Ok(mut made) = thumbs::thumbnail(&jpeg, &options) else { continue };
            let bytes = made.thumbnails.remove(0).bytes;
            assert!(image::load_from_memory(&bytes).is_ok(), "{at}");
            read += usize::from(!fields_of(&bytes).is_empty());
        }
    }
    assert!(read > 100, "{read}");
}
