//! Where zune-jpeg (strict) and this decoder both find nothing wrong, their luma agrees; and the planes at 1/8 are the means of
//! the full ones.
#![no_main]
use thumbs::jpeg::{ColorModel, Options, Scale, decode, read_header};
use libfuzzer_sys::fuzz_target;
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};

fuzz_target!(|bytes: &[u8]| {
    let Ok(header) = read_header(bytes) else { return };
    if u64::from(header.width) * u64::from(header.height) > 1 << 14 {
        return;
    }
    let Ok(full) = decode(bytes, &Options::default()) else { return };
    let Ok(eighth) = decode(bytes, &Options::at(Scale::Eighth)) else { panic!("no planes at 1/8") };
    // Far out of range, integer transforms overflow or wrap.
    let whole = |p: &thumbs::jpeg::Plane| p.samples.iter().all(|s| (-200.0..456.0).contains(s));
    if full.damage.is_some() || eighth.damage.is_some() || !full.planes.iter().all(whole) {
        return;
    }
    for (big, small) in full.planes.iter().zip(&eighth.planes) {
        for y in 0..big.height / 8 {
            for x in 0..big.width / 8 {
                let sum: f32 = (0..64).map(|i| big.samples[(y * 8 + i / 8) * big.width + x * 8 + i % 8]).sum();
                assert!((sum / 64.0 - small.samples[y * small.width + x]).abs() < 0.5, "at {x}, {y}");
            }
        }
    }
    // Left out where zune-jpeg 0.5.15 gives other luma than libjpeg, which ours was compared with: several scans in a sequential
    // picture, 4:4:0, samplings other than 1 and 2, components finer than luma.
    let scans = bytes.windows(2).filter(|w| *w == [0xFF, 0xDA]).count();
    if header.process != thumbs::jpeg::Process::Progressive && scans > 1 {
        return;
    }
    let (h_max, v_max) = header.sampling_max();
    let first = header.components[0];
    let luma_finest = (u32::from(first.h), u32::from(first.v)) == (h_max, v_max);
    if !luma_finest || (h_max, v_max) == (1, 2) || h_max > 2 || v_max > 2 || header.components[1..].iter().any(|c| (c.h, c.v) != (1, 1)) {
        return;
    }
    if !matches!(header.color, ColorModel::Grey | ColorModel::YCbCr) {
        return;
    }
    let options = DecoderOptions::default().set_strict_mode(true).jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut zune = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let Ok(Ok(pixels)) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| zune.decode())) else { return };
    if pixels.len() != full.planes[0].samples.len() {
        return;
    }
    let far = pixels.iter().zip(&full.planes[0].samples).filter(|(z, s)| (f32::from(**z) - s.clamp(0.0, 255.0)).abs() > 3.0);
    let far = far.count();
    // Mutated progressive files need not be sound where neither decoder complains: several scans for the same bits, runs over
    // the end of a band.
    if header.process == thumbs::jpeg::Process::Progressive && far * 100 > pixels.len() {
        return;
    }
    assert!(far * 20 <= pixels.len(), "{far} of {} samples differ", pixels.len());
});
