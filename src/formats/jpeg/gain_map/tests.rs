//! Tests of parameters read and written, and of the file of an image and its gain map.

use super::examine::{APP1, APP2, ISO, XMP};
use super::*;
use crate::container::{Kind, read_mpf};
use crate::jpeg::{self, Channel, Channels};

const NAMESPACE: &str = "http://ns.adobe.com/hdr-gain-map/1.0/";

fn grey(side: usize) -> Vec<u8> {
    let samples = vec![120; side * side];
    jpeg::encode(Channels::Grey(Channel { samples: &samples, width: side, height: side }), 80, None).unwrap()
}

/// Adds segments after the first one of a file.
fn with(file: &[u8], segments: &[(u8, &[u8], &[u8])]) -> Vec<u8> {
    let first = jpeg::segments(file).next().unwrap();
    let (start, rest) = file.split_at(first.offset + first.payload.len());
    let mut whole = start.to_vec();
    for (marker, identifier, content) in segments {
        let length = u16::try_from(2 + identifier.len() + content.len()).unwrap().to_be_bytes();
        whole.extend([&[0xff, *marker], &length[..], identifier, content].concat());
    }
    [&whole, rest].concat()
}

fn xmp(description: &str) -> Vec<u8> {
    with(&grey(8), &[(APP1, XMP, &parameters::packet(description))])
}

fn map_of(file: &[u8]) -> GainMap {
    match examine(file, || None) {
        Found::Map(map) => map,
        other => panic!("{other:?}"),
    }
}

#[test]
fn parameters_are_read_whatever_their_prefix_and_whether_they_are_attributes_or_elements() {
    let wanted = map_of(&xmp(&format!(
        "<rdf:Description xmlns:hdrgm='{NAMESPACE}' hdrgm:Version='1.0' hdrgm:GainMapMax='2.5' hdrgm:HDRCapacityMax=' 3 '/>"
    )));
    let elements = format!(
        "<rdf:Description xmlns:g='{NAMESPACE}' g:Version='1.0'><g:GainMapMax>2.5</g:GainMapMax>\
         <g:HDRCapacityMax>3</g:HDRCapacityMax><xmp:CreatorTool xmlns:xmp='x'>7</xmp:CreatorTool></rdf:Description>"
    );
    assert_eq!(map_of(&xmp(&elements)), wanted);
    let channels = format!(
        "<rdf:Description xmlns:g='{NAMESPACE}' g:BaseRenditionIsHDR='False' g:HDRCapacityMax='3'><g:GainMapMax><rdf:Seq>\
         <rdf:li>1</rdf:li><rdf:li>2.5</rdf:li><rdf:li>-3e-1</rdf:li></rdf:Seq></g:GainMapMax></rdf:Description>"
    );
    let map = map_of(&xmp(&channels));
    let again = map_of(&with(&grey(8), &[(APP1, XMP, &map.parameters.as_ref().unwrap().packet())]));
    // The order of attributes and elements does not matter.
    let sorted = |map: &GainMap| {
        let mut text: Vec<u8> = map.parameters.as_ref().unwrap().packet();
        text.sort_unstable();
        text
    };
    assert_eq!(sorted(&again), sorted(&map));
    assert!(String::from_utf8(map.parameters.unwrap().packet()).unwrap().contains("<rdf:li>-3e-1</rdf:li>"));
}

#[test]
fn a_gain_map_without_sound_parameters_is_not_used() {
    let reason = |description: String| match examine(&xmp(&description), || None) {
        Found::Unusable(reason) => reason,
        other => panic!("{other:?}"),
    };
    let own = |attributes: &str| format!("<rdf:Description xmlns:h='{NAMESPACE}' h:Version='1.0' {attributes}/>");
    assert_eq!(reason(own("")), "its parameters are incomplete");
    for wrong in ["&lt;x&gt;", "NaN", "inf", "", "1,5"] {
        let attributes = format!("h:HDRCapacityMax='3' h:GainMapMax='{wrong}'");
        assert_eq!(reason(own(&attributes)), "its parameters are invalid", "{wrong}");
    }
    assert_eq!(
        reason(own("h:HDRCapacityMax='3' h:GainMapMax='1' h:BaseRenditionIsHDR='maybe'")),
        "its parameters are invalid"
    );
    let apple = "<rdf:Description apdi:AuxiliaryImageType='urn:com:apple:photo:2020:aux:hdrgainmap' xmlns:apdi='x'/>";
    assert!(reason(apple.to_string()).contains("brightness"));
    for other in [grey(8), xmp("<rdf:Description/>"), b"\xff\xd8".to_vec(), Vec::new()] {
        assert!(matches!(examine(&other, || None), Found::Other));
    }
}

#[test]
fn apples_gain_maps_make_the_same_light_by_the_standard() {
    let description = |more: &str| {
        format!(
            "<rdf:Description apdi:AuxiliaryImageType='urn:com:apple:photo:2020:aux:hdrgainmap' xmlns:apdi='x' \
             xmlns:HDRGainMap='http://ns.apple.com/HDRGainMap/1.0/' {more}</rdf:Description>"
        )
    };
    for stated in [
        "HDRGainMap:HDRGainMapHeadroom='4.25'>",
        ">  <HDRGainMap:HDRGainMapHeadroom>4.25</HDRGainMap:HDRGainMapHeadroom>",
    ] {
        let map = map_of(&xmp(&description(stated)));
        let (curve, packet) = (map.curve.unwrap(), map.parameters.unwrap().packet());
        assert!(String::from_utf8(packet).unwrap().contains("hdrgm:HDRCapacityMax=\"2.087463\""));
        for (sample, level) in curve.iter().enumerate() {
            let sample = sample as f32 / 255.0;
            let light = if sample < 0.081 { sample / 4.5 } else { ((sample + 0.099) / 1.099).powf(1.0 / 0.45) };
            let (wanted, made) = (1.0 + 3.25 * light, (f32::from(*level) / 255.0 * 2.087_463).exp2());
            assert!((wanted / made - 1.0).abs() < 0.004, "{sample}: {wanted} {made}");
        }
        assert_eq!((curve[0], curve[255]), (0, 255));
    }
    for wrong in ["HDRGainMap:HDRGainMapHeadroom='1'>", "HDRGainMap:HDRGainMapHeadroom='NaN'>", ">"] {
        assert!(matches!(examine(&xmp(&description(wrong)), || None), Found::Unusable(_)), "{wrong}");
    }
}

#[test]
fn a_file_of_both_says_where_the_gain_map_is() {
    let iso = [0, 0, 0, 0, 0x40, 1, 2, 3, 4];
    let source = format!("<rdf:Description xmlns:h='{NAMESPACE}' h:GainMapMax='2.5' h:HDRCapacityMax='3'/>");
    let gain = map_of(&with(&grey(8), &[(APP1, XMP, &parameters::packet(&source)), (APP2, ISO, &iso)]));
    let kept = parameters::packet("<rdf:Description xmlns:dc='x' dc:rights='mine'/>");
    let exif = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0";
    for image in
        [grey(40), with(&grey(40), &[(APP1, exif, b"")]), with(&grey(40), &[(APP1, exif, b""), (APP1, XMP, &kept)])]
    {
        let file = join(&image, &grey(10), &gain).unwrap();
        let segments: Vec<_> = jpeg::segments(&file).collect();
        let packets: Vec<&[u8]> = segments.iter().filter_map(|segment| segment.payload.strip_prefix(XMP)).collect();
        assert_eq!(packets.len(), 1, "readers take the first");
        let packet = str::from_utf8(packets[0]).unwrap();
        assert_eq!(packet.contains("dc:rights='mine'"), image.len() > grey(40).len() + 40);
        assert_eq!(packet.matches("rdf:RDF>").count(), 1);
        assert!(segments.iter().any(|segment| segment.payload == [ISO, &[0; 4]].concat()));
        // EXIF stays before XMP.
        let exif_at = segments.iter().position(|segment| segment.payload.starts_with(b"Exif"));
        assert!(exif_at.is_none_or(|at| at == 1));
        let views: Vec<_> =
            segments.iter().flat_map(|segment| read_mpf(segment.payload, segment.offset as u64)).collect();
        assert_eq!((views.len(), views[0].kind), (1, Kind::OtherView));
        let map = &file[usize::try_from(views[0].span.offset).unwrap()..];
        assert_eq!(map.len() as u64, views[0].span.len);
        assert!(packet.contains(&format!("Item:Length=\"{}\"", map.len())));
        assert!(map.starts_with(&[0xff, 0xd8]) && map.ends_with(&[0xff, 0xd9]));
        assert_eq!(map_of(map), gain);
        // Without the added segments, the images are what they were.
        let data = |file: &[u8]| {
            let last = jpeg::segments(file).last().unwrap();
            file[last.offset..].to_vec()
        };
        assert!(data(&file).starts_with(&data(&image)));
        assert_eq!(data(map), data(&grey(10)));
    }
}

#[test]
fn no_start_of_a_file_makes_trouble() {
    let source = format!("<rdf:Description xmlns:h='{NAMESPACE}' h:GainMapMax='2.5' h:HDRCapacityMax='3'/>");
    let whole = xmp(&source);
    let gain = map_of(&whole);
    for length in 0..whole.len() {
        examine(&whole[..length], || None);
        join(&whole[..length], &whole[..length], &gain);
    }
}
