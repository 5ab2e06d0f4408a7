//! Decodes AVC through the crate `rust_h264`: the frame of one sample of a video.

use rust_h264::decoder::{ChromaFormat, Decoder, Frame};
use rust_h264::error::DecodeError as AvcError;
use rust_h264::nal::{SpsInfo, parse_avcc, parse_avcc_config, parse_sps_info};

use super::coded::{CodedPicture, CodedPlane, Meaning, Samples, Shape, check_size};
use crate::container::Nclx;
use crate::formats::error::{DecodeError, damaged, unsupported};
use crate::outcome::Damage;

/// Bytes for each pixel that decoding takes beside the samples of a frame (measured): the motion and modes of its blocks, and
/// copies of the frame.
pub(super) const BESIDE: u64 = 6;

/// Decodes the first frame of a sample, which must stand alone. Its two fields, if there are such, are interleaved.
pub(super) fn decode(configuration: &[u8], data: &[u8], told: (u32, u32)) -> Result<CodedPicture, DecodeError> {
    let configured = parse_avcc_config(configuration).map_err(|_| damaged("its codec's configuration is invalid"))?;
    let units = parse_avcc(data, configured.length_size);
    let parameters = || configured.sps_nals.iter().chain(&configured.pps_nals).chain(&units);
    let sequences: Vec<SpsInfo> = parameters().filter_map(|unit| parse_sps_info(unit).ok()).collect();
    let sequence = sequences.last().ok_or_else(|| damaged("no sequence parameters"))?;
    for sequence in &sequences {
        check_size((sequence.coded_width.into(), sequence.coded_height.into()), told)?;
    }
    let mut decoder = Decoder::new();
    let (mut frame, mut failure) = (None, None);
    for unit in parameters() {
        match decoder.decode_nal(unit) {
            Ok(decoded) => frame = frame.or(decoded),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    let frame = frame.or_else(|| decoder.flush());
    match (frame, failure) {
        (Some(frame), failure) => {
            let damage = failure.map(|error| Damage::of_whole(judge(&error).to_string()));
            Ok(CodedPicture { damage, ..take_apart(frame, sequence) })
        }
        (None, Some(error)) => Err(judge(&error)),
        (None, None) => Err(damaged("the data end before the image")),
    }
}

fn judge(error: &AvcError) -> DecodeError {
    match error {
        AvcError::Unsupported(what) => unsupported(format!("AVC: {what}")),
        AvcError::UnexpectedEof => damaged("the compressed data end too early"),
        AvcError::InvalidSyntax(_) => damaged("the compressed data are corrupt"),
    }
}

fn take_apart(frame: Frame, sequence: &SpsInfo) -> CodedPicture {
    let (width, height) = (frame.width as usize, frame.height as usize);
    let ratio = match frame.chroma_format {
        ChromaFormat::Yuv420 => (2, 2),
        ChromaFormat::Yuv422 => (2, 1),
    };
    let depth = u32::from(frame.bit_depth);
    let chroma = (frame.chroma_width() as usize, frame.chroma_height() as usize);
    let plane = |samples: Vec<u8>, (width, height): (usize, usize)| {
        let samples = match depth {
            8 => Samples::Octets(samples),
            _ => Samples::Words(samples.as_chunks().0.iter().map(|two| u16::from_le_bytes(*two)).collect()),
        };
        CodedPlane { width, height, stride: width, samples }
    };
    let is_grey = sequence.chroma_format == 0;
    let mut planes = vec![plane(frame.y, (width, height))];
    if !is_grey {
        planes.extend([plane(frame.u, chroma), plane(frame.v, chroma)]);
    }
    let nclx = Nclx {
        primaries: sequence.primaries.into(),
        transfer: sequence.transfer.into(),
        matrix: sequence.matrix.into(),
        is_full_range: sequence.full_range,
    };
    let depths = vec![depth; planes.len()];
    let shape = Shape { size: (width, height), depths, ratio, nclx: Some(nclx), meaning: Meaning::Stated };
    CodedPicture { shape, planes, damage: None }
}
