use std::error::Error as _;
use std::fs::{self, File};
use std::path::Path;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use thumbs::options::{Bounds, Fit, Target};
use thumbs::{
    Cancel, Config, Format, ImageError, Options, OptionsError, Outcome, PixelLayout, Size, Thumbnailer, probe, records,
    run, thumbnail, thumbnail_file, thumbnail_reader,
};

use crate::fixture::{Folder, changed};

fn image(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("images").join(name)
}

/// Returns invalid options and the error of each.
fn invalid_options() -> Vec<(Options, OptionsError)> {
    let empty = Bounds::Box(Size::new(0, 0));
    vec![
        (changed(Options::default(), |options| options.sizes = vec![empty]), OptionsError::Size(empty)),
        (changed(Options::default(), |options| options.sizes = Vec::new()), OptionsError::NoSizes),
        (changed(Options::default(), |options| options.quality = 0), OptionsError::Quality(0)),
        (changed(Options::default(), |options| options.blur = -1.0), OptionsError::Blur(-1.0)),
        (
            changed(Options::default(), |options| options.targets = Target::Always(Format::Heic).into()),
            OptionsError::Unwritable(Format::Heic),
        ),
    ]
}

fn config_in(folder: &Folder) -> Config {
    let mut config = Config::new(vec![folder.path("in")]);
    config.output = folder.path("out");
    config
}

#[test]
fn invalid_options_made_by_hand_are_an_error_and_no_panic() {
    let folder = Folder::of(&["in/a.png"]);
    let (bytes, mut tried) = (fs::read(folder.path("in/a.png")).unwrap(), 0);
    for (options, expected) in invalid_options() {
        assert!(matches!(thumbnail(&bytes, &options), Err(ImageError::Options(error)) if error == expected));
        let mut thumbnailer = Thumbnailer::new(options.clone());
        assert!(matches!(thumbnailer.pixels(&bytes), Err(ImageError::Options(error)) if error == expected));
        let path = folder.path("in/a.png");
        assert!(matches!(thumbnailer.thumbnail_file(path), Err(ImageError::Options(error)) if error == expected));
        let mut config = config_in(&folder);
        config.options = options;
        let refused = run(&config, &Cancel::default(), |_| ()).unwrap_err();
        assert!(matches!(refused, thumbs::Error::Options(error) if error == expected));
        assert!(!folder.path("out").exists());
        tried += 1;
    }
    assert_eq!(tried, 5);
}

#[test]
fn bytes_a_file_and_a_reader_have_the_same_thumbnails_and_buffers_change_nothing() {
    let options = Options::builder().size(64).size(200).build().unwrap();
    let mut thumbnailer = Thumbnailer::new(options.clone());
    let mut tried = 0;
    for name in ["lake.jpg", "leaf-alpha.png", "orientation-6.jpg", "page.tif", "night.webp", "lake.jpg"] {
        let path = image(name);
        let bytes = fs::read(&path).unwrap();
        let expected = thumbnail(&bytes, &options).unwrap();
        let (header, wanted) = (&expected.header, &expected.thumbnails);
        assert_eq!(wanted.len(), 2, "{name}");
        assert_eq!(probe(&bytes).unwrap().size, header.size, "{name}");
        for made in [
            thumbnailer.thumbnail(&bytes),
            thumbnailer.thumbnail_file(&path),
            thumbnailer.thumbnail_reader(File::open(&path).unwrap()),
            thumbnail_file(&path, &options),
            thumbnail_reader(bytes.as_slice(), &options),
        ] {
            assert_eq!(&made.unwrap().thumbnails, wanted, "{name}");
        }
        tried += 1;
    }
    assert_eq!(tried, 6);
}

#[test]
fn pixels_are_those_of_a_png_of_the_same_size() {
    let shape = |format| Options::builder().size((90, 60)).fit(Fit::Cover).format(format).build().unwrap();
    let mut tried = 0;
    for (name, layout) in [
        ("lake.jpg", PixelLayout::Rgb),
        ("leaf-alpha.png", PixelLayout::Rgba),
        ("still-life-grey.jpg", PixelLayout::Grey),
        ("orientation-8.jpg", PixelLayout::Rgb),
    ] {
        // The formats of the options have no effect on pixels.
        let made = Thumbnailer::new(shape(Format::Jpeg)).pixels_file(image(name)).unwrap();
        let [pixels] = made.thumbnails.as_slice() else { panic!("{name}") };
        assert_eq!((pixels.size(), pixels.layout()), (Size::new(90, 60), layout), "{name}");
        assert!(pixels.rows().all(|row| row.len() == 90 * layout.channels()) && pixels.rows().len() == 60);
        assert!(pixels.profile().is_none());
        let file = thumbnail_file(image(name), &shape(Format::Png)).unwrap();
        let again = image::load_from_memory(&file.thumbnails[0].bytes).unwrap();
        let wanted = match layout {
            PixelLayout::Grey => again.to_luma8().into_raw(),
            PixelLayout::Rgba => again.to_rgba8().into_raw(),
            _ => again.to_rgb8().into_raw(),
        };
        assert_eq!(pixels.as_bytes(), wanted, "{name}");
        tried += 1;
    }
    assert_eq!(tried, 4);
}

#[test]
fn what_is_no_image_is_told_from_what_is_not_supported_and_what_is_damaged() {
    let options = Options::default();
    assert!(matches!(thumbnail(b"no image at all", &options), Err(ImageError::NotAnImage)));
    assert!(matches!(thumbnail(b"", &options), Err(ImageError::NotAnImage)));
    let foreign = thumbnail(b"gimp xcf v011, and what follows", &options).unwrap_err();
    assert_eq!(foreign.to_string(), "GIMP files are not supported");
    let cut = &fs::read(image("chart.png")).unwrap()[..40];
    let damaged = thumbnail(cut, &options).unwrap_err();
    assert!(matches!(&damaged, ImageError::Failed(failure) if failure.to_string().starts_with("corrupt PNG")));
    assert!(damaged.source().is_none());
    let missing = thumbnail_file("nowhere/a.jpg", &options).unwrap_err();
    assert!(
        missing
            .source()
            .is_some_and(|source| source.is::<std::sync::Arc<std::io::Error>>() || source.is::<std::io::Error>())
    );
    let small = changed(options, |options| options.max_file_size = 10);
    assert!(
        thumbnail_reader(File::open(image("lake.jpg")).unwrap(), &small).unwrap_err().to_string().contains("limit")
    );
}

#[test]
fn each_thread_of_a_pool_has_a_thumbnailer_of_its_own() {
    const fn is_send<T: Send>(_: &T) {}
    let options = Options::builder().size(40).build().unwrap();
    is_send(&Thumbnailer::new(options.clone()));
    let names = ["lake.jpg", "chart.png", "skyline.jpg", "nowhere.jpg", "mist-16bit.png"];
    let made: Vec<Result<_, _>> = names
        .par_iter()
        .map_init(|| Thumbnailer::new(options.clone()), |thumbnailer, name| thumbnailer.thumbnail_file(image(name)))
        .collect();
    let sizes: Vec<Option<u32>> =
        made.iter().map(|made| made.as_ref().ok().map(|made| made.thumbnails[0].size.width)).collect();
    assert_eq!(sizes, [Some(40), Some(40), Some(40), None, Some(40)]);
}

#[test]
fn the_iterator_has_a_record_of_every_file_and_the_totals_at_its_end() {
    let folder = Folder::of(&["in/a.png", "in/b/c.jpg"]);
    folder.write("in/d.png", b"\x89PNG\r\n\x1a\n");
    let mut iterator = records(config_in(&folder)).unwrap();
    assert!(iterator.totals().is_none());
    let failed = iterator.by_ref().filter(|record| matches!(record.outcome, Outcome::Failed(_))).count();
    assert_eq!((failed, iterator.totals().map(|totals| (totals.found, totals.written))), (1, Some((3, 2))));
    assert!(iterator.next().is_none());
    assert!(matches!(records(Config::new(vec![folder.path("nowhere")])), Err(thumbs::Error::Input { .. })));
}

#[test]
fn dropping_the_iterator_stops_the_run() {
    let folder = Folder::new();
    let image = fs::read(image("chart.png")).unwrap();
    for number in 0..2000 {
        folder.write(&format!("in/{number}.png"), &image);
    }
    let mut iterator = records(config_in(&folder)).unwrap();
    assert!(iterator.next().is_some());
    drop(iterator);
    let made = folder.files_below("out").len();
    assert!((1..2000).contains(&made), "{made}");
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert_eq!(folder.files_below("out").len(), made, "nothing is written after the drop");
}

#[test]
fn a_record_is_serialized_as_reports_have_it() {
    let folder = Folder::of(&["in/a.png"]);
    folder.write("in/b.png", b"\x89PNG\r\n\x1a\n");
    let (_, report) = folder.report(&["in", "-o", "reported"]);
    let mut compared = 0;
    for record in records(config_in(&folder)).unwrap() {
        let record = serde_json::to_value(&record).unwrap();
        let reported = &report["files"][record["index"].as_u64().unwrap() as usize];
        for field in ["outcome", "reason", "failed_step", "format", "width_px", "height_px", "bytes"] {
            assert_eq!(record[field], reported[field], "{field}");
            compared += 1;
        }
    }
    assert_eq!(compared, 14);
}
