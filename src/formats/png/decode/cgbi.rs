//! Reorders pixels of the PNGs that Xcode writes for iPhones, marked by a chunk `CgBI`. True-colour pixels have blue
//! before green and red, and premultiplied colours.

use png::ColorType;

use super::survey::Dialect;

/// The order in which a pixel's samples are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Red first, or a single channel.
    Standard,
    Bgr,
    /// Alpha last, and premultiplied.
    BgrAlpha,
}

impl Order {
    /// Returns the order in files of a dialect. Greys and palettes are stored as in every PNG.
    pub(super) const fn of(dialect: Dialect, color: ColorType) -> Self {
        match (dialect, color) {
            (Dialect::Cgbi, ColorType::Rgb) => Self::Bgr,
            (Dialect::Cgbi, ColorType::Rgba) => Self::BgrAlpha,
            _ => Self::Standard,
        }
    }
}

/// Restores PNG's order of the samples of a row, and divides colours by their alpha.
pub(super) fn put_in_order(row: &mut [u8], order: Order) {
    match order {
        Order::Standard => {}
        Order::Bgr => row.as_chunks_mut::<3>().0.iter_mut().for_each(|pixel| pixel.swap(0, 2)),
        Order::BgrAlpha => row.as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| {
            let [blue, green, red, alpha] = *pixel;
            *pixel = [divide(red, alpha), divide(green, alpha), divide(blue, alpha), alpha];
        }),
    }
}

/// Returns the colour of a premultiplied sample.
fn divide(part: u8, alpha: u8) -> u8 {
    let whole = (u32::from(part) * 255 + u32::from(alpha) / 2).checked_div(alpha.into()).unwrap_or(0);
    u8::try_from(whole).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_put_in_order_and_alpha_is_divided_out() {
        let mut row = [30, 20, 10, 255, 64, 32, 16, 128, 0, 0, 0, 0, 9, 9, 9, 8];
        put_in_order(&mut row, Order::BgrAlpha);
        assert_eq!(row, [10, 20, 30, 255, 32, 64, 128, 128, 0, 0, 0, 0, 255, 255, 255, 8]);
        let mut row = [3, 2, 1, 6, 5, 4];
        put_in_order(&mut row, Order::Bgr);
        assert_eq!(row, [1, 2, 3, 4, 5, 6]);
        assert_eq!(Order::of(Dialect::Cgbi, ColorType::Indexed), Order::Standard);
        assert_eq!(Order::of(Dialect::Standard, ColorType::Rgba), Order::Standard);
    }
}
