//! Orders the starts of jobs: by arrival, but within each window the heaviest first. So the last worker is not left
//! alone with a heavy job. A job is weighed when its window comes up, so that no start waits for the whole plan to be
//! weighed.

use std::cmp::Reverse;

use super::queue::Queue;

/// The number of jobs sorted together by weight. A directory of up to this many files starts heaviest first as a whole.
/// Reports in the order of the plan hold back at most this many records.
const WINDOW: usize = 4096;

/// The jobs that are still to be started.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// The current window, with the next job last.
    window: Vec<usize>,
}

impl Order {
    /// Waits for the next job and returns it. `None` at the end of the queue.
    pub(super) fn next(&mut self, queue: &Queue, weight: impl Fn(usize) -> u64) -> Option<usize> {
        if self.window.is_empty() {
            self.window.extend(queue.take(WINDOW));
            self.window.sort_by_cached_key(|&job| (weight(job), Reverse(job)));
        }
        self.window.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_comes_once_and_the_heaviest_of_a_window_first() {
        let jobs = 2 * WINDOW + 10;
        let weight = |job: usize| (job as u64 * 7919) % 1000;
        let (mut order, queue) = (Order::default(), Queue::of(jobs));
        let started: Vec<usize> = std::iter::from_fn(|| order.next(&queue, weight)).collect();
        for window in started.chunks(WINDOW) {
            assert!(window.is_sorted_by_key(|&job| (Reverse(weight(job)), job)));
        }
        let mut sorted = started;
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..jobs));
    }

    #[test]
    fn no_job_is_weighed_before_its_window() {
        let queue = Queue::of(10 * WINDOW);
        Order::default().next(&queue, |job| if job < WINDOW { 1 } else { panic!("weighed {job}") });
    }
}
