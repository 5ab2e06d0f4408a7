//! Lists the objects below a prefix, page by page. The next pages come while the first ones are worked on.

use std::io;
use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt as _;
use object_store::path::Path as Key;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::sleep;

use super::listed::Listed;
use super::object::facts_of;
use super::refusal::{breaks_off, to_io};
use super::stores::{Location, spawn};

/// Objects that are listed ahead of who takes them: two pages.
const AHEAD: usize = 2000;

/// Failures in a row after which a list is given back, and the pause before the next request, times their number.
const MOST_FAILURES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(100);

/// The objects below a prefix, in the store's order. An error ends them.
#[derive(Debug)]
pub struct Listing(Receiver<io::Result<Listed>>);

/// Begins to list the objects below the prefix that a URL names.
///
/// # Errors
/// The URL is invalid, or no store can be reached by it.
pub fn list(prefix: &Path) -> io::Result<Listing> {
    let Location { store, key } = Location::of(prefix)?;
    let (sender, receiver) = channel(AHEAD);
    spawn(async move {
        let prefix = (!key.as_ref().is_empty()).then_some(&key);
        let (mut last, mut failures) = (None, 0);
        let mut objects = store.list(prefix);
        while let Some(object) = objects.next().await {
            let listed = match object.map_err(|error| to_io(&error)) {
                Ok(meta) => {
                    failures = 0;
                    let listed = below(&meta.location, &key).map(|below| Listed { below, facts: facts_of(&meta) });
                    last = Some(meta.location);
                    match listed {
                        Some(listed) => Ok(listed),
                        None => continue,
                    }
                }
                // The client does not ask again for a page that breaks off.
                Err(error) if breaks_off(&error) && failures < MOST_FAILURES => {
                    failures += 1;
                    sleep(PAUSE * failures).await;
                    objects = match &last {
                        Some(last) => store.list_with_offset(prefix, last),
                        None => store.list(prefix),
                    };
                    continue;
                }
                Err(error) => Err(error),
            };
            // Nobody listens any more.
            if sender.send(listed).await.is_err() {
                break;
            }
        }
    })?;
    Ok(Listing(receiver))
}

impl Iterator for Listing {
    type Item = io::Result<Listed>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.blocking_recv()
    }
}

/// Returns the key of an object below a prefix; `None` for the prefix itself, which some programs store as an empty object.
fn below(location: &Key, prefix: &Key) -> Option<String> {
    let below = match prefix.as_ref() {
        "" => location.as_ref(),
        prefix => location.as_ref().strip_prefix(prefix)?.strip_prefix('/')?,
    };
    (!below.is_empty()).then(|| below.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_below_a_prefix_of_whole_names() {
        let key = |text: &str| Key::parse(text).unwrap();
        assert_eq!(below(&key("a/b/c.jpg"), &key("a")).as_deref(), Some("b/c.jpg"));
        assert_eq!(below(&key("a/b"), &key("")).as_deref(), Some("a/b"));
        assert_eq!(below(&key("ab/c"), &key("a")), None);
        assert_eq!(below(&key("a"), &key("a")), None);
    }
}
