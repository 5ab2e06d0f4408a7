//! Tests `--watch` on directories that change.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::fixture::Folder;

/// The longest time to wait for a thumbnail on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A run with `--watch`, which ends with the test.
struct Watching(Child);

impl Watching {
    fn start(folder: &Folder, words: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thumbs"));
        command.current_dir(folder.path("")).args(["in", "--watch"]).args(words);
        let errors = fs::File::create(folder.path("errors")).unwrap();
        Self(command.stdout(Stdio::null()).stderr(errors).spawn().unwrap())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn wait_for(path: &Path) {
    wait_until(&format!("{} did not appear", path.display()), || path.exists());
}

#[test]
fn images_that_appear_change_or_go_are_followed() {
    let folder = Folder::new();
    folder.write_picture("in/a.png");
    let watching = Watching::start(&folder, &["--prune"]);
    wait_for(&folder.path("thumbs/a.png"));
    folder.write_picture("in/new/b.jpg");
    wait_for(&folder.path("thumbs/new/b.jpg"));

    let before = fs::read(folder.path("thumbs/a.png")).unwrap();
    let other = folder.path("other.png");
    image::RgbImage::from_pixel(90, 90, image::Rgb([200, 30, 30])).save(&other).unwrap();
    fs::rename(&other, folder.path("in/a.png")).unwrap();
    wait_until("the thumbnail did not change", || fs::read(folder.path("thumbs/a.png")).unwrap() != before);

    fs::remove_file(folder.path("in/new/b.jpg")).unwrap();
    wait_until("the thumbnail did not go", || !folder.path("thumbs/new/b.jpg").exists());
    drop(watching);
}

#[test]
fn a_directory_that_vanishes_is_waited_for() {
    let folder = Folder::new();
    folder.write_picture("in/a.png");
    let watching = Watching::start(&folder, &["--prune"]);
    wait_for(&folder.path("thumbs/a.png"));
    let errors = || fs::read_to_string(folder.path("errors")).unwrap();
    fs::rename(folder.path("in"), folder.path("away")).unwrap();
    wait_until("nothing was said", || errors().contains("error: can't open in: no such file or directory"));
    // As where a drive was unmounted.
    fs::create_dir(folder.path("in")).unwrap();
    wait_until("the empty directory was not seen", || errors().contains("in: empty"));
    assert!(folder.path("thumbs/a.png").exists());
    fs::remove_dir(folder.path("in")).unwrap();
    fs::rename(folder.path("away"), folder.path("in")).unwrap();
    folder.write_picture("in/b.png");
    wait_for(&folder.path("thumbs/b.png"));
    folder.write_picture("in/c.png");
    wait_for(&folder.path("thumbs/c.png"));
    assert!(folder.path("thumbs/a.png").exists());
    drop(watching);
}

#[test]
fn an_image_with_a_time_in_the_future_is_made() {
    let folder = Folder::new();
    folder.write_picture("in/a.png");
    let future = std::time::SystemTime::now() + Duration::from_secs(86_400);
    fs::File::options().write(true).open(folder.path("in/a.png")).unwrap().set_modified(future).unwrap();
    let watching = Watching::start(&folder, &[]);
    wait_for(&folder.path("thumbs/a.png"));
    drop(watching);
}

#[test]
fn a_file_that_is_still_being_copied_is_left_until_it_rests() {
    let folder = Folder::new();
    folder.write_picture("in/a.png");
    let watching = Watching::start(&folder, &[]);
    wait_for(&folder.path("thumbs/a.png"));
    let noise =
        image::RgbImage::from_fn(400, 300, |x, y| image::Rgb([(x * 7 + y * 3) as u8, (x ^ y) as u8, (x * y) as u8]));
    noise.save(folder.path("whole.png")).unwrap();
    let bytes = fs::read(folder.path("whole.png")).unwrap();
    let is_steady = (0..5).any(|attempt| {
        let name = format!("slow-{attempt}.png");
        let mut copy = fs::File::create(folder.path("in").join(&name)).unwrap();
        let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
        for part in bytes.chunks(bytes.len().div_ceil(20)) {
            copy.write_all(part).unwrap();
            longest = longest.max(last.elapsed());
            last = Instant::now();
            std::thread::sleep(Duration::from_millis(150));
        }
        drop(copy);
        wait_for(&folder.path("thumbs").join(&name));
        // On a busy machine, the copy may have rested.
        let is_steady = longest < Duration::from_millis(700);
        let errors = fs::read_to_string(folder.path("errors")).unwrap();
        assert!(!is_steady || !errors.contains(&name), "{errors}");
        is_steady
    });
    assert!(is_steady, "no copy was steady");
    drop(watching);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_watch() {
    let folder = Folder::new();
    folder.write_picture("in/a.png");
    let mut watching = Watching::start(&folder, &[]);
    wait_for(&folder.path("thumbs/a.png"));
    let id = watching.0.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(watching.0.wait().unwrap().code(), Some(130));
    assert_eq!(folder.files_below("thumbs"), ["a.png"]);
}
