//! Renders the first page of a PDF through the crate `hayro`, in a process of its own as drawings are. A page has no pixels:
//! its size is that at 96 dpi, on white paper.

use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::util::TransformExt;
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::kurbo::Affine;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};

use crate::container::Input;
use crate::formats::codec::{Access, Codec, OpenedImage, Plan, Request, Tools};
use crate::formats::decoded::Decoded;
use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::formats::header::Header;
use crate::formats::rendered::{Measure, as_grid, factor_of, grid_size, memory_of_grid, no_answer};
use crate::formats::svg::renderer::{Answer, Renderer, Task};
use crate::geometry::{Factors, Orientation, Size};
use crate::options::Format;
use crate::pixels::Model;
use crate::pixels::profile::Profile;

/// Pixels at 96 dpi of a point.
const PIXELS_OF_POINT: f32 = 96.0 / 72.0;

/// The longest side of a page in points. Plans of buildings have some 10,000, and the largest that Acrobat writes 14,400.
const LARGEST_PAGE: f32 = 100_000.0;

/// Memory allowed to every file: to parse it, for its fonts, and for one image of 12 megapixels.
const TO_RENDER: u64 = 128 << 20;

/// Bytes allowed for each byte of the file, which is copied to its process and inflated in parts, and for each pixel of the
/// grid: layers of pages with transparency.
const OF_BYTE: u64 = 6;
const OF_PIXEL: u64 = 32;

/// The longest side of a grid.
const LONGEST_SIDE: u32 = u16::MAX as u32;

fn memory_to_render(file_bytes: u64, grid: Size) -> u64 {
    let content = file_bytes.saturating_mul(OF_BYTE).saturating_add(grid.pixels().saturating_mul(OF_PIXEL));
    TO_RENDER.saturating_add(content)
}

/// The codec of PDF.
#[derive(Debug)]
pub(crate) struct PdfCodec;

/// An opened PDF.
#[derive(Debug)]
struct Opened {
    header: Header,
}

/// Performs a renderer's task on a file.
pub(crate) fn perform(task: Task, bytes: &[u8]) -> Answer {
    let pdf = Pdf::new(Arc::new(bytes.to_vec())).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => unsupported("it needs a password"),
        LoadPdfError::Decryption(_) => unsupported("its encryption"),
        LoadPdfError::Invalid => damaged("its structure can't be read"),
    })?;
    let page = pdf.pages().first().ok_or_else(|| damaged("it contains no page"))?;
    match task {
        Task::Measure => Ok(Measure { size: size_of(page)?, memory: 0 }.into_bytes()),
        Task::Render(grid) => render(page, grid),
    }
}

fn size_of(page: &Page<'_>) -> Result<Size, DecodeError> {
    let (width, height) = page.render_dimensions();
    if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()) {
        return Err(damaged("its page has no size"));
    }
    if width.max(height) > LARGEST_PAGE {
        return Err(DecodeError::Limit(format!("its page is {width} by {height} points, the most is {LARGEST_PAGE}")));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let side = |points: f32| ((points * PIXELS_OF_POINT).round() as u32).max(1);
    Ok(Size::new(side(width), side(height)))
}

/// Renders a page, stretched to fill the grid: red, green, blue and opacity of each pixel.
fn render(page: &Page<'_>, grid: Size) -> Answer {
    let too_large = || DecodeError::Limit(format!("rendering at {grid} px would need too much memory"));
    let width = u16::try_from(grid.width).map_err(|_| too_large())?;
    let height = u16::try_from(grid.height).map_err(|_| too_large())?;
    let (across, down) = page.render_dimensions();
    let scale = Affine::scale_non_uniform(f64::from(width) / f64::from(across), f64::from(height) / f64::from(down));
    let mut context = RenderContext::new(width, height);
    let transform = scale * page.initial_transform(true).to_kurbo();
    let settings = InterpreterSettings::default();
    render_into(page, &RenderCache::new(), &settings, &RenderSettings::default(), &mut context, transform);
    context.flush();
    let mut pixmap = Pixmap::new(width, height);
    let paper = RasterizerSettings { target_init: TargetInit::Clear(WHITE), ..RasterizerSettings::default() };
    context.render_with(&mut pixmap, &mut Resources::default(), paper);
    Ok(pixmap.data_as_u8_slice().to_vec())
}

/// Performs the same in a separate process, if there is one.
fn ask(task: Task, bytes: &[u8], renderer: &Renderer) -> Answer {
    renderer.ask(task, bytes).unwrap_or_else(|| perform(task, bytes))
}

impl Codec for PdfCodec {
    fn access(&self) -> Access {
        Access::Whole
    }

    fn open(&self, input: &mut dyn Input, tools: &mut Tools<'_>) -> Result<Box<dyn OpenedImage>, DecodeError> {
        let Measure { size, .. } = Measure::from_bytes(&ask(Task::Measure, input.whole()?, tools.renderer)?)?;
        let header = Header { format: Format::Pdf, size, orientation: Orientation::Upright, has_alpha: false };
        Ok(Box::new(Opened { header }))
    }

    fn memory_to_open(&self, _: &[u8], length: u64) -> u64 {
        TO_RENDER.saturating_add(length.saturating_mul(OF_BYTE))
    }
}

impl OpenedImage for Opened {
    fn header(&self) -> &Header {
        &self.header
    }

    fn memory(&self, input: &mut dyn Input, factors: Factors) -> u64 {
        memory_to_render(input.length(), factors.grid(self.header.size))
    }

    fn memory_to_thumbnails(&self, file_bytes: u64, request: &Request<'_>) -> Option<u64> {
        // The grid may be larger than the page.
        let grid = grid_size(self.header.size, request.targets, request.exactness);
        Some(memory_to_render(file_bytes, grid).saturating_add(memory_of_grid(grid, request.exactness)))
    }

    fn decode(&self, input: &mut dyn Input, plan: &Plan<'_>, tools: &mut Tools<'_>) -> Result<Decoded, DecodeError> {
        let Size { width, height } = grid_size(self.header.size, plan.targets, plan.exactness);
        let grid = Size::new(width.min(LONGEST_SIDE), height.min(LONGEST_SIDE));
        let pixels = ask(Task::Render(grid), input.whole()?, tools.renderer)?;
        if pixels.len() as u64 != 4 * grid.pixels() {
            return Err(no_answer());
        }
        let mut grid = as_grid(&pixels, grid, self.header.size);
        // Paper is opaque.
        grid.planes.pop();
        grid.model = Model::Rgb;
        Ok(Decoded { factor: factor_of(&grid), grid, damage: None, profile: Profile::Srgb })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::pdf::CODEC;
    use crate::formats::tests::{decode_as, header_of};

    const PAGE: &[u8] = include_bytes!("../../../tests/data/samples/pdf/page.pdf");

    #[test]
    fn a_page_has_the_colours_that_poppler_renders() {
        assert_eq!(header_of(CODEC, PAGE).unwrap().size, Size::new(192, 128));
        let decoded = decode_as(CODEC, PAGE, &[]).unwrap();
        let pixel = |x: usize, y: usize| [0, 1, 2].map(|c| decoded.grid.planes[c].plane.row(y)[x].round());
        assert!(pixel(2, 2).iter().zip([229.0, 242.0, 255.0]).all(|(got, wanted)| (got - wanted).abs() <= 1.0));
        assert_eq!(pixel(140, 40), [255.0, 0.0, 0.0]);
        let places = (80..110).flat_map(|y| (16..80).map(move |x| (x, y)));
        let dark = places.filter(|(x, y)| pixel(*x, *y)[0] < 80.0).count();
        assert!(dark > 100, "its text has no font of its own: {dark}");
    }

    #[test]
    fn pages_are_turned_as_they_say_and_an_empty_one_is_white() {
        let rotated = include_bytes!("../../../tests/data/pdf/rotated.pdf");
        assert_eq!(header_of(CODEC, rotated).unwrap().size, Size::new(400, 533));
        let decoded = decode_as(CODEC, rotated, &[]).unwrap();
        let pixel = |x: usize, y: usize| [0, 1, 2].map(|c| decoded.grid.planes[c].plane.row(y)[x].round());
        // A red rectangle at the lower left is at the upper left once it is turned clockwise.
        assert_eq!(pixel(80, 80), [255.0, 0.0, 0.0]);
        assert_ne!(pixel(80, 400), [255.0, 0.0, 0.0]);
        let empty = decode_as(CODEC, include_bytes!("../../../tests/data/pdf/empty.pdf"), &[]).unwrap();
        assert!(empty.grid.planes.iter().all(|plane| plane.plane.samples.iter().all(|sample| *sample == 255.0)));
    }

    #[test]
    fn a_password_is_needed_only_if_opening_takes_one() {
        let encrypted = include_bytes!("../../../tests/data/pdf/encrypted.pdf");
        let refused = header_of(CODEC, encrypted).unwrap_err();
        assert!(matches!(&refused, DecodeError::Unsupported(detail) if detail == "it needs a password"), "{refused}");
        let of_owner = include_bytes!("../../../tests/data/pdf/owner-only.pdf");
        assert_eq!(header_of(CODEC, of_owner).unwrap().size, Size::new(533, 400));
    }

    #[test]
    fn a_page_larger_than_any_is_refused() {
        let huge = include_bytes!("../../../tests/data/pdf/huge-box.pdf");
        assert!(matches!(header_of(CODEC, huge), Err(DecodeError::Limit(_))));
    }

    #[test]
    fn files_without_a_page_are_corrupt() {
        assert!(header_of(CODEC, b"%PDF-1.4\n%%EOF").is_err());
        assert!(decode_as(CODEC, &PAGE[..60], &[]).is_err());
    }
}
