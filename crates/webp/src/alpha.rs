//! Decodes the alpha plane from an `ALPH` chunk (RFC 9649, 2.7.1.2).

use super::error::Error;
use super::lossless::decode_green;

/// The prediction of a sample from its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    None,
    Horizontal,
    Vertical,
    Gradient,
}

/// Decodes the opacity of a lossy image of `width` by `height` px from its `ALPH` chunk.
///
/// Returns one sample for each pixel, row by row: 0 is transparent, 255 opaque. They take `width` x `height` bytes, and
/// decoding as much as [`lossless_memory`](crate::lossless_memory) estimates.
///
/// # Errors
/// The chunk is corrupt or truncated, or needs more memory than is available.
pub fn decode_alpha(chunk: &[u8], width: u32, height: u32) -> Result<Vec<u8>, Error> {
    let (head, body) = chunk.split_first().ok_or(Error::Truncated("its alpha"))?;
    let filter = [Filter::None, Filter::Horizontal, Filter::Vertical, Filter::Gradient][usize::from(head >> 2 & 3)];
    let mut samples = match head & 3 {
        0 => {
            let samples = (width as usize).checked_mul(height as usize).and_then(|count| body.get(..count));
            samples.ok_or(Error::Truncated("its alpha"))?.to_vec()
        }
        1 => decode_green(body, width, height)?,
        _ => return Err(Error::Invalid("its alpha is compressed in an unknown way")),
    };
    if filter != Filter::None {
        let width = width as usize;
        let mut above: &[u8] = &[];
        let mut rest = samples.as_mut_slice();
        while let Some((row, after)) = rest.split_at_mut_checked(width).filter(|(row, _)| !row.is_empty()) {
            unfilter_row(row, above, filter);
            (above, rest) = (row, after);
        }
    }
    Ok(samples)
}

/// Adds the prediction to each sample of a row. `above` is empty for the first row.
fn unfilter_row(row: &mut [u8], above: &[u8], filter: Filter) {
    let mut left = above.first().copied().unwrap_or(0);
    match (filter, above) {
        (Filter::None, _) => {}
        (Filter::Horizontal, _) | (_, []) => {
            for sample in row {
                left = sample.wrapping_add(left);
                *sample = left;
            }
        }
        (Filter::Vertical, _) => {
            row.iter_mut().zip(above).for_each(|(sample, above)| *sample = sample.wrapping_add(*above));
        }
        (Filter::Gradient, _) => {
            let mut corner = left;
            for (sample, above) in row.iter_mut().zip(above) {
                let gradient = i16::from(left) + i16::from(*above) - i16::from(corner);
                left = sample.wrapping_add(gradient.clamp(0, 255) as u8);
                *sample = left;
                corner = *above;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_filter_is_undone() {
        let raw = |filter: u8| [&[filter << 2], [10_u8, 1, 2, 250, 3, 4].as_slice()].concat();
        assert_eq!(decode_alpha(&raw(0), 3, 2), Ok(vec![10, 1, 2, 250, 3, 4]));
        assert_eq!(decode_alpha(&raw(1), 3, 2), Ok(vec![10, 11, 13, 4, 7, 11]));
        assert_eq!(decode_alpha(&raw(2), 3, 2), Ok(vec![10, 11, 13, 4, 14, 17]));
        assert_eq!(decode_alpha(&raw(3), 3, 2), Ok(vec![10, 11, 13, 4, 8, 14]));
    }

    #[test]
    fn alpha_that_is_cut_off_is_an_error() {
        assert_eq!(decode_alpha(&[0, 1, 2], 3, 2), Err(Error::Truncated("its alpha")));
        assert!(decode_alpha(&[1, 1, 2], 3, 2).is_err() && decode_alpha(&[], 3, 2).is_err());
    }
}
