use super::*;
use crate::color::curve::{self, Curve};
use crate::color::device::{device_of, rgb_of_ycbcr};
use crate::color::samples::Subsampling;
use crate::pixels::{Matrix, Picture, Plane};

const MODELS: [Model; 10] = [
    Model::Grey,
    Model::GreyAlpha,
    Model::Rgb,
    Model::RgbAlpha,
    Model::YCbCr(Matrix::Bt601),
    Model::YCbCr(Matrix::Bt2020),
    Model::Cmyk,
    Model::CmykInverted,
    Model::Ycck,
    Model::YcckInverted,
];

const RED: Background = Background { rgb: [200, 10, 0] };

fn form(format: Format, quality: u8) -> Form {
    let subsampling = Subsampling::of_quality(quality);
    Form { format, subsampling, background: RED, orientation: Orientation::Upright }
}

/// Builds samples that ring beyond both ends, premultiplied by alpha, with a few transparent pixels.
fn picture(model: Model, size: Size) -> Picture {
    let random = |i: u32| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 24) as f32;
    let pixels = size.pixels() as u32;
    let alpha = |i: u32| if i.is_multiple_of(7) { 0.2 } else { (random(i + 99) * 280.0 - 10.0).clamp(-1.0, 256.0) };
    let plane = |plane: usize| {
        let samples = (0..pixels).map(|i| {
            let sample = random(i * 4 + plane as u32) * 270.0 - 8.0;
            match model.has_alpha() {
                true if plane + 1 == model.planes() => alpha(i),
                true => sample * alpha(i).clamp(0.0, 255.0) / 255.0,
                false => sample,
            }
        });
        Plane { size, samples: samples.collect() }
    };
    Picture { model, size, planes: (0..model.planes()).map(plane).collect() }
}

/// Returns a pixel's colour and alpha in this layout, by powers: red, green and blue, or grey three times.
fn pixel_slowly(picture: &Picture, i: usize, way: &Way, layout: Layout) -> ([f32; 3], f32) {
    let at = |plane: usize| picture.planes[plane].samples[i];
    let (colors, alpha) = match way {
        Way::Ready => match picture.model {
            Model::Grey => ([at(0); 3], 255.0),
            Model::GreyAlpha => ([at(0); 3], at(1)),
            Model::RgbAlpha => ([at(0), at(1), at(2)], at(3)),
            Model::YCbCr(matrix) => (rgb_of_ycbcr([0, 1, 2].map(|c| at(c) / 255.0), matrix).map(|c| c * 255.0), 255.0),
            _ => ([at(0), at(1), at(2)], 255.0),
        },
        Way::Coded(_) | Way::Light => {
            let (device, alpha) = device_of(picture.model, at);
            let light = match way {
                Way::Coded(space) => space.to_light(device),
                _ => [device[0], device[1], device[2]],
            };
            (light.map(|light| 255.0 * alpha * curve::encode(light.clamp(0.0, 1.0))), alpha * 255.0)
        }
    };
    let colors = match layout {
        Layout::GreyAlpha | Layout::RgbAlpha if alpha < 0.5 => [0.0; 3],
        Layout::GreyAlpha | Layout::RgbAlpha => colors.map(|color| color * 255.0 / alpha.min(255.0)),
        _ if picture.model.has_alpha() => {
            let through = 1.0 - alpha.clamp(0.0, 255.0) / 255.0;
            std::array::from_fn(|c| colors[c] + through * f32::from(RED.rgb[c]))
        }
        _ => colors,
    };
    (colors, alpha)
}

/// Returns all samples in their order, not rounded.
fn finish_slowly(picture: &Picture, way: &Way, layout: Layout) -> Vec<f32> {
    let pixels = (0..picture.size.pixels() as usize).map(|i| pixel_slowly(picture, i, way, layout));
    match layout {
        Layout::Grey => pixels.map(|(colors, _)| colors[0]).collect(),
        Layout::GreyAlpha => pixels.flat_map(|(colors, alpha)| [colors[0], alpha]).collect(),
        Layout::Rgb => pixels.flat_map(|(colors, _)| colors).collect(),
        Layout::RgbAlpha => pixels.flat_map(|([red, green, blue], alpha)| [red, green, blue, alpha]).collect(),
        Layout::YCbCr(subsampling) => {
            let is_direct = matches!(way, Way::Ready) && is_jpegs(picture.model, layout);
            let planes = if is_direct {
                [0, 1, 2].map(|plane: usize| picture.planes[plane].samples.clone())
            } else {
                let colors: Vec<[f32; 3]> = pixels.map(|(colors, _)| colors.map(|c| c.clamp(0.0, 255.0))).collect();
                let plane = |of: fn([f32; 3]) -> f32| colors.iter().map(|color| of(*color)).collect();
                [
                    plane(|[r, g, b]| 0.299 * r + 0.587 * g + 0.114 * b),
                    plane(|[r, g, b]| 128.0 - 0.168_736 * r - 0.331_264 * g + 0.5 * b),
                    plane(|[r, g, b]| 128.0 + 0.5 * r - 0.418_688 * g - 0.081_312 * b),
                ]
            };
            let [luma, blue, red] = planes;
            [luma, chroma_slowly(&blue, picture.size, subsampling), chroma_slowly(&red, picture.size, subsampling)]
                .concat()
        }
    }
}

fn chroma_slowly(plane: &[f32], size: Size, subsampling: Subsampling) -> Vec<f32> {
    if subsampling == Subsampling::Full {
        return plane.to_vec();
    }
    let (width, height) = (size.width as usize, size.height as usize);
    let at = |x: usize, y: usize| plane[y.min(height - 1) * width + x.min(width - 1)];
    let pair = |x, y| (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4.0;
    (0..height).step_by(2).flat_map(|y| (0..width).step_by(2).map(move |x| pair(x, y))).collect()
}

/// Finishes rows one by one and all at once, and compares both with slow code.
fn assert_like_the_slow_way(picture: &Picture, fast: &Way, slow: &Way, form: Form) {
    let planes: Vec<&[f32]> = picture.planes.iter().map(|plane| plane.samples.as_slice()).collect();
    let finisher = || Finisher::new(fast.clone(), picture.model, picture.size, form);
    let (mut at_once, mut by_rows) = (finisher(), finisher());
    at_once.push(&planes);
    for y in 0..picture.size.height as usize {
        by_rows.push(&picture.planes.iter().map(|plane| plane.row(y)).collect::<Vec<_>>());
    }
    let samples = at_once.finish();
    assert_eq!(samples, by_rows.finish());
    let case = format!("{:?} as {:?}, {}, {fast:?}", picture.model, samples.layout, picture.size);
    let wanted = finish_slowly(picture, slow, samples.layout);
    assert_eq!(samples.bytes.len(), wanted.len(), "{case}");
    assert_eq!(samples.bytes.len(), samples.layout.bytes(picture.size), "{case}");
    for (i, (got, wanted)) in samples.bytes.iter().zip(wanted).enumerate() {
        let off = (f32::from(*got) - wanted.clamp(0.0, 255.0)).abs();
        assert!(off < 0.55, "{case}: {got} for {wanted} at {i}");
    }
}

fn shaper(gamma: f32) -> [Curve; 3] {
    let curve = Curve::of_power(gamma).unwrap();
    [curve.clone(), curve.clone(), curve]
}

const ADOBE: [[f32; 3]; 3] = [[1.3982, -0.3982, 0.0], [0.0, 1.0, 0.0], [0.0, -0.0429, 1.0429]];

#[test]
fn rows_become_what_each_pixel_becomes() {
    let mut tried = 0;
    for model in MODELS {
        let inks = model.planes() == 4 && !model.has_alpha();
        let curve = || Curve::of_power(1.8).unwrap();
        let press = || Way::Coded(Arc::new(Space::Press));
        let ways = match model {
            _ if inks => vec![(press(), press())],
            Model::Grey | Model::GreyAlpha => vec![
                (Way::Ready, Way::Ready),
                (Way::Light, Way::Light),
                (Way::Coded(Arc::new(Space::Grey(curve().tabulated()))), Way::Coded(Arc::new(Space::Grey(curve())))),
                (
                    Way::Coded(Arc::new(Space::Lightness(curve().tabulated()))),
                    Way::Coded(Arc::new(Space::Lightness(curve()))),
                ),
            ],
            _ => vec![
                (Way::Ready, Way::Ready),
                (Way::Light, Way::Light),
                (Way::Coded(Arc::new(Space::Linear)), Way::Coded(Arc::new(Space::Linear))),
                (
                    Way::Coded(Arc::new(Space::Shaper(Curve::tabulated_each(shaper(2.2)), ADOBE))),
                    Way::Coded(Arc::new(Space::Shaper(shaper(2.2), ADOBE))),
                ),
            ],
        };
        for (fast, slow) in ways {
            for (width, height) in [(1, 1), (5, 3), (64, 4), (131, 7)] {
                for form in [form(Format::Jpeg, 80), form(Format::Jpeg, 95), form(Format::Png, 80)] {
                    assert_like_the_slow_way(&picture(model, Size::new(width, height)), &fast, &slow, form);
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(tried, (4 + 2 * 4 + 4 * 4) * 4 * 3);
}

fn one_pixel(model: Model, samples: &[f32], form: Form) -> Samples {
    let size = Size::new(1, 1);
    let mut finisher = Finisher::new(Way::Ready, model, size, form);
    finisher.push(&samples.iter().map(std::slice::from_ref).collect::<Vec<_>>());
    finisher.finish()
}

#[test]
fn samples_are_rounded_and_clamped_once() {
    let samples = one_pixel(Model::Rgb, &[-3.0, 127.5, 260.0], form(Format::Png, 80));
    assert_eq!(samples.bytes, [0, 128, 255]);
}

#[test]
fn alpha_survives_where_the_format_carries_it() {
    let samples = one_pixel(Model::RgbAlpha, &[50.0, 0.0, 127.5, 127.5], form(Format::Png, 80));
    assert_eq!((samples.layout, &samples.bytes[..]), (Layout::RgbAlpha, &[100, 0, 255, 128][..]));
}

#[test]
fn alpha_is_laid_on_the_background_where_the_format_does_not() {
    let red = Background { rgb: [200, 0, 0] };
    let samples = one_pixel(Model::GreyAlpha, &[51.0, 51.0], Form { background: red, ..form(Format::Bmp, 80) });
    assert_eq!((samples.layout, &samples.bytes[..]), (Layout::Rgb, &[211, 51, 51][..]));
}
