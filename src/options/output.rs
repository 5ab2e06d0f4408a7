//! Decides what a run does to the output directory.

/// Which thumbnails are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Existing {
    /// All of them.
    #[default]
    Replace,
    /// Those that are missing, or whose source or options changed, by the ledger of the output directory.
    Update,
}

/// What becomes of a file in a thumbnail's place that the ledger does not name as a thumbnail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Foreign {
    /// It stays, and its source fails.
    #[default]
    Refuse,
    /// It is replaced, unless it is a source of the run.
    Replace,
}

/// What becomes of thumbnails whose source is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Orphans {
    /// They stay.
    #[default]
    Keep,
    /// They are removed at the end of a run that was complete.
    Remove,
}

/// Whether a run writes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It does.
    #[default]
    Write,
    /// It only finds out what it would write, and writes nothing at all.
    DryRun,
}

/// Whether what a run stores is written down in the ledger of the output directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bookkeeping {
    /// It is.
    #[default]
    On,
    /// It is not, and no later run recognises it: to measure what the ledger costs.
    Off,
}

/// Where thumbnails lie below the output directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// As their sources do below the input that was named.
    #[default]
    Mirror,
    /// As their sources do below the current directory: an input keeps the directories that it was named with.
    KeepParents,
}
