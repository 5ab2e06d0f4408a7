//! Arranges images on pages: directory by directory, in rows below headings.

use crate::geometry::Size;

/// The size of a page in px: A4 at 200 dpi.
pub(super) const PAPER: Size = Size::new(1654, 2339);

/// The margin of a page, which holds the page's number.
pub(super) const MARGIN: u32 = 90;

/// The space between images.
const GAP: u32 = 24;

/// The height of a heading with the space around it, and of a name below an image.
pub(super) const HEADING: u32 = 64;
pub(super) const LABEL: u32 = 30;

/// The narrowest cell, so that a name of some length fits below a small image.
const NARROWEST: u32 = 140;

/// The largest image, in px of both sides.
pub(crate) const LARGEST: u32 = 480;

/// An image that a sheet shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The heading of its directory.
    pub(crate) directory: String,
    /// Its name.
    pub(crate) name: String,
    /// The size that it is drawn in, at most [`LARGEST`].
    pub(crate) size: Size,
}

/// A page of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Page {
    /// Its headings.
    pub(crate) headings: Vec<Heading>,
    /// Its images.
    pub(crate) cells: Vec<Cell>,
}

/// A title above images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    pub(crate) text: String,
    /// The px between the top of the page and its own.
    pub(crate) top: u32,
}

/// The place of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    /// The index of its entry.
    pub(crate) entry: usize,
    /// The px from the left of the page and from its top to the image.
    pub(crate) at: (u32, u32),
    /// The px from the left of the page to the middle of its name, and from the top to the top of its name.
    pub(crate) label: (u32, u32),
    /// The width that its name may have.
    pub(crate) width: u32,
}

/// Arranges entries, which come directory by directory.
pub(crate) fn lay_out(entries: &[Entry]) -> Vec<Page> {
    let inner = PAPER.width - 2 * MARGIN;
    let widest = entries.iter().map(|entry| entry.size.width).max().unwrap_or(0).clamp(NARROWEST, LARGEST);
    let columns = ((inner + GAP) / (widest + GAP)).max(1);
    let pitch = inner / columns;
    let mut pages: Vec<Page> = Vec::new();
    // A first row begins a page.
    let mut top = PAPER.height;
    let mut start = 0;
    for of_directory in entries.chunk_by(|one, other| one.directory == other.directory) {
        let mut heading = Some(of_directory[0].directory.clone());
        for row in of_directory.chunks(columns as usize) {
            let height = row.iter().map(|entry| entry.size.height).max().unwrap_or(0);
            let needed = height + LABEL + heading.as_ref().map_or(0, |_| HEADING);
            if top + needed > PAPER.height - MARGIN {
                pages.push(Page::default());
                top = MARGIN;
                heading.get_or_insert_with(|| format!("{} (continued)", of_directory[0].directory));
            }
            let Some(page) = pages.last_mut() else { continue };
            if let Some(text) = heading.take() {
                page.headings.push(Heading { text, top });
                top += HEADING;
            }
            let mut middle = MARGIN + pitch / 2;
            for entry in row {
                let at = (middle - entry.size.width / 2, top + (height - entry.size.height) / 2);
                page.cells.push(Cell { entry: start, at, label: (middle, top + height), width: pitch - GAP / 2 });
                middle += pitch;
                start += 1;
            }
            top += height + LABEL + GAP;
        }
    }
    pages
}
