use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::*;
use crate::execute::{Budget, Listener};

const PATIENCE: Duration = Duration::from_secs(20);

fn workers(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}

/// Runs `test` on its own thread and fails if it does not end in time.
pub(in crate::execute) fn in_time(test: impl FnOnce() + Send + 'static) {
    let started = Instant::now();
    let thread = thread::spawn(test);
    while !thread.is_finished() {
        assert!(started.elapsed() < PATIENCE, "hangs");
        thread::sleep(Duration::from_millis(5));
    }
    thread.join().unwrap();
}

const FOREVER: Patience = Patience { reading: Duration::MAX, working: Duration::MAX };

/// Executes `work` on each of `jobs`, none of which hangs.
fn do_all<J: Send + Sync + Clone + 'static, T: Send + 'static, W: Default>(
    jobs: &[J],
    weight: impl Fn(&J) -> u64 + Send + Sync + 'static,
    n: usize,
    cancel: &Cancel,
    work: impl Fn(&mut W, &J) -> T + Send + Sync + 'static,
    mut deliver: impl FnMut(&J, Done<T>),
) {
    let (weighed, worked) = (jobs.to_vec(), jobs.to_vec());
    execute(
        &Arc::new(Queue::of(jobs.len())),
        move |index| weight(&weighed[index]),
        workers(n),
        FOREVER,
        &[cancel],
        move |own: &mut W, _, index| work(own, &worked[index]),
        |index, done| deliver(&jobs[index], done),
    )
    .unwrap();
}

#[test]
fn every_result_comes_once_with_any_number_of_workers() {
    for n in [1, 2, 7, 64] {
        in_time(move || {
            let jobs: Vec<u64> = (0..500).map(|i| (i * 7919) % 501).collect();
            let mut got = Vec::new();
            do_all(
                &jobs,
                |j| *j,
                n,
                &Cancel::default(),
                |(): &mut (), j| j * 2,
                |job, done| {
                    assert!(matches!(done, Done::Finished { result, .. } if result == job * 2));
                    got.push(*job);
                },
            );
            let mut all = jobs;
            all.sort_unstable();
            got.sort_unstable();
            assert_eq!(got, all);
        });
    }
}

#[test]
fn a_result_comes_when_its_job_is_done_and_waits_for_no_other() {
    in_time(|| {
        let (go, gone) = mpsc::channel();
        let gone = Mutex::new(gone);
        let mut got = Vec::new();
        // The first job ends only after the others were delivered.
        let work = move |(): &mut (), j: &u32| {
            if *j == 0 {
                gone.lock().unwrap().recv().unwrap();
            }
        };
        do_all(
            &[0_u32, 1, 2, 3],
            |_| 1,
            2,
            &Cancel::default(),
            work,
            |job, _| {
                got.push(*job);
                if got.len() == 3 {
                    go.send(()).unwrap();
                }
            },
        );
        assert_eq!(got[3], 0);
    });
}

#[test]
fn the_heaviest_job_starts_first() {
    let jobs = [3_u64, 9, 1, 7];
    let (starts, started) = mpsc::channel();
    let work = move |(): &mut (), j: &u64| starts.send(*j).unwrap();
    do_all(&jobs, |j| *j, 1, &Cancel::default(), work, |_, _| {});
    assert_eq!(started.try_iter().collect::<Vec<_>>(), [9, 7, 3, 1]);
}

#[test]
fn a_panic_is_the_result_of_its_own_job_and_of_no_other() {
    for n in [1, 3] {
        in_time(move || {
            let jobs: Vec<u32> = (0..40).collect();
            let (mut finished, mut panicked) = (0, 0);
            let work = |(): &mut (), j: &u32| assert!(!j.is_multiple_of(10), "job {j} is bad");
            do_all(
                &jobs,
                |_| 1,
                n,
                &Cancel::default(),
                work,
                |job, done| match done {
                    Done::Finished { .. } => finished += 1,
                    Done::Panicked { message, .. } => {
                        assert_eq!(message, format!("job {job} is bad"));
                        panicked += 1;
                    }
                    other => panic!("{other:?}"),
                },
            );
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
        let asked = cancel.clone();
        let work = move |(): &mut (), j: &u32| {
            if *j == 10 {
                asked.set();
            }
        };
        do_all(
            &jobs,
            |_| 1,
            2,
            &cancel,
            work,
            |_, done| match done {
                Done::Finished { .. } => finished += 1,
                Done::Cancelled => cancelled += 1,
                other => panic!("{other:?}"),
            },
        );
        assert_eq!(finished + cancelled, 1000);
        // The other worker may just have taken one of the first eleven.
        assert!(finished >= 10 && cancelled > 0, "{finished} finished");
    });
}

#[test]
fn no_jobs_are_no_work() {
    let nobody = |_: &u8, _| panic!("nothing to deliver");
    do_all(&[], |_| 1, 4, &Cancel::default(), |(): &mut (), _| (), nobody);
}

#[test]
fn work_is_shared_by_all_workers() {
    in_time(|| {
        let jobs = [0_u8; 2];
        // Each job waits for the other, which only ends if both are under way at once.
        let barrier = std::sync::Barrier::new(2);
        let mut seen = std::collections::BTreeSet::new();
        do_all(
            &jobs,
            |_| 1,
            2,
            &Cancel::default(),
            move |(): &mut (), _| barrier.wait(),
            |_, done| {
                if let Done::Finished { worker, .. } = done {
                    seen.insert(worker);
                }
            },
        );
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
    do_all(&jobs, |_| 1, 1, &Cancel::default(), work, |_, done| last = Some(done));
    assert_eq!(last, Some(Done::Finished { result: vec![3, 4, 5], worker: 0 }));
}

#[test]
fn a_job_that_hangs_fails_by_itself_and_the_others_are_done() {
    for n in [1, 3] {
        in_time(move || {
            let patience = Patience::new(Some(Duration::from_millis(50)));
            let (mut finished, mut hung) = (0, Vec::new());
            let (never, silence) = mpsc::channel::<()>();
            let silence = Mutex::new(silence);
            let work = move |(): &mut (), watch: &Watch, index: usize| {
                let read = watch.read(|| {
                    if index == 3 || index == 7 {
                        // Nothing is ever sent.
                        let _ = silence.lock().unwrap().recv_timeout(3 * PATIENCE);
                    }
                    Ok(index)
                });
                read.unwrap()
            };
            execute(
                &Arc::new(Queue::of(20)),
                |_| 1,
                workers(n),
                patience,
                &[],
                work,
                |index, done| match done {
                    Done::Finished { result, .. } => finished += usize::from(result == index),
                    Done::Hung { at: Hung::Reading, .. } => hung.push(index),
                    other => panic!("{other:?}"),
                },
            )
            .unwrap();
            hung.sort_unstable();
            assert_eq!((finished, hung), (18, vec![3, 7]));
            drop(never);
        });
    }
}

#[test]
fn what_a_hanging_job_holds_is_free_for_the_others() {
    in_time(|| {
        let budget = Budget::new(10, 10);
        let patience = Patience::new(Some(Duration::from_millis(50)));
        let work = move |(): &mut (), watch: &Watch, index: usize| {
            watch.wait(|| Ok::<_, std::io::Error>(Box::new(Budget::acquire(&budget, 10).unwrap()) as _)).unwrap();
            let _ = watch.read(|| {
                if index == 0 {
                    thread::sleep(2 * PATIENCE);
                }
                Ok(())
            });
        };
        let mut finished = 0;
        let count = |_, done| finished += u32::from(matches!(done, Done::Finished { .. }));
        execute(&Arc::new(Queue::of(6)), |_| 1, workers(2), patience, &[], work, count).unwrap();
        assert_eq!(finished, 5);
    });
}

#[test]
fn a_cancel_calls_whoever_listens_once_and_late_comers_at_once() {
    let cancel = Cancel::default();
    let calls = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let listener: Arc<Listener> = {
        let calls = Arc::clone(&calls);
        Arc::new(move || {
            calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        })
    };
    cancel.on_set(&listener);
    assert!(!cancel.set() && cancel.set());
    cancel.on_set(&listener);
    assert_eq!(calls.load(std::sync::atomic::Ordering::SeqCst), 2);
}
