//! The QM decoder (T.81, D.2): one binary decision after another, each with a bin that learns how likely it is.

/// A bin: the number of its state in the low 7 bits, the value that it holds more probable in the highest one.
pub(super) type Bin = u8;

/// A bin whose two values stay equally probable, for signs and correction bits.
pub(super) const EVEN: Bin = 113;

/// One state of the probability estimate.
#[derive(Clone, Copy, Debug)]
struct State {
    /// The part of the interval that is the less probable value's.
    less_probable: u32,
    /// The state after that value, and whether the other one is held more probable from then on.
    after_less: u8,
    switches: u8,
    /// The state after the more probable value.
    after_more: u8,
}

const fn s(less_probable: u32, after_less: u8, after_more: u8, switches: u8) -> State {
    State { less_probable, after_less, switches, after_more }
}

/// T.81, table D.3; behind it the state that stays.
#[rustfmt::skip]
const STATES: [State; 114] = [
    s(0x5A1D, 1, 1, 1), s(0x2586, 14, 2, 0), s(0x1114, 16, 3, 0), s(0x080B, 18, 4, 0), s(0x03D8, 20, 5, 0),
    s(0x01DA, 23, 6, 0), s(0x00E5, 25, 7, 0), s(0x006F, 28, 8, 0), s(0x0036, 30, 9, 0), s(0x001A, 33, 10, 0),
    s(0x000D, 35, 11, 0), s(0x0006, 9, 12, 0), s(0x0003, 10, 13, 0), s(0x0001, 12, 13, 0), s(0x5A7F, 15, 15, 1),
    s(0x3F25, 36, 16, 0), s(0x2CF2, 38, 17, 0), s(0x207C, 39, 18, 0), s(0x17B9, 40, 19, 0), s(0x1182, 42, 20, 0),
    s(0x0CEF, 43, 21, 0), s(0x09A1, 45, 22, 0), s(0x072F, 46, 23, 0), s(0x055C, 48, 24, 0), s(0x0406, 49, 25, 0),
    s(0x0303, 51, 26, 0), s(0x0240, 52, 27, 0), s(0x01B1, 54, 28, 0), s(0x0144, 56, 29, 0), s(0x00F5, 57, 30, 0),
    s(0x00B7, 59, 31, 0), s(0x008A, 60, 32, 0), s(0x0068, 62, 33, 0), s(0x004E, 63, 34, 0), s(0x003B, 32, 35, 0),
    s(0x002C, 33, 9, 0), s(0x5AE1, 37, 37, 1), s(0x484C, 64, 38, 0), s(0x3A0D, 65, 39, 0), s(0x2EF1, 67, 40, 0),
    s(0x261F, 68, 41, 0), s(0x1F33, 69, 42, 0), s(0x19A8, 70, 43, 0), s(0x1518, 72, 44, 0), s(0x1177, 73, 45, 0),
    s(0x0E74, 74, 46, 0), s(0x0BFB, 75, 47, 0), s(0x09F8, 77, 48, 0), s(0x0861, 78, 49, 0), s(0x0706, 79, 50, 0),
    s(0x05CD, 48, 51, 0), s(0x04DE, 50, 52, 0), s(0x040F, 50, 53, 0), s(0x0363, 51, 54, 0), s(0x02D4, 52, 55, 0),
    s(0x025C, 53, 56, 0), s(0x01F8, 54, 57, 0), s(0x01A4, 55, 58, 0), s(0x0160, 56, 59, 0), s(0x0125, 57, 60, 0),
    s(0x00F6, 58, 61, 0), s(0x00CB, 59, 62, 0), s(0x00AB, 61, 63, 0), s(0x008F, 61, 32, 0), s(0x5B12, 65, 65, 1),
    s(0x4D04, 80, 66, 0), s(0x412C, 81, 67, 0), s(0x37D8, 82, 68, 0), s(0x2FE8, 83, 69, 0), s(0x293C, 84, 70, 0),
    s(0x2379, 86, 71, 0), s(0x1EDF, 87, 72, 0), s(0x1AA9, 87, 73, 0), s(0x174E, 72, 74, 0), s(0x1424, 72, 75, 0),
    s(0x119C, 74, 76, 0), s(0x0F6B, 74, 77, 0), s(0x0D51, 75, 78, 0), s(0x0BB6, 77, 79, 0), s(0x0A40, 77, 48, 0),
    s(0x5832, 80, 81, 1), s(0x4D1C, 88, 82, 0), s(0x438E, 89, 83, 0), s(0x3BDD, 90, 84, 0), s(0x34EE, 91, 85, 0),
    s(0x2EAE, 92, 86, 0), s(0x299A, 93, 87, 0), s(0x2516, 86, 71, 0), s(0x5570, 88, 89, 1), s(0x4CA9, 95, 90, 0),
    s(0x44D9, 96, 91, 0), s(0x3E22, 97, 92, 0), s(0x3824, 99, 93, 0), s(0x32B4, 99, 94, 0), s(0x2E17, 93, 86, 0),
    s(0x56A8, 95, 96, 1), s(0x4F46, 101, 97, 0), s(0x47E5, 102, 98, 0), s(0x41CF, 103, 99, 0), s(0x3C3D, 104, 100, 0),
    s(0x375E, 99, 93, 0), s(0x5231, 105, 102, 0), s(0x4C0F, 106, 103, 0), s(0x4639, 107, 104, 0),
    s(0x415E, 103, 99, 0), s(0x5627, 105, 106, 1), s(0x50E7, 108, 107, 0), s(0x4B85, 109, 103, 0),
    s(0x5597, 110, 109, 0), s(0x504F, 111, 107, 0), s(0x5A10, 110, 111, 1), s(0x5522, 112, 109, 0),
    s(0x59EB, 112, 111, 1),
    s(0x5A1D, 113, 113, 0),
];

/// The decoder of one restart interval.
#[derive(Debug)]
pub(crate) struct Coder<'a> {
    data: &'a [u8],
    /// The next byte; beyond the data are zeros, which encoders leave out at the end.
    at: usize,
    /// The interval's size, from 0x8000 to 0x10000.
    interval: u32,
    /// In the high half where in the interval the code lies, below it bits to come.
    code: u32,
    /// How many bits are to come.
    ready: u32,
}

impl<'a> Coder<'a> {
    /// Starts with data from which stuffing was removed.
    pub(super) fn new(data: &'a [u8]) -> Self {
        let mut coder = Self { data, at: 0, interval: 0x1_0000, code: 0, ready: 0 };
        let (first, second) = (coder.byte(), coder.byte());
        coder.code = first << 24 | second << 16;
        coder
    }

    fn byte(&mut self) -> u32 {
        let byte = self.data.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte.into()
    }

    /// How many bytes were read that are not there.
    pub(super) fn beyond(&self) -> usize {
        self.at.saturating_sub(self.data.len())
    }

    /// Decodes a decision.
    #[inline]
    pub(super) fn decide(&mut self, bin: &mut Bin) -> bool {
        let state = STATES[usize::from(*bin & 127).min(STATES.len() - 1)];
        let more_probable = *bin >> 7;
        self.interval -= state.less_probable;
        let is_upper = self.code >> 16 >= self.interval;
        if !is_upper && self.interval >= 0x8000 {
            return more_probable == 1;
        }
        // Where the parts have changed their order of size, they have changed their values, too.
        let is_less_probable = is_upper == (self.interval >= state.less_probable);
        if is_upper {
            self.code -= self.interval << 16;
            self.interval = state.less_probable;
        }
        *bin = if is_less_probable {
            (more_probable ^ state.switches) << 7 | state.after_less
        } else {
            more_probable << 7 | state.after_more
        };
        self.renormalize();
        is_less_probable != (more_probable == 1)
    }

    /// Decodes a bit whose values are equally probable.
    pub(super) fn bit(&mut self) -> bool {
        self.decide(&mut { EVEN })
    }

    fn renormalize(&mut self) {
        while self.interval < 0x8000 {
            if self.ready == 0 {
                self.code |= self.byte() << 8;
                self.ready = 8;
            }
            self.interval <<= 1;
            self.code <<= 1;
            self.ready -= 1;
        }
    }
}
