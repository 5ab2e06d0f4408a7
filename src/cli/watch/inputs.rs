//! Watches the inputs, and those that vanish and come back anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use thumbs::error::Error;

/// The inputs of a run, each watched as long as it exists.
pub(super) struct Inputs {
    watcher: RecommendedWatcher,
    watched: Vec<Watched>,
}

/// An input, and the directory or file that it was when it was looked at last.
struct Watched {
    typed: PathBuf,
    found: Option<Identity>,
}

/// A directory or file that is watched. Another one under its path has another number.
#[derive(PartialEq, Eq)]
struct Identity {
    /// The path, absolute and without links, as events have it.
    real: PathBuf,
    /// The numbers of the device and of the file on it.
    numbers: (u64, u64),
}

impl Inputs {
    /// Starts to watch the inputs as typed, and sends what happens to `events`.
    ///
    /// # Errors
    /// An input that can't be watched, or none that exists.
    pub(super) fn watch(inputs: &[PathBuf], events: Sender<notify::Result<Event>>) -> Result<Self, Error> {
        let mut watcher = notify::recommended_watcher(events).map_err(refuse)?;
        let mut watched = Vec::with_capacity(inputs.len());
        let mut missing = None;
        for typed in inputs {
            let found = match identify(typed) {
                Ok(found) => Some(found),
                Err(source) => {
                    missing.get_or_insert_with(|| Error::Input { path: typed.clone(), source });
                    None
                }
            };
            if let Some(Identity { real, .. }) = &found {
                watcher.watch(real, RecursiveMode::Recursive).map_err(refuse)?;
            }
            watched.push(Watched { typed: typed.clone(), found });
        }
        match missing {
            Some(error) if watched.iter().all(|watched| watched.found.is_none()) => Err(error),
            _ => Ok(Self { watcher, watched }),
        }
    }

    /// Looks whether inputs vanished, came back or were replaced since the last look, and watches those that are there.
    /// Returns whether there were any.
    pub(super) fn renew(&mut self) -> bool {
        let mut is_any = false;
        for Watched { typed, found } in &mut self.watched {
            let now = identify(typed).ok();
            if now == *found {
                continue;
            }
            is_any = true;
            if let Some(before) = found.take() {
                // There is nothing to be watched any more.
                let _ = self.watcher.unwatch(&before.real);
            }
            // One that can't be watched is tried again at the next look.
            *found = now.filter(|now| self.watcher.watch(&now.real, RecursiveMode::Recursive).is_ok());
        }
        is_any
    }
}

fn identify(typed: &Path) -> std::io::Result<Identity> {
    let real = fs::canonicalize(typed)?;
    #[cfg(unix)]
    let numbers = {
        use std::os::unix::fs::MetadataExt;
        let metadata = fs::metadata(&real)?;
        (metadata.dev(), metadata.ino())
    };
    #[cfg(not(unix))]
    let numbers = (0, 0);
    Ok(Identity { real, numbers })
}

fn refuse(error: notify::Error) -> Error {
    let path = error.paths.first().cloned().unwrap_or_default();
    let source = match error.kind {
        notify::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("can't be watched: {}", notify::Error::new(other))),
    };
    Error::Input { path, source }
}
