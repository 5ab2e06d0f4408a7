//! Tells findings from failures of a file.
//!
//! A run catches a panic in a file and continues with the next. So a panic in another crate fails the file, and is no finding.
//! A panic in our own code is one, and so is anything that can't be caught: an abort, a stack overflow, a hang, too much
//! memory.

use std::panic::{PanicHookInfo, set_hook, take_hook};

/// Stack that libFuzzer's crash report needs, with a margin.
const STACK_FOR_SIGNALS: usize = 64 << 10;

/// Passes the panics of other crates to `catch_unwind`, and makes stack overflows visible to libFuzzer.
///
/// libFuzzer's own hook, which ends the process, must have been set.
pub fn prepare() {
    let report = take_hook();
    set_hook(Box::new(move |panic| {
        if !is_of_another_crate(panic) {
            report(panic);
        }
    }));
    take_signals_on_a_stack_of_their_own();
}

/// Returns whether another crate panicked, by the path: Cargo keeps their sources in its registry. Panics located in the
/// standard library count as our own.
fn is_of_another_crate(panic: &PanicHookInfo<'_>) -> bool {
    panic.location().is_some_and(|location| location.file().contains("/registry/src/"))
}

/// Sets a stack for signals: an overflowing stack can't take the signal itself. libFuzzer sets its handlers later, and keeps
/// the flag.
fn take_signals_on_a_stack_of_their_own() {
    let stack = Box::leak(vec![0_u8; STACK_FOR_SIGNALS].into_boxed_slice());
    let stack = libc::stack_t { ss_sp: stack.as_mut_ptr().cast(), ss_flags: 0, ss_size: stack.len() };
    // SAFETY: the stack is never freed; all zeros are a valid `sigaction`, namely the default one.
    let refused = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_flags = libc::SA_ONSTACK;
        libc::sigaltstack(&stack, std::ptr::null_mut()) | libc::sigaction(libc::SIGSEGV, &action, std::ptr::null_mut())
    };
    assert_eq!(refused, 0, "no stack for signals");
}
