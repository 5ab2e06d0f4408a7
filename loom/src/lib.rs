//! Models the memory budget and the queue of jobs under `loom`. It runs each model once for every order in which its
//! threads can take their steps. The code is that of the program itself.

#![cfg(loom)]
#![allow(dead_code, reason = "the models need a part of it")]

#[path = "../../src/execute/budget.rs"]
mod budget;
#[path = "../../src/execute/queue.rs"]
mod queue;

#[cfg(test)]
mod models {
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicU64, Ordering};
    use loom::thread;

    use super::budget::{Budget, Refused};
    use super::queue::Queue;

    /// Runs one thread for each of `wanted`, in every order. All get their turn, and no more than the limit is ever
    /// out.
    fn share(limit: u64, alone: u64, wanted: &'static [u64]) {
        let mut model = loom::model::Builder::new();
        // Orders that interrupt a thread more often than this are left out: three threads have millions of them, and
        // all known errors of this kind show with two.
        model.preemption_bound = Some(3);
        model.check(move || {
            let budget = Budget::new(limit, alone);
            let under_way = Arc::new(AtomicU64::new(0));
            let threads: Vec<_> = wanted[1..]
                .iter()
                .map(|bytes| {
                    let (budget, under_way) = (Arc::clone(&budget), Arc::clone(&under_way));
                    thread::spawn(move || work(&budget, &under_way, *bytes, limit))
                })
                .collect();
            work(&budget, &under_way, wanted[0], limit);
            for thread in threads {
                thread.join().unwrap();
            }
            assert_eq!((budget.used(), budget.waiting()), (0, 0));
        });
    }

    fn work(budget: &Arc<Budget>, under_way: &AtomicU64, bytes: u64, limit: u64) {
        let permit = Budget::acquire(budget, bytes).unwrap();
        let others = under_way.fetch_add(bytes, Ordering::SeqCst);
        assert!(others + bytes <= limit || others == 0, "{bytes} beside {others} of {limit}");
        under_way.fetch_sub(bytes, Ordering::SeqCst);
        drop(permit);
    }

    #[test]
    fn three_that_do_not_fit_together_all_get_their_turn() {
        share(2, 2, &[2, 1, 2]);
    }

    #[test]
    fn a_budget_smaller_than_every_file_lets_them_in_one_by_one() {
        share(1, 9, &[9, 5, 7]);
    }

    #[test]
    fn small_ones_and_a_giant_all_get_their_turn() {
        share(3, 4, &[1, 4, 2]);
    }

    #[test]
    fn every_job_that_came_before_the_end_is_taken_once_and_nobody_waits_for_ever() {
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(2);
        model.check(|| {
            let queue = Arc::new(Queue::default());
            let takers: Vec<_> = (0..2)
                .map(|_| {
                    let queue = Arc::clone(&queue);
                    thread::spawn(move || {
                        let mut taken = 0;
                        loop {
                            let jobs = queue.take(1);
                            if jobs.is_empty() {
                                return taken;
                            }
                            taken += jobs.map(|job| 1 << (4 * job)).sum::<u32>();
                        }
                    })
                })
                .collect();
            queue.grow_to(2);
            queue.close();
            let taken: u32 = takers.into_iter().map(|taker| taker.join().unwrap()).sum();
            assert_eq!(taken, 0x11);
        });
    }

    #[test]
    fn closing_wakes_whoever_waits() {
        loom::model(|| {
            let budget = Budget::new(1, 1);
            let held = Budget::acquire(&budget, 1).unwrap();
            let waiter = {
                let budget = Arc::clone(&budget);
                thread::spawn(move || Budget::acquire(&budget, 1).map(drop))
            };
            budget.close();
            assert_eq!(waiter.join().unwrap(), Err(Refused::Closed));
            drop(held);
            assert_eq!((budget.used(), budget.waiting()), (0, 0));
        });
    }
}
