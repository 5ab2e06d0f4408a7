//! The system's allocator, told to give memory back. By itself glibc keeps what large buffers took, up to 64 MiB for each
//! thread, once such a buffer was freed (mallopt(3), `M_MMAP_THRESHOLD`): 16 workers under a budget of 128 MiB were seen
//! to hold 346 MiB, of which 104 MiB were in use. It takes such settings from the environment of a process that starts.

/// Bytes from which a buffer goes back to the system as soon as it is free, and free ones at the end of the heap as well.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const SETTINGS: [(&str, &str); 2] = [("MALLOC_MMAP_THRESHOLD_", "131072"), ("MALLOC_TRIM_THRESHOLD_", "131072")];

/// Starts the program again, as the same process, with these settings; goes on where they are made already or the
/// system refuses.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_memory_back() {
    use std::os::unix::process::CommandExt;

    if SETTINGS.iter().any(|(name, _)| std::env::var_os(name).is_some()) {
        return;
    }
    let mut words = std::env::args_os();
    let mut again = std::process::Command::new("/proc/self/exe");
    if let Some(name) = words.next() {
        again.arg0(name);
    }
    // It only returns where nothing came of it, and then the run is none the worse but for its memory.
    let _ = again.args(words).envs(SETTINGS).exec();
}

/// Other systems' allocators do so by themselves, or can't be told.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub const fn give_memory_back() {}
