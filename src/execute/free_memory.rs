//! Estimates the memory that the process may still take. That is the free memory, or less if a control group bounds it.
//! Linux reports both in text files (`proc_meminfo(5)`; the kernel's `cgroup-v2.rst` and `cgroup-v1/memory.rst`). Other
//! systems get a fixed guess.

use std::fs;
use std::path::{Path, PathBuf};

/// The free memory assumed if the system reports none. It is a quarter of that of a small machine of today.
const UNTOLD: u64 = 2 << 30;

/// Returns the bytes that the process can take within the machine and its control group.
#[must_use]
pub fn free_memory() -> u64 {
    free_below(Path::new("/"))
}

fn free_below(root: &Path) -> u64 {
    let read = |path: &Path| fs::read_to_string(root.join(path)).ok();
    let system = read(Path::new("proc/meminfo")).and_then(|text| field(&text, "MemAvailable:")).map(|kib| kib * 1024);
    let groups = read(Path::new("proc/self/cgroup")).unwrap_or_default();
    let bounds = groups.lines().flat_map(group_folders).filter_map(|group| group.free(&read));
    bounds.chain(system).min().unwrap_or(UNTOLD)
}

/// The directory of a control group and its file names. The names differ between the two versions.
#[derive(Debug, PartialEq, Eq)]
struct Group {
    folder: PathBuf,
    files: [&'static str; 2],
    reclaimable: &'static str,
}

/// Lists the groups in a line of `/proc/self/cgroup`, each with its ancestors. The tightest of them counts.
fn group_folders(line: &str) -> Vec<Group> {
    let mut fields = line.splitn(3, ':');
    let (Some(_), Some(controllers), Some(path)) = (fields.next(), fields.next(), fields.next()) else {
        return Vec::new();
    };
    let (mount, files, reclaimable) = if controllers.is_empty() {
        ("sys/fs/cgroup", ["memory.max", "memory.current"], "inactive_file")
    } else if controllers.split(',').any(|controller| controller == "memory") {
        ("sys/fs/cgroup/memory", ["memory.limit_in_bytes", "memory.usage_in_bytes"], "total_inactive_file")
    } else {
        return Vec::new();
    };
    // In a container the path is often the host's, and the group's files are in the mount itself.
    let own = Path::new(path.trim_start_matches('/'));
    own.ancestors().map(|way| Group { folder: Path::new(mount).join(way), files, reclaimable }).collect()
}

impl Group {
    /// Returns the bytes that the group leaves free. `None` if it sets no bound or does not exist. Cached files count
    /// as free: the kernel drops them when the group needs their memory.
    fn free(&self, read: &impl Fn(&Path) -> Option<String>) -> Option<u64> {
        let number = |name: &str| read(&self.folder.join(name))?.trim().parse::<u64>().ok();
        let limit = number(self.files[0])?;
        let used = number(self.files[1])?;
        let cached = read(&self.folder.join("memory.stat")).and_then(|text| field(&text, self.reclaimable));
        Some(limit.saturating_sub(used.saturating_sub(cached.unwrap_or(0))))
    }
}

/// Returns the number after `name` at the start of a line.
fn field(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| {
        let mut words = line.split_ascii_whitespace();
        (words.next() == Some(name)).then(|| words.next()?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Creates a root directory with these files.
    fn root(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    const MEMINFO: (&str, &str) = ("proc/meminfo", "MemTotal: 8000 kB\nMemFree: 100 kB\nMemAvailable: 4000 kB\n");

    #[test]
    fn without_a_control_group_what_the_system_has_counts() {
        assert_eq!(free_below(root(&[MEMINFO]).path()), 4000 * 1024);
        assert_eq!(free_below(root(&[]).path()), UNTOLD);
    }

    #[test]
    fn the_tightest_group_of_version_2_counts_and_cached_files_are_free() {
        let root = root(&[
            MEMINFO,
            ("proc/self/cgroup", "0::/app.slice/job\n"),
            ("sys/fs/cgroup/app.slice/memory.max", "1000000\n"),
            ("sys/fs/cgroup/app.slice/memory.current", "700000\n"),
            ("sys/fs/cgroup/app.slice/memory.stat", "anon 500000\ninactive_file 150000\n"),
            ("sys/fs/cgroup/app.slice/job/memory.max", "max\n"),
            ("sys/fs/cgroup/app.slice/job/memory.current", "1\n"),
        ]);
        assert_eq!(free_below(root.path()), 450_000);
    }

    #[test]
    fn a_group_of_version_1_counts_also_where_a_container_shows_it_as_the_root() {
        let root = root(&[
            MEMINFO,
            ("proc/self/cgroup", "5:cpu,cpuacct:/\n4:memory:/docker/0123\n1:name=systemd:/\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "2000000\n"),
            ("sys/fs/cgroup/memory/memory.usage_in_bytes", "1500000\n"),
            ("sys/fs/cgroup/memory/memory.stat", "inactive_file 7\ntotal_inactive_file 100000\n"),
        ]);
        assert_eq!(free_below(root.path()), 600_000);
    }

    #[test]
    fn more_used_than_allowed_leaves_nothing() {
        let root = root(&[
            ("proc/self/cgroup", "0::/\n"),
            ("sys/fs/cgroup/memory.max", "10\n"),
            ("sys/fs/cgroup/memory.current", "20\n"),
        ]);
        assert_eq!(free_below(root.path()), 0);
    }
}
