//! Tests that nothing is lost and nothing done twice, whatever the store answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use image::ImageFormat;
use serde_json::Value;

use crate::album::{Album, picture};

const SHARDS: usize = 4;

/// The images of the large bucket, and those that give no thumbnail.
const IMAGES: usize = 2000;
const TEXTS: usize = 12;
const BROKEN: usize = 8;

/// Fills a bucket with images in JPEG and PNG, many of the same content, and returns the names below `in`.
fn fill(album: &Album) -> BTreeSet<String> {
    let jpegs: Vec<Vec<u8>> = (0..40).map(|number| picture(number, ImageFormat::Jpeg)).collect();
    let pngs: Vec<Vec<u8>> = (0..40).map(|number| picture(number, ImageFormat::Png)).collect();
    let mut names = BTreeSet::new();
    for number in 0..IMAGES {
        let (suffix, of) = if number % 3 == 0 { ("png", &pngs) } else { ("jpg", &jpegs) };
        let name = format!("trip {}/day {}/IMG_{number:04}.{suffix}", number % 7, number % 3);
        album.server.put(&format!("in/{name}"), &of[number % of.len()]);
        names.insert(name);
    }
    for number in 0..TEXTS {
        album.server.put(&format!("in/trip 1/note {number}.txt"), b"no image");
    }
    for (number, png) in pngs.iter().take(BROKEN).enumerate() {
        album.server.put(&format!("in/trip 2/broken {number}.png"), &png[..100]);
    }
    names
}

fn start(album: &Album, shard: usize, words: &[&str]) -> Child {
    let errors = File::create(album.path(&format!("{shard}.txt"))).unwrap();
    let (shard, report) = (format!("--shard={shard}/{SHARDS}"), format!("--report={shard}.json"));
    let (from, to) = (Album::url("in"), Album::url("out"));
    let mut command = album.command(&[&[from.as_str(), "-o", &to, &shard, &report], words].concat());
    command.stdout(Stdio::null()).stderr(errors).spawn().unwrap()
}

fn report(album: &Album, shard: usize) -> Value {
    serde_json::from_slice(&std::fs::read(album.path(&format!("{shard}.json"))).unwrap()).unwrap()
}

#[test]
fn four_shards_make_every_thumbnail_once_though_requests_fail_and_one_shard_is_killed() {
    let album = Album::new();
    let names = fill(&album);
    let started = Instant::now();
    album.server.fail(50);
    let mut killed = start(&album, 3, &[]);
    while album.server.written().len() < 60 {
        let errors = || std::fs::read_to_string(album.path("3.txt")).unwrap();
        assert!(started.elapsed() < Duration::from_secs(60), "it writes nothing: {}", errors());
        thread::sleep(Duration::from_millis(1));
    }
    let others = [1, 2, 4].map(|shard| start(&album, shard, &[]));
    killed.kill().unwrap();
    assert_eq!(killed.wait().unwrap().code(), None, "it ended before");
    for mut shard in others {
        assert_eq!(shard.wait().unwrap().code(), Some(1), "the broken images fail");
    }
    assert!(album.server.written().len() < names.len(), "it was killed too late");
    let again = start(&album, 3, &["--update"]).wait().unwrap();
    assert!(again.code().is_some());
    let took = started.elapsed();

    // Every file has one outcome, and those that failed are the broken ones.
    let mut outcomes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut fetched, mut up_to_date) = (0, 0);
    for shard in 1..=SHARDS {
        let report = report(&album, shard);
        fetched += report["totals"]["bytes_fetched"].as_u64().unwrap_or(0);
        up_to_date += report["totals"]["up_to_date"].as_u64().unwrap();
        for file in report["files"].as_array().unwrap() {
            let name = file["source"].as_str().unwrap().strip_prefix("s3://album/in/").unwrap().to_string();
            if file["outcome"] == "failed" && !name.contains("broken") {
                println!("{name}: {}", file["reason"]);
            }
            outcomes.entry(name).or_default().push(file["outcome"].as_str().unwrap().to_string());
        }
    }
    assert_eq!(outcomes.len(), IMAGES + TEXTS + BROKEN);
    for (name, outcomes) in &outcomes {
        let wanted: &[&str] = match name {
            name if name.ends_with(".txt") => &["skipped"],
            name if name.contains("broken") => &["failed"],
            _ => &["written", "up-to-date"],
        };
        assert!(outcomes.len() == 1 && wanted.contains(&outcomes[0].as_str()), "{name}: {outcomes:?}");
    }

    // Every thumbnail is there, was written once, and is named by the ledger.
    let there: BTreeSet<String> =
        album.server.keys("out/").iter().map(|key| key.strip_prefix("out/").unwrap().to_string()).collect();
    assert_eq!(there, names);
    let written = album.server.written();
    assert_eq!(written.len(), IMAGES);
    assert_eq!(written.iter().collect::<BTreeSet<_>>().len(), IMAGES);
    let named: BTreeSet<String> = album.in_ledger("out").into_keys().collect();
    assert_eq!(named, names);
    for key in album.server.keys("out/") {
        assert!(image::load_from_memory(&album.server.get(&key).unwrap()).is_ok(), "{key}");
    }

    // No byte was fetched twice, but for those whose answers broke off.
    let stored: u64 = album.server.keys("in/").iter().map(|key| album.server.get(key).unwrap().len() as u64).sum();
    assert!(fetched <= stored && fetched > stored / 2, "{fetched} of {stored}");
    assert!(up_to_date > 0 && up_to_date < IMAGES as u64 / 4);
    let injected = album.server.injected();
    assert!(injected.len() == 5 && injected.values().all(|count| *count >= 5), "{injected:?}");
    println!("{took:?}, {} requests, {injected:?}, {fetched} bytes fetched of {stored}", album.server.requests());

    // Nothing is left to do.
    album.server.fail(0);
    let run = album.thumbs(&[&Album::url("in"), "-o", &Album::url("out"), "--update"]);
    assert_eq!((run.count("up_to_date"), run.count("written")), (IMAGES as u64, 0), "{}", run.errors);
    assert_eq!(album.server.written().len(), IMAGES);
}

#[test]
fn several_dozen_requests_are_under_way_at_a_time_whatever_the_number_of_workers() {
    // Long enough that a busy machine asks for the next objects before the first answer is there.
    const ANSWER: Duration = Duration::from_millis(200);
    let album = Album::new();
    for number in 0..400 {
        album.server.put(&format!("in/{number:03}.jpg"), &picture(number, ImageFormat::Jpeg));
    }
    album.server.delay(ANSWER);
    let run = album.thumbs(&[&Album::url("in"), "-o", &Album::url("out"), "--jobs", "1"]);
    assert_eq!((run.status, run.count("written"), run.count("workers")), (Some(0), 400, 1), "{}", run.errors);
    let most = album.server.most_at_once();
    assert!((40..=50).contains(&most), "{most}");
    let seconds = run.report["totals"]["wall_seconds"].as_f64().unwrap();
    println!("{} requests of {ANSWER:?} in {seconds} s, up to {most} at once", album.server.requests());
    assert!(seconds < album.server.requests() as f64 * ANSWER.as_secs_f64() / 4.0, "{seconds}");
}

#[test]
fn a_run_survives_a_store_of_which_every_third_answer_goes_wrong() {
    let album = Album::new();
    for number in 0..30 {
        album.server.put(&format!("in/{number}.jpg"), &picture(number, ImageFormat::Jpeg));
    }
    album.server.fail(333);
    let run = album.thumbs(&[&Album::url("in"), "-o", &Album::url("out")]);
    assert_eq!((run.status, run.count("written")), (Some(0), 30), "{}", run.errors);
    assert_eq!(album.server.written().len(), 30);
    assert!(album.server.injected().values().sum::<u64>() > 20);
}

#[test]
fn credentials_that_expire_end_the_run_and_the_next_one_goes_on() {
    let album = Album::new();
    for number in 0..600 {
        album.server.put(&format!("in/{number:03}.jpg"), &picture(number, ImageFormat::Jpeg));
    }
    let (from, to) = (Album::url("in"), Album::url("out"));
    let mut run = album.command(&[&from, "-o", &to, "--report", "1.json"]).stderr(Stdio::piped()).spawn().unwrap();
    while album.server.written().len() < 100 {
        thread::sleep(Duration::from_millis(1));
    }
    album.server.expire(true);
    let ended = run.wait().unwrap();
    assert_eq!(ended.code(), Some(1));
    let first: Value = serde_json::from_slice(&std::fs::read(album.path("1.json")).unwrap()).unwrap();
    let totals = &first["totals"];
    assert_eq!((totals["ending"].as_str(), totals["found"].as_u64()), (Some("stopped"), Some(600)));
    let reason = totals["stopped_by"].as_str().unwrap();
    assert!(
        reason.contains("does not accept the credentials (ExpiredToken: The provided token has expired.)"),
        "{reason}"
    );
    album.server.expire(false);
    let run = album.thumbs(&[&from, "-o", &to, "--update"]);
    assert_eq!(run.status, Some(0), "{}", run.errors);
    assert_eq!(run.count("up_to_date") + run.count("written"), 600);
    assert!(run.count("up_to_date") > 50, "{}", run.count("up_to_date"));
    assert_eq!(album.server.keys("out/").len(), 600);
    // From the start, they are an error of the start.
    album.server.expire(true);
    let run = album.thumbs(&[&from, "-o", &to, "--update"]);
    assert_eq!(run.status, Some(2));
    assert!(run.errors.contains("does not accept the credentials"), "{}", run.errors);
}
