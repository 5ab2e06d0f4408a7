//! Draws a page.

use resvg::tiny_skia::{Color, Pixmap};

use super::layout::{Cell, Entry, HEADING, LABEL, MARGIN, PAPER, Page};
use super::lettering::{Anchor, Lettering, Line};
use crate::color::{Layout, Samples};

/// Sizes of the font in px.
const OF_HEADING: u32 = 32;
const OF_LABEL: u32 = 20;

/// Draws a page; `number` is its own and the last one's. `read` returns the pixels of an entry; one that can't be read stays blank.
pub(crate) fn draw(
    page: &Page,
    entries: &[Entry],
    number: (usize, usize),
    lettering: &Lettering,
    read: &mut dyn FnMut(usize) -> Option<Samples>,
) -> Result<Samples, String> {
    let mut pixmap = Pixmap::new(PAPER.width, PAPER.height).ok_or("no memory for a page")?;
    pixmap.fill(Color::WHITE);
    lettering.draw(lines(page, entries, number), &mut pixmap)?;
    let mut bytes: Vec<u8> =
        pixmap.data().as_chunks::<4>().0.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect();
    for Cell { entry, at, .. } in &page.cells {
        if let Some(samples) = read(*entry) {
            lay(&samples, *at, &mut bytes);
        }
    }
    Ok(Samples { size: PAPER, layout: Layout::Rgb, bytes })
}

/// Returns all texts of a page.
fn lines(page: &Page, entries: &[Entry], (number, last): (usize, usize)) -> Vec<Line> {
    let headings = page.headings.iter().map(|heading| Line {
        text: heading.text.clone(),
        at: (MARGIN, heading.top + (HEADING + OF_HEADING) / 2 - HEADING / 8),
        anchor: Anchor::Start,
        size: OF_HEADING,
        width: PAPER.width - 2 * MARGIN,
    });
    let labels = page.cells.iter().map(|cell| Line {
        text: entries[cell.entry].name.clone(),
        at: (cell.label.0, cell.label.1 + (LABEL + OF_LABEL) / 2),
        anchor: Anchor::Middle,
        size: OF_LABEL,
        width: cell.width,
    });
    let number = Line {
        text: format!("{number} / {last}"),
        at: (PAPER.width - MARGIN, PAPER.height - MARGIN / 2),
        anchor: Anchor::End,
        size: OF_LABEL,
        width: PAPER.width,
    };
    headings.chain(labels).chain((last > 1).then_some(number)).collect()
}

/// Lays an image on the page, on the white of which it may be transparent.
fn lay(samples: &Samples, (left, top): (u32, u32), page: &mut [u8]) {
    let width = PAPER.width as usize;
    let fits = left as usize + samples.size.width as usize <= width
        && top as usize + samples.size.height as usize <= PAPER.height as usize;
    if !fits {
        return;
    }
    for y in 0..samples.size.height as usize {
        let start = ((top as usize + y) * width + left as usize) * 3;
        let row = page[start..].as_chunks_mut::<3>().0;
        for (x, pixel) in row.iter_mut().take(samples.size.width as usize).enumerate() {
            let [red, green, blue, alpha] = samples.rgba(x, y);
            let on_white = |channel: u8| {
                let sum = u32::from(channel) * u32::from(alpha) + 255 * u32::from(255 - alpha);
                u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
            };
            *pixel = [red, green, blue].map(on_white);
        }
    }
}
