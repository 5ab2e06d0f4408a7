//! Describes the colours of an image as its file states them. Decoders set the profile; `color` applies it to the
//! thumbnail.

/// The colour space of an image's samples.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Profile {
    /// sRGB, also if the file states nothing.
    #[default]
    Srgb,
    /// An ICC profile, as the file carries it.
    Icc(Vec<u8>),
    /// Code points of ITU-T H.273.
    Cicp {
        /// Colour primaries, table 2.
        primaries: u8,
        /// Transfer characteristics, table 3.
        transfer: u8,
        /// The brightest light, which matters where the transfer characteristics are PQ's or HLG's.
        peak: Peak,
    },
    /// A pure power function, as PNG's gAMA and cHRM state it.
    Gamma {
        /// Sample = light to the power of this; 0.45455 for the usual 2.2.
        exponent: f64,
        /// x and y of white, red, green and blue (CIE 1931); `None` if they are sRGB's or not stated.
        chromaticities: Option<[[f64; 2]; 4]>,
    },
    /// Linear light of sRGB's primaries: 255 is the white of paper, and more is brighter.
    Linear,
}

/// The brightest light of an image in cd/m², as far as its file states it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Peak {
    /// That of its own pixels (MaxCLL of CTA-861.3).
    pub(crate) of_content: Option<f32>,
    /// That of the screen that it was made on (SMPTE ST 2086).
    pub(crate) of_display: Option<f32>,
}
