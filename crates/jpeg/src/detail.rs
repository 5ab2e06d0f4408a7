//! Estimates how much detail an image has from samples of its scans. In: a file's bytes. Out: a [`Spectrum`] for each
//! component.
//!
//! Huffman codes fall into step by themselves, so a reader may begin anywhere in a scan. Pieces of equal length at equal
//! distances are a fair sample: where blocks take more bytes, more pieces begin, and each holds fewer of them.

mod piece;
mod spectrum;
mod survey;

pub use spectrum::Spectrum;

use super::header::Header;

/// Estimates the spectra of all components, in the frame's order.
///
/// `None` if samples of the file's scans don't tell them: with arithmetic codes, other than 8 bits a sample, components in
/// sequential scans of their own, or where too little can be read.
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
