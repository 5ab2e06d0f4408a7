//! Writes the contact sheet of the output directory after a run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::observer::Observer;
use crate::error::{Cause, Error, plain};
use crate::gallery::{Image, Thumbnail};
use crate::geometry::Size;
use crate::ledger::{Ledger, PageMark};
use crate::options::{Config, ContactSheet, Foreign};
use crate::outcome::Totals;
use crate::sheet::{Document, Entry, LARGEST, Lettering, draw, is_sheet, lay_out, name_of_page};
use crate::thumbnail::{self, Workbench};

const MARK: PageMark = PageMark(is_sheet);

/// Checks before any work that the sheet may be written.
///
/// # Errors
/// Its directory does not exist, or it would replace a file that is not a sheet.
pub(super) fn check(config: &Config) -> Result<(), Error> {
    let Some(ContactSheet { path, .. }) = &config.contact_sheet else { return Ok(()) };
    let refused = |reason: &str| Error::Thumbnail { path: path.clone(), source: io::Error::other(reason.to_string()) };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Directories below the output directory are made for it.
    if !directory.is_dir() && !directory.starts_with(&config.output) {
        return Err(refused("there is no such directory"));
    }
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_dir() => Err(refused("it is a directory; name a file in it")),
        Ok(there) if config.foreign == Foreign::Refuse && !(there.is_file() && MARK.is_on(path)) => {
            Err(Error::NotOurs { path: path.clone() })
        }
        _ => Ok(()),
    }
}

/// Writes the sheet of these images. `title` names the uppermost directory.
pub(super) fn write(
    (ledger, config): (&Ledger, &Config),
    sheet: &ContactSheet,
    images: &[Image],
    title: &str,
    totals: &mut Totals,
    observer: &mut dyn Observer,
) {
    let shown = sheet.path.display();
    if images.is_empty() {
        observer.warned(&format!("{shown}: not written: there are no thumbnails to show"));
        return;
    }
    let mut store = |path: &Path, bytes: &[u8]| {
        let stored =
            std::path::absolute(path).map_err(Cause::from).and_then(|path| ledger.store_page(&path, bytes, MARK));
        match stored {
            Ok(()) => totals.pages += 1,
            Err(cause) => {
                totals.failed_pages += 1;
                observer.page_failed("contact sheet", &cause);
            }
        }
    };
    match write_pages(ledger, config, sheet, &arrange(images, title), title, &mut store) {
        Ok(files) => remove_old_pages(sheet, files, observer),
        Err(reason) => {
            totals.failed_pages += 1;
            observer.warned(&format!("can't write {shown}: {reason}"));
        }
    }
}

/// Removes the pages that an earlier sheet of this name had beyond the `files` of this one, as long as they are unchanged.
fn remove_old_pages(sheet: &ContactSheet, files: usize, observer: &mut dyn Observer) {
    let first = if files == 1 { 0 } else { files };
    let numbered =
        (first..).map(|index| name_of_page(&sheet.path, index, usize::MAX)).take_while(|page| MARK.is_on(page));
    let single = (files > 1 && MARK.is_on(&sheet.path)).then(|| sheet.path.clone());
    for page in numbered.chain(single) {
        match fs::remove_file(&page) {
            Ok(()) => observer.removed(&page),
            Err(error) => observer.warned(&format!("can't remove {}, an old page: {}", page.display(), plain(&error))),
        }
    }
}

/// An image with the thumbnail that a sheet shows.
type Shown<'a> = (Entry, &'a Thumbnail);

/// Lists images directory by directory.
fn arrange<'a>(images: &'a [Image], title: &str) -> Vec<Shown<'a>> {
    let mut sorted: Vec<(PathBuf, &Image)> = images.iter().map(|image| (image.directory(), image)).collect();
    sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
    let entry = |(directory, image): (PathBuf, &'a Image)| {
        let thumbnail = choose(&image.thumbnails)?;
        let parts = [title.to_string(), directory.to_string_lossy().into_owned()];
        let directory = parts[..if parts[1].is_empty() { 1 } else { 2 }].join("/");
        let name = image.source.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Some((Entry { directory, name, size: thumbnail.size.fit_into(Size::new(LARGEST, LARGEST)) }, thumbnail))
    };
    sorted.into_iter().filter_map(entry).collect()
}

/// Returns the largest thumbnail that need not be reduced, or else the smallest.
fn choose(thumbnails: &[Thumbnail]) -> Option<&Thumbnail> {
    let area = |thumbnail: &&Thumbnail| thumbnail.size.pixels();
    let fits = |thumbnail: &&Thumbnail| thumbnail.size.width.max(thumbnail.size.height) <= LARGEST;
    thumbnails.iter().filter(fits).max_by_key(area).or_else(|| thumbnails.iter().min_by_key(area))
}

/// Writes the pages, and returns the number of files.
fn write_pages(
    ledger: &Ledger,
    config: &Config,
    sheet: &ContactSheet,
    shown: &[Shown<'_>],
    title: &str,
    store: &mut dyn FnMut(&Path, &[u8]),
) -> Result<usize, String> {
    let entries: Vec<Entry> = shown.iter().map(|(entry, _)| entry.clone()).collect();
    let lettering = Lettering::for_texts(entries.iter().flat_map(|entry| [entry.name.as_str(), &entry.directory]));
    let pages = lay_out(&entries);
    let mut bench = Workbench::default();
    let mut read = |index: usize| {
        let (entry, thumbnail): &Shown<'_> = shown.get(index)?;
        thumbnail::read_pixels(&ledger.path_of(&thumbnail.path), thumbnail.format, entry.size, &mut bench)
    };
    let mut document = Document::new(sheet.form, title);
    for (index, page) in pages.iter().enumerate() {
        let pixels = draw(page, &entries, (index + 1, pages.len()), &lettering, &mut read)?;
        if let Some(file) = document.add(pixels, &config.options)? {
            store(&name_of_page(&sheet.path, index, pages.len()), &file);
        }
    }
    if let Some(file) = document.finish() {
        store(&sheet.path, &file);
        return Ok(1);
    }
    Ok(pages.len())
}
