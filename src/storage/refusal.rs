//! Words the errors of stores. Those of the client name its settings, its retries and the whole answer.

use std::error::Error as _;
use std::io;

use object_store::Error;
use object_store::client::{HttpError, HttpErrorKind};

use crate::error::Denied;

/// The most characters of an answer that a message cites.
const LONGEST: usize = 200;

/// Codes of answers that every other request gets as well, until the credentials are renewed.
const OF_CREDENTIALS: [&str; 8] = [
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "AuthenticationFailed",
];

/// Converts an error of a store.
pub(super) fn to_io(error: &Error) -> io::Error {
    let text = innermost(error);
    let code = between(&text, "<Code>", "</Code>").unwrap_or_default();
    if matches!(error, Error::Unauthenticated { .. }) || OF_CREDENTIALS.contains(&code) {
        return io::Error::new(io::ErrorKind::PermissionDenied, Denied(cited(&text)));
    }
    if code == "NotImplemented" {
        return io::Error::new(io::ErrorKind::Unsupported, cited(&text));
    }
    if is_broken(error) {
        return io::Error::new(io::ErrorKind::ConnectionAborted, cited(&text));
    }
    let (kind, words) = match error {
        Error::NotFound { .. } => (io::ErrorKind::NotFound, "no such object".to_string()),
        Error::AlreadyExists { .. } => (io::ErrorKind::AlreadyExists, "the object exists".to_string()),
        Error::Precondition { .. } | Error::NotModified { .. } => {
            (io::ErrorKind::ResourceBusy, "it was changed meanwhile".to_string())
        }
        Error::PermissionDenied { .. } => (io::ErrorKind::PermissionDenied, cited(&text)),
        Error::NotSupported { .. } | Error::NotImplemented { .. } => (io::ErrorKind::Unsupported, cited(&text)),
        _ => (io::ErrorKind::Other, cited(&text)),
    };
    io::Error::new(kind, words)
}

/// Returns whether an error is that of an answer that breaks off.
pub(super) fn breaks_off(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ConnectionAborted
}

/// Returns whether an answer broke off that the client does not ask for again.
fn is_broken(error: &Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(inner) = inner.downcast_ref::<HttpError>() {
            return !matches!(inner.kind(), HttpErrorKind::Connect | HttpErrorKind::Request);
        }
        cause = inner.source();
    }
    false
}

/// Returns the text of the error that caused the others.
fn innermost(error: &Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        // The client's own error repeats the answer, and an error below it says less.
        if !text.contains("<Code>") {
            text = words;
        }
        next = cause.source();
    }
    text
}

/// Returns what an answer says, in one line.
fn cited(text: &str) -> String {
    let message = || {
        let code = between(text, "<Code>", "</Code>")?;
        Some(match between(text, "<Message>", "</Message>").filter(|message| !message.is_empty()) {
            Some(message) => format!("{code}: {message}"),
            None => code.to_string(),
        })
    };
    let text = message().unwrap_or_else(|| text.lines().next().unwrap_or_default().trim().to_string());
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    Some(text.split_once(start)?.1.split_once(end)?.0.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_cited_by_its_code_and_message() {
        let answer = "Server returned 403: <?xml?><Error><Code>AccessDenied</Code><Message>Not yours</Message></Error>";
        assert_eq!(cited(answer), "AccessDenied: Not yours");
        assert_eq!(cited("one line\nand more"), "one line");
        assert_eq!(cited(&"é".repeat(300)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn only_credentials_that_no_longer_hold_concern_all_objects() {
        let denied = |code: &str| {
            let source = format!("403: <Error><Code>{code}</Code></Error>").into();
            let error = to_io(&Error::PermissionDenied { path: "a".to_string(), source });
            assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
            error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Denied>)
        };
        assert!(denied("ExpiredToken"));
        assert!(!denied("AccessDenied"));
    }
}
