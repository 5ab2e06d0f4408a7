//! Calculates with the channels of single pixels, and predicts them (RFC 9649, 4.1). A pixel is alpha, red, green and blue from
//! the highest byte down.

pub(super) const OPAQUE_BLACK: u32 = 0xff00_0000;

/// Returns the prediction from the pixel to the left, and those above: left, centre and right (4.1).
#[inline(always)]
pub(super) fn predict(mode: u8, left: u32, [corner, top, right]: [u32; 3]) -> u32 {
    match mode {
        1 => left,
        2 => top,
        3 => right,
        4 => corner,
        5 => mean(mean(left, right), top),
        6 => mean(left, corner),
        7 => mean(left, top),
        8 => mean(corner, top),
        9 => mean(top, right),
        10 => mean(mean(left, corner), mean(top, right)),
        11 => select(left, top, corner),
        12 => gradient(left, top, corner),
        13 => half_gradient(mean(left, top), corner),
        _ => OPAQUE_BLACK,
    }
}

/// Adds all channels, each without carry.
#[inline(always)]
pub(super) const fn add(a: u32, b: u32) -> u32 {
    const EVEN: u32 = 0x00ff_00ff;
    ((a & EVEN).wrapping_add(b & EVEN) & EVEN) | ((a & !EVEN).wrapping_add(b & !EVEN) & !EVEN)
}

/// Returns the means of all channels, rounded down.
#[inline(always)]
pub(super) const fn mean(a: u32, b: u32) -> u32 {
    (((a ^ b) & 0xfefe_fefe) >> 1) + (a & b)
}

/// Returns `left` or `top`, whichever is nearer to the gradient.
#[inline(always)]
pub(super) fn select(left: u32, top: u32, corner: u32) -> u32 {
    let distance = |a: u32, b: u32| -> u32 {
        a.to_le_bytes().iter().zip(b.to_le_bytes()).map(|(a, b)| u32::from(a.abs_diff(b))).sum()
    };
    if distance(top, corner) < distance(left, corner) { left } else { top }
}

/// Returns `left` + `top` − `corner`, clamped to a byte.
#[inline(always)]
pub(super) fn gradient(left: u32, top: u32, corner: u32) -> u32 {
    clamp_each([left, top, corner], |left, top, corner| left + top - corner)
}

/// Returns `mean` and half of what it exceeds `corner` by, clamped to a byte.
#[inline(always)]
pub(super) fn half_gradient(mean: u32, corner: u32) -> u32 {
    clamp_each([mean, corner, 0], |mean, corner, _| mean + (mean - corner) / 2)
}

/// Applies `of` to each channel of three pixels, and clamps the results to a byte.
#[inline(always)]
fn clamp_each([a, b, c]: [u32; 3], of: impl Fn(i32, i32, i32) -> i32) -> u32 {
    let [a, b, c] = [a, b, c].map(u32::to_le_bytes);
    u32::from_le_bytes(std::array::from_fn(|i| of(a[i].into(), b[i].into(), c[i].into()).clamp(0, 255) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_means_are_those_of_each_channel() {
        let channels = |pixel: u32| pixel.to_be_bytes();
        for (a, b) in [(0xff01_80fe, 0x02ff_80ff), (0x1234_5678, 0x9abc_def0), (0, 0xffff_ffff)] {
            let wanted = |of: fn(u8, u8) -> u8| {
                let of_each = std::array::from_fn(|i| of(channels(a)[i], channels(b)[i]));
                u32::from_be_bytes(of_each)
            };
            assert_eq!(add(a, b), wanted(u8::wrapping_add));
            assert_eq!(mean(a, b), wanted(|a, b| ((u16::from(a) + u16::from(b)) / 2) as u8));
        }
    }
}
