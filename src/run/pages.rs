//! Writes the pages of a gallery and the contact sheet after a run, and removes pages that show nothing any more.

use std::collections::{BTreeMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::observer::Observer;
use crate::gallery::{self, Image, NAME, directory_of, is_page};
use crate::ledger::{Ledger, Listed, PageMark};
use crate::options::{Config, Gallery, Orphans};
use crate::outcome::Totals;
use crate::thumbnail::{self, Workbench};

const MARK: PageMark = PageMark(is_page);

/// Writes and removes pages as `config` asks for.
pub(super) fn keep(ledger: &Ledger, config: &Config, totals: &mut Totals, observer: &mut dyn Observer) {
    let is_shown = config.gallery == Gallery::On || config.contact_sheet.is_some();
    if !is_shown && config.orphans == Orphans::Keep {
        return;
    }
    let by_source = by_source(ledger.list());
    if config.orphans == Orphans::Remove
        && let Err(cause) = prune(ledger, &by_source)
    {
        observer.warned(&format!("can't remove a page: {cause}"));
    }
    if !is_shown {
        return;
    }
    let title = title_of(&by_source, &ledger.path_of(Path::new("")));
    let images = look_at(ledger, by_source);
    if config.gallery == Gallery::On {
        for page in gallery::pages(&images, &title) {
            match ledger.store_page(&page.path, page.text.as_bytes(), MARK) {
                Ok(()) => totals.pages += 1,
                Err(cause) => {
                    totals.failed_pages += 1;
                    observer.page_failed("page", &cause);
                }
            }
        }
    }
    #[cfg(feature = "contact-sheet")]
    if let Some(sheet) = &config.contact_sheet {
        super::sheet::write((ledger, config), sheet, &images, &title, totals, observer);
    }
}

/// Groups thumbnails by their sources, in the order of the sources' paths.
fn by_source(listed: Vec<Listed>) -> BTreeMap<PathBuf, Vec<Listed>> {
    let mut by_source: BTreeMap<PathBuf, Vec<Listed>> = BTreeMap::new();
    for one in listed {
        by_source.entry(without_detours(&one.source)).or_default().push(one);
    }
    for thumbnails in by_source.values_mut() {
        thumbnails.sort_by(|one, other| one.target.cmp(&other.target));
    }
    by_source
}

/// Returns a path without `.`, and without names that `..` takes back. Two inputs may name one source in two ways.
fn without_detours(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.into_iter().collect()
}

fn prune(ledger: &Ledger, by_source: &BTreeMap<PathBuf, Vec<Listed>>) -> Result<(), crate::error::Cause> {
    let own = by_source.values().map(|thumbnails| directory_of(thumbnails.iter().map(|one| one.target.as_path())));
    let own: HashSet<PathBuf> = own.collect();
    let kept: HashSet<&Path> = own.iter().flat_map(|directory| directory.ancestors()).collect();
    ledger.prune_pages(NAME, MARK, &|directory| kept.contains(directory))
}

/// Returns the name of the directory that holds all sources, or else that of the output directory.
fn title_of(by_source: &BTreeMap<PathBuf, Vec<Listed>>, output: &Path) -> String {
    let mut directories = by_source.keys().filter_map(|source| source.parent());
    let mut shared = directories.next().map(Path::to_path_buf).unwrap_or_default();
    for directory in directories {
        while !directory.starts_with(&shared) && shared.pop() {}
    }
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    name(&shared).or_else(|| name(output)).unwrap_or_else(|| "thumbs".to_string())
}

/// Adds the sizes of thumbnails and the dates of sources, from the files. Thumbnails that can't be read are left out.
fn look_at(ledger: &Ledger, by_source: BTreeMap<PathBuf, Vec<Listed>>) -> Vec<Image> {
    let mut bench = Workbench::default();
    let mut images = Vec::with_capacity(by_source.len());
    for (source, listed) in by_source {
        let Some(last) = listed.iter().max_by_key(|one| one.modified_ns) else { continue };
        let date = thumbnail::read_taken(&ledger.path_of(&source), &mut bench).or_else(|| date_of(last.modified_ns));
        let (format, placeholder) = (last.source_format, listed.iter().find_map(|one| one.placeholder.clone()));
        let sized = |one: Listed| {
            let size = thumbnail::read_size(&ledger.path_of(&one.target), one.format, &mut bench)?;
            Some(gallery::Thumbnail { path: one.target, format: one.format, size })
        };
        let thumbnails: Vec<gallery::Thumbnail> = listed.into_iter().filter_map(sized).collect();
        if !thumbnails.is_empty() {
            // Nobody looks for seconds.
            let date = date.map(|date| date.chars().take("2024-05-03 12:11".len()).collect());
            images.push(Image { source, format, date, placeholder, thumbnails });
        }
    }
    images
}

/// Returns a time, in ns since 1970, as `2024-05-03 12:11:10` in UTC. `None` before 1970.
fn date_of(ns: i64) -> Option<String> {
    let since = u64::try_from(ns).ok().filter(|ns| *ns > 0).map(Duration::from_nanos)?;
    let text = humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + since).to_string();
    Some(text.trim_end_matches('Z').replace('T', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_has_one_path_whatever_input_named_it() {
        for (path, wanted) in [
            ("../in/a.jpg", "../in/a.jpg"),
            ("../in/x/../a.jpg", "../in/a.jpg"),
            ("./../../a.jpg", "../../a.jpg"),
            ("x/../a.jpg", "a.jpg"),
        ] {
            assert_eq!(without_detours(path.as_ref()), Path::new(wanted), "{path}");
        }
    }

    #[test]
    fn a_time_is_written_as_cameras_write_theirs() {
        assert_eq!(date_of(1_714_738_270_123_456_789).as_deref(), Some("2024-05-03 12:11:10"));
        assert_eq!(date_of(0), None);
        assert_eq!(date_of(-5), None);
    }
}
