use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use thumbs::{Cancel, Config, Outcome};

use crate::bombs;
use crate::fixture::{Folder, assert_totals_add_up, outcome_of};
use crate::usage::{Usage, children_of};

const DRAWING: &str =
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 30'><circle cx='20' cy='15' r='9'/></svg>";

/// Returns a folder of three drawings and an image of another kind.
fn drawings() -> Folder {
    let folder = Folder::new();
    for name in ["in/a.svg", "in/c.svg", "in/d.svg"] {
        folder.write(name, DRAWING.as_bytes());
    }
    folder.write_picture("in/b.png");
    folder
}

/// Returns the outcomes of a folder's files, with this program as the renderer.
fn outcomes(folder: &Folder, program: Option<&str>) -> Vec<Result<(), String>> {
    let mut config = Config::new(vec![folder.path("in")]);
    config.output = folder.path("thumbs");
    config.renderer = program.map(PathBuf::from);
    let mut outcomes = std::collections::BTreeMap::new();
    thumbs::run(&config, &Cancel::default(), |record| {
        let outcome = match &record.outcome {
            Outcome::Written(_) => Ok(()),
            Outcome::Failed(error) => Err(error.to_string()),
            other => panic!("{other:?}"),
        };
        outcomes.insert(record.index, outcome);
    })
    .unwrap();
    outcomes.into_values().collect()
}

#[cfg(unix)]
#[test]
fn a_renderer_that_ends_or_talks_nonsense_fails_its_own_drawing_and_no_other() {
    for program in ["false", "cat", "echo", "yes"] {
        let outcomes = outcomes(&drawings(), Some(program));
        assert_eq!(outcomes.len(), 4);
        for (index, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                Ok(()) => assert_eq!(index, 1, "{program}"),
                Err(reason) => assert!(index != 1 && reason.contains("its process ended with"), "{program}: {reason}"),
            }
        }
    }
}

#[test]
fn where_no_process_can_be_started_drawings_are_rendered_here() {
    for program in [None, Some("no/such/program")] {
        assert_eq!(outcomes(&drawings(), program), [const { Ok(()) }; 4]);
    }
}

#[test]
fn a_drawing_is_the_same_from_here_and_from_a_process_apart() {
    let (here, apart) = (drawings(), drawings());
    assert_eq!(outcomes(&here, None), outcomes(&apart, Some(env!("CARGO_BIN_EXE_thumbs"))));
    for name in ["thumbs/a.svg.png", "thumbs/d.svg.png"] {
        assert_eq!(std::fs::read(here.path(name)).unwrap(), std::fs::read(apart.path(name)).unwrap());
    }
}

/// Kills rendering processes: each fails the drawing that it renders, and no other. The run continues with new
/// processes.
#[cfg(target_os = "linux")]
#[test]
fn processes_that_are_killed_cost_a_drawing_each_at_the_most() {
    let folder = Folder::new();
    for i in 0..300 {
        folder.write(&format!("in/{i:03}.svg"), DRAWING.as_bytes());
    }
    let mut run = folder.command(&["in", "--quiet", "--report", "report.json"]).stderr(Stdio::null()).spawn().unwrap();
    let mut killed = 0;
    while run.try_wait().unwrap().is_none() {
        for child in children_of(run.id()) {
            let kill = Command::new("kill").args(["-9", &child.to_string()]).stderr(Stdio::null()).status();
            killed += usize::from(kill.unwrap().success());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let report: Value = serde_json::from_slice(&std::fs::read(folder.path("report.json")).unwrap()).unwrap();
    assert_totals_add_up(&report);
    let failed: Vec<&Value> =
        report["files"].as_array().unwrap().iter().filter(|file| file["outcome"] == "failed").collect();
    println!("{killed} killed, {} failed", failed.len());
    assert!(killed > 0 && failed.len() <= killed, "{killed} killed, {} failed", failed.len());
    for file in failed {
        assert!(file["reason"].as_str().unwrap().contains("was killed from outside"), "{file}");
    }
    assert_eq!(report["totals"]["found"], 300);
}

/// Interrupts every process of the group, as a terminal does.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_at_the_keyboard_lets_the_drawings_under_way_be_finished() {
    use std::os::unix::process::CommandExt;
    let folder = Folder::new();
    for i in 0..3000 {
        folder.write(&format!("in/{i:04}.svg"), DRAWING.as_bytes());
    }
    let mut command = folder.command(&["in", "--quiet", "--report", "report.json"]);
    let mut run = command.process_group(0).stderr(Stdio::null()).spawn().unwrap();
    while !folder.path("thumbs/0020.svg.png").exists() {
        assert!(run.try_wait().unwrap().is_none(), "it ended before it was interrupted");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(Command::new("kill").args(["-INT", "--", &format!("-{}", run.id())]).status().unwrap().success());
    assert_eq!(run.wait().unwrap().code(), Some(130));
    let report: Value = serde_json::from_slice(&std::fs::read(folder.path("report.json")).unwrap()).unwrap();
    assert_totals_add_up(&report);
    let count = |kind: &str| report["totals"][kind].as_u64().unwrap();
    assert!(count("written") >= 20 && count("skipped") > 0 && count("failed") == 0, "{}", report["totals"]);
}

/// Returns a drawing with many filters that each compute every pixel. The bounds don't detect its cost.
fn clouds(count: usize) -> String {
    let filter = "<filter id='f'><feTurbulence baseFrequency='.05' numOctaves='9'/></filter>";
    let body = "<circle cx='50' cy='50' r='40' filter='url(#f)'/>".repeat(count);
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 100' width='1000' height='1000'>{filter}{body}</svg>"
    )
}

#[cfg(target_os = "linux")]
#[test]
fn a_drawing_that_takes_too_long_fails_with_the_flag_that_allows_more() {
    let folder = drawings();
    folder.write("in/clouds.svg", clouds(30).as_bytes());
    let words = ["in", "--size", "256x256", "--timeout"];
    let (_, report) = folder.report(&[&words[..], &["1"]].concat());
    assert_totals_add_up(&report);
    let (outcome, reason) = outcome_of(&report, "in/clouds.svg");
    assert_eq!(outcome, "failed");
    assert!(reason.contains("more than 1.5 s of processor time; --timeout allows more"), "{reason}");
    assert_eq!(report["totals"]["written"], 4);
    let (_, report) = folder.report(&[&words[..], &["3600"]].concat());
    assert_eq!(report["totals"]["written"], 5);
}

/// Tests drawings that take long to parse. Parsing is also done in a separate process.
#[cfg(target_os = "linux")]
#[test]
fn drawings_that_take_long_to_read_fail_by_themselves() {
    let folder = drawings();
    let nested = |open: &dyn Fn(usize) -> String| (0..3000).map(open).collect::<String>() + &"</g>".repeat(3000);
    let namespaces = nested(&|i| format!("<g xmlns:a{i}='b'>"));
    let start = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>";
    folder.write("in/namespaces.svg", format!("{start}{namespaces}</svg>").as_bytes());
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(format!("{start}{}</svg>", "<a/>".repeat(3_900_000)).as_bytes()).unwrap();
    folder.write("in/elements.svgz", &packed.finish().unwrap());
    // The bracket in quotes does not end the declarations.
    let entity = format!("<!ENTITY x ']>'><!ENTITY y '{}'>", "z".repeat(200_000));
    let document = format!("<!DOCTYPE svg [{entity}]>{start}{}</svg>", "&y;".repeat(50_000));
    folder.write("in/entities.svg", document.as_bytes());

    let words = ["in", "--quiet", "--report", "report.json", "--max-memory", "128M"];
    let usage = Usage::of(folder.command(&words).stderr(Stdio::null()).spawn().unwrap());
    let report: Value = serde_json::from_slice(&std::fs::read(folder.path("report.json")).unwrap()).unwrap();
    assert_totals_add_up(&report);
    assert_eq!(report["totals"]["written"], 4);
    for name in ["in/namespaces.svg", "in/elements.svgz", "in/entities.svg"] {
        let (outcome, reason) = outcome_of(&report, name);
        println!("{name}: {reason}");
        assert_eq!(outcome, "failed", "{name}");
    }
    println!("{:?}, {} MiB", usage.time, usage.peak >> 20);
    assert!(usage.time < Duration::from_secs(6), "{:?}", usage.time);
    assert!(usage.peak < 160 << 20, "{} MiB", usage.peak >> 20);
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_renders_ends_with_the_run_that_is_killed() {
    let folder = Folder::new();
    folder.write("in/clouds.svg", clouds(30).as_bytes());
    let words = ["in", "--size", "256x256", "--timeout", "3600"];
    let mut run = folder.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let serves = |id: &u32| {
        let words = std::fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
        words.contains("--serve-renderings")
    };
    let child = loop {
        assert!(run.try_wait().unwrap().is_none(), "it ended before it was killed");
        if let Some(child) = children_of(run.id()).into_iter().find(serves) {
            break child;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    run.kill().unwrap();
    run.wait().unwrap();
    // A zombie has no command line.
    for _ in 0..500 {
        if !serves(&child) {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("it still runs after a second");
}

/// Uses a system limit instead of the process's own. No drawing within the bounds reaches that one.
#[cfg(target_os = "linux")]
#[test]
fn a_drawing_that_takes_all_memory_fails_by_itself() {
    const SIDE: u32 = 6_000;
    let folder = drawings();
    folder.write("in/scan.svg", drawing_of_picture(&bombs::png(SIDE, false)).as_bytes());
    let run = |kibibytes: u32| {
        let script = format!("ulimit -d {kibibytes} && exec \"$0\" in --jobs 1 --quiet --report report.json");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_thumbs")]).current_dir(folder.path(""));
        let _ = shell.env_remove("RUST_BACKTRACE").stderr(Stdio::null()).status().unwrap();
        serde_json::from_slice::<Value>(&std::fs::read(folder.path("report.json")).unwrap()).unwrap()
    };
    let report = run(128 << 10);
    assert_totals_add_up(&report);
    let (outcome, reason) = outcome_of(&report, "in/scan.svg");
    assert_eq!(outcome, "failed");
    assert!(reason.contains("rendering it takes more than the estimated"), "{reason}");
    assert_eq!(report["totals"]["written"], 4);
    assert_eq!(run(2 << 20)["totals"]["written"], 5);
}

/// Tests large images inside small drawings. They take 7 bytes per pixel of the image.
#[cfg(target_os = "linux")]
#[test]
fn the_pictures_inside_a_drawing_are_let_in_by_their_size() {
    let folder = Folder::new();
    for name in ["in/a.svg", "in/b.svg", "in/c.svg", "in/d.svg"] {
        folder.write(name, drawing_of_picture(&bombs::png(4_000, false)).as_bytes());
    }
    let words = ["in", "--quiet", "--report", "report.json", "--jobs", "4", "--max-memory", "128M"];
    let usage = Usage::of(folder.command(&words).spawn().unwrap());
    println!("{} MiB", usage.peak >> 20);
    assert!(usage.status.success());
    assert!((64 << 20..160 << 20).contains(&usage.peak), "{} MiB", usage.peak >> 20);
}

fn drawing_of_picture(bytes: &[u8]) -> String {
    let url: String = bytes.iter().map(|byte| format!("%{byte:02x}")).collect();
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' viewBox='0 0 40 30'>\
         <image width='40' height='30' xlink:href='data:image/png,{url}'/></svg>"
    )
}

#[cfg(not(feature = "pdf"))]
#[test]
fn a_pdf_is_skipped_with_the_name_of_the_feature_that_it_takes() {
    let folder = Folder::new();
    folder.write("in/a.pdf", include_bytes!("../data/samples/pdf/page.pdf"));
    folder.write_picture("in/b.png");
    let (run, report) = folder.report(&["in"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    let reason = "PDF files take a build with the feature pdf".to_string();
    assert_eq!(outcome_of(&report, "a.pdf"), ("skipped".to_string(), reason.clone()));
    assert!(run.errors().contains(&reason), "{}", run.errors());
    assert_eq!(folder.thumbs(&["in/a.pdf"]).status(), Some(1), "a file that is named must give a thumbnail");
}

#[cfg(feature = "pdf")]
#[test]
fn the_first_page_of_a_pdf_is_drawn_apart_at_the_size_of_the_thumbnail() {
    let folder = Folder::new();
    folder.write("in/a.pdf", include_bytes!("../data/samples/pdf/page.pdf"));
    let (run, report) = folder.report(&["in", "--size", "600", "--format", "png"]);
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    assert_eq!(report["files"][0]["format"], "pdf");
    let page = crate::fixture::read_picture(&folder.path("thumbs/a.pdf.png"));
    assert_eq!(page.dimensions(), (600, 400), "a page has no pixels to enlarge");
    assert_eq!(page.get_pixel(437, 125).0, [255, 0, 0]);
}

#[test]
fn a_drawing_is_rendered_in_any_size() {
    let folder = Folder::new();
    let square =
        "<svg xmlns='http://www.w3.org/2000/svg' width='100' height='100'><rect width='50' height='50'/></svg>";
    folder.write("in/a.svg", square.as_bytes());
    for size in ["2400", "5000"] {
        let run = folder.thumbs(&["in", "-s", size, "-o", size]);
        assert_eq!(run.status(), Some(0), "{size}: {}", run.errors());
        let made = image::ImageReader::open(folder.path(&format!("{size}/a.svg.png"))).unwrap().into_dimensions();
        assert_eq!(made.unwrap().0.to_string(), size);
    }
}
