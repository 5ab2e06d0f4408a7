//! Builds options, and checks them.

use super::background::Background;
use super::encoding::{Effort, Hdr, Loss, Motion, Scans};
use super::metadata::Metadata;
use super::per_image::Options;
use super::placeholder::PlaceholderKind;
use super::target::{Target, Targets};
use super::treatment::{Damaged, Exactness, Exposure, Filter, Light, Previews, Profiles};
use crate::format::Format;
use crate::geometry::{Bounds, Enlargement, Fit, Gravity};

/// The defect of invalid [`Options`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// No size was given.
    #[error("no size was given")]
    NoSizes,
    /// A size has a side of 0 or one above [`MAX_SIDE`](crate::geometry::MAX_SIDE), or an impossible percentage.
    #[error("the size {0} is out of range")]
    Size(Bounds),
    /// No format was given.
    #[error("no format was given")]
    NoFormats,
    /// This build can't write the format.
    #[error("{} can't be written", _0.label())]
    Unwritable(Format),
    /// The blur is negative, not a number, or above [`Options::MAX_BLUR`].
    #[error("the blur {0} is out of range: it is between 0 and {max}", max = Options::MAX_BLUR)]
    Blur(f64),
    /// An option needs a Cargo feature that this build lacks.
    #[error("this build lacks the feature {0}")]
    NotBuiltIn(&'static str),
    /// The quality is not between 1 and 100.
    #[error("the quality {0} is out of range: it is between 1 and 100")]
    Quality(u8),
}

/// A builder of [`Options`], which begins with their defaults.
///
/// # Examples
///
/// ```
/// use thumbs::options::{Format, Gravity, Fit};
/// use thumbs::{Options, OptionsError};
///
/// let options = Options::builder().size(256).size((1024, 768)).format(Format::Jpeg).quality(85).build()?;
/// assert_eq!(options.sizes.len(), 2);
/// let squares = Options::builder().size(200).fit(Fit::Cover).gravity(Gravity::Smart).build()?;
/// assert_eq!(squares.quality, 80);
/// assert_eq!(Options::builder().quality(0).build(), Err(OptionsError::Quality(0)));
/// # Ok::<(), OptionsError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct OptionsBuilder {
    options: Options,
    sizes: Option<Vec<Bounds>>,
    targets: Option<Vec<Target>>,
}

/// Defines setters of fields that have the same name and type.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $kind:ty => $($field:ident).+;)*) => {
        $(
            $(#[$doc])*
            pub const fn $name(&mut self, $name: $kind) -> &mut Self {
                self.options.$($field).+ = $name;
                self
            }
        )*
    };
}

impl OptionsBuilder {
    /// Adds a size: `256` for a square, `(800, 600)`, a [`Size`](crate::Size) or [`Bounds`].
    pub fn size(&mut self, size: impl Into<Bounds>) -> &mut Self {
        self.sizes([size])
    }

    /// Adds sizes. Without any, an empty list is an error.
    pub fn sizes<S: Into<Bounds>>(&mut self, sizes: impl IntoIterator<Item = S>) -> &mut Self {
        self.sizes.get_or_insert_default().extend(sizes.into_iter().map(Into::into));
        self
    }

    /// Adds a format of the thumbnails: a [`Format`] or a [`Target`].
    pub fn format(&mut self, format: impl Into<Target>) -> &mut Self {
        self.formats([format])
    }

    /// Adds formats of the thumbnails. Without any, an empty list is an error.
    pub fn formats<T: Into<Target>>(&mut self, formats: impl IntoIterator<Item = T>) -> &mut Self {
        self.targets.get_or_insert_default().extend(formats.into_iter().map(Into::into));
        self
    }

    /// Sets the metadata that thumbnails keep.
    pub fn keep(&mut self, kinds: impl IntoIterator<Item = Metadata>) -> &mut Self {
        self.options.keep = kinds.into_iter().collect();
        self
    }

    setters! {
        /// Sets the standard deviation of the blur in source px, 0 for none.
        blur: f64 => blur;
        /// Sets the quality of lossy formats, from 1 to 100.
        quality: u8 => quality;
        /// Sets the way in which an image fills the size.
        fit: Fit => shape.fit;
        /// Sets the part of the image that a crop keeps.
        gravity: Gravity => shape.gravity;
        /// Sets whether small images are enlarged.
        enlargement: Enlargement => shape.enlargement;
        /// Sets the resampling filter.
        filter: Filter => filter;
        /// Sets the trade-off between encoding time and bytes.
        effort: Effort => encoding.effort;
        /// Sets the order of the data in a JPEG.
        scans: Scans => encoding.scans;
        /// Sets whether a WebP may lose detail.
        loss: Loss => encoding.loss;
        /// Sets the colour behind transparent pixels.
        background: Background => background;
        /// Sets the treatment of colour profiles.
        profiles: Profiles => profiles;
        /// Sets the sample values that are blurred and resized.
        light: Light => light;
        /// Sets the brightness of scene-linear images.
        exposure: Exposure => exposure;
        /// Sets whether decoding may shrink the image.
        exactness: Exactness => exactness;
        /// Sets whether an embedded preview may replace the image.
        previews: Previews => previews;
        /// Sets the maximum number of pixels of an image.
        max_pixels: u64 => max_pixels;
        /// Sets the maximum size of a file in bytes.
        max_file_size: u64 => max_file_size;
        /// Sets the treatment of images that could be decoded only in part.
        damaged: Damaged => damaged;
        /// Sets the treatment of animated images.
        motion: Motion => motion;
        /// Sets the treatment of gain maps.
        hdr: Hdr => hdr;
    }

    /// Asks for a placeholder of each image.
    pub const fn placeholder(&mut self, kind: PlaceholderKind) -> &mut Self {
        self.options.placeholder = Some(kind);
        self
    }

    /// Returns the options.
    ///
    /// # Errors
    /// A value is out of range, or a list is empty.
    pub fn build(&self) -> Result<Options, OptionsError> {
        let mut options = self.options.clone();
        if let Some(sizes) = &self.sizes {
            options.sizes.clone_from(sizes);
        }
        match self.targets.as_deref() {
            Some([]) => return Err(OptionsError::NoFormats),
            Some(targets) => options.targets = Targets::new(targets),
            None => {}
        }
        options.check()?;
        Ok(options)
    }
}

impl Options {
    /// Returns a builder that begins with the defaults.
    #[must_use]
    pub fn builder() -> OptionsBuilder {
        OptionsBuilder::default()
    }

    /// Checks the values that the types leave open. Options from a builder are valid.
    ///
    /// # Errors
    /// A value is out of range, or a list is empty.
    pub fn check(&self) -> Result<(), OptionsError> {
        let is_unwritable = |target: &Target| match target {
            Target::Always(format) if !format.is_writable() => Some(*format),
            _ => None,
        };
        if self.sizes.is_empty() {
            return Err(OptionsError::NoSizes);
        }
        if let Some(size) = self.sizes.iter().find(|size| !size.is_valid()) {
            return Err(OptionsError::Size(*size));
        }
        if let Some(format) = self.targets.as_slice().iter().find_map(is_unwritable) {
            return Err(OptionsError::Unwritable(format));
        }
        if !(0.0..=Self::MAX_BLUR).contains(&self.blur) {
            return Err(OptionsError::Blur(self.blur));
        }
        if !(1..=100).contains(&self.quality) {
            return Err(OptionsError::Quality(self.quality));
        }
        self.missing_feature().map_or(Ok(()), |feature| Err(OptionsError::NotBuiltIn(feature)))
    }

    /// Returns a feature that the options need and this build lacks.
    fn missing_feature(&self) -> Option<&'static str> {
        let is_small = self.encoding.effort == Effort::Small || self.encoding.scans == Scans::Progressive;
        [
            ("animation", self.motion != Motion::FirstFrame && !cfg!(feature = "animation")),
            ("exact", self.exactness == Exactness::Exact && !cfg!(feature = "exact")),
            ("metadata", (!self.keep.is_empty() || self.hdr == Hdr::Keep) && !cfg!(feature = "metadata")),
            ("placeholder", self.placeholder.is_some() && !cfg!(feature = "placeholder")),
            ("small", is_small && !cfg!(feature = "small")),
        ]
        .into_iter()
        .find_map(|(feature, is_missing)| is_missing.then_some(feature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{MAX_SIDE, Size};

    #[test]
    fn a_builder_without_calls_gives_the_defaults() {
        assert_eq!(Options::builder().build(), Ok(Options::default()));
    }

    #[test]
    fn every_form_of_a_size_is_taken_in_order() {
        let width = Bounds::Width { width: 7 };
        let built = Options::builder().size(256).size((8, 6)).size(Size::new(3, 4)).sizes([width]).build().unwrap();
        let box_of = |width, height| Bounds::Box(Size::new(width, height));
        assert_eq!(built.sizes, [box_of(256, 256), box_of(8, 6), box_of(3, 4), width]);
    }

    #[test]
    fn what_no_image_can_have_is_an_error_of_the_builder() {
        let sizes = [
            Bounds::from(0),
            (0, 5).into(),
            (5, MAX_SIDE + 1).into(),
            Bounds::Width { width: 0 },
            Bounds::Height { height: MAX_SIDE + 1 },
            Bounds::Percent { percent: 0.0 },
        ];
        for size in sizes {
            assert_eq!(Options::builder().size(50).size(size).build(), Err(OptionsError::Size(size)));
        }
        assert!(Options::builder().size(Bounds::Percent { percent: f64::NAN }).build().is_err());
        assert_eq!(Options::builder().sizes([0_u32; 0]).build(), Err(OptionsError::NoSizes));
        assert_eq!(Options::builder().formats([Format::Png; 0]).build(), Err(OptionsError::NoFormats));
        assert_eq!(Options::builder().format(Format::Ico).build(), Err(OptionsError::Unwritable(Format::Ico)));
        for blur in [-0.1, f64::INFINITY, Options::MAX_BLUR * 1.01] {
            assert_eq!(Options::builder().blur(blur).build(), Err(OptionsError::Blur(blur)));
        }
        assert!(matches!(Options::builder().blur(f64::NAN).build(), Err(OptionsError::Blur(_))));
        for quality in [0, 101, 200] {
            assert_eq!(Options::builder().quality(quality).build(), Err(OptionsError::Quality(quality)));
        }
    }

    #[test]
    fn the_ends_of_the_ranges_are_valid() {
        let mut builder = Options::builder();
        builder.size(1).size(MAX_SIDE).blur(0.0).quality(1).format(Target::Same).format(Format::Jpeg);
        assert!(builder.build().is_ok());
        assert!(builder.blur(Options::MAX_BLUR).quality(100).build().is_ok());
    }
}
