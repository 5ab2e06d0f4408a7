use std::path::Path;

use super::*;
use crate::format::Format;
use crate::geometry::Size;
use crate::outcome::Placeholder;

fn thumbnail(path: &str, format: Format, (width, height): (u32, u32)) -> Thumbnail {
    Thumbnail { path: path.into(), format, size: Size::new(width, height) }
}

fn image(source: &str, thumbnails: Vec<Thumbnail>) -> Image {
    let date = Some("2024-05-03 12:11".to_string());
    Image { source: source.into(), format: Some(Format::Jpeg), date, placeholder: None, thumbnails }
}

fn of_one_size(source: &str, path: &str) -> Image {
    image(source, vec![thumbnail(path, Format::Jpeg, (240, 160))])
}

fn page(images: &[Image], directory: &str) -> String {
    let path = Path::new(directory).join(NAME);
    pages(images, "photos").find(|page| page.path == path).unwrap_or_else(|| panic!("no page {directory}")).text
}

/// Lists the values of an attribute, in order.
fn values<'a>(text: &'a str, attribute: &str) -> Vec<&'a str> {
    let body = text.split_once("<header>").unwrap().1;
    assert!(is_page(text.as_bytes()));
    let body = body.split_once("<script>").unwrap().0;
    body.split(&format!(" {attribute}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn every_directory_has_a_page_with_its_own_images_and_those_above_and_below_it() {
    let images = [of_one_size("../in/a.jpg", "a.jpg"), of_one_size("../in/x/y/b.jpg", "x/y/b.jpg")];
    let paths: Vec<PathBuf> = pages(&images, "photos").map(|page| page.path).collect();
    assert_eq!(paths, ["index.html", "x/index.html", "x/y/index.html"].map(PathBuf::from));
    assert_eq!(values(&page(&images, ""), "href"), ["x/index.html", "../in/a.jpg", "./"]);
    assert_eq!(values(&page(&images, ""), "src"), ["x/y/b.jpg", "a.jpg"]);
    let deep = page(&images, "x/y");
    assert_eq!(values(&deep, "href"), ["../../index.html", "../index.html", "../../../in/x/y/b.jpg", "./"]);
    assert_eq!(values(&deep, "src"), ["b.jpg"]);
    assert!(deep.contains("<title>y</title>") && deep.contains("<span>1 image</span>"));
    assert!(page(&images, "").contains("<title>photos</title>") && page(&images, "").contains("<span>2 images</span>"));
    assert_eq!(pages(&[], "photos").count(), 0);
}

#[test]
fn several_sizes_and_formats_are_for_the_browser_to_choose_from() {
    let thumbnails = vec![
        thumbnail("320x/x/a.jpg", Format::Jpeg, (320, 240)),
        thumbnail("640x/x/a.jpg", Format::Jpeg, (640, 480)),
        thumbnail("320x/x/a.jpg.webp", Format::WebP, (320, 240)),
        thumbnail("640x/x/a.jpg.webp", Format::WebP, (640, 480)),
    ];
    let text = page(&[image("../in/x/a.jpg", thumbnails)], "x");
    let [better, usual] = values(&text, "srcset")[..] else { panic!("{text}") };
    assert_eq!(better, "../320x/x/a.jpg.webp 320w, ../640x/x/a.jpg.webp 640w");
    assert_eq!(usual, "../320x/x/a.jpg 320w, ../640x/x/a.jpg 640w");
    assert!(text.contains("<source type=image/webp srcset="));
    assert_eq!(values(&text, "sizes"), ["auto, 384px"; 2]);
    // Width for width, the one that is large enough.
    assert_eq!(values(&text, "src"), ["../640x/x/a.jpg"]);
}

#[test]
fn names_of_any_kind_end_no_element_attribute_or_url() {
    let hostile = "q\"'<script>alert(1)<b>&amp; 100%\n.jpg";
    let text = page(&[of_one_size(&format!("../in/{hostile}"), hostile)], "");
    assert_eq!(text.matches("<script>").count(), 1, "{text}");
    let url = "q%22%27%3Cscript%3Ealert%281%29%3Cb%3E%26amp%3B%20100%25%0A.jpg";
    assert_eq!(values(&text, "src"), [url]);
    assert_eq!(values(&text, "href")[0], format!("../in/{url}"));
    let shown = "<b><bdi>q&quot;&#39;&lt;script&gt;alert(1)&lt;b&gt;&amp;amp; 100%\\n.jpg</bdi></b>";
    assert!(text.contains(shown), "{text}");
}

#[test]
fn a_page_loads_nothing_from_elsewhere() {
    let mut own = of_one_size("../in/a.jpg", "a.jpg");
    own.placeholder = Some(Placeholder::Color("#ff8800".into()));
    let text = page(&[own], "");
    assert!(!text.contains("http:") && !text.contains("https:") && !text.contains("\"//"), "{text}");
    assert_eq!(text.matches("<script>").count() + text.matches("<style>").count(), 2);
    assert!(text.contains("style=\"background:#ff8800\""));
}

#[test]
fn a_thumbnail_that_no_browser_shows_has_its_format_in_its_place() {
    let text = page(&[image("../in/a.tif", vec![thumbnail("a.tif", Format::Tiff, (50, 40))])], "");
    assert!(text.contains("<i class=none>TIFF</i>") && values(&text, "src").is_empty());
}

#[test]
fn only_a_page_that_nobody_changed_is_known() {
    let text = page(&[of_one_size("../in/a.jpg", "a.jpg")], "");
    assert!(is_page(text.as_bytes()));
    for other in [
        "",
        "<!DOCTYPE html><title>mine</title>",
        "<meta name=generator content=\"other 1.0\">",
        "<meta name=generator content=\"thumbs 1.0\">",
        "<meta name=generator content=\"thumbs 0000000000000000\">",
        "<meta name=generator content=\"thumbs ",
        &text[..text.len() - 1],
        &format!("{text}<!-- mine -->"),
        &text.replace("<html lang=en>", "<html lang=de>"),
        &text.replace("a.jpg", "b.jpg"),
        &format!("{}{text}", " ".repeat(512)),
    ] {
        assert!(!is_page(other.as_bytes()), "{other}");
    }
}

#[test]
fn ten_thousand_images_are_one_page_of_moderate_length() {
    let images: Vec<Image> = (0..10_000).map(|i| of_one_size(&format!("../in/{i}.jpg"), &format!("{i}.jpg"))).collect();
    let text = page(&images, "");
    assert_eq!(values(&text, "src").len(), 10_000);
    assert!(text.len() < 3_000_000, "{}", text.len());
}
