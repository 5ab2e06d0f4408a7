//! Serves requests one after the other until the input ends, in a separate process.

use std::io::{self, Read, Write};
use std::panic::{self, AssertUnwindSafe, catch_unwind};

use super::fonts::Fonts;
use super::limits::Limits;
use super::wire::{Answer, Request, Task, Then, write_answer};
use crate::error::panic_message;
use crate::formats::error::DecodeError;

/// Most bytes that an idle process keeps beyond those at its start. Above that it ends, and frees them. Without the
/// parts of a large drawing it holds one or two MiB, the names of the fonts among them.
const KEPT_BYTES: u64 = 4 << 20;

/// Serves requests with `perform`, each within its own limits.
pub(crate) fn serve(
    input: &mut impl Read,
    output: &mut impl Write,
    perform: impl Fn(Task, &[u8], &Fonts) -> Answer,
) -> io::Result<()> {
    // A panic is reported in the answer.
    panic::set_hook(Box::new(|_| {}));
    let limits = Limits::start();
    let fonts = Fonts::default();
    while let Some(request) = Request::read(input)? {
        limits.hold_to(request.time, request.memory);
        let answer = catch_unwind(AssertUnwindSafe(|| perform(request.task, &request.bytes, &fonts)));
        limits.let_go();
        drop(request);
        let answer = answer.unwrap_or_else(|panic| Err(DecodeError::Panic(panic_message(&*panic))));
        let then = if limits.held() > KEPT_BYTES { Then::End } else { Then::Serve };
        write_answer(&answer, then, output)?;
        if then == Then::End {
            break;
        }
    }
    Ok(())
}
