//! Tests which level of a pyramid is decoded.

use super::maker::Maker;
use crate::formats::tiff::decode::tag;
use crate::geometry::Size;
use crate::options::{Exactness, Format, Options, Target};
use crate::outcome::DecodedFrom;
use crate::thumbnail::{Workbench, make};

/// Returns the offset of the only directory of a file, and the number of its entries.
fn directory_of(file: &[u8]) -> (usize, usize) {
    let start = u32::from_le_bytes(*file[4..].first_chunk().unwrap()) as usize;
    (start, u16::from_le_bytes(*file[start..].first_chunk().unwrap()).into())
}

/// Returns a page of one grey, and of one strip.
fn page(size: Size, grey: u8, more: &[(u16, Vec<u64>)]) -> Vec<u8> {
    let pixels = vec![grey; size.pixels() as usize * 3];
    let chunk = (None, size.height);
    Maker { instead: Some(vec![pixels]), chunk, more: more.to_vec(), ..Maker::new(size.width, size.height) }.make()
}

/// Appends a page to a file. Returns the offset of its directory.
fn append(file: &mut Vec<u8>, page: &[u8]) -> u32 {
    let by = file.len() as u32;
    let mut page = page.to_vec();
    let (start, count) = directory_of(&page);
    for entry in page[start + 2..][..12 * count].as_chunks_mut::<12>().0 {
        let [tag, kind] = [0, 2].map(|at| u16::from_le_bytes([entry[at], entry[at + 1]]));
        let [count, value] = [4, 8].map(|at| u32::from_le_bytes(*entry[at..].first_chunk().unwrap()));
        let is_beyond = count * if kind == 3 { 2 } else { 4 } > 4;
        if is_beyond || tag == tag::STRIP_OFFSETS {
            entry[8..].copy_from_slice(&(value + by).to_le_bytes());
        }
    }
    file.extend(page);
    by + start as u32
}

/// Makes the directory at `offset` the next one of that at `start`.
fn link(file: &mut [u8], start: usize, offset: u32) {
    let count = usize::from(u16::from_le_bytes(*file[start..].first_chunk().unwrap()));
    file[start + 2 + 12 * count..][..4].copy_from_slice(&offset.to_le_bytes());
}

/// Returns the kind of image that a thumbnail is made from, and its first sample.
fn thumbnail(file: &[u8], side: u32, exactness: Exactness) -> (DecodedFrom, u8) {
    let sizes = vec![Size::new(side, side).into()];
    let options = Options { sizes, targets: Target::Always(Format::Png).into(), exactness, ..Options::default() };
    let made = make(file, Format::Tiff, &options, &mut Workbench::default()).unwrap();
    let pixels = image::load_from_memory(&made.thumbnails[0].bytes).unwrap().to_rgb8();
    assert_eq!(pixels.width(), side);
    (made.decoded_from, pixels.as_raw()[0])
}

/// Returns a page of one grey whose subfile type is `kind`.
fn overview(width: u32, height: u32, grey: u8, kind: u64) -> Vec<u8> {
    page(Size::new(width, height), grey, &[(tag::NEW_SUBFILE_TYPE, vec![kind])])
}

#[test]
fn the_smallest_overview_with_the_margins_of_a_working_grid_stands_in() {
    let mut file = page(Size::new(400, 300), 40, &[]);
    let half = append(&mut file, &overview(200, 150, 80, 1));
    let quarter = append(&mut file, &overview(100, 75, 120, 1));
    let (first, _) = directory_of(&file);
    link(&mut file, first, half);
    link(&mut file, half as usize, quarter);
    for (side, wanted) in [(24, 120), (26, 80), (48, 80), (52, 40)] {
        let from = if wanted == 40 { DecodedFrom::Main } else { DecodedFrom::Overview };
        assert_eq!(thumbnail(&file, side, Exactness::Fast), (from, wanted), "{side} px");
        assert_eq!(thumbnail(&file, side, Exactness::Exact), (DecodedFrom::Main, 40), "{side} px");
    }
}

#[test]
fn masks_other_aspects_and_other_pages_stand_in_for_nothing() {
    for other in [overview(200, 150, 80, 5), overview(200, 140, 80, 1), page(Size::new(200, 150), 80, &[])] {
        let mut file = page(Size::new(400, 300), 40, &[]);
        let at = append(&mut file, &other);
        let (first, _) = directory_of(&file);
        link(&mut file, first, at);
        assert_eq!(thumbnail(&file, 25, Exactness::Fast), (DecodedFrom::Main, 40));
    }
}

#[test]
fn an_overview_may_have_a_directory_inside_its_page_and_takes_over_the_orientation() {
    // The offset of the directory is written once it is known.
    let place = |at: u32| [(tag::SUB_DIRECTORIES, vec![u64::from(at)]), (tag::ORIENTATION, vec![6])];
    let full = |at: u32| page(Size::new(100, 75), 40, &place(at));
    let mut file = full(0);
    let small = overview(50, 37, 80, 1);
    let at = append(&mut file, &small);
    let mut file = full(at);
    assert_eq!(append(&mut file, &small), at);
    let options = Options {
        sizes: vec![Size::new(12, 12).into()],
        targets: Target::Always(Format::Png).into(),
        ..Options::default()
    };
    let made = make(&file, Format::Tiff, &options, &mut Workbench::default()).unwrap();
    let pixels = image::load_from_memory(&made.thumbnails[0].bytes).unwrap().to_rgb8();
    assert_eq!((made.decoded_from, pixels.dimensions()), (DecodedFrom::Overview, (9, 12)));
    assert_eq!(pixels.as_raw()[0], 80);
}

#[test]
fn a_broken_overview_is_no_reason_to_refuse_its_page() {
    let mut file = page(Size::new(400, 300), 40, &[]);
    let at = append(&mut file, &overview(200, 150, 80, 1));
    let (first, _) = directory_of(&file);
    link(&mut file, first, at);
    file.truncate(at as usize - 60_000);
    assert_eq!(thumbnail(&file, 25, Exactness::Fast), (DecodedFrom::Main, 40));
}
