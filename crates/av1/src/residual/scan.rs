//! The order of coefficients (AV1 bitstream specification, 5.11.41), with the contexts of each position.

use crate::block::Dimensions;

/// Bits of a position, and of the number of its context.
const POSITION: u32 = 10;
const CONTEXT: u32 = 5;

/// A coefficient in the order of a scan: its position, column by column, and what its contexts depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step(u16);

impl Step {
    #[inline(always)]
    pub(super) const fn position(self) -> usize {
        (self.0 & ((1 << POSITION) - 1)) as usize
    }

    /// Returns the first context of its level (8.3.2).
    #[inline(always)]
    pub(super) const fn base(self) -> usize {
        (self.0 >> POSITION & ((1 << CONTEXT) - 1)) as usize
    }

    /// Returns the first context of what exceeds its level: 14 from the third column or row on.
    #[inline(always)]
    pub(super) const fn range(self) -> usize {
        7 << (self.0 >> (POSITION + CONTEXT)) as usize
    }
}

/// First contexts of levels in the first five rows and columns, for squares, wide and high transforms.
const BASES: [[[u16; 5]; 5]; 3] = [
    [[0, 1, 6, 6, 21], [1, 6, 6, 21, 21], [6, 6, 21, 21, 21], [6, 21, 21, 21, 21], [21; 5]],
    [[0, 16, 6, 6, 21], [16, 16, 6, 21, 21], [16, 16, 21, 21, 21], [16, 16, 21, 21, 21], [16, 16, 21, 21, 21]],
    [[0, 11, 11, 11, 11], [11; 5], [6, 6, 21, 21, 21], [6, 21, 21, 21, 21], [21; 5]],
];

/// Builds a scan along diagonals: down in wide transforms, up in high ones, and by turns in squares.
const fn build<const COUNT: usize>(log_width: u32, log_height: u32, shape: usize) -> [Step; COUNT] {
    let (width, height) = (1 << log_width, 1 << log_height);
    let mut steps = [Step(0); COUNT];
    let (mut index, mut diagonal) = (0, 0);
    while index < COUNT {
        let goes_down = width < height || (width == height && diagonal % 2 == 1);
        let mut along = 0;
        while along <= diagonal {
            let x = if goes_down { diagonal - along } else { along };
            let y = diagonal - x;
            if x < width && y < height {
                let (near_x, near_y) = (if x < 4 { x } else { 4 }, if y < 4 { y } else { 4 });
                let is_far = x > 1 || y > 1;
                let position = (x << log_height | y) as u16;
                let base = BASES[shape][near_y][near_x];
                steps[index] = Step(position | base << POSITION | (is_far as u16) << (POSITION + CONTEXT));
                index += 1;
            }
            along += 1;
        }
        diagonal += 1;
    }
    steps
}

static SCAN_4X4: [Step; 16] = build(2, 2, 0);
static SCAN_4X8: [Step; 32] = build(2, 3, 2);
static SCAN_4X16: [Step; 64] = build(2, 4, 2);
static SCAN_8X4: [Step; 32] = build(3, 2, 1);
static SCAN_8X8: [Step; 64] = build(3, 3, 0);
static SCAN_8X16: [Step; 128] = build(3, 4, 2);
static SCAN_8X32: [Step; 256] = build(3, 5, 2);
static SCAN_16X4: [Step; 64] = build(4, 2, 1);
static SCAN_16X8: [Step; 128] = build(4, 3, 1);
static SCAN_16X16: [Step; 256] = build(4, 4, 0);
static SCAN_16X32: [Step; 512] = build(4, 5, 2);
static SCAN_32X8: [Step; 256] = build(5, 3, 1);
static SCAN_32X16: [Step; 512] = build(5, 4, 1);
static SCAN_32X32: [Step; 1024] = build(5, 5, 0);
static SCAN_64X32: [Step; 1024] = build(5, 5, 1);
static SCAN_32X64: [Step; 1024] = build(5, 5, 2);

/// Returns the scan of a transform in two dimensions.
pub(super) fn of(size: Dimensions) -> &'static [Step] {
    match (size.log_width, size.log_height) {
        (0, 0) => &SCAN_4X4,
        (0, 1) => &SCAN_4X8,
        (0, _) => &SCAN_4X16,
        (1, 0) => &SCAN_8X4,
        (1, 1) => &SCAN_8X8,
        (1, 2) => &SCAN_8X16,
        (1, _) => &SCAN_8X32,
        (2, 0) => &SCAN_16X4,
        (2, 1) => &SCAN_16X8,
        (2, 2) => &SCAN_16X16,
        (2, _) => &SCAN_16X32,
        (3, 1) => &SCAN_32X8,
        (3 | 4, 2) => &SCAN_32X16,
        (3, 4) => &SCAN_32X64,
        (4, 3) => &SCAN_64X32,
        _ => &SCAN_32X32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scan_has_every_position_once_and_begins_as_specified() {
        for log_width in 0..5 {
            for log_height in 0..5_u32 {
                if log_width + 2 < log_height || log_height + 2 < log_width {
                    continue;
                }
                let size = Dimensions::new(log_width, log_height);
                let mut positions: Vec<_> = of(size).iter().map(|step| step.position()).collect();
                positions.sort_unstable();
                assert_eq!(positions, (0..16 << size.coded().log_width << size.coded().log_height).collect::<Vec<_>>());
            }
        }
        let first = |scan: &[Step]| scan.iter().take(6).map(|step| step.position()).collect::<Vec<_>>();
        // Positions go down columns first.
        assert_eq!(first(&SCAN_4X4), [0, 4, 1, 2, 5, 8]);
        assert_eq!(first(&SCAN_4X8), [0, 8, 1, 16, 9, 2]);
        assert_eq!(first(&SCAN_8X4), [0, 1, 4, 2, 5, 8]);
    }
}
