//! Keeps the runtime that receives answers, and a client for each store.

use std::collections::HashMap;
use std::env;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use object_store::path::Path as Key;
use object_store::{GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt as _, parse_url_opts};
use percent_encoding::percent_decode_str;
use tokio::runtime::{Builder, Runtime};

use super::refusal::{breaks_off, to_io};

/// The threads that receive answers and decrypt them.
const THREADS: usize = 2;

/// The prefixes of the variables that configure stores, as every program for them reads them.
const VARIABLES: [&str; 3] = ["AWS_", "AZURE_", "GOOGLE_"];

/// The clients of the process. A client keeps its connections open between requests.
#[derive(Debug)]
struct Stores {
    runtime: Runtime,
    by_host: Mutex<HashMap<String, Arc<dyn ObjectStore>>>,
}

/// The place of an object or of a prefix.
#[derive(Debug, Clone)]
pub(super) struct Location {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) key: Key,
}

impl Location {
    /// Returns the place that a URL names.
    pub(super) fn of(url: &Path) -> io::Result<Self> {
        let invalid = |reason: String| io::Error::new(io::ErrorKind::InvalidInput, reason);
        let text = url.to_str().ok_or_else(|| invalid("the URL is not valid Unicode".to_string()))?;
        // Joined paths have the separators of the system.
        let text = if cfg!(windows) { text.replace('\\', "/") } else { text.to_string() };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| invalid("not a URL".to_string()))?;
        let (host, key) = rest.split_once('/').unwrap_or((rest, ""));
        let key = if scheme.starts_with("http") { decode(key)? } else { key.to_string() };
        let key = Key::parse(key.trim_end_matches('/')).map_err(|error| invalid(error.to_string()))?;
        let store = Stores::of_process()?.client(scheme, host)?;
        Ok(Self { store, key })
    }

    /// Waits for the answer of a request.
    pub(super) fn wait<T>(&self, answer: impl Future<Output = object_store::Result<T>>) -> io::Result<T> {
        Stores::of_process()?.runtime.block_on(answer).map_err(|error| to_io(&error))
    }

    /// Waits for the metadata of the object.
    pub(super) fn head(&self) -> io::Result<ObjectMeta> {
        match retried(|| self.wait(self.store.head(&self.key))) {
            // The answer has no text, so a piece is asked for in place of it.
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let options = GetOptions { range: Some((0..1).into()), ..GetOptions::default() };
                retried(|| self.wait(self.store.get_opts(&self.key, options.clone()))).map(|got| got.meta)
            }
            other => other,
        }
    }
}

/// Returns no error, as this build reads URLs.
///
/// # Errors
/// None.
pub fn is_supported() -> io::Result<()> {
    Ok(())
}

/// Attempts of a request whose answers break off, the time for them, and the pause before the next one, times their number.
const ATTEMPTS: u32 = 6;
const PATIENCE: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(100);

/// Repeats a request whose answer breaks off. The client repeats those that fail, and the pieces of an object, but not answers of
/// other kinds.
pub(super) fn retried<T>(mut request: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let started = Instant::now();
    for attempt in 1..ATTEMPTS {
        match request() {
            Err(error) if breaks_off(&error) && started.elapsed() < PATIENCE => thread::sleep(PAUSE * attempt),
            other => return other,
        }
    }
    request()
}

/// Decodes the escapes of a URL's path.
fn decode(path: &str) -> io::Result<String> {
    let invalid = |reason: &str| io::Error::new(io::ErrorKind::InvalidInput, reason.to_string());
    if path.contains('?') {
        return Err(invalid("URLs with a query are not supported"));
    }
    let decoded = percent_decode_str(path).decode_utf8().map_err(|_| invalid("the URL is not valid Unicode"))?;
    Ok(decoded.into_owned())
}

/// Runs a future on the threads of the runtime, whoever waits for it.
pub(super) fn spawn(future: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    drop(Stores::of_process()?.runtime.spawn(future));
    Ok(())
}

impl Stores {
    fn of_process() -> io::Result<&'static Self> {
        static STORES: OnceLock<Stores> = OnceLock::new();
        if let Some(stores) = STORES.get() {
            return Ok(stores);
        }
        // A program that embeds this library may have chosen another provider of ciphers.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime =
            Builder::new_multi_thread().worker_threads(THREADS).thread_name("thumbs-network").enable_all().build()?;
        Ok(STORES.get_or_init(|| Self { runtime, by_host: Mutex::default() }))
    }

    fn client(&self, scheme: &str, host: &str) -> io::Result<Arc<dyn ObjectStore>> {
        let root = format!("{scheme}://{host}");
        let mut by_host = self.by_host.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = by_host.get(&root) {
            return Ok(Arc::clone(client));
        }
        let url = url_of(&root)?;
        let _inside = self.runtime.enter();
        let (client, _) = parse_url_opts(&url, options(scheme)).map_err(|error| to_io(&error))?;
        let client: Arc<dyn ObjectStore> = client.into();
        by_host.insert(root, Arc::clone(&client));
        Ok(client)
    }
}

fn url_of(root: &str) -> io::Result<reqwest::Url> {
    reqwest::Url::parse(root).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))
}

/// Lists the options of a client: the variables of the environment. Only those with a prefix are read, as others of the same names,
/// such as `TOKEN`, belong to other programs.
fn options(scheme: &str) -> Vec<(String, String)> {
    let is_one = |name: &str| VARIABLES.iter().any(|prefix| name.starts_with(prefix));
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    let variables = env::vars_os().filter_map(text).filter(|(name, _)| is_one(name));
    // The URL itself says that the connection is open to all.
    let open = (scheme == "http").then(|| ("allow_http".to_string(), "true".to_string()));
    variables.chain(open).collect()
}
