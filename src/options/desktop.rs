//! Defines the sizes of thumbnails in the cache that desktops share.

use std::path::{Path, PathBuf};

use crate::geometry::{Bounds, Size};

/// A size of thumbnails in the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum DesktopSize {
    /// At most 128x128 px.
    Normal,
    /// At most 256x256 px.
    Large,
    /// At most 512x512 px.
    XLarge,
    /// At most 1024x1024 px.
    XxLarge,
}

impl DesktopSize {
    /// All sizes, from small to large.
    pub const ALL: [Self; 4] = [Self::Normal, Self::Large, Self::XLarge, Self::XxLarge];

    /// Returns the size in px.
    #[must_use]
    pub const fn bounds(self) -> Bounds {
        let side = match self {
            Self::Normal => 128,
            Self::Large => 256,
            Self::XLarge => 512,
            Self::XxLarge => 1024,
        };
        Bounds::Box(Size::new(side, side))
    }

    /// Returns the name of its directory in the cache.
    #[must_use]
    pub const fn directory(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Large => "large",
            Self::XLarge => "x-large",
            Self::XxLarge => "xx-large",
        }
    }
}

/// Returns the directory of the cache, from the values of `XDG_CACHE_HOME` and `HOME`. A relative path counts as unset.
#[must_use]
pub fn desktop_cache(cache: Option<&Path>, home: Option<&Path>) -> Option<PathBuf> {
    let absolute = |path: Option<&Path>| path.filter(|path| path.is_absolute()).map(Path::to_path_buf);
    let cache = absolute(cache).or_else(|| absolute(home).map(|home| home.join(".cache")))?;
    Some(cache.join("thumbnails"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_cache_is_below_the_users_directory_unless_the_environment_names_another() {
        let cache = |cache: Option<&str>, home: Option<&str>| desktop_cache(cache.map(Path::new), home.map(Path::new));
        assert_eq!(cache(Some("/c"), Some("/h")), Some("/c/thumbnails".into()));
        for unset in [None, Some(""), Some("relative")] {
            assert_eq!(cache(unset, Some("/h")), Some("/h/.cache/thumbnails".into()));
        }
        assert_eq!(cache(None, None), None);
    }
}
