//! Measures the drawn part of a buffer for a decoder that does not report it, by marks that were not overwritten, or by
//! blank blocks.

/// Shortest run of marked bytes that no image has.
const SHORTEST: usize = 6;

/// The side of a block in px. The groups that a codec leaves out are larger, and most black areas are smaller.
const BLOCK: usize = 64;

/// Marks every byte.
pub(super) fn set(buffer: &mut [u8]) {
    buffer.iter_mut().enumerate().for_each(|(index, byte)| *byte = mark_at(index));
}

/// Sets the pixels that are still marked to 0, and returns their number.
pub(super) fn clear(buffer: &mut [u8], pixel_bytes: usize) -> u64 {
    let is_marked = |(index, byte): (usize, &u8)| *byte == mark_at(index);
    let (mut marked, mut at) = (0, 0);
    while at < buffer.len() {
        let run = buffer.iter().enumerate().skip(at).take_while(|place| is_marked(*place)).count();
        let whole = run / pixel_bytes * pixel_bytes;
        if run >= SHORTEST {
            buffer[at..at + whole].fill(0);
            marked += (run / pixel_bytes) as u64;
        }
        at += whole.max(pixel_bytes);
    }
    marked
}

/// Returns the pixels of all-zero blocks in an image of this width.
pub(super) fn count_blank(buffer: &[u8], width: usize, pixel_bytes: usize) -> u64 {
    let mut blank = 0;
    for band in buffer.chunks(width * pixel_bytes * BLOCK) {
        let rows = || band.chunks_exact(width * pixel_bytes);
        for left in (0..width).step_by(BLOCK) {
            let right = width.min(left + BLOCK);
            let mut bytes = rows().flat_map(|row| &row[left * pixel_bytes..right * pixel_bytes]);
            if bytes.all(|byte| *byte == 0) {
                blank += ((right - left) * rows().len()) as u64;
            }
        }
    }
    blank
}

/// Returns the mark for a position. Neighbours differ, unlike those of a drawn area of one colour.
fn mark_at(index: usize) -> u8 {
    index.wrapping_mul(0x9e37_79b9).to_le_bytes()[3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_nothing_are_counted_up_to_the_edges() {
        let mut buffer = vec![1; 100 * 70 * 3];
        assert_eq!(count_blank(&buffer, 100, 3), 0);
        for row in buffer.chunks_exact_mut(300).skip(64) {
            row[64 * 3..].fill(0);
        }
        assert_eq!(count_blank(&buffer, 100, 3), 36 * 6);
        buffer.fill(0);
        assert_eq!(count_blank(&buffer, 100, 3), 7000);
    }

    #[test]
    fn what_was_not_drawn_is_counted_and_made_black() {
        for pixel_bytes in [1, 3, 4, 8] {
            let mut buffer = vec![7; 1000 * pixel_bytes];
            set(&mut buffer);
            buffer[..300 * pixel_bytes].fill(85);
            buffer[900 * pixel_bytes..].fill(0);
            let marked = clear(&mut buffer, pixel_bytes);
            assert!(marked.abs_diff(600) <= 1, "{marked} of {pixel_bytes} bytes");
            assert!(buffer[..300 * pixel_bytes].iter().all(|byte| *byte == 85));
            assert!(buffer[301 * pixel_bytes..].iter().all(|byte| *byte == 0));
        }
    }
}
