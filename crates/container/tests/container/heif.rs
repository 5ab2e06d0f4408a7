//! Tests the reader on HEIF files that are built box by box.

use super::file::part;
use photo_container::{
    Alpha, Codec, CodedItem, Heif, HeifError, HeifImage, Metadata, Nclx, Span, StatedLight, Window, read_heif,
    read_heif_metadata,
};

fn full(name: &[u8; 4], version: u8, content: &[&[u8]]) -> Vec<u8> {
    part(name, &[&[version, 0, 0, 0], content.concat().as_slice()].concat())
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn size(width: u32, height: u32) -> Vec<u8> {
    full(b"ispe", 0, &[&numbers(&[width, height])])
}

fn turn(quarters: u8) -> Vec<u8> {
    part(b"irot", &[quarters])
}

fn mirror(axis: u8) -> Vec<u8> {
    part(b"imir", &[axis])
}

/// Builds an aperture. Its centre is moved by `x` and `y` in halves of a px.
fn aperture(width: u32, height: u32, x: i32, y: i32) -> Vec<u8> {
    part(b"clap", &numbers(&[width, 1, height, 1, x.cast_unsigned(), 2, y.cast_unsigned(), 2]))
}

fn coded() -> Vec<u8> {
    part(b"hvcC", b"configuration")
}

fn alpha_type() -> Vec<u8> {
    full(b"auxC", 0, &[b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"])
}

/// An item: kind, data, properties.
struct Item<'a>(&'a [u8; 4], &'a [u8], Vec<Vec<u8>>);

/// Builds a file of items numbered from 1, the first of them primary. Data of derived items stand in `idat`.
fn file(items: &[Item<'_>], references: &[(&[u8; 4], u16, &[u16])]) -> Vec<u8> {
    let count = (items.len() as u16).to_be_bytes();
    let mut kinds = count.to_vec();
    let mut associations = numbers(&[items.len() as u32]);
    let (mut properties, mut index) = (Vec::new(), 0_u8);
    let (mut idat, mut mdat) = (Vec::new(), Vec::new());
    let mut places = Vec::new();
    for (id, Item(kind, data, own)) in (1_u16..).zip(items) {
        // A name, and the content type that items of this kind have.
        let texts: &[u8] = if *kind == b"mime" { b"\0application/rdf+xml\0" } else { b"\0" };
        kinds.extend(full(b"infe", 2, &[&id.to_be_bytes(), &[0, 0], *kind, texts]));
        associations.extend(id.to_be_bytes());
        associations.push(own.len() as u8);
        for property in own {
            index += 1;
            associations.push(0x80 | index);
            properties.extend(property);
        }
        let is_derived = [b"grid", b"iden", b"iovl"].contains(kind);
        let target: &mut Vec<u8> = if is_derived { &mut idat } else { &mut mdat };
        places.push((id, u16::from(is_derived), target.len() as u32, data.len() as u32));
        target.extend(*data);
    }
    let linked = references.iter().map(|(kind, from, to)| {
        let to: Vec<u8> = to.iter().flat_map(|id| id.to_be_bytes()).collect();
        part(kind, &[&from.to_be_bytes()[..], &(to.len() as u16 / 2).to_be_bytes(), &to].concat())
    });
    let linked: Vec<u8> = linked.flatten().collect();
    let head = part(b"ftyp", b"heic\0\0\0\0mif1heic");
    let meta = |mdat_at: u32| {
        let places: Vec<u8> = places
            .iter()
            .flat_map(|(id, method, offset, length)| {
                let offset = if *method == 1 { *offset } else { mdat_at + offset };
                [&id.to_be_bytes()[..], &method.to_be_bytes(), &[0, 0, 0, 1], &numbers(&[offset, *length])].concat()
            })
            .collect();
        full(
            b"meta",
            0,
            &[
                &full(b"pitm", 0, &[&[0, 1]]),
                &full(b"iinf", 0, &[&kinds]),
                &full(b"iloc", 1, &[&[0x44, 0], &count, &places]),
                &full(b"iref", 0, &[&linked]),
                &part(b"iprp", &[part(b"ipco", &properties), full(b"ipma", 0, &[&associations])].concat()),
                &part(b"idat", &idat),
            ],
        )
    };
    let mdat_at = (head.len() + meta(0).len() + 8) as u32;
    [head, meta(mdat_at), part(b"mdat", &mdat)].concat()
}

fn read(bytes: &[u8]) -> Result<Heif, HeifError> {
    read_heif(&mut { bytes }).unwrap()
}

fn alpha_of(heif: &Heif) -> &HeifImage {
    let Alpha::Item(alpha) = &heif.alpha else { panic!("{:?}", heif.alpha) };
    alpha
}

fn bytes_at(file: &[u8], place: Span) -> &[u8] {
    &file[place.offset as usize..][..place.len as usize]
}

fn picture_with(steps: &[Vec<u8>]) -> HeifImage {
    let properties = [&[size(7, 5), coded()], steps].concat();
    read(&file(&[Item(b"hvc1", b"data", properties)], &[])).unwrap().primary
}

#[test]
fn a_single_picture_is_found_with_its_colours() {
    let icc = part(b"colr", b"profthe profile");
    let nclx = part(b"colr", b"nclx\0\x0c\0\x0d\0\x06\x80");
    let bytes = file(&[Item(b"av01", b"the coded data", vec![size(640, 480), part(b"av1C", b"\x81"), icc, nclx])], &[]);
    let heif = read(&bytes).unwrap();
    let picture = &heif.primary;
    let [CodedItem { codec, configuration, data, size, .. }] = picture.tiles.as_slice() else { panic!("one tile") };
    assert_eq!((codec, *size, picture.size), (&Codec::Av1, (640, 480), (640, 480)));
    assert_eq!(bytes_at(&bytes, *configuration), b"\x81");
    assert_eq!(bytes_at(&bytes, data[0]), b"the coded data");
    assert_eq!(bytes_at(&bytes, picture.icc.unwrap()), b"the profile");
    assert_eq!(picture.nclx, Some(Nclx { primaries: 12, transfer: 13, matrix: 6, is_full_range: true }));
    assert_eq!((picture.orientation, heif.alpha, heif.thumbnails), (1, Alpha::None, vec![]));
}

/// An image of labels, by rows.
type Labels = Vec<Vec<u32>>;

fn turned(picture: &Labels) -> Labels {
    let width = picture[0].len();
    (0..width).map(|y| picture.iter().map(|row| row[width - 1 - y]).collect()).collect()
}

fn mirrored(picture: &Labels) -> Labels {
    picture.iter().map(|row| row.iter().rev().copied().collect()).collect()
}

/// Turns labels upright by EXIF's orientation: mirrors first, then turns clockwise by quarters.
fn upright(picture: &Labels, orientation: u16) -> Labels {
    let (is_mirrored, clockwise) =
        [(false, 0), (true, 0), (false, 2), (true, 2), (true, 3), (false, 1), (true, 1), (false, 3)]
            [usize::from(orientation) - 1];
    let first = if is_mirrored { mirrored(picture) } else { picture.clone() };
    (0..(4 - clockwise) % 4).fold(first, |picture, _| turned(&picture))
}

#[test]
fn transformations_in_any_order_come_to_a_window_and_an_orientation() {
    let labels: Labels = (0..5).map(|y| (0..7).map(|x| 10 * y + x).collect()).collect();
    let cropped = |picture: &Labels| -> Labels {
        // Three by two, its centre moved by half a px where the sides' parities ask for it.
        let (left, top) = ((picture[0].len() - 3) / 2, (picture.len() - 2) / 2);
        picture[top..top + 2].iter().map(|row| row[left..left + 3].to_vec()).collect()
    };
    let mut tried = 0;
    for first in 0..4 {
        for second in 0..4 {
            for crop_at in 0..3 {
                let mut shown = labels.clone();
                let mut steps = Vec::new();
                for (at, step) in [first, second].into_iter().enumerate() {
                    if at == crop_at {
                        let half = |side: usize, kept: usize| -(((side - kept) % 2) as i32);
                        let (x, y) = (half(shown[0].len(), 3), half(shown.len(), 2));
                        steps.push(aperture(3, 2, x, y));
                        shown = cropped(&shown);
                    }
                    match step {
                        0 => {
                            steps.push(turn(1));
                            shown = turned(&shown);
                        }
                        1 => {
                            steps.push(turn(3));
                            shown = turned(&turned(&turned(&shown)));
                        }
                        2 => {
                            steps.push(mirror(1));
                            shown = mirrored(&shown);
                        }
                        _ => {
                            steps.push(mirror(0));
                            shown.reverse();
                        }
                    }
                }
                let picture = picture_with(&steps);
                let Window { left, top, width, height } = picture.window;
                let part: Labels = labels[top as usize..(top + height) as usize]
                    .iter()
                    .map(|row| row[left as usize..(left + width) as usize].to_vec())
                    .collect();
                assert_eq!(upright(&part, picture.orientation), shown, "{first} {second} {crop_at}");
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 48);
}

#[test]
fn an_aperture_outside_the_picture_is_damage() {
    for wrong in [aperture(8, 5, 0, 0), aperture(7, 5, 1000, 0), aperture(0, 5, 0, 0), aperture(3, 3, 0, i32::MIN)] {
        let properties = vec![size(7, 5), coded(), wrong];
        assert!(matches!(read(&file(&[Item(b"hvc1", b"data", properties)], &[])), Err(HeifError::Damaged(_))));
    }
}

/// Builds a grid of 2 by 1 tiles with a thumbnail and alpha.
fn grid() -> Vec<u8> {
    let tile = || vec![size(64, 64), coded(), part(b"colr", b"proftiles")];
    file(
        &[
            Item(b"grid", &[0, 0, 0, 1, 0, 100, 0, 60], vec![size(100, 60), turn(1)]),
            Item(b"hvc1", b"left", tile()),
            Item(b"hvc1", b"right", tile()),
            Item(b"hvc1", b"small", vec![size(50, 30), coded(), turn(1)]),
            Item(b"hvc1", b"opacity", vec![size(100, 60), coded(), alpha_type()]),
            Item(b"hvc1", b"depth", vec![size(100, 60), coded()]),
        ],
        &[(b"dimg", 1, &[2, 3]), (b"thmb", 4, &[1]), (b"auxl", 6, &[1]), (b"auxl", 5, &[1]), (b"prem", 1, &[5])],
    )
}

#[test]
fn a_grid_has_its_tiles_thumbnail_and_alpha() {
    let bytes = grid();
    let heif = read(&bytes).unwrap();
    let names: Vec<_> = heif.primary.tiles.iter().map(|tile| bytes_at(&bytes, tile.data[0])).collect();
    assert_eq!(names, [b"left".as_slice(), b"right"]);
    assert_eq!((heif.primary.columns, heif.primary.size, heif.primary.orientation), (2, (100, 60), 8));
    assert_eq!(bytes_at(&bytes, heif.primary.icc.unwrap()), b"tiles");
    let [thumbnail] = heif.thumbnails.as_slice() else { panic!("one thumbnail") };
    assert_eq!((thumbnail.size, thumbnail.orientation), ((50, 30), 8));
    assert_eq!(bytes_at(&bytes, thumbnail.tiles[0].data[0]), b"small");
    assert_eq!(bytes_at(&bytes, alpha_of(&heif).tiles[0].data[0]), b"opacity");
    assert!(heif.is_premultiplied);
}

#[test]
fn tiles_that_do_not_cover_their_grid_are_damage() {
    let tile = || Item(b"hvc1", b"tile", vec![size(64, 64), coded()]);
    for (shape, tiles) in [
        ([0, 0, 0, 1, 0, 129, 0, 60], &[2, 3][..]),
        ([0, 0, 0, 1, 0, 100, 0, 65], &[2, 3]),
        ([0, 0, 0, 1, 0, 0, 0, 60], &[2, 3]),
        ([0, 0, 1, 1, 0, 100, 0, 60], &[2, 3]),
    ] {
        let items = [Item(b"grid", &shape, vec![]), tile(), tile()];
        assert!(matches!(read(&file(&items, &[(b"dimg", 1, tiles)])), Err(HeifError::Damaged(_))), "{shape:?}");
    }
}

#[test]
fn an_identity_adds_its_transformations_to_those_of_its_source() {
    let items = [Item(b"iden", b"", vec![turn(1)]), Item(b"hvc1", b"data", vec![size(7, 5), coded(), turn(1)])];
    let picture = read(&file(&items, &[(b"dimg", 1, &[2])])).unwrap().primary;
    assert_eq!((picture.orientation, picture.size), (3, (7, 5)));
    let endless = [Item(b"iden", b"", vec![]), Item(b"iden", b"", vec![])];
    assert!(read(&file(&endless, &[(b"dimg", 1, &[2]), (b"dimg", 2, &[1])])).is_err());
}

#[test]
fn the_brightest_light_is_read_where_it_is_stated() {
    let display = [vec![0; 16], numbers(&[40_000_000, 50])].concat();
    let light = |properties: &[Vec<u8>]| picture_with(properties).light;
    assert_eq!(light(&[]), StatedLight::default());
    let both = [part(b"clli", &[1, 0xd6, 1, 7]), part(b"mdcv", &display)];
    assert_eq!(light(&both), StatedLight { content: Some(470), display: Some(40_000_000) });
    assert_eq!(light(&[part(b"clli", &[0; 4]), part(b"mdcv", &[0; 24])]), StatedLight::default());
}

#[test]
fn a_tone_map_stands_for_its_base_in_the_colours_of_the_base() {
    let nclx = |transfer: u8| part(b"colr", &[b"nclx\0\x01\0", &[transfer][..], b"\0\x06\x80"].concat());
    let base = Item(b"hvc1", b"base", vec![size(7, 5), coded(), nclx(13)]);
    let gains = Item(b"hvc1", b"gains", vec![size(7, 5), coded()]);
    let items = [Item(b"tmap", b"", vec![nclx(16), part(b"clli", &[4, 0, 0, 0])]), base, gains];
    let bytes = file(&items, &[(b"dimg", 1, &[2, 3])]);
    let picture = read(&bytes).unwrap().primary;
    assert_eq!(bytes_at(&bytes, picture.tiles[0].data[0]), b"base");
    assert_eq!((picture.nclx.map(|nclx| nclx.transfer), picture.light), (Some(13), StatedLight::default()));
}

#[test]
fn what_is_coded_otherwise_is_named() {
    let items = [Item(b"vvc1", b"data", vec![size(7, 5)])];
    let Err(HeifError::Unsupported(reason)) = read(&file(&items, &[])) else { panic!("not told") };
    assert!(reason.contains("'vvc1'"), "{reason}");
}

/// Builds track `id` with one frame at `offset`, and its header, references and description.
fn track(id: u32, matrix: [i32; 4], links: &[u8], described: &[u8], offset: u32) -> Vec<u8> {
    let [a, b, c, d] = matrix.map(i32::cast_unsigned);
    let header = full(b"tkhd", 0, &[&numbers(&[0, 0, id, 0, 0, 0, 0, 0, 0, a, b, 0, c, d, 0, 0, 0, 0, 0, 0])]);
    let sides = [&[0; 24][..], &[0, 64, 0, 48], &[0; 50]].concat();
    let entry = part(b"av01", &[&sides, part(b"av1C", b"\x81").as_slice(), described].concat());
    let table = [
        full(b"stsd", 0, &[&numbers(&[1]), &entry]),
        full(b"stsz", 0, &[&numbers(&[0, 2, 17, 99])]),
        full(b"stco", 0, &[&numbers(&[1, offset])]),
    ]
    .concat();
    let media = part(b"mdia", &part(b"minf", &part(b"stbl", &table)));
    part(b"trak", &[&header, links, &media].concat())
}

const UPRIGHT: [i32; 4] = [1 << 16, 0, 0, 1 << 16];

fn sequence(tracks: &[Vec<u8>]) -> Vec<u8> {
    [part(b"ftyp", b"avis\0\0\0\0avis"), part(b"moov", &tracks.concat())].concat()
}

#[test]
fn a_sequence_without_items_has_the_first_frame_of_its_track() {
    let bytes = sequence(&[track(1, UPRIGHT, &[], &part(b"colr", b"nclx\0\x01\0\x0d\0\x06\0"), 4000)]);
    let picture = read(&bytes).unwrap().primary;
    assert_eq!(picture.tiles[0].data, [Span { offset: 4000, len: 17 }]);
    assert_eq!((picture.size, picture.nclx.map(|nclx| nclx.matrix)), ((64, 48), Some(6)));
    assert_eq!(bytes_at(&bytes, picture.tiles[0].configuration), b"\x81");
}

#[test]
fn a_sequence_has_the_alpha_of_its_auxiliary_track_in_any_order() {
    let kind = full(b"auxi", 0, &[b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"]);
    let alpha = track(2, UPRIGHT, &part(b"tref", &part(b"auxl", &numbers(&[1]))), &kind, 5000);
    let color = track(1, UPRIGHT, &part(b"tref", &part(b"prem", &numbers(&[2]))), &[], 4000);
    for tracks in [[color.clone(), alpha.clone()], [alpha.clone(), color]] {
        let heif = read(&sequence(&tracks)).unwrap();
        assert_eq!(heif.primary.tiles[0].data[0].offset, 4000);
        assert_eq!(alpha_of(&heif).tiles[0].data[0].offset, 5000);
        assert!(heif.is_premultiplied);
    }
    assert_eq!(read(&sequence(&[track(3, UPRIGHT, &[], &[], 1), alpha])).unwrap().alpha, Alpha::None, "of no track");
}

#[test]
fn a_track_lies_as_its_properties_say_or_else_its_matrix() {
    let orientation =
        |matrix, described: &[u8]| read(&sequence(&[track(1, matrix, &[], described, 1)])).unwrap().primary.orientation;
    let one = 1 << 16;
    assert_eq!(orientation([0, one, -one, 0], &[]), 6);
    assert_eq!(orientation([-one, 0, 0, -one], &[]), 3);
    assert_eq!(orientation([0, -one, one, 0], &[]), 8);
    assert_eq!(orientation(UPRIGHT, &turn(1)), 8);
    assert_eq!(orientation([0, one, -one, 0], &turn(1)), 8);
}

#[test]
fn items_that_are_there_in_name_only_leave_the_word_to_the_track() {
    let entry = full(b"infe", 2, &[&[0, 1, 0, 0], b"av01\0"]);
    let meta = full(b"meta", 0, &[&full(b"pitm", 0, &[&[0, 1]]), &full(b"iinf", 0, &[&[0, 1], &entry])]);
    let bytes = [part(b"ftyp", b"avis\0\0\0\0avis"), meta].concat();
    assert!(read(&bytes).is_err());
    let moov = part(b"moov", &track(1, UPRIGHT, &[], &[], 4000));
    assert_eq!(read(&[bytes, moov].concat()).unwrap().primary.size, (64, 48));
}

#[test]
fn a_grid_whose_description_is_cut_off_has_the_shape_of_its_sizes() {
    let tile = || Item(b"hvc1", b"tile", vec![size(64, 64), coded()]);
    let items = [Item(b"grid", &[0, 0], vec![size(100, 130)]), tile(), tile(), tile(), tile(), tile(), tile()];
    let grid = read(&file(&items, &[(b"dimg", 1, &[2, 3, 4, 5, 6, 7])])).unwrap().primary;
    assert_eq!((grid.columns, grid.tiles.len(), grid.size), (2, 6, (100, 130)));
    assert!(read(&file(&items, &[(b"dimg", 1, &[2, 3, 4, 5, 6])])).is_err(), "no shape fits");
}

#[test]
fn alpha_without_a_size_has_that_of_its_picture() {
    let items =
        [Item(b"hvc1", b"colour", vec![size(7, 5), coded()]), Item(b"hvc1", b"opacity", vec![coded(), alpha_type()])];
    let heif = read(&file(&items, &[(b"auxl", 2, &[1])])).unwrap();
    assert_eq!(alpha_of(&heif).size, (7, 5));
}

#[test]
fn alpha_and_thumbnails_that_make_no_sense_leave_the_picture_alone() {
    let items = [
        Item(b"hvc1", b"colour", vec![size(7, 5), coded()]),
        Item(b"hvc1", b"opacity", vec![alpha_type()]),
        Item(b"hvc1", b"small", vec![]),
    ];
    let heif = read(&file(&items, &[(b"auxl", 2, &[1]), (b"thmb", 3, &[1])])).unwrap();
    assert_eq!((heif.alpha, heif.thumbnails), (Alpha::Unreadable, vec![]));
}

#[test]
fn a_grid_may_have_its_alpha_tile_by_tile() {
    let tile = |data| Item(b"hvc1", data, vec![size(64, 64), coded()]);
    let alpha = |data| Item(b"hvc1", data, vec![size(64, 64), coded(), alpha_type()]);
    let items = [Item(b"grid", &[0, 0, 0, 1, 0, 100, 0, 60], vec![]), tile(b"a"), tile(b"b"), alpha(b"A"), alpha(b"B")];
    let links: [(&[u8; 4], u16, &[u16]); 3] = [(b"dimg", 1, &[2, 3]), (b"auxl", 5, &[3]), (b"auxl", 4, &[2])];
    let bytes = file(&items, &links);
    let heif = read(&bytes).unwrap();
    let names: Vec<_> = alpha_of(&heif).tiles.iter().map(|tile| bytes_at(&bytes, tile.data[0])).collect();
    assert_eq!((names, alpha_of(&heif).size), (vec![b"A".as_slice(), b"B"], (100, 60)));
}

#[test]
fn a_tile_that_is_not_there_leaves_its_place_empty() {
    let tile = || Item(b"hvc1", b"tile", vec![size(64, 64), coded()]);
    let broken = Item(b"hvc1", b"tile", vec![size(64, 64)]);
    let items = [Item(b"grid", &[0, 0, 0, 1, 0, 100, 0, 60], vec![]), broken, tile()];
    let tiles = read(&file(&items, &[(b"dimg", 1, &[2, 3])])).unwrap().primary.tiles;
    assert_eq!((tiles[0].data.len(), tiles[1].data.len()), (0, 1));
    assert!(read(&file(&items, &[(b"dimg", 1, &[2, 2])])).is_err(), "none is there");
}

#[test]
fn a_predicted_picture_brings_what_it_is_predicted_from() {
    let picture = |data| Item(b"hvc1", data, vec![size(7, 5), coded()]);
    let bytes = file(&[picture(b"shown"), picture(b"source")], &[(b"pred", 1, &[2])]);
    let item = &read(&bytes).unwrap().primary.tiles[0];
    assert_eq!(bytes_at(&bytes, item.predicted_from.as_ref().unwrap().data[0]), b"source");
    let endless = [(b"pred", 1, [2].as_slice()), (b"pred", 2, &[1])];
    assert!(read(&file(&[picture(b"a"), picture(b"b")], &endless)).is_err());
}

#[test]
fn an_overlay_has_its_layers_and_their_places() {
    let canvas =
        [&[0, 0][..], &[0, 1, 0, 2, 0, 3, 255, 255], &[0, 90, 0, 70], &[0, 5, 255, 253], &[0, 0, 0, 9]].concat();
    let items = [
        Item(b"iovl", &canvas, vec![size(90, 70), turn(1)]),
        Item(b"hvc1", b"below", vec![size(7, 5), coded()]),
        Item(b"hvc1", b"above", vec![size(8, 6), coded(), turn(1)]),
        Item(b"hvc1", b"opacity", vec![size(8, 6), coded(), alpha_type()]),
    ];
    let heif = read(&file(&items, &[(b"dimg", 1, &[2, 3]), (b"auxl", 4, &[3])])).unwrap();
    let overlay = heif.primary.overlay.as_ref().unwrap();
    assert_eq!((heif.primary.size, heif.primary.orientation, overlay.background), ((90, 70), 8, [1, 2, 3, 65535]));
    let [below, above] = overlay.layers.as_slice() else { panic!("two layers") };
    assert_eq!((below.at, below.image.size, below.alpha == Alpha::None), ((5, -3), (7, 5), true));
    assert_eq!((above.at, above.image.orientation, matches!(above.alpha, Alpha::Item(_))), ((0, 9), 8, true));
    let endless = [Item(b"iovl", &canvas, vec![]), Item(b"iovl", &canvas, vec![])];
    assert!(read(&file(&endless, &[(b"dimg", 1, &[2, 2]), (b"dimg", 2, &[1, 1])])).is_err());
}

#[test]
fn the_components_of_uncompressed_data_are_named() {
    let described = |kinds: &[u16], format: u8, block: u8| {
        let list: Vec<u8> = kinds.iter().flat_map(|kind| kind.to_be_bytes()).collect();
        let count = kinds.len() as u32;
        let components: Vec<u8> = (0..kinds.len() as u8).flat_map(|index| [0, index, 7, format, 0]).collect();
        let rest = [&[0, 1, block, 0][..], &numbers(&[0, 0, 0, 1, 0])].concat();
        vec![
            size(8, 5),
            part(b"cmpd", &[numbers(&[count]), list].concat()),
            full(b"uncC", 0, &[b"\0\0\0\0", &numbers(&[count]), &components, &rest]),
        ]
    };
    let read = |properties| read(&file(&[Item(b"unci", b"data", properties)], &[]));
    let heif = read(described(&[4, 5, 6, 7], 0, 0)).unwrap();
    let Codec::Uncompressed(layout) = &heif.primary.tiles[0].codec else { panic!("{heif:?}") };
    assert_eq!((layout.components.len(), layout.components[3].kind, layout.tiles), (4, 7, (2, 1)));
    assert!(matches!(heif.alpha, Alpha::Item(_)));
    for (properties, name) in [
        (described(&[11], 0, 0), "color filter array"),
        (described(&[10], 0, 0), "palette"),
        (described(&[4, 5, 6], 1, 0), "not whole"),
        (described(&[4, 5, 6], 0, 4), "blocks"),
    ] {
        let Err(HeifError::Unsupported(reason)) = read(properties) else { panic!("{name}") };
        assert!(reason.contains(name), "{reason}");
    }
    let short = vec![size(8, 5), full(b"uncC", 1, &[b"rgb3"])];
    assert_eq!(read(short).unwrap().alpha, Alpha::None);
}

/// Builds the minimised form: an image of 100 by 60 px, turned, with alpha if `has_alpha`.
fn minimised(has_alpha: bool) -> Vec<u8> {
    let mut bits = vec![];
    let mut put = |value: u32, count: u32| bits.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
    put(0, 2);
    // Types, float, full range, alpha, code points, light, ICC, EXIF, XMP.
    for flag in [0, 0, 1, u32::from(has_alpha), 0, 0, 1, 0, 0] {
        put(flag, 1);
    }
    // 4:2:0, orientation 6, small sides; the place of chroma, 8 bits.
    for (value, count) in [(1, 2), (5, 3), (0, 1), (99, 7), (59, 7), (0, 2), (0, 1)] {
        put(value, count);
    }
    if has_alpha {
        put(1, 1);
    }
    // Small sizes: of the profile, the configuration, the data, and alpha with no configuration of its own.
    for (value, count) in [(0, 1), (0, 1), (0, 1), (2, 10), (4, 3), (5, 15)] {
        put(value, count);
    }
    if has_alpha {
        put(5, 15);
        put(0, 3);
    }
    let mut fields: Vec<u8> = bits
        .chunks(8)
        .map(|byte| byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | u8::from(*bit) << (7 - at)))
        .collect();
    fields.extend(b"confICC");
    fields.extend(if has_alpha { b"alpha" } else { [].as_slice() });
    fields.extend(b"colour");
    [part(b"ftyp", b"mif3avif"), part(b"mini", &fields)].concat()
}

#[test]
fn a_minimised_file_is_read_whole() {
    for has_alpha in [false, true] {
        let bytes = minimised(has_alpha);
        let heif = read(&bytes).unwrap();
        let item = &heif.primary.tiles[0];
        assert_eq!((&item.codec, heif.primary.size, heif.primary.orientation), (&Codec::Av1, (100, 60), 6));
        assert_eq!(
            (bytes_at(&bytes, item.configuration), bytes_at(&bytes, item.data[0])),
            (&b"conf"[..], &b"colour"[..])
        );
        assert_eq!(bytes_at(&bytes, heif.primary.icc.unwrap()), b"ICC");
        assert_eq!(heif.is_premultiplied, has_alpha);
        if has_alpha {
            let alpha = &alpha_of(&heif).tiles[0];
            assert_eq!(
                (bytes_at(&bytes, alpha.configuration), bytes_at(&bytes, alpha.data[0])),
                (&b"conf"[..], &b"alpha"[..])
            );
        }
        for end in 0..bytes.len() {
            let _ = read(&bytes[..end]);
        }
    }
}

#[test]
fn truncated_and_altered_files_end_quickly_and_without_a_panic() {
    let bytes = grid();
    let mut whole = 0;
    for cut in 0..bytes.len() {
        whole += u32::from(read(&bytes[..cut]).is_ok());
        for value in [0, 1, 0x7f, 0xff] {
            let mut altered = bytes.clone();
            altered[cut] = value;
            if let Ok(heif) = read(&altered) {
                let Window { left, top, width, height } = heif.primary.window;
                assert!(width > 0 && left + width <= heif.primary.size.0);
                assert!(height > 0 && top + height <= heif.primary.size.1);
            }
        }
    }
    // Only coded data is cut off there.
    assert!(whole > 10, "{whole}");
}

#[test]
fn metadata_items_of_the_primary_image_are_read() {
    let image = || Item(b"hvc1", b"coded", vec![coded(), size(64, 48)]);
    let exif = |bytes| Item(b"Exif", bytes, Vec::new());
    let bytes = file(
        &[
            image(),
            image(),
            exif(b"\0\0\0\0II of another"),
            exif(b"\0\0\0\x06Exif\0\0II of the first"),
            Item(b"mime", b"<x:xmpmeta/>", Vec::new()),
        ],
        &[(b"cdsc", 3, &[2]), (b"cdsc", 4, &[1]), (b"cdsc", 5, &[1, 2])],
    );
    let wanted = Metadata { exif: Some(b"II of the first".to_vec()), xmp: Some(b"<x:xmpmeta/>".to_vec()) };
    assert_eq!(read_heif_metadata(&mut bytes.as_slice()).unwrap(), wanted);
    // An item whose data are not there is left out.
    let truncated = read_heif_metadata(&mut &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(truncated, Metadata { xmp: None, ..wanted });
    assert_eq!(read_heif_metadata(&mut file(&[image()], &[]).as_slice()).unwrap(), Metadata::default());
}
