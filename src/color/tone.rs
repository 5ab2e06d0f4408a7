//! Compresses light beyond white to the range of a thumbnail. Hues are kept: every pixel is scaled as a whole.

use super::display::PAPER_WHITE;
use crate::pixels::profile::Peak;

/// The compression of bright light to below white.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Tone {
    /// None: colours outside sRGB are clipped, as a colour management module clips them.
    Keep,
    /// From a screen to a dimmer one: Reinhard et al., Photographic Tone Reproduction for Digital Images (2002), equation
    /// 4, on the largest of red, green and blue, from the brightest light to white.
    ///
    /// Held to the renditions that authors made for such screens (libavif's `colors` and `seine`; PSNR in dB), this curve
    /// reaches 27.2 and 27.1, BT.2446-1 method A 25.2 and 26.9, BT.2390-8's EETF 19.8 and 22.1, BT.2446-1 method C 19.1
    /// and 18.3. On luminance it reaches 23.1 on saturated `colors`: a red as bright as white is far from white in
    /// luminance, and leaves sRGB's gamut where it is scaled by it.
    Screen(Peak),
    /// From a scene of unknown exposure: Reinhard et al., equations 1, 2 and 4.
    Scene,
}

/// The grey that the mean of a scene becomes (Reinhard et al.: "normal-key").
const KEY: f32 = 0.18;

/// Share of the pixels that may be brighter than the light that becomes white: lamps and the sun.
const BURNT_SHARE: f32 = 0.005;

/// Addend of every luminance before its logarithm is taken, lest black outweigh all.
const DELTA: f32 = 1e-4;

/// Lowest opacity at which light counts: less than half a step of 8 bits shows nothing.
const LEAST_ALPHA: f32 = 0.5 / 255.0;

impl Tone {
    /// Brings light within 0 and 1; `alphas` are the opacities of the pixels.
    pub(super) fn apply(self, lights: &mut [[f32; 3]], alphas: &[f32]) {
        match self {
            Self::Keep => {}
            Self::Screen(peak) => compress(lights, alphas, peak),
            Self::Scene => expose(lights, alphas),
        }
        lights.iter_mut().flatten().for_each(|light| *light = light.clamp(0.0, 1.0));
    }
}

/// Returns the light of the visible pixels.
fn seen<'a>(lights: &'a [[f32; 3]], alphas: &'a [f32]) -> impl Iterator<Item = [f32; 3]> {
    lights.iter().zip(alphas).filter(|(_, alpha)| **alpha >= LEAST_ALPHA).map(|(light, _)| *light)
}

fn largest(light: [f32; 3]) -> f32 {
    light.into_iter().fold(0.0, f32::max)
}

/// Returns the luminance of a light (ITU-R BT.709-6, 3.2).
fn luminance([red, green, blue]: [f32; 3]) -> f32 {
    (0.2126 * red + 0.7152 * green + 0.0722 * blue).max(0.0)
}

/// Compresses a screen's light up to the peak that becomes white; 1 is paper white.
fn compress(lights: &mut [[f32; 3]], alphas: &[f32], stated: Peak) {
    // A statement of less than paper white makes no sense for an image of so wide a range.
    let in_white = |light: Option<f32>| light.map(|light| light / PAPER_WHITE).filter(|light| *light > 1.0);
    let found = seen(lights, alphas).map(largest).fold(0.0, f32::max);
    let peak = in_white(stated.of_content)
        .unwrap_or_else(|| in_white(stated.of_display).map_or(found, |display| display.min(found)));
    let peak = peak.max(1.0);
    for light in lights {
        let brightest = largest(*light);
        // Light brighter than the peak must keep its hue.
        let scale = ((1.0 + brightest / (peak * peak)) / (1.0 + brightest)).min(1.0 / brightest);
        *light = light.map(|channel| channel * scale);
    }
}

/// Applies Reinhard's global operator to luminance, and draws colours outside sRGB towards grey.
fn expose(lights: &mut [[f32; 3]], alphas: &[f32]) {
    let mut sorted: Vec<f32> = seen(lights, alphas).map(luminance).collect();
    let logs: f64 = sorted.iter().map(|light| f64::from((light + DELTA).ln())).sum();
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a mean of logarithms of f32")]
    let average = (logs / sorted.len().max(1) as f64).exp() as f32;
    let exposure = KEY / average;
    sorted.sort_by(f32::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share")]
    let burnt = (sorted.len() as f32 * BURNT_SHARE) as usize;
    // A scene without lights must not be stretched to white.
    let white = sorted.iter().rev().nth(burnt).map_or(1.0, |white| (white * exposure).max(1.0));
    for light in lights {
        let scaled = luminance(*light) * exposure;
        let scale = exposure * (1.0 + scaled / (white * white)) / (1.0 + scaled);
        *light = fit_into_gamut(light.map(|channel| channel * scale));
    }
}

/// Draws a colour towards the grey of its luminance to within 0 and 1.
fn fit_into_gamut(light: [f32; 3]) -> [f32; 3] {
    let grey = luminance(light).min(1.0);
    let share = light.into_iter().fold(1.0_f32, |share, channel| match channel {
        channel if channel > 1.0 => share.min((1.0 - grey) / (channel - grey)),
        channel if channel < 0.0 => share.min(grey / (grey - channel)),
        _ => share,
    });
    light.map(|channel| grey + (channel - grey) * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNSTATED: Peak = Peak { of_content: None, of_display: None };

    fn toned(tone: Tone, mut lights: Vec<[f32; 3]>) -> Vec<[f32; 3]> {
        let alphas = vec![1.0; lights.len()];
        tone.apply(&mut lights, &alphas);
        lights
    }

    fn is_near(one: f32, other: f32) -> bool {
        (one - other).abs() < 1e-4
    }

    #[test]
    fn a_bright_saturated_colour_keeps_its_hue_on_a_dimmer_screen() {
        let colors = [[8.0, 0.4, 0.2], [4.0, 2.0, 0.0], [0.0, 0.0, 20.0], [20.0, 20.0, 20.0]];
        for stated in [UNSTATED, Peak { of_content: Some(1000.0), of_display: None }] {
            for (color, made) in colors.iter().zip(toned(Tone::Screen(stated), colors.to_vec())) {
                let (before, after) = (largest(*color), largest(made));
                assert!((0.5..=1.0).contains(&after), "{color:?} {made:?}");
                let is_kept = color.iter().zip(made).all(|(from, to)| is_near(from / before, to / after));
                assert!(is_kept, "{color:?} {made:?}");
            }
        }
    }

    #[test]
    fn a_screen_no_brighter_than_paper_is_left_alone() {
        let lights = vec![[1.0, 0.5, 0.25], [0.1, 0.2, 0.3]];
        assert_eq!(toned(Tone::Screen(UNSTATED), lights.clone()), lights);
    }

    #[test]
    fn the_brightest_light_becomes_white_whether_stated_or_found() {
        let light = |tone| toned(Tone::Screen(tone), vec![[2.0; 3], [4.0; 3]]);
        assert!(is_near(light(UNSTATED)[1][0], 1.0));
        let stated = |of_content, of_display| light(Peak { of_content, of_display })[1][0];
        let of_four = 4.0 * PAPER_WHITE;
        assert!(is_near(stated(Some(of_four), None), 1.0));
        assert!(stated(Some(of_four * 2.0), None) < 0.9, "the picture is one of several");
        assert!(is_near(stated(None, Some(of_four * 10.0)), 1.0), "no picture is as bright as its screen could be");
        assert!(is_near(stated(Some(1.0), Some(100.0)), 1.0), "neither is true");
        assert!(is_near(stated(Some(of_four / 2.0), None), 1.0), "brighter light than stated is white as well");
    }

    #[test]
    fn transparent_pixels_count_neither_for_exposure_nor_for_the_peak() {
        let visible = [[0.18; 3], [1.5; 3]];
        for (tone, hidden) in [(Tone::Scene, 0.0), (Tone::Screen(UNSTATED), 40.0)] {
            let mut padded = [visible.as_slice(), &[[hidden; 3]; 20]].concat();
            tone.apply(&mut padded, &[&[1.0; 2][..], &[0.0; 20]].concat());
            assert_eq!(padded[..2], toned(tone, visible.to_vec()), "{tone:?}");
        }
    }
}
