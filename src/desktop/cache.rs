//! Finds and stores thumbnails in the directories of the cache.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::mark::Mark;
use crate::geometry::{Bounds, Size};
use crate::options::{Config, DesktopSize, Layout};

/// The directory for thumbnails of this program's failures. Each program and version has its own.
const FAILURES: &str = concat!("fail/thumbs-", env!("CARGO_PKG_VERSION"));

/// The knowledge of a cache about a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cached {
    /// Current thumbnails of all sizes.
    Thumbnails,
    /// The note that this state of the source gave none.
    Failure,
    /// Less than that.
    Incomplete,
}

/// The thumbnail cache of a user.
#[derive(Debug)]
pub(crate) struct Cache {
    root: PathBuf,
    sizes: Vec<DesktopSize>,
}

impl Cache {
    /// Returns the cache in the directory `root` for thumbnails of these sizes. `None` if it has none of one of them.
    fn new(root: &Path, sizes: &[Bounds]) -> Option<Self> {
        let sizes = sizes.iter().map(|size| DesktopSize::ALL.into_iter().find(|known| known.bounds() == *size));
        Some(Self { root: root.to_path_buf(), sizes: sizes.collect::<Option<_>>()? })
    }

    /// Returns the cache that a run fills. `None` if it fills none, or if no cache has thumbnails of its sizes.
    pub(crate) fn of(config: &Config) -> Option<Self> {
        (config.layout == Layout::DesktopCache).then(|| Self::new(&config.output, &config.options.sizes)).flatten()
    }

    /// Returns what the cache has for a source.
    pub(crate) fn find(&self, mark: &Mark) -> Cached {
        if self.targets(mark).iter().all(|path| mark.is_on(path)) {
            Cached::Thumbnails
        } else if mark.is_on(&self.failure(mark)) {
            Cached::Failure
        } else {
            Cached::Incomplete
        }
    }

    /// Returns the paths of a source's thumbnails, in the order of sizes.
    pub(crate) fn targets(&self, mark: &Mark) -> Vec<PathBuf> {
        self.sizes.iter().map(|size| self.root.join(size.directory()).join(mark.name())).collect()
    }

    fn failure(&self, mark: &Mark) -> PathBuf {
        self.root.join(FAILURES).join(mark.name())
    }

    /// Stores the thumbnail of a source of this upright size, whole or not at all. Returns the bytes written.
    pub(crate) fn store(&self, mark: &Mark, size: Size, png: &[u8], target: &Path) -> io::Result<Vec<u8>> {
        let bytes = mark.apply_to(png, Some(size));
        put(&bytes, target)?;
        match fs::remove_file(self.failure(mark)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(bytes),
        }
    }

    /// Notes that this state of a source gives no thumbnail.
    pub(crate) fn note_failure(&self, mark: &Mark) -> io::Result<()> {
        put(&mark.apply_to(EMPTY, None), &self.failure(mark))
    }
}

/// A PNG of one transparent pixel.
const EMPTY: &[u8] = &[
    0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0,
    0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 11, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x60, 0, 2, 0, 0, 5, 0, 1, 0x7a,
    0x5e, 0xab, 0x3f, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

/// Creates the directory of a cache, for its user alone.
pub(crate) fn create_root(root: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(root)
}

/// Writes a file for its user alone, in place of an earlier one.
fn put(bytes: &[u8], target: &Path) -> io::Result<()> {
    let directory = target.parent().unwrap_or(target);
    create_root(directory)?;
    let mut staged = tempfile::Builder::new().prefix(".thumbs-").suffix(".tmp").tempfile_in(directory)?;
    staged.write_all(bytes)?;
    staged.persist(target).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::formats::png::read_texts;

    #[test]
    fn the_png_of_a_failure_is_one_pixel() {
        let image = image::load_from_memory_with_format(EMPTY, image::ImageFormat::Png).unwrap();
        assert_eq!(image.to_rgba8().into_raw(), [0; 4]);
    }

    #[test]
    fn another_state_of_a_source_makes_its_thumbnails_stale() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::new(directory.path(), &[DesktopSize::Normal.bounds(), DesktopSize::Large.bounds()]).unwrap();
        let facts = Facts { len: 7, modified_ns: 5_900_000_000, inode: 1 };
        let mark = Mark::of(Path::new("/a/b.jpg"), &facts);
        let size = Size::new(30, 20);
        let [normal, large]: [PathBuf; 2] = cache.targets(&mark).try_into().unwrap();
        cache.store(&mark, size, EMPTY, &normal).unwrap();
        assert_eq!(cache.find(&mark), Cached::Incomplete);
        let written = cache.store(&mark, size, EMPTY, &large).unwrap();
        assert_eq!(fs::read(&large).unwrap(), written);
        assert_eq!(cache.find(&mark), Cached::Thumbnails);

        let same_second = Mark::of(Path::new("/a/b.jpg"), &Facts { modified_ns: 5_000_000_000, ..facts });
        assert_eq!(cache.find(&same_second), Cached::Thumbnails);
        let later = Mark::of(Path::new("/a/b.jpg"), &Facts { modified_ns: 6_000_000_000, ..facts });
        assert_eq!(cache.find(&later), Cached::Incomplete);
        cache.note_failure(&later).unwrap();
        assert_eq!(cache.find(&later), Cached::Failure);
        let texts = read_texts(io::Cursor::new(written)).unwrap();
        let text = |key: &str| texts.iter().find(|(name, _)| name == key).unwrap().1.clone();
        assert_eq!((text("Thumb::URI"), text("Thumb::MTime")), ("file:///a/b.jpg".to_string(), "5".to_string()));
        assert_eq!((text("Thumb::Image::Width"), text("Thumb::Image::Height")), ("30".to_string(), "20".to_string()));
    }

    #[test]
    fn a_size_that_no_directory_holds_is_refused() {
        assert!(Cache::new(Path::new("/"), &[Size::new(50, 50).into()]).is_none());
        assert!(Cache::new(Path::new("/"), &[]).is_some());
    }
}
