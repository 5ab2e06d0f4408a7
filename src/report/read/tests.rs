use std::collections::HashSet;

use super::*;
use crate::report::tests::{hostile_names, records, written_as};

const FORMS: [Form; 3] = [Form::Json, Form::NdJson, Form::Csv];

fn failed(bytes: &[u8], form: Form) -> Result<HashSet<PathBuf>, Unreadable> {
    read_earlier(bytes, form, Scope::Failed).map(|reading| match reading.previous_run {
        PreviousRun::Failed(all) => {
            all.iter().filter(|(_, was)| **was == Was::Failed).map(|(path, _)| path.clone()).collect()
        }
        other => panic!("{other:?}"),
    })
}

#[test]
fn what_failed_is_read_back_from_every_form_under_its_exact_name() {
    let names: HashSet<PathBuf> = hostile_names().into_iter().collect();
    assert!(names.len() > 30);
    for form in FORMS {
        assert_eq!(failed(&written_as(form), form).unwrap(), names, "{form:?}");
    }
}

#[test]
fn every_source_is_read_back_with_what_became_of_it() {
    for form in FORMS {
        let bytes = written_as(form);
        let reading = read_earlier(&bytes[..], form, Scope::Failed).unwrap();
        let PreviousRun::Failed(all) = reading.previous_run else { panic!("{form:?}") };
        assert_eq!(all.len(), records().len());
        let was = |name: &str| &all[std::path::Path::new(name)];
        assert_eq!((was("a.jpg"), was("b")), (&Was::Done, &Was::Done), "{form:?}");
        assert_eq!(*was("c"), Was::Skipped(SkipReason::NotAnImage(None).to_string().into()), "{form:?}");
        let PreviousRun::All(sources) = read_earlier(&bytes[..], form, Scope::All).unwrap().previous_run else {
            panic!()
        };
        let sources: HashSet<&PathBuf> = sources.iter().collect();
        assert_eq!(sources, all.keys().collect(), "{form:?}");
    }
}

#[test]
fn a_report_whose_run_was_killed_is_read_as_far_as_it_goes() {
    let whole = written_as(Form::NdJson);
    let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let all = failed(&whole, Form::NdJson).unwrap().len();
    let mut last = 0;
    for cut in first..whole.len() {
        let found = failed(&whole[..cut], Form::NdJson).unwrap().len();
        assert!(found >= last, "at {cut}");
        last = found;
    }
    assert_eq!(last, all);
    assert!(failed(&whole[..first - 2], Form::NdJson).is_err(), "without its first line nothing tells what it is");
}

#[test]
fn a_report_is_whole_where_its_totals_are_the_last_of_it() {
    let is_whole = |bytes: &[u8], form| read_earlier(bytes, form, Scope::Failed).unwrap().is_whole;
    for form in FORMS {
        assert!(is_whole(&written_as(form), form), "{form:?}");
    }
    for form in [Form::NdJson, Form::Csv] {
        let whole = written_as(form);
        let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
        let cut = lines[..lines.len() - 1].concat();
        assert!(!is_whole(&cut, form), "{form:?}");
        if form == Form::NdJson {
            for begun in [lines[0], b"{\"record\":"] {
                assert!(!is_whole(&[&whole[..], begun].concat(), form), "another run had begun");
            }
        }
    }
}

#[test]
fn the_last_record_of_a_source_counts() {
    let run = format!("{{\"record\":\"run\",\"schema\":\"{SCHEMA}\"}}\n");
    let line = |outcome: &str| {
        format!("{{\"record\":\"file\",\"source\":\"a\",\"outcome\":\"{outcome}\",\"thumbnails\":[]}}\n")
    };
    let twice = [run.clone(), line("failed"), run.clone(), line("skipped")].concat();
    assert_eq!(failed(twice.as_bytes(), Form::NdJson).unwrap(), HashSet::new());
    let again = [run, line("skipped"), line("failed")].concat();
    assert_eq!(failed(again.as_bytes(), Form::NdJson).unwrap().len(), 1);
}

#[test]
fn what_an_interrupted_run_did_not_come_to_counts_as_failed() {
    let with = |reason: &str| {
        let line = format!(
            "{{\"record\":\"file\",\"source\":\"a\",\"outcome\":\"skipped\",\"reason\":\"{reason}\",\"thumbnails\":[]}}\n"
        );
        failed([format!("{{\"record\":\"run\",\"schema\":\"{SCHEMA}\"}}\n"), line].concat().as_bytes(), Form::NdJson)
    };
    assert_eq!(with(&SkipReason::Interrupted.to_string()).unwrap().len(), 1);
    assert_eq!(with(&SkipReason::Stopped.to_string()).unwrap().len(), 1);
    assert_eq!(with(&SkipReason::EmptyFile.to_string()).unwrap().len(), 0);
}

#[test]
fn what_is_no_report_of_ours_is_refused_with_a_reason() {
    let mut tried = 0;
    for form in FORMS {
        let whole = written_as(form);
        let mut wrong: Vec<Vec<u8>> =
            [b"".as_slice(), b"{}", b"[]", b"null\n", b"a,b\n1,2\n", b"\xff\xfe"].map(Vec::from).to_vec();
        wrong.push(String::from_utf8_lossy(&whole).replace(SCHEMA, "thumbs-report/9").into_bytes());
        wrong.extend(FORMS.into_iter().filter(|other| *other != form).map(written_as));
        if form == Form::Json {
            wrong.push(whole[..whole.len() / 2].to_vec());
            wrong.push([&whole[..], b"more"].concat());
        }
        for bytes in wrong {
            let error = failed(&bytes, form).expect_err(&String::from_utf8_lossy(&bytes[..bytes.len().min(60)]));
            assert!(!error.to_string().is_empty());
            tried += 1;
        }
    }
    assert_eq!(tried, 3 * 9 + 2);
}
