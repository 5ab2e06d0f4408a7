//! Decodes images of uncompressed samples, which need no encoder, to the working grid.

use super::*;
use crate::container::{
    ALPHA, Codec, CodedItem, Interleave, LUMA, Layer, Overlay, Part, RED, RawComponent, RawLayout, Span, StatedLight,
    Window,
};
#[cfg(all(feature = "heic", feature = "avif"))]
use crate::formats::tests::{decode_as, open_as};

/// 8 by 4 px, each of another colour.
const SIZE: (u32, u32) = (8, 4);

fn color(x: u32, y: u32) -> [u32; 3] {
    [30 * x, 60 * y, 255 - 20 * x - 10 * y]
}

fn layout(kinds: &[u16], bits: u8, interleave: Interleave) -> RawLayout {
    RawLayout {
        components: kinds.iter().map(|kind| RawComponent { kind: *kind, bits, align: 0 }).collect(),
        ratio: (1, 1),
        interleave,
        is_little_endian: false,
        pixel_size: 0,
        row_align: 0,
        tile_align: 0,
        tiles: (1, 1),
        part: Part::Colors,
    }
}

const RGB: [u16; 3] = [RED, RED + 1, RED + 2];

fn item(layout: &RawLayout, size: (u32, u32), offset: usize, length: usize) -> CodedItem {
    CodedItem {
        codec: Codec::Uncompressed(layout.clone()),
        configuration: Span { offset: 0, len: 0 },
        data: vec![Span { offset: offset as u64, len: length as u64 }],
        size,
        predicted_from: None,
        operating_point: 0,
        layer: None,
    }
}

fn picture(tiles: Vec<CodedItem>, columns: u32, size: (u32, u32)) -> HeifImage {
    let window = Window { left: 0, top: 0, width: size.0, height: size.1 };
    HeifImage {
        tiles,
        columns,
        size,
        window,
        orientation: 1,
        icc: None,
        nclx: None,
        light: StatedLight::default(),
        overlay: None,
    }
}

fn single(layout: &RawLayout, data: &[u8]) -> HeifImage {
    picture(vec![item(layout, SIZE, 0, data.len())], 1, SIZE)
}

fn decode_all(data: &[u8], picture: &HeifImage, alpha: &Alpha) -> Result<Decoded, DecodeError> {
    decode_picture(&mut { data }, picture, (alpha, false), Factors::ONE)
}

/// Returns the samples of a pixel, rounded.
fn pixel(decoded: &Decoded, x: usize, y: usize) -> Vec<f32> {
    decoded.grid.planes.iter().map(|plane| plane.plane.row(y)[x].round()).collect()
}

fn assert_shows(data: &[u8], layout: &RawLayout, name: &str) {
    let decoded = decode_all(data, &single(layout, data), &Alpha::None).unwrap();
    assert_eq!(decoded.damage, None, "{name}");
    for (x, y) in (0..4).flat_map(|y| (0..8).map(move |x| (x, y))) {
        assert_eq!(pixel(&decoded, x as usize, y as usize), color(x, y).map(|sample| sample as f32), "{name} {x} {y}");
    }
}

#[test]
fn samples_are_found_in_every_order() {
    let at = |x: u32, y: u32, channel: usize| color(x, y)[channel] as u8;
    let pixels = || (0..4).flat_map(|y| (0..8).map(move |x| (x, y)));
    let planar: Vec<u8> = (0..3).flat_map(|c| pixels().map(move |(x, y)| at(x, y, c))).collect();
    assert_shows(&planar, &layout(&RGB, 8, Interleave::Component), "planar");
    let by_pixel: Vec<u8> = pixels().flat_map(|(x, y)| (0..3).map(move |c| at(x, y, c))).collect();
    assert_shows(&by_pixel, &layout(&RGB, 8, Interleave::Pixel), "pixels");
    let by_row: Vec<u8> = (0..4).flat_map(|y| (0..3).flat_map(move |c| (0..8).map(move |x| at(x, y, c)))).collect();
    assert_shows(&by_row, &layout(&RGB, 8, Interleave::Row), "rows");

    let deep = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        pixels().flat_map(|(x, y)| color(x, y)).flat_map(|sample| order(sample as u16 * 257)).collect()
    };
    let words = layout(&RGB, 16, Interleave::Pixel);
    assert_shows(&deep(u16::to_be_bytes), &words, "words");
    assert_shows(&deep(u16::to_le_bytes), &RawLayout { is_little_endian: true, ..words }, "words, turned");

    let padded: Vec<u8> = pixels().flat_map(|(x, y)| [at(x, y, 2), at(x, y, 1), at(x, y, 0), 99]).collect();
    let turned = [RED + 2, RED + 1, RED];
    assert_shows(&padded, &RawLayout { pixel_size: 4, ..layout(&turned, 8, Interleave::Pixel) }, "padded pixels");
    let rows: Vec<u8> = by_pixel.chunks(24).flat_map(|row| [row, &[7; 8]].concat()).collect();
    assert_shows(&rows, &RawLayout { row_align: 16, ..layout(&RGB, 8, Interleave::Pixel) }, "padded rows");

    let of_tile = |c: usize, left: u32| (0..4).flat_map(move |y| (left..left + 4).map(move |x| at(x, y, c)));
    let tiles: Vec<u8> = [0, 4].into_iter().flat_map(|left| (0..3).flat_map(move |c| of_tile(c, left))).collect();
    assert_shows(&tiles, &RawLayout { tiles: (2, 1), ..layout(&RGB, 8, Interleave::Component) }, "tiles");
    let tiles: Vec<u8> = (0..3).flat_map(|c| [0, 4].into_iter().flat_map(move |left| of_tile(c, left))).collect();
    assert_shows(&tiles, &RawLayout { tiles: (2, 1), ..layout(&RGB, 8, Interleave::TileComponent) }, "tiles by plane");
}

#[test]
fn chroma_of_half_the_sides_is_read_apart_and_in_pairs() {
    let luma = [100; 32];
    for (interleave, chroma) in
        [(Interleave::Component, [[90; 8], [150; 8]].concat()), (Interleave::Mixed, [90, 150].repeat(8))]
    {
        let data = [luma.as_slice(), &chroma].concat();
        let layout = RawLayout { ratio: (2, 2), ..layout(&[LUMA, LUMA + 1, LUMA + 2], 8, interleave) };
        let decoded = decode_all(&data, &single(&layout, &data), &Alpha::None).unwrap();
        let samples: Vec<f32> = decoded.grid.planes.iter().map(|plane| plane.plane.samples[0].round()).collect();
        assert_eq!((samples, decoded.damage), (vec![100.0, 90.0, 150.0], None), "{interleave:?}");
    }
}

#[test]
fn a_bit_for_each_pixel_is_black_or_white() {
    let data = [0b1000_0001, 0, 0xff, 0];
    let decoded = decode_all(&data, &single(&layout(&[0], 1, Interleave::Component), &data), &Alpha::None).unwrap();
    assert_eq!([0, 1, 7].map(|x| pixel(&decoded, x, 0)[0]), [255.0, 0.0, 255.0]);
    assert_eq!(pixel(&decoded, 3, 2), [255.0]);
}

#[test]
fn a_cut_image_has_the_share_that_is_there() {
    let data = [50; 96];
    let layout = layout(&RGB, 8, Interleave::Pixel);
    let decoded = decode_all(&data[..72], &single(&layout, &data), &Alpha::None).unwrap();
    assert_eq!(decoded.damage.map(|damage| damage.present), Some(0.75));
    assert!(decode_all(&[], &single(&layout, &data), &Alpha::None).is_err());
}

#[test]
fn opacity_beside_colors_is_read_too() {
    let data: Vec<u8> = (0..32).flat_map(|index| [10, 20, 30, 8 * index]).collect();
    let mut layout = layout(&[RED, RED + 1, RED + 2, ALPHA], 8, Interleave::Pixel);
    let colors = single(&layout, &data);
    layout.part = Part::Opacity;
    let decoded = decode_all(&data, &colors, &Alpha::Item(single(&layout, &data))).unwrap();
    // Colours are premultiplied there.
    assert_eq!(pixel(&decoded, 1, 2)[3], 8.0 * 17.0);
}

/// Builds a grid of two tiles side by side, of 8 by 4 px each: the first in colour, the second grey.
fn mixed_grid() -> (Vec<u8>, HeifImage) {
    let data = [[200, 100, 50].repeat(32), vec![77; 32]].concat();
    let tiles = vec![
        item(&layout(&RGB, 8, Interleave::Pixel), SIZE, 0, 96),
        item(&layout(&[0], 8, Interleave::Component), SIZE, 96, 32),
    ];
    (data, picture(tiles, 2, (15, 4)))
}

#[test]
fn tiles_may_be_coded_in_different_ways() {
    let (data, grid) = mixed_grid();
    let decoded = decode_all(&data, &grid, &Alpha::None).unwrap();
    assert_eq!((pixel(&decoded, 7, 3), pixel(&decoded, 8, 0)), (vec![200.0, 100.0, 50.0], vec![77.0; 3]));
    assert_eq!(decoded.damage, None);
    assert!(coding::needs_pixels(&grid, None), "which is in the estimate");
}

#[test]
fn a_lost_tile_is_grey_and_counted_with_alpha_and_without() {
    let (data, mut grid) = mixed_grid();
    grid.tiles[1] = CodedItem { data: Vec::new(), ..grid.tiles[0].clone() };
    let alpha = picture(vec![item(&layout(&[0], 8, Interleave::Component), (15, 4), 0, 60)], 1, (15, 4));
    for alpha in [Alpha::None, Alpha::Item(alpha)] {
        let decoded = decode_all(&data, &grid, &alpha).unwrap();
        let damage = decoded.damage.as_ref().unwrap();
        assert_eq!(damage.present, 0.5, "{}", damage.detail);
        assert!(damage.detail.starts_with("1 of 2 tiles missing"), "{}", damage.detail);
    }
    grid.tiles[0].data.clear();
    assert!(decode_all(&data, &grid, &Alpha::None).is_err(), "nothing is there");
}

#[test]
fn a_picture_whose_opacity_is_broken_is_shown_opaque_and_called_damaged() {
    let data = [50; 96];
    let layout = layout(&RGB, 8, Interleave::Pixel);
    let mut alpha = single(&layout, &data);
    alpha.tiles[0].data.clear();
    let decoded = decode_all(&data, &single(&layout, &data), &Alpha::Item(alpha)).unwrap();
    assert_eq!(pixel(&decoded, 3, 3), [50.0, 50.0, 50.0, 255.0]);
    let damage = decoded.damage.unwrap();
    assert!(damage.detail.starts_with("its opacity is missing") && damage.present == 1.0, "{}", damage.detail);
}

#[test]
fn the_layers_of_an_overlay_lie_one_over_the_other_each_turned_as_it_is() {
    // Two px of colour, and half opacity for the second layer.
    let data = [200, 0, 0, 0, 200, 0, 128, 128];
    let small = layout(&RGB, 8, Interleave::Pixel);
    let two = |orientation| HeifImage { orientation, ..picture(vec![item(&small, (2, 1), 0, 6)], 1, (2, 1)) };
    let alpha = picture(vec![item(&layout(&[0], 8, Interleave::Component), (2, 1), 6, 2)], 1, (2, 1));
    let layer = |picture, alpha, at| Layer { image: picture, alpha, is_premultiplied: false, at };
    let overlay = Overlay {
        background: [0, 0, 257 * 100, u16::MAX],
        layers: vec![
            // Turned clockwise: the first px comes on top.
            layer(two(6), Alpha::None, (1, 0)),
            layer(two(1), Alpha::Item(alpha), (-1, 1)),
        ],
    };
    let canvas = HeifImage { overlay: Some(overlay), ..picture(Vec::new(), 1, (3, 2)) };
    let decoded = decode_all(&data, &canvas, &Alpha::None).unwrap();
    let wanted = [[0, 0, 100], [200, 0, 0], [0, 0, 100], [0, 100, 50], [0, 200, 0], [0, 0, 100]];
    for (index, wanted) in wanted.into_iter().enumerate() {
        let got = pixel(&decoded, index % 3, index / 3);
        assert!(got.iter().zip(wanted).all(|(got, wanted)| (got - wanted as f32).abs() < 1.0), "{index} {got:?}");
    }
    assert_eq!((decoded.grid.model, decoded.damage), (crate::pixels::Model::Rgb, None));
}

/// Wraps a HEVC stream of one image as an item of this size: a file that holds its configuration and its data.
#[cfg(feature = "heic")]
fn hevc_item(stream: &[u8], size: (u32, u32)) -> (Vec<u8>, CodedItem) {
    let starts: Vec<usize> = (0..stream.len() - 3).filter(|at| stream[*at..at + 3] == [0, 0, 1]).collect();
    let mut configuration = vec![0; 23];
    configuration[21] = 3;
    let mut data = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let unit = &stream[start + 3..starts.get(index + 1).copied().unwrap_or(stream.len())];
        if unit[0] >> 1 >= 32 {
            configuration[22] += 1;
            configuration.extend([unit[0] >> 1, 0, 1]);
            configuration.extend((unit.len() as u16).to_be_bytes());
            configuration.extend(unit);
        } else {
            data.extend((unit.len() as u32).to_be_bytes());
            data.extend(unit);
        }
    }
    let place = |offset: usize, length: usize| Span { offset: offset as u64, len: length as u64 };
    let item = CodedItem {
        codec: Codec::Hevc,
        configuration: place(0, configuration.len()),
        data: vec![place(configuration.len(), data.len())],
        size,
        predicted_from: None,
        operating_point: 0,
        layer: None,
    };
    ([configuration, data].concat(), item)
}

#[cfg(feature = "heic")]
#[test]
fn a_cut_hevc_image_keeps_the_rows_before_its_end() {
    let stream = include_bytes!("../../../../crates/hevc/tests/data/blocks-of-16.hevc");
    let size = (138, 106);
    let (file, item) = hevc_item(stream, size);
    let grid = picture(vec![item], 1, size);
    let whole = decode_all(&file, &grid, &Alpha::None).unwrap();
    assert_eq!(whole.damage, None);
    let cut = decode_all(&file[..file.len() * 2 / 3], &grid, &Alpha::None).unwrap();
    let present = cut.damage.as_ref().map_or(1.0, |damage| damage.present);
    assert!((0.2..0.9).contains(&present), "{present}");
    let rows = (present * 106.0).round() as usize;
    let luma = |decoded: &Decoded, y: usize| decoded.grid.planes[0].plane.row(y)[70].round();
    for y in (0..106).step_by(5) {
        let (here, there) = (luma(&whole, y), luma(&cut, y));
        // The last rows wait for the filters, which are not told of the end.
        match y + 16 < rows {
            true => assert_eq!(here, there, "{y}"),
            false => assert!(y < rows || (there - 128.0).abs() < 4.0, "{y}: {there}"),
        }
    }
    assert!(decode_all(&file[..file.len() / 20], &grid, &Alpha::None).is_err(), "no row is there");
}

#[cfg(feature = "heic")]
#[test]
fn the_estimate_of_a_hevc_image_is_that_of_a_band_where_it_is_opaque() {
    let stream = include_bytes!("../../../../crates/hevc/tests/data/blocks-of-16.hevc");
    let (file, item) = hevc_item(stream, (138, 106));
    let grid = picture(vec![item], 1, (138, 106));
    let estimate = |alpha: &Alpha| memory_of(&mut file.as_slice(), &grid, alpha, Factors::ONE);
    let (opaque, see_through) = (estimate(&Alpha::None), estimate(&Alpha::Item(grid.clone())));
    // All samples of two images are held for the other one.
    assert!(see_through > opaque + 2 * 138 * 106 * 3 / 2, "{opaque} {see_through}");
}

/// Wraps an AV1 stream of one frame as an item of this size.
#[cfg(feature = "avif")]
fn av1_item(stream: &[u8], size: (u32, u32)) -> CodedItem {
    CodedItem { codec: Codec::Av1, ..item(&layout(&RGB, 8, Interleave::Component), size, 0, stream.len()) }
}

/// Streams of 203 by 151 px that `av1-still` decodes.
#[cfg(feature = "avif")]
const KEY_FRAMES: [&[u8]; 4] = [
    include_bytes!("../../../../crates/av1/tests/data/plain.obu"),
    include_bytes!("../../../../crates/av1/tests/data/tiles.obu"),
    include_bytes!("../../../../crates/av1/tests/data/half-width.obu"),
    include_bytes!("../../../../crates/av1/tests/data/full-chroma-10.obu"),
];

#[cfg(feature = "avif")]
#[test]
fn both_decoders_of_av1_give_a_reduced_key_frame_the_same_samples() {
    use super::coded::{CodedPicture, CodedPlane, Collected};

    let rows_of = |picture: &CodedPicture| -> Vec<Vec<i32>> {
        let planes = picture.planes.iter().flat_map(|plane| (0..plane.height).map(move |y| (plane, y)));
        let row = |(plane, y): (&CodedPlane, usize)| {
            let mut sums = vec![0; plane.width];
            plane.rows().add_row(y, 0, &mut sums);
            sums
        };
        planes.map(row).collect()
    };
    for stream in KEY_FRAMES {
        let item = av1_item(stream, (203, 151));
        let mut collected = Collected::default();
        let decoded = key_frame::decode(stream, item.size, &mut collected).unwrap().expect("no feature is missing");
        assert_eq!(decoded.continue_value(), Some(None));
        let (own, other) =
            (collected.finish(None).unwrap(), av1::decode(stream.to_vec(), &item, Factors::square(2)).unwrap());
        assert_eq!((own.shape.size, &own.shape.depths), (other.shape.size, &other.shape.depths));
        assert_eq!((own.shape.ratio, own.shape.nclx), (other.shape.ratio, other.shape.nclx));
        assert_eq!(rows_of(&own), rows_of(&other));
    }
}

#[cfg(feature = "avif")]
#[test]
fn a_reduced_key_frame_takes_the_memory_of_a_band_and_features_that_are_missing_that_of_the_frame() {
    let estimate = |stream: &[u8], size: (u32, u32), factors: Factors| {
        memory_of(&mut { stream }, &picture(vec![av1_item(stream, size)], 1, size), &Alpha::None, factors)
    };
    // Bands of a small image are hardly smaller than the image, so only the kind of the estimate is compared.
    for stream in KEY_FRAMES {
        let [whole, reduced] = [1, 2].map(|factor| estimate(stream, (203, 151), Factors::square(factor)));
        let bands = key_frame::working_memory(stream).unwrap();
        assert_eq!(reduced, bands + 3 * stream.len() as u64);
        assert_ne!(whole, reduced);
    }
    let copies = include_bytes!("../../../../crates/av1/tests/data/copies.obu");
    let [whole, reduced] = [1, 2].map(|factor| estimate(copies, (410, 300), Factors::square(factor)));
    assert_eq!(whole, reduced);
    assert!(whole > 410 * 300 * 3, "{whole}");
}

#[cfg(feature = "avif")]
#[test]
fn a_reduced_frame_with_copies_inside_is_decoded_by_the_other_decoder() {
    let stream: &[u8] = include_bytes!("../../../../crates/av1/tests/data/copies.obu");
    let image = picture(vec![av1_item(stream, (410, 300))], 1, (410, 300));
    let decoded = decode_picture(&mut { stream }, &image, (&Alpha::None, false), Factors::square(2)).unwrap();
    assert_eq!((decoded.grid.planes[0].plane.size, decoded.damage), (Size::new(205, 150), None));
}

/// Whole files, made by hand from an image of 48 by 32 px; the last one is libavif's.
#[cfg(all(feature = "heic", feature = "avif"))]
const FILES: [(&str, &[u8], Size); 6] = [
    ("a grid of two codecs", include_bytes!("../../../../tests/data/heif/grid-mixed.heif"), Size::new(96, 32)),
    ("an overlay", include_bytes!("../../../../tests/data/heif/overlay.heif"), Size::new(100, 60)),
    ("a minimised file", include_bytes!("../../../../tests/data/heif/mini.heif"), Size::new(64, 64)),
    ("a JPEG item", include_bytes!("../../../../tests/data/heif/jpeg-jpgc.heif"), Size::new(48, 32)),
    ("uncompressed samples", include_bytes!("../../../../tests/data/heif/unci-rgb3.heif"), Size::new(48, 32)),
    ("alpha without a size", include_bytes!("../../../../tests/data/heif/alpha-without-size.avif"), Size::new(80, 80)),
];

#[cfg(all(feature = "heic", feature = "avif"))]
#[test]
fn whole_files_of_every_kind_are_decoded() {
    for (name, bytes, size) in FILES {
        let header = open_as(&HeifCodec(Format::Heic), bytes).unwrap().header().clone();
        let decoded = decode_as(&HeifCodec(Format::Heic), bytes, &[]).unwrap();
        assert_eq!((header.size, decoded.damage), (size, None), "{name}");
        let is_see_through = matches!(name, "alpha without a size" | "an overlay");
        assert_eq!(header.has_alpha, is_see_through, "{name}");
        assert_eq!(decoded.grid.model.has_alpha(), is_see_through, "{name}");
    }
}

#[cfg(all(feature = "heic", feature = "avif"))]
#[test]
fn no_cut_and_no_changed_byte_of_a_file_brings_it_down() {
    let mut decoded = 0;
    let mut try_file = |bytes: &[u8]| {
        // An image may claim a giant size, which the run's limits refuse before decoding.
        let codec = HeifCodec(Format::Heic);
        if let Ok(opened) = open_as(&codec, bytes)
            && opened.header().size.pixels() < 1 << 18
        {
            let _ = opened.memory(&mut { bytes }, Factors::ONE);
            decoded += u32::from(decode_as(&codec, bytes, &[]).is_ok());
        }
    };
    for (_, bytes, _) in FILES {
        for at in (0..bytes.len()).step_by(if bytes.len() > 2000 { 11 } else { 2 }) {
            try_file(&bytes[..at]);
            for flip in [0x11, 0xff] {
                let mut changed = bytes.to_vec();
                changed[at] ^= flip;
                try_file(&changed);
            }
        }
    }
    assert!(decoded > 200, "{decoded}");
}
