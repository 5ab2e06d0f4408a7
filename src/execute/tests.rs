use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::*;

const PATIENCE: Duration = Duration::from_secs(20);

fn workers(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}

/// Runs `test` in a thread of its own, and fails where it has not ended in time.
fn in_time(test: impl FnOnce() + Send + 'static) {
    let started = Instant::now();
    let thread = std::thread::spawn(test);
    while !thread.is_finished() {
        assert!(started.elapsed() < PATIENCE, "hangs");
        std::thread::sleep(Duration::from_millis(5));
    }
    thread.join().unwrap();
}

#[test]
fn results_come_in_the_order_of_the_jobs_with_any_number_of_workers() {
    for n in [1, 2, 7, 64] {
        in_time(move || {
            let jobs: Vec<u64> = (0..500).map(|i| (i * 7919) % 501).collect();
            let mut got = Vec::new();
            execute(
                &jobs,
                |j| *j,
                workers(n),
                &Cancel::default(),
                |(): &mut (), j| j * 2,
                |job, done| {
                    assert!(matches!(done, Done::Finished { result, .. } if result == job * 2));
                    got.push(*job);
                },
            )
            .unwrap();
            assert_eq!(got, jobs);
        });
    }
}

#[test]
fn the_heaviest_job_starts_first() {
    let jobs = [3_u64, 9, 1, 7];
    let started = Mutex::new(Vec::new());
    execute(
        &jobs,
        |j| *j,
        workers(1),
        &Cancel::default(),
        |(): &mut (), j| started.lock().unwrap().push(*j),
        |_, _| {},
    )
    .unwrap();
    assert_eq!(started.into_inner().unwrap(), [9, 7, 3, 1]);
}

#[test]
fn a_panic_is_the_result_of_its_own_job_and_of_no_other() {
    for n in [1, 3] {
        in_time(move || {
            let jobs: Vec<u32> = (0..40).collect();
            let (mut finished, mut panicked) = (0, 0);
            let work = |(): &mut (), j: &u32| assert!(!j.is_multiple_of(10), "job {j} is bad");
            execute(
                &jobs,
                |_| 1,
                workers(n),
                &Cancel::default(),
                work,
                |job, done| match done {
                    Done::Finished { .. } => finished += 1,
                    Done::Panicked { message, .. } => {
                        assert_eq!(message, format!("job {job} is bad"));
                        panicked += 1;
                    }
                    Done::Cancelled => panic!("nobody cancelled"),
                },
            )
            .unwrap();
            assert_eq!((finished, panicked), (36, 4));
        });
    }
}

#[test]
fn after_a_cancel_every_job_is_still_delivered_once() {
    in_time(|| {
        let cancel = Cancel::default();
        let jobs: Vec<u32> = (0..1000).collect();
        let (mut finished, mut cancelled) = (0, 0);
        let work = |(): &mut (), j: &u32| {
            if *j == 10 {
                cancel.set();
            }
        };
        execute(
            &jobs,
            |_| 1,
            workers(2),
            &cancel,
            work,
            |_, done| match done {
                Done::Finished { .. } => finished += 1,
                Done::Cancelled => cancelled += 1,
                Done::Panicked { .. } => panic!("nobody panicked"),
            },
        )
        .unwrap();
        assert_eq!(finished + cancelled, 1000);
        assert!(finished >= 11 && cancelled > 0, "{finished} finished");
    });
}

#[test]
fn no_jobs_are_no_work() {
    execute(
        &[] as &[u8],
        |_| 1,
        workers(4),
        &Cancel::default(),
        |(): &mut (), _| (),
        |_, _| panic!("nothing to deliver"),
    )
    .unwrap();
}

#[test]
fn work_is_shared_by_all_workers() {
    in_time(|| {
        let jobs = [0_u8; 2];
        // Each job waits for the other, which only ends where both are under way at once.
        let barrier = std::sync::Barrier::new(2);
        let mut seen = std::collections::BTreeSet::new();
        execute(
            &jobs,
            |_| 1,
            workers(2),
            &Cancel::default(),
            |(): &mut (), _| barrier.wait(),
            |_, done| {
                if let Done::Finished { worker, .. } = done {
                    seen.insert(worker);
                }
            },
        )
        .unwrap();
        assert_eq!(seen.len(), 2);
    });
}

#[test]
fn a_worker_keeps_what_is_its_own_until_a_panic() {
    let jobs: Vec<u32> = (0..6).collect();
    let work = |seen: &mut Vec<u32>, j: &u32| {
        seen.push(*j);
        assert!(*j != 2, "job 2 is bad");
        seen.clone()
    };
    let mut last = None;
    execute(&jobs, |_| 1, workers(1), &Cancel::default(), work, |_, done| last = Some(done)).unwrap();
    assert_eq!(last, Some(Done::Finished { result: vec![3, 4, 5], worker: 0 }));
}
