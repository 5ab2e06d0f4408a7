//! Renders the sample images into a folder (default `images`), identical on every run. Further arguments are parts of
//! file names, and select the images to render.
#![forbid(unsafe_code)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "coordinates fall between pixels on purpose, and it tells what it renders"
)]

mod balloons;
mod canvas;
mod chart;
mod city;
mod encode;
mod exif;
mod font;
mod harbour;
mod lake;
mod leaf;
mod meadow;
mod mist;
mod noise;
mod page;
mod sky;
mod still_life;
mod terrain;
mod upright;
mod vector;
mod water;

use encode::{JpegCoding, Outcome, write_packed_tiff, write_png, write_webp};
use exif::{ByteOrder, store_turned, write_exif};
use jpeg_encoder::SamplingFactor;
use std::path::{Path, PathBuf};

type Render = fn(&Path) -> Outcome;

const PICTURES: [(&str, Render); 14] = [
    ("lake.jpg", |path| {
        let picture = lake::render_evening_lake().develop();
        JpegCoding::new(70, SamplingFactor::F_2_2).write_colour(path, &picture)
    }),
    ("panorama.jpg", |path| {
        let picture = lake::render_dawn_panorama().develop();
        JpegCoding::new(72, SamplingFactor::F_2_1).write_colour(path, &picture)
    }),
    ("harbour-progressive.jpg", |path| {
        let picture = harbour::render_harbour().develop();
        let mut coding = JpegCoding::new(78, SamplingFactor::F_2_2);
        coding.progressive = true;
        coding.write_colour(path, &picture)
    }),
    ("meadow-444.jpg", |path| {
        let picture = meadow::render_meadow().develop();
        JpegCoding::new(68, SamplingFactor::F_1_1).write_colour(path, &picture)
    }),
    ("balloons.jpg", |path| {
        let picture = balloons::render_balloons().develop();
        JpegCoding::new(80, SamplingFactor::F_2_2).write_colour(path, &picture)
    }),
    ("still-life.jpg", |path| {
        let picture = still_life::render_wide().develop();
        JpegCoding::new(80, SamplingFactor::F_2_2).write_colour(path, &picture)
    }),
    ("still-life-grey.jpg", |path| {
        let picture = still_life::render_upright().develop_grey();
        JpegCoding::new(80, SamplingFactor::F_1_1).write_grey(path, &picture)
    }),
    ("skyline.jpg", |path| {
        let picture = city::render_city(3000, 2000, 7, true).develop();
        JpegCoding::new(73, SamplingFactor::F_2_2).write_colour(path, &picture)
    }),
    ("night.webp", |path| write_webp(path, &city::render_city(720, 480, 19, false).develop_clean())),
    ("chart.png", |path| write_png(path, &chart::draw_chart().into())),
    ("leaf-alpha.png", |path| write_png(path, &leaf::draw_leaf().into())),
    ("mist-16bit.png", |path| write_png(path, &mist::draw_mist().into())),
    ("page.tif", |path| write_packed_tiff(path, &page::draw_page(), page::DOTS_PER_INCH)),
    ("orientation", write_orientations),
];

fn main() -> Outcome {
    let mut arguments = std::env::args_os().skip(1);
    let folder = arguments.next().map_or_else(|| PathBuf::from("images"), PathBuf::from);
    let wanted: Vec<String> = arguments.filter_map(|part| part.into_string().ok()).collect();
    std::fs::create_dir_all(&folder)?;
    for (name, render) in PICTURES {
        if wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str())) {
            let started = std::time::Instant::now();
            render(&folder.join(name))?;
            println!("{name}: {:.1} s", started.elapsed().as_secs_f32());
        }
    }
    Ok(())
}

/// Writes one upright scene in all eight orientations of a camera.
fn write_orientations(stem: &Path) -> Outcome {
    let upright = upright::render_labelled().develop();
    for orientation in 1..=8 {
        // Both byte orders are legal, and some readers fail at one of them.
        let order = if orientation == 6 { ByteOrder::BigEndian } else { ByteOrder::LittleEndian };
        let mut coding = JpegCoding::new(68, SamplingFactor::F_2_2);
        coding.exif = write_exif(orientation, order);
        let stored = store_turned(&upright, orientation);
        let path = stem.with_file_name(format!("orientation-{orientation}.jpg"));
        coding.write_colour(&path, &stored)?;
    }
    Ok(())
}
