use exr::image::{AnyChannel, AnyChannels, Encoding, FlatSamples, Image, Layer};
use exr::math::Vec2;
use exr::meta::attribute::{Chromaticities, IntegerBounds};
use exr::meta::header::LayerAttributes;
use exr::prelude::WritableImage;

use super::*;
use crate::formats::tests::header_of;
use crate::pixels::Model;
use crate::pixels::profile::Profile;

const ONE: Factors = Factors::ONE;

fn read_header(bytes: &[u8]) -> Result<Header, DecodeError> {
    header_of(&Exr, bytes)
}

fn decode(bytes: &[u8], header: &Header, factors: Factors, exposure: Exposure) -> Result<Decoded, DecodeError> {
    super::decode(bytes, header, &Head::read(bytes)?, factors, exposure)
}

fn bytes_of(image: &Image<Layer<AnyChannels<FlatSamples>>>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write().non_parallel().to_buffered(&mut bytes).unwrap();
    bytes.into_inner()
}

/// Returns an image with the named channels. Samples are a function of the name and the position.
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

fn shown(bytes: &[u8]) -> Decoded {
    decode(bytes, &read_header(bytes).unwrap(), ONE, Exposure::AsIs).unwrap()
}

fn pixel(decoded: &Decoded, x: usize, y: usize) -> Vec<f32> {
    decoded.grid.planes.iter().map(|plane| plane.plane.row(y)[x].round()).collect()
}

#[test]
fn shown_as_it_is_light_becomes_srgb_and_pure_blue_stays_blue() {
    // Blue, a light brighter than white beside grey, and a grey below 0.8.
    let lights = [[0.0, 0.0, 1.0], [50.0, 0.18, 0.0], [0.7, 0.7, 0.7]];
    let channel = |name: &str| ["R", "G", "B"].iter().position(|own| *own == name).unwrap();
    let decoded = shown(&bytes_of(&picture((3, 1), &["R", "G", "B"], |name, x, _| lights[x][channel(name)])));
    assert_eq!(decoded.profile, Profile::Srgb);
    assert_eq!(pixel(&decoded, 0, 0), [0.0, 0.0, 255.0]);
    assert_eq!(pixel(&decoded, 1, 0), [255.0, 118.0, 0.0]);
    assert_eq!(pixel(&decoded, 2, 0), [218.0; 3]);
}

#[test]
fn a_lamp_counts_as_white_in_the_mean_of_its_block() {
    let bytes = bytes_of(&picture((2, 1), &["R", "G", "B"], |_, x, _| if x == 0 { 1000.0 } else { 0.0 }));
    let decoded = decode(&bytes, &read_header(&bytes).unwrap(), Factors::square(2), Exposure::AsIs).unwrap();
    assert_near(samples(&decoded, 0), &[127.5]);
}

#[test]
fn colours_are_freed_of_their_alpha_before_they_are_coded() {
    let names = ["R", "G", "B", "A"];
    let decoded = shown(&bytes_of(&picture((1, 1), &names, |name, _, _| if name == "A" { 0.5 } else { 0.25 })));
    assert_eq!(decoded.grid.model, Model::RgbAlpha);
    assert_near(samples(&decoded, 0), &[188.0 / 2.0]);
    assert_near(samples(&decoded, 3), &[127.5]);
}

#[test]
fn an_image_with_colours_that_is_transparent_throughout_is_opaque() {
    for (names, model) in [(&["R", "G", "B", "A"][..], Model::Rgb), (&["Y", "A"], Model::Grey)] {
        let bytes = bytes_of(&picture((3, 2), names, |name, _, _| if name == "A" { 0.0 } else { 0.5 }));
        assert_eq!(shown(&bytes).grid.model, model);
        assert_near(samples(&shown(&bytes), 0), &[187.5; 6]);
    }
    let empty = bytes_of(&picture((3, 2), &["R", "G", "B", "A"], |_, _, _| 0.0));
    assert_eq!(shown(&empty).grid.model, Model::RgbAlpha, "there is nothing to be seen");
}

/// Files written by OpenEXR 3.1.5: 48 by 44 px, red, green, blue and a white four times as bright as white, one in each
/// quarter. Red and blue, or chroma, of every second pixel.
const SUBSAMPLED: [&[u8]; 6] = [
    include_bytes!("../../../../tests/data/exr/luminance-chroma-zip.exr"),
    include_bytes!("../../../../tests/data/exr/luminance-chroma-piz.exr"),
    include_bytes!("../../../../tests/data/exr/luminance-chroma-pxr24.exr"),
    include_bytes!("../../../../tests/data/exr/luminance-chroma-b44a.exr"),
    include_bytes!("../../../../tests/data/exr/luminance-chroma-dwaa.exr"),
    include_bytes!("../../../../tests/data/exr/half-width-decreasing.exr"),
];

#[test]
fn channels_of_fewer_samples_are_spread_over_their_pixels_in_every_compression() {
    for (file, bytes) in SUBSAMPLED.iter().enumerate() {
        let header = read_header(bytes).unwrap();
        assert_eq!((header.size, header.has_alpha), (Size::new(48, 44), false));
        let decoded = shown(bytes);
        assert!(decoded.damage.is_none());
        let wanted =
            [(10, 10, [188, 99, 71]), (37, 10, [99, 188, 137]), (10, 33, [71, 99, 188]), (37, 33, [255, 255, 255])];
        for (x, y, wanted) in wanted {
            let got = pixel(&decoded, x, y);
            let is_near = got.iter().zip(wanted).all(|(got, wanted)| (got - wanted as f32).abs() <= 2.0);
            assert!(is_near, "{file}: {got:?} {wanted:?}");
        }
    }
}

#[test]
fn subsampled_files_cut_off_show_what_came_before() {
    // Lines from the bottom up, with offsets in top-down order.
    for bytes in &SUBSAMPLED[..5] {
        let header = read_header(bytes).unwrap();
        let cut = decode(&bytes[..bytes.len() - 1], &header, ONE, Exposure::AsIs).unwrap();
        let damage = cut.damage.clone().unwrap();
        assert!(damage.detail.contains("the file ends too early"), "{damage}");
        assert_eq!(pixel(&cut, 10, 10)[0], 188.0);
        assert!((0.3..1.0).contains(&damage.present), "{damage}");
    }
}

#[test]
fn changed_bytes_of_subsampled_files_end_without_a_panic() {
    let mut decoded = 0;
    for bytes in SUBSAMPLED {
        for at in (0..bytes.len()).step_by(1 + bytes.len() / 700) {
            for value in [0, 1, 0x7f, 0xff] {
                let mut wrong = bytes.to_vec();
                wrong[at] = value;
                if let Ok(header) = read_header(&wrong)
                    && header.size.pixels() < 1 << 18
                {
                    decoded += u32::from(decode(&wrong, &header, ONE, Exposure::AsIs).is_ok());
                }
            }
            let _ = read_header(&bytes[..at]).and_then(|header| decode(&bytes[..at], &header, ONE, Exposure::AsIs));
        }
    }
    assert!(decoded > 1000, "{decoded}");
}

#[test]
fn deep_pixels_are_refused_by_name() {
    let cause = read_header(include_bytes!("../../../../tests/data/exr/deep.exr")).unwrap_err();
    assert!(cause.to_string().contains("deep pixels"), "{cause}");
}

#[test]
fn a_block_that_claims_to_unpack_to_terabytes_is_damage() {
    for file in ["whole", "subsampled"] {
        let mut bytes = match file {
            "whole" => {
                let mut image = picture((40, 40), &["R", "G", "B"], |_, x, y| (x * y) as f32 / 1600.0);
                image.layer_data.encoding.compression = exr::compression::Compression::DWAA(None);
                bytes_of(&image)
            }
            _ => SUBSAMPLED[4].to_vec(),
        };
        assert!(shown(&bytes).damage.is_none(), "{file}");
        // A block's length is followed by 11 counters, first the version. The ninth is of coefficients.
        let length_at = |at: usize| i32::from_le_bytes(*bytes[at..].first_chunk().unwrap()) as usize;
        let starts_block = |at: &usize| {
            (88..=bytes.len() - at).contains(&length_at(at - 4)) && bytes[*at..][..8] == [2, 0, 0, 0, 0, 0, 0, 0]
        };
        let starts: Vec<usize> = (4..bytes.len() - 88).filter(starts_block).collect();
        assert!(!starts.is_empty(), "{file}");
        starts.into_iter().for_each(|start| bytes[start + 8 * 8 + 5] = 2);
        let header = read_header(&bytes).unwrap();
        assert!(decode(&bytes, &header, ONE, Exposure::AsIs).is_err_and(|cause| cause.to_string().contains("corrupt")));
    }
}
