//! Composes the text of the progress bar. It is a pure function, so that every width can be tested.

use std::time::Duration;

use thumbs::internal::report::counted;

/// The progress of a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    pub files_done: u64,
    pub files: u64,
    pub bytes_done: u64,
    /// 0 if the sizes are unknown.
    pub bytes: u64,
    pub elapsed: Duration,
}

const WIDEST_BAR: usize = 32;
const NARROWEST_BAR: usize = 10;

/// Returns the longest form of the text that leaves the last column free. Some terminals wrap there. A bar fills the
/// remaining width.
pub fn compose(width: usize, progress: &Progress) -> String {
    let room = width.saturating_sub(1);
    let text = forms(progress).into_iter().find(|form| form.chars().count() <= room).unwrap_or_default();
    let bar = room.saturating_sub(text.chars().count() + 1).min(WIDEST_BAR);
    if bar < NARROWEST_BAR {
        return text;
    }
    let filled = filled(bar, progress);
    format!("{}{} {text}", "█".repeat(filled), "░".repeat(bar - filled))
}

/// Returns every form of the text, the longest first.
fn forms(progress: &Progress) -> [String; 6] {
    let done = format!("{}/{}", progress.files_done, counted(progress.files, "file"));
    let counts = format!("{}/{}", progress.files_done, progress.files);
    let read = match progress.bytes {
        0 => megabytes(progress.bytes_done),
        bytes => format!("{} of {}", megabytes(progress.bytes_done), megabytes(bytes)),
    };
    let left = time_left(progress).map(|left| format!("  {} left", clock(left))).unwrap_or_default();
    let seconds = progress.elapsed.as_secs_f64();
    let is_known = progress.files_done > 0 && seconds > 0.0;
    let rate = |number: f64, unit: &str| {
        if is_known { format!("  {:.1} {unit}", number / seconds) } else { String::new() }
    };
    let files_rate = rate(as_f64(progress.files_done), "files/s");
    let bytes_rate = rate(as_f64(progress.bytes_done) / 1e6, "MB/s");
    [
        format!("{done}  {read}{files_rate}{bytes_rate}{left}"),
        format!("{done}  {read}{files_rate}{left}"),
        format!("{done}  {}{left}", megabytes(progress.bytes_done)),
        format!("{done}{left}"),
        format!("{counts}{left}"),
        counts,
    ]
}

/// Estimates the time left by bytes, since files differ too much in size. Counts files if the sizes are unknown. `None`
/// until something is done.
fn time_left(progress: &Progress) -> Option<Duration> {
    let (done, all) = match progress.bytes {
        0 => (progress.files_done, progress.files),
        bytes => (progress.bytes_done, bytes),
    };
    let factor = as_f64(all.saturating_sub(done)) / as_f64(done);
    Duration::try_from_secs_f64(progress.elapsed.as_secs_f64() * factor).ok()
}

/// Returns the number of filled columns of a bar. The last one stays empty until the last file is done.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is at most the number of columns")]
fn filled(columns: usize, progress: &Progress) -> usize {
    let (done, all) = match progress.bytes {
        0 => (progress.files_done, progress.files),
        bytes => (progress.bytes_done, bytes),
    };
    if progress.files_done >= progress.files {
        return columns;
    }
    let share = as_f64(done) / as_f64(all.max(1));
    ((as_f64(columns as u64) * share) as usize).min(columns.saturating_sub(1))
}

fn megabytes(bytes: u64) -> String {
    let megabytes = as_f64(bytes) / 1e6;
    if megabytes < 999.95 { format!("{megabytes:.1} MB") } else { format!("{:.1} GB", megabytes / 1e3) }
}

/// Writes the time left, rounded up, so that 0:00 means that nothing is left.
fn clock(left: Duration) -> String {
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[expect(clippy::cast_precision_loss, reason = "no digit beyond the 15th is shown")]
const fn as_f64(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Progress {
        Progress {
            files_done: 250,
            files: 1000,
            bytes_done: 1_000_000_000,
            bytes: 3_000_000_000,
            elapsed: Duration::from_secs(10),
        }
    }

    #[test]
    fn wide_terminals_show_everything_and_narrow_ones_less() {
        let full = "250/1000 files  1.0 GB of 3.0 GB  25.0 files/s  100.0 MB/s  0:20 left";
        let bar = format!("{}{}", "█".repeat(10), "░".repeat(22));
        assert_eq!(compose(200, &some()), format!("{bar} {full}"));
        assert_eq!(compose(80, &some()), full);
        assert_eq!(compose(60, &some()), "250/1000 files  1.0 GB of 3.0 GB  25.0 files/s  0:20 left");
        assert_eq!(compose(40, &some()), "250/1000 files  1.0 GB  0:20 left");
        assert_eq!(compose(30, &some()), "250/1000 files  0:20 left");
        assert_eq!(compose(20, &some()), "250/1000  0:20 left");
        assert_eq!(compose(12, &some()), "250/1000");
        assert_eq!(compose(5, &some()), "");
        assert_eq!(compose(0, &some()), "");
    }

    #[test]
    fn no_width_is_filled_to_its_last_column() {
        let huge = Progress {
            files_done: 999_999,
            files: 1_000_000,
            bytes_done: u64::MAX / 2,
            bytes: u64::MAX,
            elapsed: Duration::from_secs(1_000_000),
        };
        for width in 0..300 {
            for progress in [Progress::default(), some(), huge] {
                let columns = compose(width, &progress).chars().count();
                assert!(columns <= width.saturating_sub(1), "{columns} of {width}");
            }
        }
    }

    #[test]
    fn time_left_goes_by_bytes_and_without_them_by_files() {
        assert_eq!(time_left(&some()), Some(Duration::from_secs(20)));
        assert_eq!(time_left(&Progress { bytes: 0, ..some() }), Some(Duration::from_secs(30)));
        assert_eq!(time_left(&Progress { bytes_done: 0, ..some() }), None, "nothing is known yet");
        let shrunk = Progress { bytes: 5, ..some() };
        assert_eq!(time_left(&shrunk), Some(Duration::ZERO), "files may grow after the walk");
    }

    #[test]
    fn a_run_that_has_not_begun_shows_no_time_left_and_one_file_is_singular() {
        let one = Progress { files: 1, ..Progress::default() };
        assert_eq!(compose(40, &one), format!("{} 0/1 file  0.0 MB", "░".repeat(22)));
    }

    #[test]
    fn the_bar_is_full_only_when_all_files_are_done() {
        let nearly = Progress { files_done: 999, bytes_done: 3_000_000_000, ..some() };
        assert_eq!(filled(32, &nearly), 31);
        assert_eq!(filled(32, &Progress { files_done: 1000, ..nearly }), 32);
    }

    #[test]
    fn long_times_have_hours_and_short_ones_are_rounded_up() {
        assert_eq!(clock(Duration::from_millis(1)), "0:01");
        assert_eq!(clock(Duration::from_secs(3725)), "1:02:05");
        assert_eq!(megabytes(999_960_000), "1.0 GB");
    }
}
