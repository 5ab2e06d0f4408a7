//! Tests the direction of imports. The table is the one in the crate's documentation; the test compares it with the
//! `use` lines and paths of the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use thumbs::options::Format;

use crate::imports::{Imports, code_of};

const LEAVES: [&str; 7] = ["digest", "facts", "geometry", "options", "previous_run", "outcome", "error"];

/// Module, the modules of this crate that it may name, the outside crates that are its alone or shared.
const MAY_USE: [(&str, &[&str], &[&str]); 23] = [
    ("archive", &["digest", "facts"], &["flate2", "tar", "tempfile"]),
    ("digest", &[], &["twox_hash"]),
    ("facts", &[], &[]),
    ("geometry", &[], &["clap", "serde"]),
    ("format", &[], &["serde"]),
    ("previous_run", &["format"], &[]),
    (
        "options",
        &["digest", "format", "geometry", "previous_run"],
        &["serde", "clap", "humantime", "ignore", "svgtypes", "thiserror"],
    ),
    ("error", &["geometry", "options", "outcome"], &["serde", "thiserror"]),
    ("outcome", &["geometry", "options", "error"], &["serde"]),
    (
        "storage",
        &["error", "facts"],
        &["futures_util", "object_store", "percent_encoding", "reqwest", "rustls", "tokio"],
    ),
    (
        "plan",
        &["archive", "digest", "facts", "geometry", "options", "previous_run", "outcome", "error", "ledger", "storage"],
        &["ignore", "walkdir"],
    ),
    (
        "ledger",
        &["digest", "facts", "format", "geometry", "options", "outcome", "error", "report", "storage"],
        &["pathdiff", "rustix", "serde_json", "tempfile"],
    ),
    ("execute", &["geometry", "options", "outcome", "error"], &["rayon"]),
    ("pixels", &["error", "geometry", "options"], &["fast_image_resize", "bytemuck", "pulp"]),
    ("color", &["geometry", "options", "pixels"], &["moxcms", "pulp"]),
    (
        "formats",
        &["color", "error", "format", "geometry", "options", "outcome", "pixels"],
        &[
            "av1_still",
            "bytemuck",
            "data_url",
            "dds",
            "exif",
            "exr",
            "fax",
            "fdeflate",
            "flate2",
            "gif",
            "image",
            "image_webp",
            "hayro",
            "hayro_jpeg2000",
            "hevc_still",
            "jpeg_shrink",
            "jxl",
            "jxl_bitstream",
            "jxl_coding",
            "jxl_frame",
            "jxl_grid",
            "jxl_image",
            "jxl_modular",
            "jxl_oxide_common",
            "jxl_threadpool",
            "jxl_vardct",
            "libc",
            "libdeflater",
            "liblzma",
            "photo_container",
            "png",
            "pulp",
            "quick_xml",
            "ravif",
            "resvg",
            "rust_h264",
            "rustix",
            "svgtypes",
            "thiserror",
            "webp",
            "webp_shrink",
            "zstd",
            "zune_core",
            "zune_jpegxl",
        ],
    ),
    (
        "thumbnail",
        &[
            "archive", "color", "digest", "error", "execute", "facts", "formats", "geometry", "options", "outcome",
            "pixels", "storage",
        ],
        &[
            "base64",
            "fast_blurhash",
            "image",
            "jpeg_shrink",
            "libc",
            "photo_container",
            "pulp",
            "thumbhash",
            "webp_shrink",
        ],
    ),
    ("url", &[], &[]),
    ("desktop", &["facts", "formats", "geometry", "options", "url"], &["md5", "tempfile"]),
    ("gallery", &["digest", "format", "geometry", "outcome", "url"], &["base64", "fast_blurhash", "thumbhash"]),
    ("sheet", &["color", "digest", "formats", "geometry", "options"], &["flate2", "pdf_writer", "resvg"]),
    ("report", &LEAVES, &["serde", "serde_json", "csv", "thiserror"]),
    (
        "run",
        &[
            "archive",
            "digest",
            "facts",
            "geometry",
            "options",
            "previous_run",
            "outcome",
            "error",
            "plan",
            "ledger",
            "execute",
            "thumbnail",
            "desktop",
            "gallery",
            "sheet",
            "storage",
        ],
        &["humantime"],
    ),
];

const CRATES: &[&str] = &[
    "tar",
    "gif",
    "futures_util",
    "object_store",
    "percent_encoding",
    "reqwest",
    "rustls",
    "tokio",
    "pdf_writer",
    "base64",
    "fast_blurhash",
    "thumbhash",
    "humantime",
    "ignore",
    "pathdiff",
    "twox_hash",
    "data_url",
    "rustix",
    "svgtypes",
    "libc",
    "dds",
    "exif",
    "exr",
    "flate2",
    "resvg",
    "walkdir",
    "rayon",
    "image",
    "fast_image_resize",
    "serde",
    "serde_json",
    "csv",
    "clap",
    "indicatif",
    "ctrlc",
    "tempfile",
    "thiserror",
    "bytemuck",
    "jpeg_shrink",
    "md5",
    "moxcms",
    "pulp",
    "png",
    "image_webp",
    "jxl",
    "jxl_bitstream",
    "jxl_coding",
    "jxl_frame",
    "jxl_grid",
    "jxl_image",
    "jxl_modular",
    "jxl_oxide_common",
    "jxl_threadpool",
    "jxl_vardct",
    "quick_xml",
    "ravif",
    "zune_core",
    "zune_jpegxl",
    "photo_container",
    "webp",
    "webp_shrink",
    "av1_still",
    "hevc_still",
    "rust_h264",
    "hayro",
    "hayro_jpeg2000",
    "fax",
    "fdeflate",
    "libdeflater",
    "liblzma",
    "zstd",
];

#[test]
fn every_module_uses_only_what_the_table_allows() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let aliases = aliases_of(&fs::read_to_string(src.join("lib.rs")).unwrap());
    assert_eq!(aliases.len(), 3, "{aliases:?}");
    let mut seen = 0;
    for (module, inside, outside) in MAY_USE {
        for file in files_of(&src, module) {
            seen += 1;
            let text = code_of(&fs::read_to_string(&file).unwrap());
            for (other, _, _) in MAY_USE {
                let named = text.contains(&format!("crate::{other}::"));
                assert!(!named || other == module || inside.contains(&other), "{} uses {other}", file.display());
            }
            for name in CRATES {
                let mut named = text.contains(&format!("{name}::")) && names_crate(&text, name);
                named |= aliases.iter().any(|(of, alias)| of == name && names_alias(&text, alias));
                assert!(!named || outside.contains(name), "{} uses the crate {name}", file.display());
            }
        }
    }
    assert!(seen >= 30, "only {seen} files were read");
    let listed = fs::read_dir(&src).unwrap().count();
    // lib.rs, main.rs and cli/ are above the table.
    assert_eq!(listed, MAY_USE.len() + 3, "a module is missing in the table");
}

/// Returns whether a text names a crate. A path must start with the name, as modules have names of crates, too, such as
/// `csv` in `report`.
fn names_crate(text: &str, name: &str) -> bool {
    text.match_indices(&format!("{name}::")).any(|(at, _)| {
        !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') && !text[..at].ends_with("crate::")
    })
}

/// Returns the crates that the root gives a shorter name, each with it.
fn aliases_of(root: &str) -> Vec<(String, String)> {
    let uses = root.lines().filter_map(|line| line.strip_prefix("use ")?.strip_suffix(';')?.split_once(" as "));
    uses.map(|(name, alias)| (name.to_string(), alias.to_string())).collect()
}

/// Returns whether a text names a crate by the root's name for it.
fn names_alias(text: &str, alias: &str) -> bool {
    text.split(&format!("crate::{alias}")).skip(1).any(|rest| rest.starts_with([':', ';', ' ']))
}

/// Returns the sources of a module without its tests.
fn files_of(src: &Path, module: &str) -> Vec<PathBuf> {
    let single = src.join(format!("{module}.rs"));
    if single.exists() {
        return vec![single];
    }
    walkdir::WalkDir::new(src.join(module))
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "rs"))
        .filter(|path| !path.ends_with("tests.rs") && !path.parent().is_some_and(|parent| parent.ends_with("tests")))
        .collect()
}

#[test]
fn no_file_names_one_that_names_it_back() {
    let trees = [
        ("src", 220, 700),
        ("crates/av1/src", 40, 100),
        ("crates/container/src", 25, 60),
        ("crates/hevc/src", 30, 60),
        ("crates/jpeg/src", 40, 120),
        ("crates/webp/src", 15, 30),
    ];
    assert_eq!(trees.len(), 1 + crates().len(), "a crate is missing");
    for (src, least_files, least_names) in trees {
        let imports = Imports::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(src));
        let (files, names) = imports.count();
        assert!(files > least_files && names > least_names, "{src}: {files} files, {names} names");
        let circles: Vec<String> = imports.circles().iter().map(|circle| describe(&imports, circle)).collect();
        assert!(circles.is_empty(), "{src}: {} circles:\n{}", circles.len(), circles.join("\n\n"));
    }
}

/// Lists the directories of the crates that stand by themselves.
fn crates() -> Vec<PathBuf> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    fs::read_dir(crates).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_crate_of_its_own_knows_nothing_of_the_program_and_has_all_that_a_package_needs() {
    for directory in crates() {
        let root = fs::read_to_string(directory.join("src/lib.rs")).unwrap();
        assert!(root.contains("#![forbid(unsafe_code)]"), "{}", directory.display());
        for name in ["README.md", "LICENSE-APACHE", "LICENSE-MIT", "examples", "tests"] {
            assert!(directory.join(name).exists(), "{} has no {name}", directory.display());
        }
        let sources = files_of(&directory, "src");
        assert!(sources.len() > 15, "{}: {} files", directory.display(), sources.len());
        for path in sources {
            assert!(!fs::read_to_string(&path).unwrap().contains("thumbs"), "{} names the program", path.display());
        }
    }
}

/// Lists the files of a circle, each with those that it names.
fn describe(imports: &Imports, circle: &[&str]) -> String {
    let edge = |module: &&str| format!("  {module} names {}", imports.named_by(module, circle).join(", "));
    circle.iter().map(edge).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_format_has_inputs_for_the_fuzz_target_of_thumbnails() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    for format in Format::ALL {
        let target = format!("thumbnail_{}", format.name());
        assert!(fs::read_dir(fuzz.join("corpus").join(&target)).unwrap().count() > 0, "{target}");
    }
}

/// Checks that the manifest, the documents and the help name everything in the registry.
#[test]
fn every_format_of_the_registry_is_a_feature_and_in_the_documents_and_the_help() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    let manifest = read("Cargo.toml");
    let (_, features) = manifest.split_once("\nformats = [").unwrap();
    let features: BTreeSet<&str> = features.split(']').next().unwrap().split('"').skip(1).step_by(2).collect();
    let documents = read("docs/formats.md");
    let rows = documents.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let documented: BTreeSet<&str> = rows.flat_map(|row| row.split([',', ':'])).map(str::trim).collect();
    let help = Command::new(env!("CARGO_BIN_EXE_thumbs")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, targets) = help.split_once("Format of the thumbnails: same, ").unwrap();
    let targets = targets.split(" File suffixes").next().unwrap().replace(" or ", ", ");
    let targets: BTreeSet<&str> = targets.split(',').map(str::trim).collect();
    let mut optional = BTreeSet::new();
    let mut writable = BTreeSet::new();
    for format in Format::ALL {
        assert!(documented.contains(format.label()), "{} is not in docs/formats.md", format.label());
        // Pages take a renderer that is larger than all decoders.
        if !matches!(format, Format::Jpeg | Format::Png | Format::Pdf) {
            optional.insert(format.name());
        }
        if format.is_writable() {
            writable.insert(format.name());
        }
    }
    assert_eq!(features, optional, "the feature `formats`");
    assert_eq!(targets, writable, "the help of --format");
}
