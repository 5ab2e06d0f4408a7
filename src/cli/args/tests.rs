use clap::CommandFactory;

use std::num::NonZeroUsize;
use std::time::Duration;

use thumbs::geometry::{Bounds, Size};
use thumbs::internal::report::Form;
use thumbs::options::{
    Damaged, Effort, Encoding, Exactness, Existing, Filter, Links, Loss, Metadata, Previews, Profiles, Scans,
};

use super::*;

fn parse(words: &[&str]) -> Result<Args, clap::Error> {
    Args::try_read(&Defaults::default(), [&["thumbs"], words].concat())
}

#[test]
fn the_definition_of_the_arguments_is_sound() {
    Args::command().debug_assert();
}

#[test]
fn defaults_are_those_of_the_library() {
    let config = parse(&["images"]).unwrap().to_config(None);
    let wanted = Config::new(vec!["images".into()]);
    assert_eq!(config.options, wanted.options);
    assert_eq!((config.output, config.workers), (wanted.output, wanted.workers));
    assert_eq!((config.existing, config.links), (wanted.existing, wanted.links));
    assert_eq!((config.memory, config.timeout), (wanted.memory, wanted.timeout));
}

#[test]
fn words_become_decided_values() {
    let words = "in -o out -s 50x40 -s 256 -s 256x256 --blur 0 --filter lanczos3 --format jpg -q 95 --background #000 \
                 --keep gps,icc --effort small --progressive --lossless --sequential --exact --resume --follow --max-pixels 2k --max-memory 128M --max-file-size 1k --timeout 0s --damaged fail --report r.NDJSON --quiet";
    let args = parse(&words.split_whitespace().collect::<Vec<_>>()).unwrap();
    let config = args.to_config(None);
    assert_eq!(config.options.sizes, [Bounds::Box(Size::new(50, 40)), Bounds::Box(Size::new(256, 256))]);
    assert_eq!(config.options.filter, Filter::Lanczos3);
    assert_eq!(config.options.targets.to_string(), "jpeg");
    assert_eq!((&config.options.keep, config.options.profiles), (&[Metadata::Gps].into(), Profiles::Keep));
    let Encoding { effort, scans, loss, .. } = config.options.encoding;
    assert_eq!((effort, scans, loss), (Effort::Small, Scans::Progressive, Loss::Never));
    assert_eq!((config.options.quality, config.options.max_pixels), (95, 2000));
    assert_eq!((config.options.max_file_size, config.memory, config.timeout), (1024, Memory::Bytes(128 << 20), None));
    assert_eq!(config.options.damaged, Damaged::Fail);
    assert_eq!(config.options.exactness, Exactness::Exact);
    assert_eq!((config.workers.get(), config.existing, config.links), (1, Existing::Update, Links::All));
    assert_eq!(args.report().unwrap().form, Form::NdJson);
    assert_eq!((args.shown(), args.mode()), (Shown::Errors, Mode::Once));
}

#[test]
fn previews_stand_in_only_where_they_are_asked_for() {
    assert_eq!(parse(&["in"]).unwrap().to_config(None).options.previews, Previews::Ignored);
    assert_eq!(parse(&["in", "--previews"]).unwrap().to_config(None).options.previews, Previews::Used);
}

#[test]
fn what_makes_no_sense_is_refused_with_a_reason() {
    for (words, reason) in [
        ("", "Usage: thumbs"),
        ("--quiet", "required"),
        ("in -s 0x5", "a side is at least 1 px long"),
        ("in -s 70000", "a side is at most 65535 px long"),
        ("in -s big", "expected a size such as 800"),
        ("in -q 0", "'0' for '--quality <1-100>': quality is a number from 1 to 100"),
        ("in -q 101", "quality is a number from 1 to 100"),
        ("in -q abc", "quality is a number from 1 to 100"),
        ("in -q -5", "quality is a number from 1 to 100"),
        ("in -j 0", "'0' for '--jobs <N>': at least 1 worker is needed"),
        ("in -j abc", "the number of workers is a number from 1"),
        ("in -j -2", "the number of workers is a number from 1"),
        ("in --blur -1", "'-1' for '--blur <SIGMA>': the blur is a number from 0 to 1000"),
        ("in --blur=-1", "the blur is a number from 0 to 1000"),
        ("in --blur NaN", "the blur is a number from 0 to 1000"),
        ("in --blur 1001", "the blur is a number from 0 to 1000"),
        ("in --timeout abc", "expected a time such as 10s, 2m or 500ms"),
        ("in --timeout -1", "expected a time such as 10s, 2m or 500ms"),
        ("in --format heic", "HEIC can't be written; choose one of same"),
        ("in --format bitmap", "unknown format; choose one of same"),
        ("in --report out.txt", ".ndjson"),
        ("in --exact --previews", "cannot be used"),
        ("in --sequential --jobs 2", "cannot be used"),
        ("in --max-pixels lots", "expected a number of pixels such as 500M"),
        ("in --background red-ish", "expected a CSS colour"),
        ("in --background transparent", "the background can't be transparent"),
        ("in --max-memory 0", "it must be more than 0"),
        ("in --max-memory 200%", "between 1% and 100%"),
        ("in --max-memory some", "512MiB or 1.5G, or a percentage such as 50%"),
        ("in --max-file-size some", "expected a size such as 512MiB, 1.5G or 100KB"),
        ("in --max-file-size 99999999T", "this is too large"),
    ] {
        let error = parse(&words.split_whitespace().collect::<Vec<_>>()).unwrap_err().to_string();
        assert!(error.contains(reason), "'{words}' says: {error}");
        for internals in ["invalid digit", "non-zero type", "'-- -1'", "unexpected argument"] {
            assert!(!error.contains(internals), "'{words}' says: {error}");
        }
    }
}

#[test]
fn values_are_accepted_as_people_type_them() {
    let words = "in --format JPG --max-file-size 1.5GiB --max-pixels 1.5M --max-memory 100KB --timeout 500ms \
                 --background rebeccapurple";
    let config = parse(&words.split_whitespace().collect::<Vec<_>>()).unwrap().to_config(None);
    assert_eq!(config.options.targets.to_string(), "jpeg");
    assert_eq!((config.options.max_file_size, config.options.max_pixels), (3 << 29, 1_500_000));
    assert_eq!((config.memory, config.timeout), (Memory::Bytes(100_000), Some(Duration::from_millis(500))));
    assert_eq!(config.options.background.to_string(), "#663399");
}

#[test]
fn more_workers_than_a_machine_can_use_are_capped_with_a_warning() {
    let workers = |count: &str| parse(&["in", "-j", count]).unwrap().limits.workers();
    let most = NonZeroUsize::new(1024);
    assert_eq!(workers("1024"), (most, None));
    let warning = "100000 workers are too many; using 1024, the most --jobs allows";
    assert_eq!(workers("100000"), (most, Some(warning.to_string())));
    assert_eq!(workers("99999999999999999999999").0, most);
    assert_eq!(parse(&["in"]).unwrap().limits.workers(), (None, None));
    assert_eq!(parse(&["in", "--sequential"]).unwrap().limits.workers(), (Some(NonZeroUsize::MIN), None));
}
