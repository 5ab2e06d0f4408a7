//! Defines how a run treats the output directory.

/// The thumbnails that are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Existing {
    /// All thumbnails.
    #[default]
    Replace,
    /// Thumbnails that are missing, or whose source or options changed according to the ledger of the output directory.
    Update,
}

/// The treatment of a file in a thumbnail's place that the ledger does not list as a thumbnail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Foreign {
    /// The file stays, and its source fails.
    #[default]
    Refuse,
    /// The file is replaced, unless it is a source of the run.
    Replace,
}

/// The treatment of thumbnails whose source is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Orphans {
    /// They stay.
    #[default]
    Keep,
    /// They are removed at the end of a complete run.
    Remove,
}

/// Whether a run writes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Effect {
    /// It writes thumbnails.
    #[default]
    Write,
    /// It only determines which files it would write, and writes nothing.
    DryRun,
}

/// Whether a run records its thumbnails in the ledger of the output directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bookkeeping {
    /// It records them.
    #[default]
    On,
    /// It does not, so later runs don't recognise them. For measuring the cost of the ledger.
    Off,
}

/// The paths of thumbnails below the output directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Layout {
    /// Those of their sources below the given input.
    #[default]
    Mirror,
    /// Those of their sources below the current directory, so that an input keeps the directories it was named with.
    KeepParents,
    /// None: all thumbnails are in one directory.
    Flat,
    /// Those of the cache that Linux desktops share: a directory for each [`DesktopSize`](super::DesktopSize), and names by
    /// the URI of the source. Thumbnails that are current are kept, whoever made them, and sources that failed before are
    /// skipped, except with [`Foreign::Replace`].
    DesktopCache,
}

/// Whether thumbnails become members of archives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Packing {
    /// The name of the output decides: one that ends with `.tar` is an archive of all thumbnails, unless it is a directory.
    #[default]
    ByName,
    /// Each input becomes an archive of its own in the output directory, with its name.
    Each,
}

/// Whether a run writes pages that show the thumbnails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Gallery {
    /// It writes none.
    #[default]
    Off,
    /// It writes a page into each directory, for all thumbnails that the ledger names.
    On,
}
