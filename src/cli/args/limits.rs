//! Defines the arguments that bound time, memory and the size of images.

use std::num::NonZeroUsize;
use std::time::Duration;

use thumbs::options::{Config, Memory, read_bytes, read_duration, read_pixels};

use super::typed::Typed;

/// Arguments that bound time, memory and the size of images.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Speed and limits")]
pub(super) struct Limits {
    /// Number of images to process at the same time, at most 1024 [default: one per core]
    #[arg(short, long, value_name = "N", value_parser = read_jobs, allow_negative_numbers = true)]
    pub(super) jobs: Option<NonZeroUsize>,

    /// Process one image at a time; same as --jobs 1
    #[arg(hide_short_help = true, long, conflicts_with = "jobs")]
    pub(super) sequential: bool,

    /// Benchmark one worker against all of them, and check that the output is identical
    #[arg(long, conflicts_with_all = ["sequential", "update", "resume", "retry_failed", "dry_run", "prune"])]
    pub(super) compare: bool,

    /// Memory budget for the images in progress, estimated from their headers: a size such as 128M or 1.5GB, or a percentage
    /// of the free memory
    ///
    /// An image that needs more is processed alone if the machine has the memory
    #[arg(long, value_name = "SIZE", default_value = "50%", allow_negative_numbers = true)]
    pub(super) max_memory: Memory,

    /// Fail images of more pixels than this, such as 1.5M or 500MP (k, M and G are powers of 1000)
    #[arg(hide_short_help = true, long, value_name = "N", default_value = "500M", value_parser = read_pixels, allow_negative_numbers = true)]
    pub(super) max_pixels: u64,

    /// Fail files larger than SIZE, such as 512MiB, 1.5G or 100KB (K, M, G, T and KiB, MiB, … are powers of 1024; KB, MB,
    /// … powers of 1000)
    #[arg(hide_short_help = true, long, value_name = "SIZE", default_value = "4G", value_parser = read_bytes, allow_negative_numbers = true)]
    pub(super) max_file_size: u64,

    /// Give up on a file after TIME stuck reading, or 10 times that decoding (longer if workers share a core): 10s, 2m,
    /// 500ms, or a number of seconds; 0 disables
    ///
    /// Vector images have 2s of processor time, more if they are large or TIME is more than 60s
    #[arg(hide_short_help = true, long, value_name = "TIME", default_value = "60s", value_parser = read_duration, allow_negative_numbers = true)]
    pub(super) timeout: Duration,
}

impl Limits {
    /// Sets the values that were typed, and those of the machine.
    pub(super) fn apply(&self, config: &mut Config, typed: &Typed) {
        if let (Some(workers), _) = self.workers() {
            config.workers = workers;
        }
        if typed.has("max_pixels") {
            config.options.max_pixels = self.max_pixels;
        }
        if typed.has("max_file_size") {
            config.options.max_file_size = self.max_file_size;
        }
        config.memory = self.max_memory;
        config.timeout = (!self.timeout.is_zero()).then_some(self.timeout);
    }

    /// Returns the number of workers asked for, at most [`MAX_WORKERS`], and a warning if more were asked for.
    pub fn workers(&self) -> (Option<NonZeroUsize>, Option<String>) {
        match self.jobs {
            _ if self.sequential => (Some(NonZeroUsize::MIN), None),
            Some(asked) if asked > MAX_WORKERS => {
                let warning = format!("{asked} workers are too many; using {MAX_WORKERS}, the most --jobs allows");
                (Some(MAX_WORKERS), Some(warning))
            }
            workers => (workers, None),
        }
    }
}

/// The maximum number of workers. Each is a thread with a decoder's buffers, useless once the disk and every core are busy:
/// the largest servers have a few hundred cores, while 100 000 threads exceed the default limits of Linux.
const MAX_WORKERS: NonZeroUsize = NonZeroUsize::new(1024).expect("it is not 0");

fn read_jobs(text: &str) -> Result<NonZeroUsize, String> {
    use std::num::IntErrorKind::{PosOverflow, Zero};
    match text.parse::<NonZeroUsize>() {
        Ok(workers) => Ok(workers),
        Err(error) if *error.kind() == PosOverflow => Ok(NonZeroUsize::MAX),
        Err(error) if *error.kind() == Zero => Err("at least 1 worker is needed".to_string()),
        Err(_) => Err("the number of workers is a number from 1".to_string()),
    }
}
