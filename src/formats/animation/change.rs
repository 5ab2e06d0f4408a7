//! Finds the part of a frame that differs from the one before.

use crate::geometry::Size;

/// A rectangle of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rectangle {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) size: Size,
}

impl Rectangle {
    /// Returns the rectangle of a whole frame.
    pub(super) const fn whole(size: Size) -> Self {
        Self { left: 0, top: 0, size }
    }

    /// Returns the least rectangle with all pixels that differ, whose left and top are even. One pixel if there are none.
    pub(super) fn of_change(before: &[u8], after: &[u8], size: Size) -> Self {
        let width = size.width as usize;
        let rows = || before.as_chunks::<4>().0.chunks(width).zip(after.as_chunks::<4>().0.chunks(width)).enumerate();
        let mut changed = rows().filter(|(_, (before, after))| before != after).map(|(row, _)| row);
        let Some(first) = changed.next() else { return Self { left: 0, top: 0, size: Size::new(1, 1) } };
        let last = changed.next_back().unwrap_or(first);
        let (mut left, mut right) = (width, 0);
        for (_, (before, after)) in rows().skip(first).take(last - first + 1) {
            let differs = |(before, after): (&[u8; 4], &[u8; 4])| before != after;
            left = left.min(before.iter().zip(after).position(differs).unwrap_or(width));
            right = right.max(before.iter().zip(after).rposition(differs).map_or(0, |column| column + 1));
        }
        let (left, top) = (left & !1, first & !1);
        let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
        Self { left: side(left), top: side(top), size: Size::new(side(right - left), side(last + 1 - top)) }
    }

    /// Returns the pixels of the rectangle.
    pub(super) fn cut(&self, frame: &[u8], width: u32) -> Vec<u8> {
        let (left, across) = (self.left as usize, self.size.width as usize);
        let rows = frame.as_chunks::<4>().0.chunks(width as usize).skip(self.top as usize);
        rows.take(self.size.height as usize).flat_map(|row| row[left..left + across].as_flattened()).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_within_its_rectangle_and_reaches_its_edges() {
        let size = Size::new(7, 6);
        let blank = vec![0_u8; 7 * 6 * 4];
        let with = |pixels: &[(usize, usize)]| {
            let mut frame = blank.clone();
            pixels.iter().for_each(|(x, y)| frame[(y * 7 + x) * 4 + 1] = 9);
            frame
        };
        let of = |pixels: &[(usize, usize)]| {
            let Rectangle { left, top, size } = Rectangle::of_change(&blank, &with(pixels), size);
            (left, top, size.width, size.height)
        };
        assert_eq!(of(&[]), (0, 0, 1, 1));
        assert_eq!(of(&[(3, 3)]), (2, 2, 2, 2));
        assert_eq!(of(&[(4, 2), (6, 5)]), (4, 2, 3, 4));
        assert_eq!(of(&[(0, 0), (6, 5)]), (0, 0, 7, 6));
        let rectangle = Rectangle::of_change(&blank, &with(&[(3, 3)]), size);
        let cut = rectangle.cut(&with(&[(3, 3)]), 7);
        assert_eq!(cut.as_chunks::<4>().0, [[0; 4], [0; 4], [0; 4], [0, 9, 0, 0]]);
    }
}
