//! Tests of pages and their files.

use super::*;
use crate::color::{Layout, Samples};
use crate::geometry::Size;
use crate::options::{Options, SheetForm};

fn entries(directory: &str, count: usize, side: u32) -> Vec<Entry> {
    let entry = |index| Entry {
        directory: directory.to_string(),
        name: format!("{index}.jpg"),
        size: Size::new(side, side / 2),
    };
    (0..count).map(entry).collect()
}

#[test]
fn every_image_has_a_place_of_its_own_within_the_margins() {
    for (side, count) in [(20, 1), (50, 500), (256, 90), (480, 33), (1, 7)] {
        let all = [entries("a", count, side), entries("a/b", 3, side)].concat();
        let pages = lay_out(&all);
        let mut shown = Vec::new();
        for page in &pages {
            let boxes: Vec<(u32, u32, u32, u32)> = page
                .cells
                .iter()
                .map(|cell| {
                    let size = all[cell.entry].size;
                    (cell.at.0, cell.at.1, cell.at.0 + size.width, cell.label.1 + 30)
                })
                .collect();
            for (index, own) in boxes.iter().enumerate() {
                assert!(own.0 >= 90 && own.2 <= 1654 - 90 && own.1 >= 90 && own.3 <= 2339 - 90, "{own:?}");
                let apart = |other: &(u32, u32, u32, u32)| {
                    own.2 <= other.0 || other.2 <= own.0 || own.3 <= other.1 || other.3 <= own.1
                };
                assert!(boxes[..index].iter().all(apart), "{own:?}");
            }
            shown.extend(page.cells.iter().map(|cell| cell.entry));
            assert!(!page.headings.is_empty());
        }
        assert_eq!(shown, (0..count + 3).collect::<Vec<_>>());
    }
    assert!(lay_out(&[]).is_empty());
}

#[test]
fn a_directory_that_goes_on_has_its_heading_again() {
    let pages = lay_out(&[entries("a", 60, 256), entries("b", 1, 256)].concat());
    let headings: Vec<Vec<&str>> =
        pages.iter().map(|page| page.headings.iter().map(|heading| heading.text.as_str()).collect()).collect();
    assert_eq!(headings, [vec!["a"], vec!["a (continued)", "b"]]);
}

#[test]
fn each_form_of_a_sheet_is_known_again_and_shows_its_images() {
    let all = entries("in", 2, 100);
    let pages = lay_out(&all);
    let lettering = Lettering::for_texts(["in", "0.jpg"]);
    let red = Samples { size: Size::new(100, 50), layout: Layout::Rgb, bytes: [255, 0, 0].repeat(5000) };
    let page = draw(&pages[0], &all, (1, 1), &lettering, &mut |_| Some(red.clone())).unwrap();
    for form in [SheetForm::Jpeg, SheetForm::Png, SheetForm::Pdf] {
        let mut document = Document::new(form, "in (a)");
        let file = document.add(page.clone(), &Options::default()).unwrap();
        let file = match form {
            SheetForm::Pdf => document.finish().unwrap(),
            _ => file.unwrap(),
        };
        assert!(is_sheet(&file), "{form:?}");
        if form == SheetForm::Pdf {
            assert!(file.starts_with(b"%PDF-") && file.ends_with(b"%%EOF"));
            continue;
        }
        let shown = image::load_from_memory(&file).unwrap().to_rgb8();
        let (x, y) = pages[0].cells[1].at;
        let pixel = shown.get_pixel(x + 50, y + 25).0;
        assert!(pixel[0] > 245 && pixel[1] < 12 && pixel[2] < 12, "{form:?}: {pixel:?}");
        assert_eq!(shown.get_pixel(2, 2).0, [255; 3]);
        let is_dark = |(_, y, pixel): &(u32, u32, &image::Rgb<u8>)| *y < 154 && pixel.0[0] < 100;
        assert!(shown.enumerate_pixels().any(|pixel| is_dark(&pixel)), "no heading");
    }
}

#[test]
fn several_pages_have_numbers() {
    assert_eq!(name_of_page("x/a.b.jpg".as_ref(), 0, 1), std::path::Path::new("x/a.b.jpg"));
    assert_eq!(name_of_page("x/a.b.jpg".as_ref(), 9, 10), std::path::Path::new("x/a.b-10.jpg"));
}
