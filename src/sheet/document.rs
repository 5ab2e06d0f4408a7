//! Writes the pages of a sheet as files: one for each, or one of all.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use flate2::Crc;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};

use super::seal::{SPACE, blank, mark_before, seal};
use crate::color::{Samples, Subsampling, to_planes};
use crate::formats::codec::Settings;
use crate::formats::encode;
use crate::formats::metadata::Packets;
use crate::options::{Format, Options, SheetForm};

/// The size of A4 in points.
const A4: (f32, f32) = (595.276, 841.89);

/// Bytes of a PNG before its first optional chunk: the signature and `IHDR` (PNG, 5.2 and 11.2.1).
const PNG_HEAD: usize = 33;

/// Objects of a PDF: those of the document, then three for each page.
const INFO: i32 = 1;
const CATALOG: i32 = 2;
const PAGES: i32 = 3;
const FIRST: i32 = 4;

/// A sheet that pages are added to.
#[derive(Debug)]
pub(crate) enum Document {
    /// An image for each page.
    Images(Format),
    /// A PDF, and the number of its pages.
    Pdf(Box<Pdf>, i32),
}

impl Document {
    /// Begins a document.
    pub(crate) fn new(form: SheetForm, title: &str) -> Self {
        match form {
            SheetForm::Jpeg => Self::Images(Format::Jpeg),
            SheetForm::Png => Self::Images(Format::Png),
            SheetForm::Pdf => {
                let mut pdf = Pdf::new();
                // The mark comes first, near the start of the file.
                let mark = blank() + &" ".repeat(SPACE);
                pdf.document_info(Ref::new(INFO)).producer(TextStr(&mark)).title(TextStr(title));
                Self::Pdf(Box::new(pdf), 0)
            }
        }
    }

    /// Adds a page. Returns the file of this page, if it has one of its own.
    pub(crate) fn add(&mut self, page: Samples, options: &Options) -> Result<Option<Vec<u8>>, String> {
        let packets = Packets::default();
        let settings = Settings::new(options, None, &packets);
        let encoded = |page, format| encode(page, format, &settings).map_err(|cause| cause.to_string());
        let planes = |page| to_planes(page, Subsampling::of_samples(settings.quality, settings.encoding.effort));
        match self {
            Self::Images(Format::Png) => Ok(Some(mark_png(&encoded(page, Format::Png)?))),
            Self::Images(_) => Ok(Some(mark_jpeg(&encoded(planes(&page), Format::Jpeg)?))),
            Self::Pdf(pdf, count) => {
                let size = page.size;
                add_to_pdf(pdf, *count, &encoded(planes(&page), Format::Jpeg)?, (size.width, size.height));
                *count += 1;
                Ok(None)
            }
        }
    }

    /// Returns the file of all pages, if there is one.
    pub(crate) fn finish(self) -> Option<Vec<u8>> {
        let Self::Pdf(mut pdf, count) = self else { return None };
        pdf.catalog(Ref::new(CATALOG)).pages(Ref::new(PAGES));
        let pages = (0..count).map(|index| Ref::new(FIRST + 3 * index));
        pdf.pages(Ref::new(PAGES)).kids(pages).count(count);
        let mut file = Pdf::finish(*pdf);
        seal(&mut file);
        Some(file)
    }
}

fn add_to_pdf(pdf: &mut Pdf, index: i32, jpeg: &[u8], (width, height): (u32, u32)) {
    let [page, image, content] = [0, 1, 2].map(|object| Ref::new(FIRST + 3 * index + object));
    let side = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    let mut picture = pdf.image_xobject(image, jpeg);
    picture.filter(Filter::DctDecode);
    picture.width(side(width)).height(side(height)).bits_per_component(8).color_space().device_rgb();
    picture.finish();
    let mut drawing = Content::new();
    drawing.transform([A4.0, 0.0, 0.0, A4.1, 0.0, 0.0]).x_object(Name(b"Page"));
    pdf.stream(content, &drawing.finish());
    let mut entry = pdf.page(page);
    entry.parent(Ref::new(PAGES)).media_box(Rect::new(0.0, 0.0, A4.0, A4.1)).contents(content);
    entry.resources().x_objects().pair(Name(b"Page"), image);
}

/// Adds the mark to a JPEG, in a comment after its first segment, which is JFIF's.
fn mark_jpeg(file: &[u8]) -> Vec<u8> {
    let length = file.get(4..6).map_or(0, |length| usize::from(u16::from_be_bytes([length[0], length[1]])));
    let (start, rest) = file.split_at((4 + length).min(file.len()));
    let mark = mark_before(rest).into_bytes();
    let length = u16::try_from(2 + mark.len() + SPACE).unwrap_or(u16::MAX).to_be_bytes();
    [start, &[0xff, 0xfe], &length, &mark, &[b' '; SPACE], rest].concat()
}

/// Adds the mark to a PNG, in a text chunk after its header.
fn mark_png(file: &[u8]) -> Vec<u8> {
    let (start, rest) = file.split_at(PNG_HEAD.min(file.len()));
    let chunk = [b"tEXtSoftware\0", mark_before(rest).as_bytes()].concat();
    let mut crc = Crc::new();
    crc.update(&chunk);
    let length = u32::try_from(chunk.len() - 4).unwrap_or(u32::MAX).to_be_bytes();
    [start, &length, &chunk, &crc.sum().to_be_bytes(), rest].concat()
}

/// Returns the path of a page: that of the sheet, with the page's number before its suffix if there are several.
pub(crate) fn name_of_page(sheet: &Path, index: usize, count: usize) -> PathBuf {
    if count == 1 {
        return sheet.to_path_buf();
    }
    let mut name: OsString = sheet.file_stem().unwrap_or_default().to_os_string();
    name.push(format!("-{}.", index + 1));
    name.push(sheet.extension().unwrap_or_default());
    sheet.with_file_name(name)
}
