//! Decodes any bytes at every scale, and at mixed ones: no panic, and planes of the size in the header.
use jpeg_shrink::{Options, Scale, decode, read_header, segments};

/// Checks one input.
pub fn check(bytes: &[u8]) {
    for segment in segments(bytes) {
        assert_eq!(&bytes[segment.offset..segment.offset + segment.payload.len()], segment.payload);
    }
    let Ok(header) = read_header(bytes) else { return };
    // Big headers only cost time.
    if u64::from(header.width) * u64::from(header.height) > 1 << 15 {
        return;
    }
    use Scale::{Eighth, FiveEighths, Full, Half, Quarter, SixEighths, ThreeEighths};
    let mixed = [
        [Quarter, Eighth, Eighth, Full],
        [Half, Quarter, Eighth, Half],
        [ThreeEighths, Quarter, Eighth, Half],
        [SixEighths, FiveEighths, ThreeEighths, Full],
    ];
    let alike = Scale::ALL.map(|scale| [scale; 4]);
    let all: Vec<_> = mixed.into_iter().chain(alike).collect();
    // One of them for each input, since inputs are many.
    {
        let scales = all[bytes.len() % all.len()];
        let options = Options { scales, max_scans: 20, max_memory: 1 << 26 };
        let Ok(picture) = decode(bytes, &options) else { return };
        assert_eq!(picture.planes.len(), header.components.len());
        for (i, plane) in picture.planes.iter().enumerate() {
            let (w, h) = header.component_size(i);
            let [w, h] = [w, h].map(|length| scales[i].reduce(length).ceil() as usize);
            assert_eq!((plane.width, plane.height), (w, h));
            assert_eq!(plane.samples.len(), plane.width * plane.height);
            assert!(plane.samples.iter().all(|s| s.is_finite()));
        }
    }
}
