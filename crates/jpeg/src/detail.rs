//! Estimates the detail of an image from samples of its scans.
//!
//! The result is one [`Spectrum`] per component.
//!
//! Huffman codes resynchronise by themselves, so reading may begin anywhere in a scan. Pieces of equal length at equal
//! distances are an unbiased sample: where blocks take more bytes, more pieces begin, and each holds fewer blocks.

mod piece;
mod spectrum;
mod survey;

pub use spectrum::Spectrum;

use super::header::Header;

/// Estimates the spectra of all components, in the frame's order.
///
/// `header` is the result of [`read_header`](crate::read_header) for the same bytes.
///
/// `None` if samples of the scans are not enough: for arithmetic codes, for other than 8 bits a sample, for lossless
/// files, for sequential files with a scan per component, or if too few blocks can be read. Estimates include a
/// standard error, so they err high.
#[must_use]
pub fn sample_spectra(bytes: &[u8], header: &Header) -> Option<Vec<Spectrum>> {
    let mut scans = survey::find_scans(bytes, header)?;
    let all = scans.iter().map(survey::Sampled::bytes).sum();
    let mut spectra = vec![Spectrum { power: [[0.0; 8]; 8] }; header.components.len()];
    let mut buffers = piece::Buffers::default();
    for scan in &mut scans {
        let mut reading = scan.read(bytes, all, &mut buffers);
        if scan.seems_trailed(&reading) {
            scan.find_end(bytes);
            reading = scan.read(bytes, scan.bytes(), &mut buffers);
        }
        scan.add_to(&mut spectra, &reading)?;
    }
    Some(spectra)
}
