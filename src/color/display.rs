//! Decodes the two codings of high dynamic range (ITU-R BT.2100-2), PQ and HLG.
//!
//! Turns red, green and blue from 0 to 1 into the light that a screen shows, of the same primaries, with 1 for the
//! white of paper.

/// A coding of the light of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Display {
    /// Perceptual quantisation: absolute light up to 10 000 cd/m².
    Pq,
    /// Hybrid log-gamma, shown on a screen of 1000 cd/m².
    Hlg,
}

/// The white of paper in cd/m² (ITU-R BT.2408-7, table 1).
pub(super) const PAPER_WHITE: f32 = 203.0;

/// Light of PQ's 1, in cd/m².
const PQ_PEAK: f32 = 10_000.0;

/// A screen's peak in cd/m², and the exponent that goes with it (BT.2100-2, table 5, note 5e).
const HLG_PEAK: f32 = 1000.0;
const HLG_GAMMA: f32 = 1.2;

/// Constants of PQ (BT.2100-2, table 4).
const M1: f32 = 2610.0 / 16384.0;
const M2: f32 = 2523.0 / 4096.0 * 128.0;
const C1: f32 = 3424.0 / 4096.0;
const C2: f32 = 2413.0 / 4096.0 * 32.0;
const C3: f32 = 2392.0 / 4096.0 * 32.0;

impl Display {
    pub(super) fn to_light(self, samples: [f32; 3]) -> [f32; 3] {
        match self {
            Self::Pq => samples.map(pq_to_light),
            Self::Hlg => {
                let [red, green, blue] = samples.map(hlg_to_scene);
                let luminance = 0.2627 * red + 0.678 * green + 0.0593 * blue;
                let system = luminance.powf(HLG_GAMMA - 1.0) * (HLG_PEAK / PAPER_WHITE);
                [red, green, blue].map(|scene| scene * system)
            }
        }
    }
}

/// Returns the light that a PQ sample codes, 1 being paper white.
fn pq_to_light(sample: f32) -> f32 {
    let root = sample.powf(1.0 / M2);
    ((root - C1).max(0.0) / (C2 - C3 * root)).powf(1.0 / M1) * (PQ_PEAK / PAPER_WHITE)
}

/// Returns the light of the scene that an HLG sample codes (BT.2100-2, table 5: the inverse OETF).
fn hlg_to_scene(sample: f32) -> f32 {
    const A: f32 = 0.178_832_77;
    const B: f32 = 0.284_668_92;
    const C: f32 = 0.559_910_7;
    if sample <= 0.5 { sample * sample / 3.0 } else { (((sample - C) / A).exp() + B) / 12.0 }
}
