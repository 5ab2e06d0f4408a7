//! Tabulates a function of 0 to 1 as straight lines, for use in vectors.

use super::lane::{Lane, PIXELS};

/// Number of stretches, each a straight line. 8 KiB for all of them leave room in the first cache for everything else.
pub(super) const STRETCHES: usize = 1024;

/// The last place within the last stretch: a ten-thousandth of it short of its end.
const LAST_PLACE: f32 = STRETCHES as f32 - 1e-4;

/// The values of a function.
#[derive(Debug)]
pub(super) struct Lines {
    /// By stretch: the value at its beginning, and the rise to the next one.
    stretches: [[f32; 2]; STRETCHES],
}

impl Lines {
    #[expect(clippy::cast_precision_loss, reason = "up to STRETCHES")]
    pub(super) fn of(function: impl Fn(f32) -> f32) -> Self {
        let mut stretches = [[0.0; 2]; STRETCHES];
        let mut from = function(0.0);
        for (i, stretch) in stretches.iter_mut().enumerate() {
            let to = function((i + 1) as f32 / STRETCHES as f32);
            *stretch = [from, to - from];
            from = to;
        }
        Self { stretches }
    }

    /// Returns the value of a number, which is clipped to 0 and 1.
    pub(super) fn at(&self, number: f32) -> f32 {
        let (stretch, share) = split(number);
        let [from, rise] = self.stretches[stretch as usize % STRETCHES];
        from + rise * share
    }

    /// Turns numbers into their values: in vectors but for the reading itself.
    #[inline(always)]
    pub(super) fn at_each(&self, lane: &mut Lane) {
        let mut places = [0; PIXELS];
        for (number, place) in lane.iter_mut().zip(&mut places) {
            (*place, *number) = split(*number);
        }
        let mut lines = [[0.0; 2]; PIXELS];
        for (line, place) in lines.iter_mut().zip(places) {
            *line = self.stretches[place as usize % STRETCHES];
        }
        for (number, [from, rise]) in lane.iter_mut().zip(lines) {
            *number = from + rise * *number;
        }
    }
}

/// Returns a number's stretch, and its distance behind the beginning of that.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to below STRETCHES")]
#[expect(clippy::cast_precision_loss, reason = "the same")]
fn split(number: f32) -> (u32, f32) {
    let place = (within(number) * STRETCHES as f32).min(LAST_PLACE);
    let stretch = place as i32;
    (stretch as u32, place - stretch as f32)
}

/// Clamps a number to 0 and 1. NaN becomes 0.
#[inline(always)]
#[expect(clippy::manual_clamp, reason = "that would leave what is no number")]
pub(super) fn within(number: f32) -> f32 {
    number.max(0.0).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_has_the_values_of_its_numbers() {
        let lines = Lines::of(|number| number * number);
        let numbers: Lane = std::array::from_fn(|i| i as f32 / 50.0 - 0.1);
        let mut values = numbers;
        lines.at_each(&mut values);
        for (number, value) in numbers.into_iter().zip(values) {
            assert_eq!(value, lines.at(number));
            assert!((value - number.clamp(0.0, 1.0).powi(2)).abs() < 1e-6);
        }
        assert_eq!([f32::NAN, f32::NEG_INFINITY].map(|number| lines.at(number)), [0.0; 2]);
    }
}
