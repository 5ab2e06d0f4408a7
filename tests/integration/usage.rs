//! What a run takes, with the processes that it starts, as the system counts it (proc(5)).

use std::fs;
use std::process::{Child, ExitStatus};
use std::time::Duration;

/// What a run took.
pub struct Usage {
    pub status: ExitStatus,
    /// Of the processors, to the hundredth of a second.
    pub time: Duration,
    /// The most memory that was resident, in bytes. For the run's own process the system keeps it, so that no peak between
    /// two looks is missed but one of the very last moment. With its children it is looked at every millisecond, and what
    /// they share is counted once.
    pub peak: u64,
}

impl Usage {
    /// Waits for the end of a run.
    pub fn of(mut child: Child) -> Self {
        let id = child.id();
        let mut peak = 0;
        // One that has ended keeps its times until somebody asks how.
        let ticks: u64 = loop {
            // One that has only just been forked still is its parent, whose memory is not to be counted twice.
            let words = read(id, "cmdline");
            let children = children_of(id).into_iter().filter(|child| read(*child, "cmdline") != words);
            let of_children = children.map(|child| kibibytes(&read(child, "smaps_rollup"), "Pss:")).sum::<u64>();
            let status = read(id, "status");
            peak = peak.max(kibibytes(&status, "VmHWM:")).max(kibibytes(&status, "VmRSS:") + of_children);
            let stat = read(id, "stat");
            // The fields behind the name, which may have spaces: state first, its times and its children's 11 further on.
            let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
            if fields[0] == "Z" {
                break fields[11..15].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum();
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        Self { status: child.wait().unwrap(), time: Duration::from_millis(ticks * 10), peak: peak << 10 }
    }
}

/// The processes that a process has started and not yet buried.
pub fn children_of(id: u32) -> Vec<u32> {
    // Each thread has its own.
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
