//! Iterates over the records of a run that goes on in a thread of its own.

use std::iter::FusedIterator;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use super::directories::run;
use crate::error::{Error, panic_message};
use crate::execute::Cancel;
use crate::options::Config;
use crate::outcome::{Record, Totals};

/// The number of records that wait for the iterator before the run waits, too.
const WAITING: usize = 256;

/// The name of the thread.
const NAME: &str = "thumbs-records";

/// An iterator over the records of a run, as its files are done.
///
/// The run goes on in a thread of its own, and waits if the iterator falls far behind. Dropping the iterator stops it: files in progress
/// are finished, and no other is started.
#[derive(Debug)]
pub struct Records {
    messages: Option<Receiver<Message>>,
    /// The first message, which shows that the run has begun.
    first: Option<Message>,
    totals: Option<Totals>,
    cancel: Cancel,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
enum Message {
    Record(Box<Record>),
    End(Box<Result<Totals, Error>>),
}

/// Makes the thumbnails of everything under the inputs of `config`, and returns an iterator over the records.
///
/// # Examples
///
/// ```no_run
/// use thumbs::{Config, Outcome, records};
///
/// let mut records = records(Config::new(vec!["images".into()]))?;
/// for record in &mut records {
///     if let Outcome::Failed(error) = &record.outcome {
///         eprintln!("{error}");
///     }
/// }
/// println!("{:?}", records.totals());
/// # Ok::<(), thumbs::Error>(())
/// ```
///
/// # Errors
/// Only obstacles to the start of the run. A bad file is the outcome of that file.
pub fn records(config: Config) -> Result<Records, Error> {
    let (sender, messages) = sync_channel(WAITING);
    let cancel = Cancel::default();
    let stop = cancel.clone();
    let thread = thread::Builder::new().name(NAME.to_string()).spawn(move || deliver(&config, &stop, &sender));
    let thread = thread.map_err(|error| Error::Workers { workers: 1, reason: error.to_string() })?;
    match messages.recv() {
        Ok(Message::End(end)) => {
            let totals = (*end)?;
            Ok(Records { messages: None, first: None, totals: Some(totals), cancel, thread: Some(thread) })
        }
        Ok(first) => {
            Ok(Records { messages: Some(messages), first: Some(first), totals: None, cancel, thread: Some(thread) })
        }
        Err(_) => {
            let reason = thread.join().map_or_else(|panic| panic_message(&*panic), |()| "it ended".to_string());
            Err(Error::Workers { workers: 1, reason })
        }
    }
}

/// Performs the run, and sends what happens. If nobody listens any more, the run stops.
fn deliver(config: &Config, cancel: &Cancel, sender: &SyncSender<Message>) {
    let totals = run(config, cancel, |record| {
        if sender.send(Message::Record(Box::new(record.clone()))).is_err() {
            cancel.set();
        }
    });
    let _ = sender.send(Message::End(Box::new(totals)));
}

impl Records {
    /// Returns the totals of the run, once the iterator has ended. `None` before, or if the run broke off.
    #[must_use]
    pub const fn totals(&self) -> Option<&Totals> {
        self.totals.as_ref()
    }
}

impl Iterator for Records {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let message = self.first.take().or_else(|| self.messages.as_ref()?.recv().ok());
        match message {
            Some(Message::Record(record)) => Some(*record),
            Some(Message::End(end)) => {
                self.messages = None;
                self.totals = end.ok();
                None
            }
            None => {
                self.messages = None;
                None
            }
        }
    }
}

impl FusedIterator for Records {}

impl Drop for Records {
    fn drop(&mut self) {
        self.cancel.set();
        // A run that waits for the iterator goes on, to its end.
        self.messages = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
