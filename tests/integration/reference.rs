//! Tests against a slow and simple reference in f64: decode, blur the full image, resize it. The fast mode must come
//! close, and `--exact` must agree except for rounding.

use image::{ImageFormat, RgbImage};

use crate::fixture::{Folder, encode, picture, psnr, read_picture};

/// One channel as rows of f64.
type Channel = Vec<Vec<f64>>;

fn channel(picture: &RgbImage, index: usize) -> Channel {
    picture.rows().map(|row| row.map(|pixel| f64::from(pixel.0[index])).collect()).collect()
}

fn transpose(channel: &Channel) -> Channel {
    (0..channel[0].len()).map(|x| channel.iter().map(|row| row[x]).collect()).collect()
}

fn blur_rows(channel: &Channel, sigma: f64) -> Channel {
    if sigma == 0.0 {
        return channel.clone();
    }
    let reach = (4.0 * sigma).ceil() as i64;
    let taps: Vec<f64> = (-reach..=reach).map(|x| (-(x * x) as f64 / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f64 = taps.iter().sum();
    let blur = |row: &Vec<f64>| {
        let at = |x: i64| row[x.clamp(0, row.len() as i64 - 1) as usize];
        (0..row.len() as i64)
            .map(|x| (-reach..=reach).map(|d| at(x + d) * taps[(d + reach) as usize] / sum).sum())
            .collect()
    };
    channel.iter().map(blur).collect()
}

/// Resizes rows by a bicubic with a = −0.5, stretched by the reduction. Weights are normalised at the edges.
fn resize_rows(channel: &Channel, width: usize) -> Channel {
    let scale = channel[0].len() as f64 / width as f64;
    let stretch = scale.max(1.0);
    let kernel = |x: f64| match x.abs() {
        x if x < 1.0 => 1.5 * x.powi(3) - 2.5 * x.powi(2) + 1.0,
        x if x < 2.0 => -0.5 * x.powi(3) + 2.5 * x.powi(2) - 4.0 * x + 2.0,
        _ => 0.0,
    };
    let resize = |row: &Vec<f64>| {
        (0..width)
            .map(|out| {
                let centre = (out as f64 + 0.5) * scale;
                let weights: Vec<f64> = (0..row.len()).map(|x| kernel((x as f64 + 0.5 - centre) / stretch)).collect();
                let sum: f64 = weights.iter().sum();
                row.iter().zip(&weights).map(|(sample, weight)| sample * weight / sum).sum()
            })
            .collect()
    };
    channel.iter().map(resize).collect()
}

/// Returns the blur after fading: none at full size, all of it from half the size on, and rising in between.
fn faded(sigma: f64, picture: &RgbImage, width: u32, height: u32) -> f64 {
    let pixels = |width: u32, height: u32| f64::from(width) * f64::from(height);
    let reduction = (pixels(picture.width(), picture.height()) / pixels(width, height)).sqrt();
    if reduction >= 2.0 { sigma } else { sigma * (reduction - 1.0) }
}

fn reference(picture: &RgbImage, sigma: f64, width: u32, height: u32) -> Vec<u8> {
    let sigma = faded(sigma, picture, width, height);
    let channels: Vec<Channel> = (0..3)
        .map(|index| {
            let across = resize_rows(&blur_rows(&channel(picture, index), sigma), width as usize);
            transpose(&resize_rows(&blur_rows(&transpose(&across), sigma), height as usize))
        })
        .collect();
    (0..height as usize)
        .flat_map(|y| (0..width as usize).map(move |x| (x, y)))
        .flat_map(|(x, y)| channels.iter().map(move |c| c[y][x].round().clamp(0.0, 255.0) as u8).collect::<Vec<_>>())
        .collect()
}

fn thumbnail(folder: &Folder, words: &[&str]) -> RgbImage {
    let run = folder.thumbs(&[&["in", "--format", "png", "-o", "out"], words].concat());
    assert_eq!(run.status(), Some(0), "{}", run.errors());
    read_picture(&folder.path("out/a.png"))
}

#[test]
fn the_command_agrees_with_the_definition() {
    let folder = Folder::new();
    let source = picture(640, 471);
    folder.write("in/a.png", &encode(&source, ImageFormat::Png));
    for size in ["50", "128", "300", "400", "640"] {
        for blur in ["0", "2", "5"] {
            let exact = thumbnail(&folder, &["--size", size, "--blur", blur, "--exact"]);
            let wanted = reference(&source, blur.parse().unwrap(), exact.width(), exact.height());
            let worst = exact.as_raw().iter().zip(&wanted).map(|(got, wanted)| got.abs_diff(*wanted)).max().unwrap();
            assert!(worst <= 1, "--exact at {size}, σ {blur}: off by {worst}");

            let fast = thumbnail(&folder, &["--size", size, "--blur", blur]);
            let db = psnr(fast.as_raw(), &wanted);
            assert!(db >= 48.0, "{size}, σ {blur}: {db:.1} dB");
        }
    }
}

#[test]
fn each_filter_is_its_own() {
    let folder = Folder::new();
    folder.write("in/a.png", &encode(&picture(400, 300), ImageFormat::Png));
    let mut seen: Vec<RgbImage> = Vec::new();
    for filter in ["catmull-rom", "lanczos3", "mitchell", "bilinear", "box"] {
        let small = thumbnail(&folder, &["--filter", filter, "--blur", "0", "--exact"]);
        assert!(seen.iter().all(|other| other != &small), "{filter}");
        seen.push(small);
    }
}
