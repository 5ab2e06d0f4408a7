//! Unpacks images of 24 and 32 bits, whose channels lie one after the other, each in runs.

/// Fills the pixels of a square. `first` is the channel of red in each pixel of red, green, blue and alpha, or of alpha if
/// there is one. Returns the number of whole channels.
pub(super) fn unpack(mut packed: &[u8], channels: &[usize], pixels: &mut [[u8; 4]]) -> usize {
    for (done, channel) in channels.iter().enumerate() {
        let mut at = 0;
        while at < pixels.len() {
            let [head, rest @ ..] = packed else { return done };
            let left = pixels.len() - at;
            if *head < 0x80 {
                let count = (usize::from(*head) + 1).min(left);
                let Some((literal, rest)) = rest.split_at_checked(count) else { return done };
                pixels[at..].iter_mut().zip(literal).for_each(|(pixel, sample)| pixel[*channel] = *sample);
                (at, packed) = (at + count, rest);
            } else {
                let [value, rest @ ..] = rest else { return done };
                let count = (usize::from(*head) - 125).min(left);
                pixels[at..at + count].iter_mut().for_each(|pixel| pixel[*channel] = *value);
                (at, packed) = (at + count, rest);
            }
        }
    }
    channels.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_literals_fill_channel_after_channel() {
        let mut pixels = [[9; 4]; 5];
        let packed = [0x82, 7, 0x01, 1, 2, 0x04, 1, 2, 3, 4, 5];
        assert_eq!(unpack(&packed[..5], &[2, 0], &mut pixels), 1, "the second channel is missing");
        assert_eq!(unpack(&packed, &[2, 0], &mut pixels), 2);
        assert_eq!(pixels.map(|pixel| pixel[2]), [7, 7, 7, 7, 7]);
        assert_eq!(pixels.map(|pixel| pixel[0]), [1, 2, 1, 2, 3]);
    }
}
