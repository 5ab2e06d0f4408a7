//! Light that goes beyond white → light that a thumbnail can hold, its hues kept: every pixel is scaled by what its
//! luminance is to become, and what then lies outside sRGB is drawn towards the grey of its luminance.

use super::display::{light_to_pq, pq_to_light};

/// How bright light is brought below white.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Not at all: what lies outside sRGB is clipped, as a colour management module clips it.
    Keep,
    /// From a screen to a dimmer one: the roll-off of ITU-R BT.2390-8, 5.4.1, from the brightest pixel's luminance to
    /// paper white. What is much darker than white keeps its light.
    Screen,
    /// From a scene of unknown exposure: Reinhard et al., Photographic Tone Reproduction for Digital Images (2002),
    /// equations 1, 2 and 4.
    Scene,
}

/// The grey that the mean of a scene becomes (Reinhard et al.: "normal-key").
const KEY: f32 = 0.18;

/// This share of the pixels may be brighter than what becomes white: lamps and the sun.
const BURNT_SHARE: f32 = 0.005;

/// Added to every luminance before its logarithm is taken, lest black outweigh all.
const DELTA: f32 = 1e-4;

impl Tone {
    /// Brings light within 0 and 1.
    pub(super) fn apply(self, lights: &mut [[f32; 3]]) {
        let scales = match self {
            Self::Keep => {
                lights.iter_mut().flatten().for_each(|light| *light = light.clamp(0.0, 1.0));
                return;
            }
            Self::Screen => roll_off(lights),
            Self::Scene => expose(lights),
        };
        for (light, scale) in lights.iter_mut().zip(scales) {
            *light = fit_into_gamut(light.map(|channel| channel * scale));
        }
    }
}

/// ITU-R BT.709-6, 3.2.
fn luminance([red, green, blue]: [f32; 3]) -> f32 {
    (0.2126 * red + 0.7152 * green + 0.0722 * blue).max(0.0)
}

/// For every pixel what its light is multiplied by: BT.2390's EETF, black staying black.
fn roll_off(lights: &[[f32; 3]]) -> Vec<f32> {
    let peak = lights.iter().copied().map(luminance).fold(0.0, f32::max);
    if peak <= 1.0 {
        return vec![1.0; lights.len()];
    }
    let source = light_to_pq(peak);
    let white = light_to_pq(1.0) / source;
    let knee = 1.5 * white - 0.5;
    let eetf = |light: f32| {
        let sample = light_to_pq(light) / source;
        if sample <= knee {
            return light;
        }
        let t = (sample - knee) / (1.0 - knee);
        let (t2, t3) = (t * t, t * t * t);
        let rolled =
            (2.0 * t3 - 3.0 * t2 + 1.0) * knee + (t3 - 2.0 * t2 + t) * (1.0 - knee) + (3.0 * t2 - 2.0 * t3) * white;
        pq_to_light(rolled * source)
    };
    lights.iter().map(|light| ratio(luminance(*light), eetf)).collect()
}

/// For every pixel what its light is multiplied by: Reinhard's global operator.
fn expose(lights: &[[f32; 3]]) -> Vec<f32> {
    let logs: f64 = lights.iter().map(|light| f64::from((luminance(*light) + DELTA).ln())).sum();
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a mean of logarithms of f32")]
    let average = (logs / lights.len().max(1) as f64).exp() as f32;
    let exposure = KEY / average;
    let mut sorted: Vec<f32> = lights.iter().map(|light| luminance(*light) * exposure).collect();
    sorted.sort_by(f32::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share")]
    let burnt = (sorted.len() as f32 * BURNT_SHARE) as usize;
    // A scene without lights is not to be stretched to white.
    let white = sorted.iter().rev().nth(burnt).map_or(1.0, |white| white.max(1.0));
    let operator = |light: f32| {
        let scaled = light * exposure;
        scaled * (1.0 + scaled / (white * white)) / (1.0 + scaled)
    };
    lights.iter().map(|light| ratio(luminance(*light), operator)).collect()
}

fn ratio(light: f32, operator: impl Fn(f32) -> f32) -> f32 {
    if light > 0.0 { operator(light) / light } else { 1.0 }
}

/// Draws a colour towards the grey of its luminance, as far as needed to lie within 0 and 1.
fn fit_into_gamut(light: [f32; 3]) -> [f32; 3] {
    let grey = luminance(light).min(1.0);
    let share = light.into_iter().fold(1.0_f32, |share, channel| match channel {
        channel if channel > 1.0 => share.min((1.0 - grey) / (channel - grey)),
        channel if channel < 0.0 => share.min(grey / (grey - channel)),
        _ => share,
    });
    light.map(|channel| (grey + (channel - grey) * share).clamp(0.0, 1.0))
}
