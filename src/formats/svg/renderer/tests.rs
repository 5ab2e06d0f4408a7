use super::wire::{Answer, Request, Task, Then, read_answer, write_answer};
use crate::formats::error::DecodeError;
use crate::geometry::Size;

fn answers() -> [Answer; 4] {
    [
        Ok((0..24).collect()),
        Err(DecodeError::Damaged("no root".to_string())),
        Err(DecodeError::Limit("too much ✗".to_string())),
        Err(DecodeError::Panic(String::new())),
    ]
}

fn bytes_of(answer: &Answer) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_answer(answer, Then::Serve, &mut bytes).unwrap();
    bytes
}

#[test]
fn requests_and_answers_arrive_as_they_were_sent() {
    let mut bytes = Vec::new();
    let sent = [(Task::Measure, Some(2)), (Task::Render(Size::new(3, 2)), None)].map(|(task, time)| {
        let request = Request { task, time, memory: 1 << 40, bytes: b"<svg>\xff</svg>".into() };
        request.write(&mut bytes).unwrap();
        request
    });
    let from = &mut bytes.as_slice();
    assert_eq!(sent.map(Some), [Request::read(from).unwrap(), Request::read(from).unwrap()]);
    assert_eq!(Request::read(from).unwrap(), None);

    for answer in answers() {
        let (arrived, then) = read_answer(&mut bytes_of(&answer).as_slice()).unwrap();
        assert_eq!(then, Then::Serve);
        assert_eq!(format!("{arrived:?}"), format!("{answer:?}"));
    }
}

#[test]
fn an_answer_that_breaks_off_or_is_none_is_an_error() {
    for bytes in answers().iter().map(bytes_of) {
        for end in 0..bytes.len() {
            assert!(read_answer(&mut &bytes[..end]).is_err(), "{end} of {}", bytes.len());
        }
    }
    assert!(read_answer(&mut b"no answer at all".as_slice()).is_err());
    assert!(Request::read(&mut b"a request has numbers first, and these are too large".as_slice()).is_err());
}
