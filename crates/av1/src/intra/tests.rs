use super::*;
use crate::block::Dimensions;

/// Edges of a block inside an image: rising above, falling to the left.
fn edges() -> Edges<u8> {
    let mut edges = Edges::new();
    (edges.has_top, edges.has_left) = (true, true);
    for index in 0..130 {
        edges.top[index] = (100 + index) as u8;
        edges.left[index] = (100 - index.min(99)) as u8;
    }
    edges
}

fn predicted(prediction: Prediction, size: Dimensions, filter: EdgeFilter) -> Vec<u8> {
    let (width, height) = (4 * size.width(), 4 * size.height());
    let mut samples = vec![0; width * height];
    let mut block = Block { samples: &mut samples, stride: width, size, depth: 8, filter, inside: (width, height) };
    predict(prediction, &mut edges(), &mut block);
    samples
}

#[test]
fn straight_directions_copy_an_edge() {
    let size = Dimensions::new(1, 0);
    let down = predicted(Prediction::Direction(90), size, EdgeFilter::On);
    assert_eq!(down, [101, 102, 103, 104, 105, 106, 107, 108].repeat(4));
    let across = predicted(Prediction::Direction(180), size, EdgeFilter::On);
    assert_eq!(across, [99_u8, 98, 97, 96].into_iter().flat_map(|left| [left; 8]).collect::<Vec<_>>());
}

#[test]
fn diagonals_follow_their_edge_and_ramps_stay_ramps_when_filtered() {
    let size = Dimensions::square(1);
    for filter in [EdgeFilter::Off, EdgeFilter::On, EdgeFilter::Smooth] {
        let samples = predicted(Prediction::Direction(45), size, filter);
        for (index, sample) in samples.iter().enumerate().filter(|(index, _)| index % 8 + index / 8 < 12) {
            assert_eq!(usize::from(*sample), 102 + index % 8 + index / 8, "{filter:?} at {index}");
        }
        let samples = predicted(Prediction::Direction(135), size, filter);
        for (index, sample) in samples.iter().enumerate() {
            let expected = 100 + index as i32 % 8 - index as i32 / 8;
            assert!((i32::from(*sample) - expected).abs() <= 1, "{filter:?} at {index}: {sample}, not {expected}");
        }
    }
}

#[test]
fn every_prediction_stays_between_its_edges() {
    let directions = (0..8).flat_map(|mode| (-3..=3).map(move |delta| Prediction::of_mode(mode + 1, delta)));
    let others = [Prediction::Mean, Prediction::Smooth, Prediction::SmoothVertical, Prediction::SmoothHorizontal];
    let all: Vec<_> = directions.chain(others).chain([Prediction::Paeth]).collect();
    for prediction in &all {
        for size in [Dimensions::new(0, 0), Dimensions::new(0, 2), Dimensions::new(3, 1), Dimensions::new(4, 4)] {
            for filter in [EdgeFilter::Off, EdgeFilter::On, EdgeFilter::Smooth] {
                let samples = predicted(*prediction, size, filter);
                assert!(samples.iter().all(|sample| (1..=229).contains(sample)), "{prediction:?}, {size:?}");
            }
        }
    }
    assert_eq!(all.len(), 61);
}

#[test]
fn the_mean_is_that_of_both_edges() {
    assert_eq!(predicted(Prediction::Mean, Dimensions::square(0), EdgeFilter::On), [100; 16]);
}

#[test]
fn chroma_without_differences_of_luma_is_the_mean() {
    let mut samples = vec![0_u8; 16];
    let size = Dimensions::square(0);
    let mut block = Block { samples: &mut samples, stride: 4, size, depth: 8, filter: EdgeFilter::On, inside: (4, 4) };
    predict_from_luma(&Luma::new(), 7, &edges(), &mut block);
    assert_eq!(samples, [100; 16]);
}
