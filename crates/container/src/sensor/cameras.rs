//! Looks up the colours and the white level of a camera, which only DNGs state themselves.
//!
//! The matrices are those of Adobe's DNG converter for the light D65, times 10000; white levels are known of some models. Of a
//! model that is not listed, the mean of its maker's matrices is taken: the directions of colours differ little.

use std::str::FromStr;

/// A row for each model: maker, model, white level, and the matrix from CIE XYZ.
const CAMERAS: &str = include_str!("cameras.csv");

/// Words that are not part of a model's name in the table.
const LEFT_OUT: [&str; 6] = ["CANON", "EOS", "POWERSHOT", "DIGITAL", "NIKON", "SONY"];

/// The facts about a camera that its files lack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Camera {
    /// The matrix from CIE XYZ to the camera's red, green and blue, row by row.
    pub(super) from_xyz: [f64; 9],
    pub(super) white: Option<f32>,
}

/// Returns the camera of a maker with this name, or the maker's mean camera.
pub(super) fn find(maker: &str, model: &str) -> Option<Camera> {
    let name = name_of(model);
    let of_maker = || CAMERAS.lines().filter_map(|line| line.split_once(',')).filter(|row| row.0 == maker);
    let listed = of_maker().filter_map(|(_, row)| row.split_once(',')).find(|(model, _)| *model == name);
    if let Some((_, facts)) = listed {
        return parse(facts);
    }
    let cameras: Vec<Camera> = of_maker().filter_map(|(_, row)| parse(row.split_once(',')?.1)).collect();
    let mean = |i: usize| cameras.iter().map(|camera| camera.from_xyz[i]).sum::<f64>() / cameras.len() as f64;
    (!cameras.is_empty()).then(|| Camera { from_xyz: std::array::from_fn(mean), white: None })
}

/// Returns a model's name without the words that regions and years add.
fn name_of(model: &str) -> String {
    let model = model.to_uppercase().replace("EOS-", "");
    model.split_whitespace().filter(|word| !LEFT_OUT.contains(word)).collect::<Vec<_>>().join(" ")
}

/// Parses the white level and the matrix.
fn parse(facts: &str) -> Option<Camera> {
    let (white, matrix) = facts.split_once(',')?;
    let numbers: Vec<f64> = matrix.split(',').filter_map(|number| f64::from_str(number).ok()).collect();
    let from_xyz = <[f64; 9]>::try_from(numbers).ok()?.map(|number| number / 1e4);
    Some(Camera { from_xyz, white: white.parse().ok() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_a_camera_whose_white_has_all_colours() {
        for row in CAMERAS.lines().skip(1) {
            let fields: Vec<&str> = row.splitn(3, ',').collect();
            let camera = parse(fields[2]).unwrap();
            assert_eq!(find(fields[0], fields[1]), Some(camera), "{row}");
            // D65, by which the light of white is 1 in each row.
            let white = camera.from_xyz.as_chunks::<3>().0.iter().map(|row| row[0] * 0.9505 + row[1] + row[2] * 1.089);
            assert!(white.into_iter().all(|color| (0.2..2.5).contains(&color)), "{row}");
            assert!(camera.white.is_none_or(|white| (1000.0..16384.0).contains(&white)), "{row}");
        }
    }

    #[test]
    fn a_model_has_the_same_colours_by_all_of_its_names() {
        let of = |model: &str| find("Canon", model).unwrap();
        assert_eq!(of("Canon EOS 350D DIGITAL"), of("Canon EOS DIGITAL REBEL XT"));
        assert_eq!(of("Canon EOS 400D DIGITAL").white, Some(3726.0));
        assert_eq!(of("Canon EOS-1D X").from_xyz[0], 0.6847);
        let unknown = of("Canon EOS 1234D");
        assert_ne!(unknown, of("Canon EOS 5D"));
        assert!((0.5..1.0).contains(&unknown.from_xyz[0]));
        assert_eq!(find("Nobody", "D90"), None);
    }
}
