//! Requests → answers, one after the other until the input ends: what a process apart does.

use std::io::{self, Read, Write};
use std::panic::{self, AssertUnwindSafe, catch_unwind};

use super::wire::{Answer, Request, Then, write_answer};
use super::{Fonts, limits};
use crate::error::{Cause, panic_message};
use crate::geometry::Size;

/// A process that holds more bytes than this, though it has nothing to do, ends, and gives them back. Without the parts of a
/// large drawing it holds one or two MiB, the names of the fonts among them.
const KEPT_BYTES: u64 = 4 << 20;

/// Serves requests with `render`, each within the limits that it names.
pub(in super::super) fn serve(
    input: &mut impl Read,
    output: &mut impl Write,
    render: impl Fn(&str, Size, &Fonts) -> Answer,
) -> io::Result<()> {
    // A panic is told in the answer.
    panic::set_hook(Box::new(|_| {}));
    limits::forbid_core_dumps();
    let fonts = Fonts::default();
    while let Some(request) = Request::read(input)? {
        limits::hold_to(request.seconds, request.memory);
        let answer = catch_unwind(AssertUnwindSafe(|| render(&request.text, request.grid, &fonts)));
        limits::let_go();
        let answer = answer.unwrap_or_else(|panic| Err(Cause::Panic(panic_message(&*panic))));
        let then = if limits::bytes_of_data().is_some_and(|held| held > KEPT_BYTES) { Then::End } else { Then::Serve };
        write_answer(&answer, then, output)?;
        if then == Then::End {
            break;
        }
    }
    Ok(())
}
