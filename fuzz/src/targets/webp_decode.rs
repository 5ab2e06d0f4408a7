//! Decodes any bytes as a WebP: no panic, and rows of the size that the container states.

use webp_shrink::{Band, Coding, Frame, Metadata, decode_alpha, decode_lossless, embed_metadata, read_container};

/// Checks one input.
pub fn check(bytes: &[u8]) {
    let Ok(container) = read_container(bytes) else { return };
    let with = embed_metadata(bytes, container.size, Metadata { icc: Some(b"profile"), ..Metadata::default() });
    assert!(read_container(&with).is_ok_and(|container| container.icc == Some(b"profile")));
    let (width, height) = container.size;
    // Big headers only cost time.
    if u64::from(width) * u64::from(height) > 1 << 18 {
        return;
    }
    match container.coding {
        Coding::Lossy { frame, alpha } => {
            if let Some(Ok(alpha)) = alpha.map(|alpha| decode_alpha(alpha, width, height)) {
                assert_eq!(alpha.len(), width as usize * height as usize);
            }
            check_lossy(frame, (width, height));
        }
        Coding::Lossless(stream) => {
            let mut rows = 0;
            let decoded = decode_lossless(stream, &mut |row| {
                assert_eq!(row.len(), width as usize);
                rows += 1;
            });
            if let Ok(stop) = decoded {
                assert_eq!(rows, stop.map_or(height, |stop| stop.rows));
            }
        }
        Coding::Animation => {}
    }
}

fn check_lossy(frame: &[u8], (width, height): (u32, u32)) {
    let Ok(frame) = Frame::read(frame) else { return };
    let (mut luma, mut chroma) = (0, [0; 2]);
    let rows = |samples: &[u8], stride: usize, width: u32| {
        let rows = samples.chunks(stride);
        u32::try_from(rows.filter(|row| row.len() >= width as usize).count()).expect("a band is low")
    };
    let stop = frame.decode(&mut |band: Band<'_>| {
        luma += rows(band.luma, band.luma_stride, width);
        for (count, samples) in chroma.iter_mut().zip(band.chroma) {
            *count += rows(samples, band.chroma_stride, width.div_ceil(2));
        }
    });
    assert_eq!((luma, chroma), (height, [height.div_ceil(2); 2]));
    assert!(stop.is_none_or(|stop| stop.rows < height));
}
