use std::io::Write;
use std::sync::Arc;

use resvg::usvg::fontdb;

use super::*;
use crate::formats::svg::renderer::Fonts;
use crate::geometry::Size;
use crate::jpeg::Workspace;
use crate::options::Exactness;

fn svg(attributes: &str, body: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' {attributes}>{body}</svg>"
    )
}

fn no_fonts() -> Fonts {
    Fonts::of(fontdb::Database::new())
}

fn open_with(mut bytes: &[u8], renderer: &Renderer) -> Result<Box<dyn OpenedImage>, DecodeError> {
    Svg.open(&mut bytes, &mut Tools { jpeg: &mut Workspace::default(), renderer })
}

fn render_with(text: &[u8], target: Size, fonts: &Fonts) -> Result<Decoded, DecodeError> {
    let renderer = Renderer::here(fonts.clone());
    let header = open_with(text, &renderer)?.header().clone();
    decode(text, &header, &Plan::new(&[header.size.fit_into(target)], Exactness::Fast), &renderer)
}

fn header_of(bytes: &[u8]) -> Result<Header, DecodeError> {
    open_with(bytes, &Renderer::here(no_fonts())).map(|opened| opened.header().clone())
}

fn render(text: &str) -> Result<Decoded, DecodeError> {
    render_with(text.as_bytes(), Size::new(50, 50), &no_fonts())
}

/// Returns red, green, blue and alpha at a place of the grid, given as shares of its sides.
fn pixel(decoded: &Decoded, x: f64, y: f64) -> [u8; 4] {
    std::array::from_fn(|channel| {
        let plane = &decoded.grid.planes[channel].plane;
        let at = |share: f64, side: u32| (share * f64::from(side)) as usize;
        plane.row(at(y, plane.size.height))[at(x, plane.size.width)] as u8
    })
}

fn assert_limit(text: &str, reason: &str) {
    match render(text) {
        Err(DecodeError::Limit(why)) => assert!(why.contains(reason), "{why}"),
        other => panic!("{other:?} instead of a limit"),
    }
}

#[test]
fn sizes_are_what_the_root_element_says() {
    for (attributes, width, height) in [
        ("", 300, 150),
        ("width='100%' height='50%'", 300, 75),
        ("width='40'", 40, 150),
        ("viewBox='0 0 20 10'", 20, 10),
        ("viewBox='0 0 20 10' width='100'", 100, 50),
        ("width='1in' height='2cm'", 96, 76),
        ("width='100.4' height='50.6'", 100, 51),
        ("width='0.1' height='0.1'", 1, 1),
    ] {
        let header = header_of(svg(attributes, "<rect width='40' height='30'/>").as_bytes()).unwrap();
        assert_eq!(header.size, Size::new(width, height), "{attributes}");
        assert!(header.has_alpha);
    }
    for wrong in ["width='0'", "width='-5' height='3'"] {
        assert!(header_of(svg(wrong, "").as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn a_drawing_of_huge_units_is_rendered_at_the_size_of_its_thumbnail() {
    let text = svg("viewBox='0 0 100000 100000'", "<rect x='50000' width='50000' height='100000' fill='#f00'/>");
    let decoded = render(&text).unwrap();
    assert_eq!(decoded.grid.planes[0].plane.size, Size::new(100, 100));
    assert_eq!([pixel(&decoded, 0.2, 0.5), pixel(&decoded, 0.8, 0.5)], [[0; 4], [255, 0, 0, 255]]);
}

#[test]
fn shapes_lie_where_they_belong_and_the_rest_is_transparent() {
    let text = svg("width='1000' height='500'", "<rect x='500' y='250' width='500' height='250' fill='#f00'/>");
    let decoded = render(&text).unwrap();
    assert_eq!(decoded.factor.get(), 10);
    let plane = &decoded.grid.planes[0];
    assert_eq!((plane.plane.size, plane.pitch.x, plane.covered.y), (Size::new(100, 50), 10.0, 50.0));
    assert_eq!(pixel(&decoded, 0.75, 0.75), [255, 0, 0, 255]);
    assert_eq!(pixel(&decoded, 0.25, 0.75), [0; 4]);
    assert_eq!(pixel(&decoded, 0.75, 0.25), [0; 4]);
}

#[test]
fn a_compressed_picture_is_the_same_picture() {
    let text = svg("width='90' height='60'", "<circle cx='45' cy='30' r='20' fill='green'/>");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    let packed = render_with(&packed.finish().unwrap(), Size::new(50, 50), &no_fonts()).unwrap();
    let plain = render(&text).unwrap();
    assert_eq!(packed.grid.planes[1].plane, plain.grid.planes[1].plane);
    assert_eq!(pixel(&plain, 0.5, 0.5), [0, 128, 0, 255]);
}

#[test]
fn nothing_outside_the_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("red.png");
    image::RgbImage::from_pixel(8, 8, image::Rgb([255, 0, 0])).save(&path).unwrap();
    let inside = |href: &str| {
        let text = svg("width='50' height='50'", &format!("<image width='50' height='50' xlink:href='{href}'/>"));
        pixel(&render(&text).unwrap(), 0.5, 0.5)
    };
    assert_eq!(inside(path.to_str().unwrap()), [0; 4]);
    assert_eq!(inside(&format!("file://{}", path.display())), [0; 4]);
    assert_eq!(inside("https://example.com/red.png"), [0; 4]);
    // Embedded images are shown.
    let encoded: String = std::fs::read(&path).unwrap().iter().map(|byte| format!("%{byte:02x}")).collect();
    assert_eq!(inside(&format!("data:image/png,{encoded}")), [255, 0, 0, 255]);
    assert_eq!(
        inside(
            "data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 width=%225%22 height=%225%22%3E%3Crect width=%225%22 height=%225%22 fill=%22blue%22/%3E%3C/svg%3E"
        ),
        [0, 0, 255, 255]
    );
}

#[test]
fn text_is_drawn_with_whatever_font_there_is_and_left_out_with_a_note_without() {
    let text = svg("width='60' height='60'", "<text x='0' y='55' font-size='60' font-family='Nowhere'>A</text>");
    let mut database = fontdb::Database::new();
    database.load_font_data(include_bytes!("../../../../tests/data/square.ttf").to_vec());
    let drawn = render_with(text.as_bytes(), Size::new(60, 60), &Fonts::of(database)).unwrap();
    assert_eq!(pixel(&drawn, 0.3, 0.6)[3], 255);
    assert_eq!(drawn.damage, None);

    let bare = render(&text).unwrap();
    assert!(bare.damage.unwrap().detail.contains("no fonts"));
    let without_text = render(&svg("width='60' height='60'", "<rect width='9' height='9'/>")).unwrap();
    assert_eq!(without_text.damage, None, "fonts are not missed where there is no text");
}

#[test]
fn depth_bombs_are_refused_before_they_reach_the_stack() {
    for open in ["<g>", "<g opacity='.9'>", "<svg>", "<switch>"] {
        let close = format!("</{}>", open.trim_matches(['<', '>']).split(' ').next().unwrap());
        for depth in [200, 1000, 100_000] {
            assert_limit(&svg("", &format!("{}{}", open.repeat(depth), close.repeat(depth))), "deep");
        }
    }
    let chain: String = (0..5000).map(|i| format!("<g id='a{i}'><use xlink:href='#a{}'/></g>", i + 1)).collect();
    assert_limit(&svg("", &format!("{chain}<g id='a5000'><rect width='5' height='5'/></g>")), "deep");
}

#[test]
fn what_is_nested_up_to_the_limit_is_rendered_on_a_small_stack() {
    for open in ["<g opacity='.99'>", "<g transform='translate(0)'>", "<svg>", "<g mask='url(#m)' filter='url(#f)'>"] {
        let close = format!("</{}>", open.trim_matches(['<', '>']).split(' ').next().unwrap());
        let body = "<rect width='300' height='150' fill='red'/>";
        let defs =
            "<mask id='m'><rect width='300' height='150' fill='white'/></mask><filter id='f'><feOffset/></filter>";
        let text = svg("", &format!("{defs}{}{body}{}", open.repeat(95), close.repeat(95)));
        let drawn = std::thread::Builder::new().stack_size(2 << 20).spawn(move || render(&text)).unwrap();
        assert!(pixel(&drawn.join().unwrap().unwrap(), 0.5, 0.5)[3] > 50, "{open}");
    }
}

#[test]
fn expansion_bombs_are_refused() {
    let chain = |element: &dyn Fn(usize) -> String| (0..12).map(element).collect::<String>();
    let uses = chain(&|i| format!("<g id='u{}'>{}</g>", i + 1, format!("<use xlink:href='#u{i}'/>").repeat(10)));
    assert_limit(&svg("", &format!("<rect id='u0' width='5' height='5'/>{uses}")), "elements");
    for (container, property) in [("pattern width='9' height='9'", "fill"), ("mask", "mask"), ("clipPath", "clip-path")]
    {
        let tag = container.split(' ').next().unwrap();
        let nested = chain(&|i| {
            let inner = format!("<rect width='5' height='5' {property}='url(#p{i})'/>").repeat(10);
            format!("<{container} id='p{}'>{inner}</{tag}>", i + 1)
        });
        let user = format!("<rect width='50' height='50' style='{property}: url(#p12)'/>");
        assert_limit(&svg("", &format!("{nested}{user}")), "elements");
        let by_class = "<style>.a{fill:red} .b{x:url(#p12)}</style><rect class='c b' width='9' height='9'/>"
            .replace('x', property);
        assert_limit(&svg("", &format!("{nested}{by_class}")), "elements");
    }
    let points = "1 1 ".repeat(300_000);
    let arrow = "<marker id='m'><g/><g/><g/><g/></marker>";
    assert_limit(&svg("", &format!("{arrow}<g style='marker-mid:url(#m)'><path d='M0 0 {points}'/></g>")), "elements");
}

#[test]
fn entity_bombs_are_refused_and_what_editors_write_is_not() {
    let laughs: String = (1..10).map(|i| format!("<!ENTITY a{i} '{}'>", format!("&a{};", i - 1).repeat(10))).collect();
    let text = format!("<!DOCTYPE svg [<!ENTITY a0 'ha'>{laughs}]>{}", svg("", "<text>&a9;</text>"));
    assert!(render(&text).is_err());
    let long = "x".repeat(100_000);
    let quadratic = format!("<!DOCTYPE svg [<!ENTITY a '{long}'>]>{}", svg("", &"<g id='&a;'/>".repeat(1000)));
    assert_limit(&quadratic, "entities");
    let usual = "<!DOCTYPE svg [<!ENTITY ns 'http://www.w3.org/2000/svg'>]><svg xmlns='&ns;' width='9' height='9'><rect width='9' height='9' fill='red'/></svg>";
    assert_eq!(pixel(&render(usual).unwrap(), 0.5, 0.5), [255, 0, 0, 255]);
}

#[test]
fn gzip_bombs_are_refused() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(svg("", "").trim_end_matches("</svg>").as_bytes()).unwrap();
    for _ in 0..80 {
        packed.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 200_000);
    assert!(matches!(header_of(&packed), Err(DecodeError::Limit(why)) if why.contains("64 MiB")));
}

#[test]
fn arcs_that_would_become_billions_of_curves_are_refused() {
    assert_limit(&svg("", "<path d='M5 6A5 5 0 0 1 2555555555555555555555555555555550 20z'/>"), "too far out");
    assert_limit(&svg("", "<path d='M5 6a1e-30 1e11 0 0 1 1e11 20z'/>"), "elements");
    assert_limit(&svg("", &"<circle r='1e37'/>".repeat(20)), "elements");
    assert!(render(&svg("", "<path d='M5 6A5 5 0 0 1 1e7 20z'/><circle cx='4' cy='9' r='1e7'/>")).is_ok());
}

#[test]
fn paths_that_lead_beyond_the_renderers_numbers_are_refused() {
    for path in ["M1 2L30 4C1 2 3 4 5 -222222222222z", "M1 2Q 4e11 7 8 5z", "M-9e11 9L5 6 7 8z", "M3 4H1e30V7z"] {
        let picture = svg("", &format!("<g transform='rotate(30)'><path d='{path}' stroke='red'/></g>"));
        assert_limit(&picture, "too far out");
    }
    assert!(render(&svg("", "<path d='M-1e6 5Q 4 6 1e6 4z' stroke='red'/>")).is_ok());
}

#[test]
fn text_that_takes_long_to_lay_out_and_elements_of_many_attributes_are_refused() {
    assert_limit(&svg("", &format!("<text>{}</text>", "hello ".repeat(30_000))), "text");
    assert_limit(&svg("", &format!("<text>{}</text>", "<tspan dx='1'>h</tspan>".repeat(8000))), "text");
    assert_limit(&svg("", &"<text>hello</text>".repeat(25_000)), "text");
    let attributes: String = (0..2000).map(|i| format!("a{i}='1' ")).collect();
    assert_limit(&svg("", &format!("<g {attributes}/>")), "attributes");
    let along =
        "<path id='p' d='M0 0C1e30 0 -1e30 1e30 1e30 -1e30'/><text><textPath xlink:href='#p'>a</textPath></text>";
    assert_limit(&svg("", along), "too far out");
    assert!(render(&svg("", &"<text>hello <tspan>there</tspan></text>".repeat(500))).is_ok());
}

#[test]
fn curves_too_long_or_too_many_in_a_row_are_refused() {
    let curves = |count: usize, size: usize| -> String {
        let curve = |i: usize| format!("C{} {} 3 4 5 {} ", i * 7919 % size, i * 104_729 % size, i % size);
        format!("<path stroke='red' d='M0 0{}'/>", (0..count).map(curve).collect::<String>())
    };
    assert_limit(&svg("", &curves(30_000, 150)), "too long");
    assert_limit(&svg("", &curves(16_000, 4_000_000)), "elements");
    assert!(render(&svg("", &curves(5000, 150))).is_ok());
    // A coast of as many points, each a part of a px.
    let coast: String =
        (0..30_000).map(|i| format!("q.01 .01 {} .005", if i % 2 == 0 { ".02" } else { "-.01" })).collect();
    assert!(render(&svg("", &format!("<path stroke='red' d='M5 5{coast}'/>"))).is_ok());
    let along = "<text><textPath xlink:href='#p'>a</textPath></text>".repeat(5000);
    let path = format!("<path id='p' d='M0 0{}'/>", "C1 2 3 4 5 6".repeat(500));
    assert_limit(&svg("", &format!("{path}{along}")), "elements");
}

#[test]
fn dashes_too_many_to_count_are_refused() {
    let dashed = "<path stroke='red' stroke-dasharray='1 1' d='M0 9H1000000'/>";
    assert_limit(&svg("", &dashed.repeat(100)), "too long");
    assert!(render(&svg("", &dashed.repeat(5))).is_ok());
}

#[test]
fn giants_inside_a_small_picture_are_refused_or_cut() {
    let tile =
        "<pattern id='p' width='1e6' height='1e6' patternUnits='userSpaceOnUse'><rect width='9' height='9'/></pattern>";
    assert_limit(&svg("", &format!("{tile}<rect width='9' height='9' fill='url(#p)'/>")), "memory");
    let noise = "<filter id='f'><feTurbulence baseFrequency='.1' numOctaves='1000000000'/></filter>";
    assert_limit(&svg("", &format!("{noise}<rect width='90' height='90' filter='url(#f)'/>")), "too long");
    let dilate = "<filter id='f'><feMorphology operator='dilate' radius='5000'/></filter>";
    let large = format!("{dilate}{}", "<rect width='300' height='150' filter='url(#f)'/>".repeat(50));
    assert_limit(&svg("", &large), "too long");
    let outside = svg("", "<rect x='-1e7' y='-1e7' width='2e7' height='2e7' opacity='.5' fill='red'/>");
    assert_eq!(pixel(&render(&outside).unwrap(), 0.5, 0.5)[0], 128);
}

#[test]
fn references_in_circles_end() {
    let mut refused = 0;
    for body in [
        "<use id='a' xlink:href='#a'/>",
        "<g id='a'><use xlink:href='#b'/></g><g id='b'><use xlink:href='#a'/></g>",
        "<pattern id='p' width='9' height='9'><rect width='9' height='9' fill='url(#p)'/></pattern><rect width='9' height='9' fill='url(#p)'/>",
        "<mask id='m'><rect width='9' height='9' mask='url(#m)'/></mask><rect width='9' height='9' mask='url(#m)'/>",
        "<filter id='f'><feImage xlink:href='#r'/></filter><rect id='r' width='9' height='9' filter='url(#f)'/>",
        "<linearGradient id='g' xlink:href='#g'/><rect width='9' height='9' fill='url(#g)'/>",
    ] {
        let text = svg("width='50' height='50'", &format!("{body}<rect x='40' width='10' height='50' fill='red'/>"));
        match render(&text) {
            Ok(decoded) => assert_eq!(pixel(&decoded, 0.9, 0.5), [255, 0, 0, 255], "{body}"),
            Err(DecodeError::Limit(_)) => refused += 1,
            Err(other) => panic!("{other}: {body}"),
        }
    }
    assert!(refused <= 1, "{refused} refused");
}

#[test]
fn pictures_inside_pictures_inside_pictures_end() {
    let mut text = svg("width='5' height='5'", "<rect width='5' height='5' fill='red'/>");
    for _ in 0..10 {
        let inner: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        if inner.len() > 2_000_000 {
            break;
        }
        text = svg(
            "width='5' height='5'",
            &format!("<image width='5' height='5' xlink:href='data:image/svg+xml,{inner}'/>"),
        );
    }
    assert_eq!(pixel(&render(&text).unwrap(), 0.5, 0.5), [0; 4], "deeper than the limit");
}

#[test]
fn the_fonts_are_looked_for_once_and_shared() {
    let fonts = no_fonts();
    assert!(Arc::ptr_eq(fonts.database(), fonts.clone().database()));
}
