//! Checks every stored input of every target, and mutations of each, on stable Rust without libFuzzer:
//!     cargo test -p thumbs-fuzz --no-default-features --test replay [TARGET]...
//! A finding is the same as for `fuzz/run`: a panic in our code, an abort, an overflow of a worker's stack, a slow input, too
//! much memory. Each target has a process of its own, which ends at its first finding.

use std::collections::BTreeSet;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, exit};
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};
use std::{env, fs, panic, thread};

use thumbs_fuzz::findings;
use thumbs_fuzz::targets::Target;

/// The limits of `fuzz/run`.
const LONGEST: Duration = Duration::from_secs(10);
const MOST_RESIDENT: u64 = 512 << 20;
const ADDRESS_SPACE: u64 = 4 << 30;
const STACK: usize = 2 << 20;

/// Mutations of each input.
const MUTATIONS: u64 = 256;

/// Variable that names the target to check in its process.
const TARGET: &str = "THUMBS_FUZZ_TARGET";

fn main() -> ExitCode {
    if let Ok(name) = env::var(TARGET) {
        check_target(Target::all().find(|target| target.name() == name).expect("a target's name"));
        return ExitCode::SUCCESS;
    }
    assert_names_agree();
    let wanted: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let names = Target::all().map(Target::name).filter(|name| wanted.is_empty() || wanted.contains(name));
    let names: Vec<String> = names.collect();
    assert!(!names.is_empty(), "no target has the name {wanted:?}");
    let findings = check_all(&names);
    println!("{} targets, {findings} with a finding", names.len());
    if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Asserts that each target, and nothing else, has a binary for libFuzzer and stored inputs.
fn assert_names_agree() {
    let binaries: BTreeSet<String> = Target::all().map(|target| target.binary().to_string()).collect();
    let names: BTreeSet<String> = Target::all().map(Target::name).collect();
    for (folder, what, targets) in [("fuzz_targets", "binaries", binaries), ("corpus", "stored inputs", names)] {
        let entries = fs::read_dir(here().join(folder)).expect("a folder of this crate");
        let paths = entries.map(|entry| entry.expect("an entry of this crate's").path());
        let names = paths.map(|path| path.file_stem().expect("it has a name").to_string_lossy().into_owned());
        assert_eq!(names.collect::<BTreeSet<_>>(), targets, "the targets that have {what}");
    }
}

/// Runs a process for each target, one a core at a time. Returns the number of targets with a finding.
fn check_all(names: &[String]) -> usize {
    let waiting = Mutex::new(names.iter());
    let findings = Mutex::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let Some(name) = waiting.lock().expect("nothing panics").next() else { break };
                    let start = Instant::now();
                    let child = Command::new(env::current_exe().expect("this program")).env(TARGET, name).output();
                    let child = child.expect("a process of this program");
                    *findings.lock().expect("nothing panics") += usize::from(!child.status.success());
                    print_result(name, &child, start.elapsed());
                }
            });
        }
    });
    findings.into_inner().expect("nothing panics")
}

fn print_result(name: &str, child: &Output, time: Duration) {
    let told = String::from_utf8_lossy(&child.stdout);
    let last = told.lines().last().unwrap_or_default();
    let mut out = stdout().lock();
    if child.status.success() {
        writeln!(out, "{name:20} {last}, {:.1} s, no finding", time.as_secs_f64()).expect("stdout is open");
        return;
    }
    let errors = String::from_utf8_lossy(&child.stderr);
    writeln!(out, "{name:20} FINDING at {last}, {}\n{errors}", child.status).expect("stdout is open");
}

/// Checks the stored inputs of one target on a thread with a worker's stack.
fn check_target(target: Target) {
    limit_address_space();
    panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
        std::process::abort();
    }));
    findings::prepare();
    let (done, begun) = channel();
    let inputs = stored_inputs(&target.name());
    assert!(!inputs.is_empty(), "no stored inputs");
    let count = inputs.len();
    let worker = Builder::new().stack_size(STACK).spawn(move || check_inputs(&inputs, target, &done));
    let worker = worker.expect("a thread");
    // One message for each input; the channel closes at the end.
    loop {
        match begun.recv_timeout(LONGEST) {
            Ok(()) => {}
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                eprintln!("takes longer than {LONGEST:?}");
                exit(1);
            }
        }
    }
    // A panic of another crate that was not caught.
    if worker.join().is_err() {
        eprintln!("a panic of another crate, where nothing catches it");
        exit(1);
    }
    let peak = peak_resident();
    println!("{count:4} inputs, {:4} MiB", peak >> 20);
    if peak > MOST_RESIDENT {
        eprintln!("holds more than {} MiB", MOST_RESIDENT >> 20);
        exit(1);
    }
}

fn check_inputs(inputs: &[PathBuf], target: Target, begun: &Sender<()>) {
    for path in inputs {
        let bytes = fs::read(path).expect("a file of this crate");
        for mutation in 0..=MUTATIONS {
            // The process above reads this if it is the last line.
            println!("{}, mutation {mutation}", path.display());
            begun.send(()).expect("the main thread waits");
            target.check(&mutate(&bytes, mutation));
        }
    }
}

/// Returns the input itself, or one of its mutations: truncated, or a few bytes altered. They are the same in every run.
fn mutate(bytes: &[u8], mutation: u64) -> Vec<u8> {
    let mut mutated = bytes.to_vec();
    if mutation == 0 || bytes.is_empty() {
        return mutated;
    }
    let mut state = mutation ^ bytes.len() as u64;
    let mut below = |bound: usize| (next(&mut state) % bound as u64) as usize;
    if mutation % 4 == 1 {
        mutated.truncate(below(bytes.len()));
        return mutated;
    }
    for _ in 0..=mutation % 16 {
        let at = below(bytes.len());
        mutated[at] = match below(4) {
            0 => 0,
            1 => 0xff,
            2 => mutated[at] ^ (1 << below(8)),
            _ => below(256) as u8,
        };
    }
    mutated
}

/// Draws the next number of SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn stored_inputs(target: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(here().join("corpus").join(target)).expect("a folder of this crate");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry of this crate's").path()).collect();
    paths.sort();
    paths
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Limits the address space: a request for gigabytes is refused, which ends the process.
fn limit_address_space() {
    let limit = libc::rlimit { rlim_cur: ADDRESS_SPACE, rlim_max: ADDRESS_SPACE };
    // SAFETY: the limit is read and not kept.
    let refused = unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) };
    assert_eq!(refused, 0, "no limit for memory");
}

/// Returns the most memory that was resident, in bytes, if the system says (proc(5)).
fn peak_resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kibibytes =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    kibibytes.unwrap_or(0_u64) << 10
}
