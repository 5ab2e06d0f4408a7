//! What counts as a finding. A run catches what panics in a file and goes on with the next; where a crate that we use panics,
//! that is the file's failure and no finding. A panic in our own code is one, and so is whatever can't be caught: an abort, a
//! stack overflow, a hang, too much memory.

use std::panic::{PanicHookInfo, set_hook, take_hook};

/// What libFuzzer's report of a crash needs, with a margin.
const STACK_FOR_SIGNALS: usize = 64 << 10;

/// Lets the panics of other crates through to `catch_unwind`, and lets libFuzzer see a stack overflow. libFuzzer's own hook,
/// which ends the process, must have been set.
pub fn prepare() {
    let report = take_hook();
    set_hook(Box::new(move |panic| {
        if !is_of_another_crate(panic) {
            report(panic);
        }
    }));
    take_signals_on_a_stack_of_their_own();
}

/// Cargo keeps the sources of other crates in its registry. What the standard library panics at counts as ours.
fn is_of_another_crate(panic: &PanicHookInfo<'_>) -> bool {
    panic.location().is_some_and(|location| location.file().contains("/registry/src/"))
}

/// A signal for want of stack can't be taken on that stack. libFuzzer sets its handlers later, and keeps the flag.
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
