//! What the markers say, and how much nonsense around them is forgiven.

use jpeg_shrink::{ColorModel, Error, Options, Process, Scale, Unsupported, decode, read_header, segments};

use super::file;

/// The first position of a marker.
fn find(bytes: &[u8], marker: u8) -> usize {
    bytes.windows(2).position(|w| w == [0xFF, marker]).expect("the marker is there")
}

fn eighth(bytes: &[u8]) -> Vec<f32> {
    let picture = decode(bytes, &Options::at(Scale::Eighth)).expect("it decodes");
    assert_eq!(picture.damage, None);
    picture.planes.concat_samples()
}

trait Concat {
    fn concat_samples(&self) -> Vec<f32>;
}

impl Concat for Vec<jpeg_shrink::Plane> {
    fn concat_samples(&self) -> Vec<f32> {
        self.iter().flat_map(|p| p.samples.iter().copied()).collect()
    }
}

#[test]
fn colour_models_follow_libjpeg() {
    let of = |name: &str| read_header(&file(name)).unwrap();
    assert_eq!(of("sampling-2x2.jpg").color, ColorModel::YCbCr);
    assert_eq!(of("rgb.jpg").color, ColorModel::Rgb);
    assert_eq!(of("grey.jpg").color, ColorModel::Grey);
    let cmyk = of("cmyk.jpg");
    assert_eq!((cmyk.color, cmyk.inverted), (ColorModel::Cmyk, true));
    assert_eq!(of("progressive.jpg").process, Process::Progressive);
    assert_eq!(of("restart-1.jpg").restart_interval, 1);
    // Without Adobe's marker the identifiers R, G and B decide; with JFIF's nothing else counts.
    let mut rgb = file("rgb.jpg");
    let adobe = find(&rgb, 0xEE);
    rgb.drain(adobe..adobe + 16);
    assert_eq!(read_header(&rgb).unwrap().color, ColorModel::Rgb);
    let frame = find(&rgb, 0xC0);
    rgb[frame + 10] = b'S';
    assert_eq!(read_header(&rgb).unwrap().color, ColorModel::YCbCr);
}

#[test]
fn other_processes_are_named() {
    let sound = file("grey.jpg");
    let frame = find(&sound, 0xC0);
    let with = |marker: u8, precision: u8| {
        let mut bytes = sound.clone();
        bytes[frame + 1] = marker;
        bytes[frame + 4] = precision;
        decode(&bytes, &Options::default()).map(|_| ()).unwrap_err()
    };
    for (marker, precision, process) in [
        (0xCB, 8, Unsupported::ArithmeticLossless),
        (0xC5, 8, Unsupported::Hierarchical),
        (0xDE, 8, Unsupported::Hierarchical),
        (0xF7, 8, Unsupported::JpegLs),
        (0xCD, 8, Unsupported::Hierarchical),
        (0xC1, 10, Unsupported::Precision(10)),
        (0xC9, 16, Unsupported::Precision(16)),
    ] {
        assert_eq!(with(marker, precision), Error::Unsupported(process));
    }
    assert_eq!(with(0xC1, 10).to_string(), "unsupported JPEG: 10 bits per sample");
    assert!(decode(b"GIF89a", &Options::default()) == Err(Error::NotJpeg));
}

#[test]
fn forgiven_without_a_trace() {
    let sound = file("sampling-2x2.jpg");
    let want = eighth(&sound);
    // Bytes in front and behind, a second picture, no end of image.
    assert_eq!(eighth(&[b"\r\n\r\n", &sound[..], b"and so on"].concat()), want);
    assert_eq!(eighth(&[&sound[..], &file("progressive.jpg")].concat()), want);
    assert_eq!(eighth(&sound[..sound.len() - 2]), want);
    // Fill bytes before a marker.
    let scan = find(&sound, 0xDA);
    assert_eq!(eighth(&[&sound[..scan], &[0xFF; 5], &sound[scan..]].concat()), want);
    // Nonsense in the spectral fields of a sequential scan.
    let mut nonsense = sound.clone();
    nonsense[scan + 11..scan + 14].copy_from_slice(&[1, 2, 0x34]);
    assert_eq!(eighth(&nonsense), want);
    // A JPEG inside APP1.
    let inner = file("grey.jpg");
    let length = (inner.len() as u16 + 2).to_be_bytes();
    let app1 = [&[0xFF, 0xE1], &length[..], &inner].concat();
    assert_eq!(eighth(&[&sound[..2], &app1, &sound[2..]].concat()), want);
}

#[test]
fn restart_markers_out_of_step() {
    let sound = file("restart-1.jpg");
    let first = find(&sound, 0xD0);
    let mut renumbered = sound.clone();
    renumbered[first + 1] = 0xD4;
    assert_eq!(eighth(&renumbered), eighth(&sound));
    // One marker overwritten: two intervals become one, the third is right again.
    let mut lost = sound.clone();
    lost.drain(first..first + 2);
    let picture = decode(&lost, &Options::at(Scale::Eighth)).unwrap();
    assert!(picture.damage.is_some());
    let whole = decode(&sound, &Options::at(Scale::Eighth)).unwrap();
    let same = picture.planes[0].samples.iter().zip(&whole.planes[0].samples).filter(|(a, b)| a == b).count();
    assert!(same + 8 >= whole.planes[0].samples.len(), "{same} samples are the same");
}

#[test]
fn height_given_after_the_first_scan() {
    let sound = file("grey.jpg");
    let frame = find(&sound, 0xC0);
    let mut late = sound.clone();
    let height = [late[frame + 5], late[frame + 6]];
    late[frame + 5..frame + 7].fill(0);
    assert!(decode(&late, &Options::default()).is_err());
    let end = late.len() - 2;
    late.splice(end..end, [0xFF, 0xDC, 0, 4, height[0], height[1]]);
    assert_eq!(eighth(&late), eighth(&sound));
}

#[test]
fn a_second_scan_of_a_component_is_not_taken() {
    // With tables of its own the encoder writes a scan for each component.
    let encode = |turn: u8| {
        let pixels: Vec<u8> = (0..48 * 40 * 3_u32).map(|i| (i * i / 7 % 251) as u8 ^ turn).collect();
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 80);
        encoder.set_optimized_huffman_tables(true);
        encoder.encode(&pixels, 48, 40, jpeg_encoder::ColorType::Rgb).unwrap();
        bytes
    };
    let scans = |bytes: &[u8]| -> Vec<usize> {
        (0..bytes.len() - 1).filter(|at| bytes[*at..*at + 2] == [0xFF, 0xDA]).collect()
    };
    let (first, second) = (encode(0), encode(255));
    let (starts, others) = (scans(&first), scans(&second));
    assert_eq!((starts.len(), others.len()), (3, 3));
    let tables = |bytes: &[u8], scan: usize| bytes[find(bytes, 0xC4)..scan].to_vec();
    let mut both = first[..starts[1]].to_vec();
    both.extend(tables(&second, others[0]));
    both.extend(&second[others[0]..others[1]]);
    both.extend(tables(&first, starts[0]));
    both.extend(&first[starts[1]..]);
    for scale in Scale::ALL {
        let wanted = decode(&first, &Options::at(scale)).unwrap();
        assert_ne!(wanted.planes[0], decode(&second, &Options::at(scale)).unwrap().planes[0]);
        assert!(decode(&both, &Options::at(scale)).unwrap().planes == wanted.planes, "{scale:?}");
    }
}

#[test]
fn motion_jpeg_has_no_huffman_tables() {
    let mut bytes = file("sampling-2x2.jpg");
    let want = eighth(&bytes);
    while let Some(at) = bytes.windows(2).position(|w| w == [0xFF, 0xC4]) {
        let length = usize::from(bytes[at + 3]) + 256 * usize::from(bytes[at + 2]) + 2;
        bytes.drain(at..at + length);
    }
    assert_eq!(eighth(&bytes), want);
}

#[test]
fn segments_lead_to_the_first_scan() {
    let bytes = file("rgb.jpg");
    let found: Vec<u8> = segments(&bytes).map(|s| s.marker).collect();
    assert_eq!((found[0], found[found.len() - 1]), (0xEE, 0xDA));
}

#[test]
fn limits_come_first() {
    let mut bytes = file("grey.jpg");
    let frame = find(&bytes, 0xC0);
    bytes[frame + 5..frame + 9].fill(0xFF);
    let error = decode(&bytes, &Options { max_memory: 1 << 28, ..Options::default() }).unwrap_err();
    assert!(error.is_limit(), "{error}");
    let error = decode(&file("progressive.jpg"), &Options { max_scans: 3, ..Options::default() }).unwrap_err();
    assert!(error.is_limit(), "{error}");
}
