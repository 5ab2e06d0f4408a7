//! Orders of coefficients, and the contexts of their significance (ITU-T H.265, 6.5.3 to 6.5.5 and 9.3.4.2.5).

/// The orders of coefficients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scan {
    Diagonal = 0,
    Horizontal = 1,
    Vertical = 2,
}

/// Returns the places of a square in the order of the diagonal scan.
pub(crate) fn diagonal(side: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..2 * side - 1).flat_map(move |sum| {
        let first = sum.min(side - 1);
        (sum - first..=first).map(move |x| (x, sum - x))
    })
}

/// The places of a 4 by 4 block in each order, as `y << 2 | x`.
pub(crate) const PLACES: [[u8; 16]; 3] = {
    let mut places = [[0; 16]; 3];
    let places_of_diagonals = diagonal_places::<4, 16>();
    let mut index = 0;
    while index < 16 {
        let (x, y) = places_of_diagonals[index];
        places[0][index] = y << 2 | x;
        places[1][index] = index as u8;
        places[2][index] = ((index as u8) & 3) << 2 | index as u8 >> 2;
        index += 1;
    }
    places
};

/// The places of the 4 by 4 blocks in a larger block, for each order and size from 4 by 4, as x and y.
pub(crate) const BLOCKS: [[[(u8, u8); 64]; 4]; 3] = {
    let mut blocks = [[[(0, 0); 64]; 4]; 3];
    blocks[0][1] = widen(diagonal_places::<2, 4>());
    blocks[0][2] = widen(diagonal_places::<4, 16>());
    blocks[0][3] = diagonal_places::<8, 64>();
    // The other orders are for blocks of 8 px at most.
    blocks[1][1] = widen([(0, 0), (1, 0), (0, 1), (1, 1)]);
    blocks[2][1] = widen([(0, 0), (0, 1), (1, 0), (1, 1)]);
    blocks
};

const fn diagonal_places<const SIDE: usize, const COUNT: usize>() -> [(u8, u8); COUNT] {
    let mut places = [(0, 0); COUNT];
    let (mut index, mut x, mut y) = (0, 0, 0);
    while index < COUNT {
        places[index] = (x as u8, y as u8);
        index += 1;
        // Up and to the right, or to the start of the next diagonal.
        if y == 0 || x + 1 == SIDE {
            let sum = x + y + 1;
            y = if sum < SIDE { sum } else { SIDE - 1 };
            x = sum - y;
        } else {
            x += 1;
            y -= 1;
        }
    }
    places
}

const fn widen<const COUNT: usize>(places: [(u8, u8); COUNT]) -> [(u8, u8); 64] {
    let mut wide = [(0, 0); 64];
    let mut index = 0;
    while index < COUNT {
        wide[index] = places[index];
        index += 1;
    }
    wide
}

/// The inverse of `PLACES`.
pub(crate) const PLACE_INDICES: [[u8; 16]; 3] = {
    let mut indices = [[0; 16]; 3];
    let mut order = 0;
    while order < 3 {
        let mut index = 0;
        while index < 16 {
            indices[order][PLACES[order][index] as usize] = index as u8;
            index += 1;
        }
        order += 1;
    }
    indices
};

/// The inverse of `BLOCKS`, by `y << 3 | x`.
pub(crate) const BLOCK_INDICES: [[[u8; 64]; 4]; 3] = {
    let mut indices = [[[0; 64]; 4]; 3];
    let mut order = 0;
    while order < 3 {
        let mut size = 0;
        while size < 4 {
            let mut index = 0;
            while index < 1 << (2 * size) {
                let (x, y) = BLOCKS[order][size][index];
                indices[order][size][(y << 3 | x) as usize] = index as u8;
                index += 1;
            }
            size += 1;
        }
        order += 1;
    }
    indices
};

/// The contexts of the 16 coefficients of a 4 by 4 block in each order, by which of the next blocks, right (1) and below
/// (2), have coefficients.
pub(crate) const NEIGHBOURED: [[[u8; 16]; 4]; 3] = {
    let mut contexts = [[[0; 16]; 4]; 3];
    let mut order = 0;
    while order < 3 {
        let mut index = 0;
        while index < 16 {
            let (x, y) = (PLACES[order][index] & 3, PLACES[order][index] >> 2);
            contexts[order][0][index] = match x + y {
                0 => 2,
                1 | 2 => 1,
                _ => 0,
            };
            contexts[order][1][index] = (if y == 0 {
                2
            } else if y == 1 {
                1
            } else {
                0
            }) as u8;
            contexts[order][2][index] = (if x == 0 {
                2
            } else if x == 1 {
                1
            } else {
                0
            }) as u8;
            contexts[order][3][index] = 2;
            index += 1;
        }
        order += 1;
    }
    contexts
};

/// The contexts of the coefficients of a block of 4 by 4 px, in each order (ITU-T H.265, table 9-50).
pub(crate) const SMALLEST: [[u8; 16]; 3] = {
    const MAP: [u8; 16] = [0, 1, 4, 5, 2, 3, 4, 5, 6, 6, 8, 8, 7, 7, 8, 8];
    let mut contexts = [[0; 16]; 3];
    let mut order = 0;
    while order < 3 {
        let mut index = 0;
        while index < 16 {
            contexts[order][index] = MAP[PLACES[order][index] as usize];
            index += 1;
        }
        order += 1;
    }
    contexts
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_walk_diagonals_agree() {
        let wanted: Vec<(usize, usize)> = diagonal(8).collect();
        let got: Vec<(usize, usize)> = BLOCKS[0][3].iter().map(|(x, y)| (usize::from(*x), usize::from(*y))).collect();
        assert_eq!(got, wanted);
        assert_eq!(wanted[..4], [(0, 0), (0, 1), (1, 0), (0, 2)]);
    }

    #[test]
    fn every_order_visits_every_place_once() {
        for places in PLACES {
            let mut sorted = places;
            sorted.sort_unstable();
            assert_eq!(sorted, std::array::from_fn(|index| index as u8));
        }
    }
}
