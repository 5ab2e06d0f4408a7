use exr::image::{AnyChannel, AnyChannels, Encoding, FlatSamples, Image, Layer};
use exr::math::Vec2;
use exr::meta::attribute::{Chromaticities, IntegerBounds};
use exr::meta::header::LayerAttributes;
use exr::prelude::WritableImage;

use super::super::super::pixels::Model;
use super::super::super::profile::Profile;
use super::*;

const ONE: Factors = Factors::ONE;

fn bytes_of(image: &Image<Layer<AnyChannels<FlatSamples>>>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write().non_parallel().to_buffered(&mut bytes).unwrap();
    bytes.into_inner()
}

/// A picture whose channels are given by their names and a function of the place.
fn picture(
    size: (usize, usize),
    names: &[&str],
    sample: impl Fn(&str, usize, usize) -> f32,
) -> Image<Layer<AnyChannels<FlatSamples>>> {
    let places = || (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y)));
    let channel =
        |name: &&str| AnyChannel::new(*name, FlatSamples::F32(places().map(|(x, y)| sample(name, x, y)).collect()));
    let channels = AnyChannels::sort(names.iter().map(channel).collect());
    Image::from_layer(Layer::new(size, LayerAttributes::default(), Encoding::FAST_LOSSLESS, channels))
}

fn decode_at(bytes: &[u8], factor: u32) -> Decoded {
    let header = read_header(bytes).unwrap();
    decode(bytes, &header, Factors::square(factor), Exposure::Auto).unwrap()
}

fn samples(decoded: &Decoded, plane: usize) -> &[f32] {
    &decoded.grid.planes[plane].plane.samples
}

fn assert_near(got: &[f32], wanted: &[f32]) {
    assert_eq!(got.len(), wanted.len());
    assert!(got.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() < 0.5), "{got:?} {wanted:?}");
}

#[test]
fn light_is_neither_clamped_nor_bent_and_means_are_of_whole_blocks() {
    let bytes = bytes_of(&picture((3, 2), &["R", "G", "B"], |name, x, y| match name {
        "R" => 4.0,
        "G" => x as f32,
        _ => y as f32 / 2.0,
    }));
    let whole = decode_at(&bytes, 1);
    assert_eq!((whole.grid.model, &whole.profile), (Model::Rgb, &Profile::Linear));
    assert_near(samples(&whole, 0), &[1020.0; 6]);
    let halved = decode_at(&bytes, 2);
    assert_near(samples(&halved, 1), &[127.5, 510.0]);
    assert_near(samples(&halved, 2), &[63.75, 63.75]);
}

#[test]
fn luminance_alone_is_grey_and_a_layers_own_channels_are_found() {
    let grey =
        decode_at(&bytes_of(&picture((2, 1), &["A", "Y"], |name, _, _| if name == "A" { 0.5 } else { 0.25 })), 1);
    assert_eq!(grey.grid.model, Model::GreyAlpha);
    assert_near(samples(&grey, 0), &[63.75; 2]);
    assert_near(samples(&grey, 1), &[127.5; 2]);
    let named = decode_at(
        &bytes_of(&picture(
            (1, 1),
            &["left.R", "left.G", "left.B", "Z"],
            |name, _, _| {
                if name == "Z" { 1000.0 } else { 1.0 }
            },
        )),
        1,
    );
    assert_near(samples(&named, 2), &[255.0]);
}

#[test]
fn what_is_no_number_or_infinite_does_not_spread() {
    let bytes = bytes_of(&picture((2, 1), &["R", "G", "B"], |_, x, _| if x == 0 { f32::NAN } else { 1.0 }));
    assert_near(samples(&decode_at(&bytes, 2), 0), &[127.5]);
    let bytes = bytes_of(&picture((1, 1), &["R", "G", "B"], |_, _, _| f32::INFINITY));
    assert!(samples(&decode_at(&bytes, 1), 0)[0].is_finite());
}

#[test]
fn the_display_window_is_shown_and_data_outside_it_are_not() {
    let mut image = picture((4, 4), &["R", "G", "B", "A"], |_, x, y| if x < 2 && y < 2 { 1.0 } else { 0.5 });
    image.layer_data.attributes.layer_position = Vec2(2, 1);
    image.attributes.display_window = IntegerBounds::new(Vec2(0, 0), Vec2(5, 3));
    let bytes = bytes_of(&image);
    assert_eq!(read_header(&bytes).unwrap().size, Size::new(5, 3));
    let shown = decode_at(&bytes, 1);
    let row = [0.0, 0.0, 255.0, 255.0, 127.5];
    assert_near(samples(&shown, 0), &[[0.0; 5], row, row].concat());
    assert_near(samples(&shown, 3), &[[0.0; 5], row, row].concat());

    image.attributes.display_window = IntegerBounds::new(Vec2(-90, -90), Vec2(5, 3));
    assert_eq!(read_header(&bytes_of(&image)).unwrap().size, Size::new(4, 4), "nothing of it would be seen");
}

#[test]
fn other_primaries_become_those_of_srgb_and_white_stays() {
    let mut image = picture((2, 1), &["R", "G", "B"], |name, x, _| if x == 0 || name == "G" { 1.0 } else { 0.0 });
    // ITU-R BT.2020, table 3.
    image.attributes.chromaticities = Some(Chromaticities {
        red: Vec2(0.708, 0.292),
        green: Vec2(0.170, 0.797),
        blue: Vec2(0.131, 0.046),
        white: Vec2(0.3127, 0.3290),
    });
    let decoded = decode_at(&bytes_of(&image), 1);
    for plane in 0..3 {
        assert!((samples(&decoded, plane)[0] - 255.0).abs() < 0.5, "white");
    }
    // ITU-R BT.2087, the inverse of its matrix: the second column.
    let green: Vec<f32> = (0..3).map(|plane| samples(&decoded, plane)[1] / 255.0).collect();
    assert!(green.iter().zip([-0.5876, 1.1329, -0.1006]).all(|(got, wanted)| (got - wanted).abs() < 2e-3), "{green:?}");
}

#[test]
fn a_file_cut_off_shows_what_came_before_and_says_so() {
    let bytes = bytes_of(&picture((64, 300), &["R", "G", "B"], |_, x, y| ((x * 31 + y * 17) % 97) as f32 / 97.0));
    let header = read_header(&bytes).unwrap();
    let cut = decode(&bytes[..bytes.len() * 2 / 3], &header, ONE, Exposure::Auto).unwrap();
    assert!(cut.damage.is_some());
    assert!(samples(&cut, 0)[..640].iter().any(|sample| *sample > 100.0));
    let mut tried = 0;
    for length in (0..bytes.len()).step_by(1 + bytes.len() / 60) {
        if let Ok(header) = read_header(&bytes[..length]) {
            let _ = decode(&bytes[..length], &header, ONE, Exposure::Auto);
        }
        tried += 1;
    }
    assert!(tried > 40);
}

#[test]
fn a_block_far_larger_than_its_file_is_refused_before_it_is_made_room_for() {
    let mut image = picture((20, 20), &["R", "G", "B"], |_, _, _| 1.0);
    image.layer_data.encoding = Encoding::UNCOMPRESSED;
    let mut bytes = bytes_of(&image);
    let name = b"dataWindow\0box2i\0\x10\0\0\0";
    let at = bytes.windows(name.len()).position(|window| window == name).unwrap() + name.len();
    bytes[at + 8..at + 12].copy_from_slice(&(1_u32 << 24).to_le_bytes());
    let cause = read_header(&bytes).unwrap_err().to_string();
    assert!(cause.contains("can't hold a block of"), "{cause}");
}

#[test]
fn damaged_bytes_end_without_a_panic() {
    let bytes = bytes_of(&picture((20, 20), &["R", "G", "B", "A"], |_, x, _| x as f32));
    let mut tried = 0;
    for at in 0..bytes.len().min(600) {
        for value in [0, 0x7f, 0xff] {
            let mut wrong = bytes.clone();
            wrong[at] = value;
            if let Ok(header) = read_header(&wrong)
                && header.size.pixels() < 1 << 20
                && header.size.pixels() > 0
            {
                let _ = decode(&wrong, &header, ONE, Exposure::Auto);
            }
            tried += 1;
        }
    }
    assert_eq!(tried, 1800);
}
