//! The time and the memory that a process which renders holds itself to: the system ends it, or gives it no more
//! (setrlimit(2), `RLIMIT_CPU` and `RLIMIT_DATA`). Systems that know no such limits hold it to nothing.

#[cfg(unix)]
pub(super) use unix::{bytes_of_data, forbid_core_dumps, hold_to, let_go};

#[cfg(unix)]
mod unix {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};

    /// Holds this process to so many seconds more of the processor, less the part of one that it has begun, and to so many
    /// bytes more.
    pub(in super::super) fn hold_to(seconds: Option<u64>, memory: u64) {
        let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
        limit(Resource::Cpu, seconds.map(|seconds| used.saturating_add(seconds)));
        limit(Resource::Data, bytes_of_data().map(|held| held.saturating_add(memory)));
    }

    /// Lifts both limits.
    pub(in super::super) fn let_go() {
        limit(Resource::Cpu, None);
        limit(Resource::Data, None);
    }

    /// Its memory is nobody's business, and a folder of pictures no place for it.
    pub(in super::super) fn forbid_core_dumps() {
        limit(Resource::Core, Some(0));
    }

    /// No more than what the process was started with. Where the system refuses, it goes on without.
    fn limit(resource: Resource, most: Option<u64>) {
        let maximum = getrlimit(resource).maximum;
        let current = most.into_iter().chain(maximum).min();
        let _ = setrlimit(resource, Rlimit { current, maximum });
    }

    /// Memory of its own that the process may write to, as the limit counts it (proc(5), `VmData`), in bytes.
    pub(in super::super) fn bytes_of_data() -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmData:")?.trim().strip_suffix(" kB"));
        kibibytes?.parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
    }
}

#[cfg(not(unix))]
pub(super) const fn hold_to(_: Option<u64>, _: u64) {}

#[cfg(not(unix))]
pub(super) const fn bytes_of_data() -> Option<u64> {
    None
}

#[cfg(not(unix))]
pub(super) const fn let_go() {}

#[cfg(not(unix))]
pub(super) const fn forbid_core_dumps() {}
