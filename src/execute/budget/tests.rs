use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::*;
use crate::execute::pool::tests::in_time;

/// Waits until `done`, which another thread brings about.
fn until(done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(10), "does not come about");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Takes `jobs` permits in all on `workers` threads, of the sizes from `size`. Returns the most bytes out at once.
fn run(budget: &Arc<Budget>, workers: usize, jobs: u64, size: impl Fn(u64) -> u64 + Sync) -> u64 {
    let (out, most, next) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let job = next.fetch_add(1, Ordering::Relaxed);
                    if job >= jobs {
                        break;
                    }
                    let bytes = size(job);
                    let permit = Budget::acquire(budget, bytes).unwrap();
                    most.fetch_max(out.fetch_add(bytes, Ordering::SeqCst) + bytes, Ordering::SeqCst);
                    std::thread::yield_now();
                    out.fetch_sub(bytes, Ordering::SeqCst);
                    drop(permit);
                }
            });
        }
    });
    assert_eq!((budget.used(), budget.waiting()), (0, 0));
    most.into_inner()
}

/// Returns a size from 1 to `largest` that looks random.
fn draw(job: u64, largest: u64) -> u64 {
    job.wrapping_mul(0x9e37_79b9_7f4a_7c15) % largest + 1
}

#[test]
fn never_more_is_out_than_the_budget_with_any_number_of_workers() {
    for workers in [1, 2, 64] {
        in_time(move || {
            let most = run(&Budget::new(100, 100), workers, 4000, |job| draw(job, 60));
            assert!(most <= 100, "{most} with {workers} workers");
        });
    }
}

#[test]
fn as_many_are_under_way_together_as_the_budget_has_room_for() {
    in_time(|| {
        let budget = Budget::new(100, 100);
        let permits = [40, 60].map(|bytes| Budget::acquire(&budget, bytes).unwrap());
        assert_eq!(budget.used(), 100);
        drop(permits);
    });
}

#[test]
fn a_budget_smaller_than_every_file_does_them_one_by_one() {
    for workers in [1, 64] {
        in_time(move || {
            let most = run(&Budget::new(10, 1000), workers, 1000, |job| 10 + draw(job, 90));
            assert!(most <= 100, "{most}: two were under way at once");
        });
    }
}

#[test]
fn a_budget_of_nothing_still_does_the_work() {
    in_time(|| assert!(run(&Budget::new(0, 10), 8, 500, |_| 10) <= 10));
}

#[test]
fn more_than_the_machine_has_is_refused_at_once() {
    let budget = Budget::new(10, 50);
    assert_eq!(Budget::acquire(&budget, 51).map(drop), Err(Refused::TooMuch(50)));
    assert_eq!(Budget::acquire(&budget, u64::MAX).map(drop), Err(Refused::TooMuch(50)));
    assert!(Budget::acquire(&budget, 50).is_ok());
    assert_eq!(budget.used(), 0);
}

#[test]
fn small_ones_pass_a_waiting_giant_so_many_times_and_no_more() {
    in_time(|| {
        let budget = Budget::new(100, 100);
        let first = Budget::acquire(&budget, 50).unwrap();
        let (granted, giant_came) = mpsc::channel();
        let giant = {
            let budget = Arc::clone(&budget);
            std::thread::spawn(move || {
                let _permit = Budget::acquire(&budget, 100).unwrap();
                granted.send(()).unwrap();
            })
        };
        until(|| budget.waiting() == 1);
        for _ in 0..PASSES {
            drop(Budget::acquire(&budget, 10).unwrap());
        }
        let late = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _permit = Budget::acquire(&budget, 10).unwrap();
                late.store(1, Ordering::SeqCst);
            });
            until(|| budget.waiting() == 2);
            std::thread::sleep(Duration::from_millis(30));
            assert_eq!(late.load(Ordering::SeqCst), 0, "let in before the giant");
            assert!(giant_came.try_recv().is_err());
            drop(first);
            giant_came.recv_timeout(Duration::from_secs(10)).unwrap();
        });
        assert_eq!(late.into_inner(), 1);
        giant.join().unwrap();
    });
}

#[test]
fn a_giant_among_a_stream_of_small_ones_gets_its_turn() {
    in_time(|| {
        let budget = Budget::new(100, 200);
        let turns = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                until(|| budget.used() > 0);
                for _ in 0..5 {
                    drop(Budget::acquire(&budget, 150).unwrap());
                    turns.fetch_add(1, Ordering::SeqCst);
                }
            });
            for _ in 0..4 {
                scope.spawn(|| {
                    while turns.load(Ordering::SeqCst) < 5 {
                        drop(Budget::acquire(&budget, 30).unwrap());
                    }
                });
            }
        });
    });
}

#[test]
fn closing_wakes_everyone_who_waits_and_keeps_what_is_out() {
    in_time(|| {
        let budget = Budget::new(10, 10);
        let held = Budget::acquire(&budget, 10).unwrap();
        let waiters: Vec<_> = (0..8)
            .map(|_| {
                let budget = Arc::clone(&budget);
                std::thread::spawn(move || Budget::acquire(&budget, 5).map(drop))
            })
            .collect();
        until(|| budget.waiting() == 8);
        budget.close();
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), Err(Refused::Closed));
        }
        assert_eq!((budget.used(), budget.waiting()), (10, 0));
        drop(held);
        assert_eq!(Budget::acquire(&budget, 1).map(drop), Err(Refused::Closed));
    });
}

#[test]
fn a_permit_comes_back_where_its_holder_panics() {
    let budget = Budget::new(10, 10);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _permit = Budget::acquire(&budget, 10).unwrap();
        panic!("a decoder's panic");
    }));
    assert!(caught.is_err());
    assert_eq!(budget.used(), 0);
}
