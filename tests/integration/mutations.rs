//! Tests files of every format, truncated at every length and altered a thousand times. None may panic, take long, or
//! give an invalid thumbnail. Everything is derived from the samples, so a finding is reproducible by its name.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use thumbs::Options;
use thumbs::Thumbnails;
use thumbs::geometry::Size;
use thumbs::internal::thumbnail::{Workbench, make, sniff_format};
use thumbs::options::Damaged;
use thumbs::options::Format;

use crate::corpus::corpus;

/// Number of mutants per format, divided among its samples, unless `THUMBS_MUTANTS` sets more.
const MUTANTS: u64 = 1000;

/// Maximum time of one file, in processor time of its thread if the system measures it. The guarantee holds for release
/// builds; this crate's own loops are three to four times as slow in test builds.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 8 } else { 2 });

/// Time after which an unfinished file counts as hung, however busy the machine is.
const HANGING: Duration = Duration::from_secs(120);

/// Maximum size of a sample in bytes. In larger files, too few bytes are mutated.
const LARGEST: u64 = 60 << 10;

/// A file to be mutated.
struct Sample {
    name: String,
    bytes: Vec<u8>,
}

/// One change of a sample.
#[derive(Clone, Copy, Debug)]
enum Change {
    /// Truncated to this many bytes.
    Cut(usize),
    /// The mutation with this number.
    Mutation(u64),
}

/// Pseudorandom numbers from a seed (Vigna, xorshift64*, 2014).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end.max(1)
    }
}

impl Sample {
    fn read(path: &Path) -> Self {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        Self { name, bytes: fs::read(path).unwrap() }
    }

    /// Returns every length of a small file. For a larger one, returns those of its header and some more.
    fn cuts(&self) -> Vec<Change> {
        let length = self.bytes.len();
        let all = if length < 2048 { length } else { 512 };
        let spread = (all..length).step_by((length / 200).max(1));
        (0..all).chain(spread).map(Change::Cut).collect()
    }

    fn change(&self, change: Change) -> Vec<u8> {
        match change {
            Change::Cut(length) => self.bytes[..length].to_vec(),
            Change::Mutation(number) => self.mutate(number),
        }
    }

    /// Applies one or a few changes. Half of them are in the first 256 bytes, which hold sizes and counts.
    fn mutate(&self, number: u64) -> Vec<u8> {
        let seed =
            self.name.bytes().fold(number + 1, |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        let mut numbers = Numbers(seed | 1);
        let mut bytes = self.bytes.clone();
        for _ in 0..1 + numbers.next().trailing_zeros() {
            let end = if numbers.below(2) == 0 { bytes.len().min(256) } else { bytes.len() };
            let at = numbers.below(end);
            let Some(byte) = bytes.get(at).copied() else { break };
            match numbers.below(8) {
                0 | 1 => bytes[at] ^= 1 << numbers.below(8),
                2 => bytes[at] = numbers.next() as u8,
                3 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][numbers.below(5)],
                // Sizes and offsets have two or four bytes, in either byte order.
                4 => {
                    let value = [0, 1, 0xffff, 0x7fff_ffff, 0xffff_ffff, numbers.next() as u32][numbers.below(6)];
                    let value = if numbers.below(2) == 0 { value.to_be_bytes() } else { value.to_le_bytes() };
                    let count = 2 << numbers.below(2);
                    bytes[at..].iter_mut().zip(&value[..count]).for_each(|(byte, new)| *byte = *new);
                }
                5 => bytes.insert(at, byte.wrapping_add(numbers.below(3) as u8)),
                6 => drop(bytes.drain(at..(at + 1 + numbers.below(16)).min(bytes.len()))),
                _ => {
                    let from = numbers.below(bytes.len());
                    let copied = bytes[from..(from + 1 + numbers.below(32)).min(bytes.len())].to_vec();
                    bytes[at..].iter_mut().zip(copied).for_each(|(byte, new)| *byte = new);
                }
            }
        }
        bytes
    }
}

/// Returns the processor time of this thread. Falls back to wall time if the system doesn't measure it.
fn time_of_thread(started: Instant) -> Duration {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = told.and_then(|text| text.split(' ').next()?.parse().ok());
    spent.map_or_else(|| started.elapsed(), Duration::from_nanos)
}

/// The outcome of a file.
#[derive(Debug, PartialEq)]
enum Came {
    /// A thumbnail.
    Made,
    /// An error of its own, or no image by its first bytes.
    Refused,
    /// A violated guarantee.
    Wrong(String),
}

/// Makes the thumbnails of a file as a run does. Reuses the thread's buffers from the previous file.
fn try_file(bytes: &[u8], size: u32, bench: &mut Workbench) -> Came {
    // With `Keep`, a partial image is processed to the end; with `Auto`, previews are examined.
    let damaged = if bytes.len().is_multiple_of(2) { Damaged::Keep } else { Damaged::Auto };
    let mut options = Options::default();
    options.sizes = vec![Size::new(size, size).into()];
    options.damaged = damaged;
    let Some(format) = sniff_format(bytes) else { return Came::Refused };
    let (started, before) = (Instant::now(), time_of_thread(Instant::now()));
    let made = catch_unwind(AssertUnwindSafe(|| make(bytes, format, &options, bench)));
    let took = time_of_thread(started).saturating_sub(before);
    match made {
        Err(_) => Came::Wrong("panicked".to_string()),
        Ok(_) if took > LONGEST => Came::Wrong(format!("took {:.1} s", took.as_secs_f64())),
        Ok(Ok(made)) => wrong_with(&made, size).map_or(Came::Made, Came::Wrong),
        Ok(Err(_)) => Came::Refused,
    }
}

fn wrong_with(made: &Thumbnails, size: u32) -> Option<String> {
    let [thumbnail] = made.thumbnails.as_slice() else { return Some("gave no thumbnail".to_string()) };
    let Size { width, height } = thumbnail.size;
    let fits = (1..=size).contains(&width) && (1..=size).contains(&height);
    (!fits || thumbnail.bytes.is_empty()).then(|| format!("gave {} bytes of {}", thumbnail.bytes.len(), thumbnail.size))
}

/// Tries every change of every sample, on every core. Returns the number of thumbnails of each sample, and the
/// findings.
fn try_all(samples: Vec<Sample>, changes: Vec<(usize, Change)>) -> (Vec<usize>, Vec<String>) {
    let found = Mutex::new((vec![0; samples.len()], Vec::new()));
    let work = Arc::new((samples, changes, AtomicUsize::new(0), found));
    let (report, reports) = channel();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    for worker in 0..workers {
        let (work, report) = (Arc::clone(&work), report.clone());
        std::thread::spawn(move || {
            let (samples, changes, next, found) = &*work;
            let mut bench = Workbench::default();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some((index, change)) = changes.get(number).copied() else { break };
                let sample = &samples[index];
                let bytes = sample.change(change);
                // Sends the name first, so that a file that hangs is known.
                if report.send((worker, format!("{} {change:?}", sample.name))).is_err() {
                    break;
                }
                let came = try_file(&bytes, if number % 2 == 0 { 50 } else { 256 }, &mut bench);
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                match came {
                    Came::Made => found.0[index] += 1,
                    Came::Refused => {}
                    Came::Wrong(wrong) => {
                        let kept = keep(&sample.name, change, &bytes);
                        found.1.push(format!("{} {change:?} {wrong}: {}", sample.name, kept.display()));
                        bench = Workbench::default();
                    }
                }
            }
        });
    }
    drop(report);
    let mut under_way = vec![String::new(); workers];
    loop {
        match reports.recv_timeout(HANGING) {
            Ok((worker, name)) => under_way[worker] = name,
            Err(RecvTimeoutError::Timeout) => panic!("one of {under_way:?} hangs"),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let (made, mut findings) = work.3.lock().unwrap_or_else(PoisonError::into_inner).clone();
    findings.sort();
    (made, findings)
}

/// Stores a finding for inspection.
fn keep(name: &str, change: Change, bytes: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutations");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{change:?}-{name}"));
    fs::write(&path, bytes).unwrap();
    path
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// Returns the versioned samples of a format.
fn samples_of(format: Format) -> Vec<Sample> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/samples");
    let folder = data.join(format.name());
    let samples: Vec<Sample> = files_of(&folder).iter().map(|path| Sample::read(path)).collect();
    assert!(!samples.is_empty(), "no samples of {}", format.name());
    samples
}

#[test]
fn every_cut_and_a_thousand_mutations_of_every_format_end_soon_and_without_a_panic() {
    let asked = std::env::var("THUMBS_MUTANTS").ok().map(|number| number.parse().unwrap());
    let mutants = asked.unwrap_or(MUTANTS).max(MUTANTS);
    let (mut samples, mut changes, mut formats) = (Vec::new(), Vec::new(), Vec::new());
    for format in Format::ALL.into_iter().filter(|format| format.is_built_in()) {
        let first = samples.len();
        samples.extend(samples_of(format));
        let own = first..samples.len();
        let before = changes.len();
        for index in own.clone() {
            let sample = &samples[index];
            assert_eq!(sniff_format(&sample.bytes), Some(format), "{}", sample.name);
            let came = try_file(&sample.bytes, 50, &mut Workbench::default());
            assert_eq!(came, Came::Made, "{}", sample.name);
            changes.extend(sample.cuts().into_iter().map(|cut| (index, cut)));
        }
        let cuts = changes.len() - before;
        let turns = own.cycle().zip(0..mutants);
        changes.extend(turns.map(|(index, number)| (index, Change::Mutation(number))));
        assert!(cuts >= 200, "only {cuts} cuts of {}", format.name());
        formats.push((format, first, cuts));
    }
    let ends = formats.iter().skip(1).map(|(_, first, _)| *first).chain([samples.len()]).collect::<Vec<_>>();
    let (made, findings) = try_all(samples, changes);
    for ((format, first, cuts), end) in formats.into_iter().zip(ends) {
        let (name, made) = (format.name(), made[first..end].iter().sum::<usize>());
        println!("{name}: {} samples, {cuts} cuts, {mutants} mutants, {made} thumbnails", end - first);
        // A mutant that ends in its header tests little, and entropy decoders stop at the first error.
        let all = cuts + usize::try_from(mutants).unwrap();
        assert!((10..all).contains(&made), "{name}: of {all} files {made} gave a thumbnail");
    }
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn cuts_and_mutations_of_real_files_end_soon_and_without_a_panic() {
    let Some(corpus) = corpus() else { return };
    let entries = walkdir::WalkDir::new(&corpus).sort_by_file_name().into_iter().map(Result::unwrap);
    let is_wanted = |entry: &walkdir::DirEntry| {
        let is_malformed = entry.path().components().any(|part| part.as_os_str() == "malformed");
        entry.file_type().is_file() && entry.metadata().unwrap().len() <= if is_malformed { 1 << 20 } else { LARGEST }
    };
    let mut samples: Vec<Sample> = entries.filter(is_wanted).map(|entry| Sample::read(entry.path())).collect();
    samples.retain(|sample| sniff_format(&sample.bytes).is_some());
    assert!(samples.len() >= 300, "only {} small files in the corpus", samples.len());
    let mut changes = Vec::new();
    for (index, sample) in samples.iter().enumerate() {
        let length = sample.bytes.len();
        let cuts = (0..16).map(|part| Change::Cut(length * part / 16)).chain([Change::Cut(length)]);
        let mutations = (0..24).map(Change::Mutation);
        changes.extend(cuts.chain(mutations).map(|change| (index, change)));
    }
    println!("{} files, {} changes", samples.len(), changes.len());
    let (made, findings) = try_all(samples, changes);
    println!("{} thumbnails", made.iter().sum::<usize>());
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}
