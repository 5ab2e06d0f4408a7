//! Measures the resources of a run and its child processes. The system counts them (proc(5)).

use std::fs;
use std::process::{Child, ExitStatus};
use std::time::Duration;

/// The resources used by a run.
pub struct Usage {
    pub status: ExitStatus,
    /// Processor time, to the hundredth of a second.
    pub time: Duration,
    /// Peak resident memory in bytes. The system keeps the peak of the run's own process, so only one in the very last
    /// moment is missed. The sum with its children is sampled every millisecond, and counts shared memory once.
    pub peak: u64,
}

impl Usage {
    /// Waits for the end of a run, and measures it.
    pub fn of(mut child: Child) -> Self {
        let id = child.id();
        let mut peak = 0;
        // A process that has ended keeps its times until it is waited for.
        let ticks: u64 = loop {
            // A process that was just forked is still its parent, whose memory must not be counted twice.
            let words = read(id, "cmdline");
            let children = children_of(id).into_iter().filter(|child| read(*child, "cmdline") != words);
            let of_children = children.map(|child| kibibytes(&read(child, "smaps_rollup"), "Pss:")).sum::<u64>();
            let status = read(id, "status");
            peak = peak.max(kibibytes(&status, "VmHWM:")).max(kibibytes(&status, "VmRSS:") + of_children);
            let stat = read(id, "stat");
            // The fields after the name, which may have spaces: the state is first, the times of it and its children 11
            // further on.
            let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
            if fields[0] == "Z" {
                break fields[11..15].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum();
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        Self { status: child.wait().unwrap(), time: Duration::from_millis(ticks * 10), peak: peak << 10 }
    }
}

/// Returns the child processes of a process that have not been reaped.
pub fn children_of(id: u32) -> Vec<u32> {
    // Each thread has its own list.
    let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(|child| child.parse().unwrap()).collect::<Vec<_>>()).collect()
}

fn read(id: impl std::fmt::Display, file: &str) -> String {
    fs::read_to_string(format!("/proc/{id}/{file}")).unwrap_or_default()
}

fn kibibytes(text: &str, name: &str) -> u64 {
    let number = text.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.parse().ok());
    number.unwrap_or(0)
}
