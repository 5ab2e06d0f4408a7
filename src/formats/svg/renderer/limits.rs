//! Limits the time and memory of a rendering process from the inside. A watchdog ends it when its time is over. The
//! system refuses more memory (setrlimit(2), `RLIMIT_DATA`). Systems other than Unix have no such limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The exit status of a process that ran out of time, as that of the command `timeout`.
pub(super) const OUT_OF_TIME: i32 = 124;

/// The interval of the watchdog.
const LOOK: Duration = Duration::from_millis(20);

/// The limits of a process.
pub(super) struct Limits {
    /// The processor time at which the process ends, in ms since its start.
    end: Arc<AtomicU64>,
    /// Its own memory at the start, in bytes, as the limit counts it.
    held: u64,
}

impl Limits {
    /// Starts the watchdog, which also ends the process when its parent ends. Core dumps are disabled from here on:
    /// memory is private, and a folder of images is no place for it.
    pub(super) fn start() -> Self {
        system::forbid_core_dumps();
        let end = Arc::new(AtomicU64::new(u64::MAX));
        let (watched, parent) = (Arc::clone(&end), system::parent());
        let (started, is_started) = mpsc::channel();
        // Without a thread, only the run's own time limit remains.
        let _ = thread::Builder::new().spawn(move || {
            let _ = started.send(());
            loop {
                thread::sleep(LOOK);
                if system::processor_time() > watched.load(Ordering::Relaxed) || system::parent() != parent {
                    std::process::exit(OUT_OF_TIME);
                }
            }
        });
        // The system refuses the thread's own memory if that is needed under a limit.
        let _ = is_started.recv();
        Self { end, held: system::bytes_of_data().unwrap_or(0) }
    }

    /// Limits further work to this much processor time, in ms, and this many bytes.
    pub(super) fn hold_to(&self, time: Option<u64>, memory: u64) {
        let end = time.map_or(u64::MAX, |time| system::processor_time().saturating_add(time));
        self.end.store(end, Ordering::Relaxed);
        system::limit_data(system::bytes_of_data().map(|held| held.saturating_add(memory)));
    }

    /// Lifts both limits.
    pub(super) fn let_go(&self) {
        self.end.store(u64::MAX, Ordering::Relaxed);
        system::limit_data(None);
    }

    /// Returns the bytes held beyond those at the start.
    pub(super) fn held(&self) -> u64 {
        system::bytes_of_data().unwrap_or(0).saturating_sub(self.held)
    }
}

#[cfg(unix)]
mod system {
    use rustix::process::{Pid, Resource, Rlimit, getppid, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};

    /// Returns the processor time of this process, in ms.
    #[expect(clippy::cast_sign_loss, reason = "time goes on from 0")]
    pub(super) fn processor_time() -> u64 {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000
    }

    /// Returns the parent process, as long as it lives.
    pub(super) fn parent() -> Option<Pid> {
        getppid()
    }

    pub(super) fn limit_data(most: Option<u64>) {
        limit(Resource::Data, most);
    }

    pub(super) fn forbid_core_dumps() {
        limit(Resource::Core, Some(0));
    }

    /// Sets a limit, at most that of the process at its start. If the system refuses, it stays as it is.
    fn limit(resource: Resource, most: Option<u64>) {
        let maximum = getrlimit(resource).maximum;
        let current = most.into_iter().chain(maximum).min();
        let _ = setrlimit(resource, Rlimit { current, maximum });
    }

    /// Returns the process's own writable memory as the limit counts it (proc(5), `VmData`), in bytes.
    pub(super) fn bytes_of_data() -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmData:")?.trim().strip_suffix(" kB"));
        kibibytes?.parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
    }
}

#[cfg(not(unix))]
mod system {
    pub(super) const fn processor_time() -> u64 {
        0
    }

    pub(super) const fn parent() {}

    pub(super) const fn limit_data(_: Option<u64>) {}

    pub(super) const fn forbid_core_dumps() {}

    pub(super) const fn bytes_of_data() -> Option<u64> {
        None
    }
}
