//! Executes the jobs of a plan on all cores. The work is a closure, so nothing here knows of images.
//!
//! One worker and many run the same code, in the `pool`. `order` picks the next job, and results are delivered as jobs are done.
//! `budget` holds the memory that the jobs share, and `free_memory` estimates its size. `watchdog` detects a worker that
//! hangs. It is abandoned: its job fails, and another thread takes its place. `seats` lets more workers wait for a network than work.

#[cfg(feature = "batch")]
mod budget;
#[cfg(feature = "batch")]
mod cancel;
mod free_memory;
#[cfg(feature = "batch")]
mod order;
#[cfg(feature = "batch")]
mod pool;
#[cfg(feature = "batch")]
mod queue;
mod seats;
pub mod watchdog;

#[cfg(feature = "batch")]
pub use budget::{Budget, Refused};
#[cfg(feature = "batch")]
pub use cancel::{Cancel, Listener};
pub use free_memory::free_memory;
#[cfg(feature = "batch")]
pub use pool::{Done, WORKER_NAME, execute};
#[cfg(feature = "batch")]
pub use queue::Queue;
#[cfg(feature = "batch")]
pub use seats::Seats;
