//! Serializes options, each by a name with its unit.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::encoding::{Effort, Encoding, Hdr, Loss, Motion, Scans};
use super::metadata::Kept;
use super::per_image::Options;
use super::placeholder::PlaceholderKind;
use super::treatment::{Damaged, Exactness, Exposure, Filter, Light, Previews, Profiles};
use crate::geometry::{Bounds, Enlargement, Fit, Gravity, Shape};

/// Options as they are serialized. Values that are missing have their defaults; none is checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SerializedOptions {
    sizes: Vec<Bounds>,
    fit: Fit,
    gravity: Gravity,
    enlargement: Enlargement,
    blur_px: f64,
    filter: Filter,
    format: String,
    quality: u8,
    effort: Effort,
    scans: Scans,
    loss: Loss,
    background: String,
    profiles: Profiles,
    keep: Kept,
    light: Light,
    exposure: Exposure,
    exactness: Exactness,
    previews: Previews,
    max_pixels: u64,
    max_file_size: u64,
    damaged: Damaged,
    #[serde(skip_serializing_if = "Option::is_none")]
    placeholder: Option<PlaceholderKind>,
    motion: Motion,
    hdr: Hdr,
}

impl Default for SerializedOptions {
    fn default() -> Self {
        Options::default().into()
    }
}

impl From<Options> for SerializedOptions {
    fn from(options: Options) -> Self {
        Self {
            sizes: options.sizes,
            fit: options.shape.fit,
            gravity: options.shape.gravity,
            enlargement: options.shape.enlargement,
            blur_px: options.blur,
            filter: options.filter,
            format: options.targets.to_string(),
            quality: options.quality,
            effort: options.encoding.effort,
            scans: options.encoding.scans,
            loss: options.encoding.loss,
            background: options.background.to_string(),
            profiles: options.profiles,
            keep: options.keep,
            light: options.light,
            exposure: options.exposure,
            exactness: options.exactness,
            previews: options.previews,
            max_pixels: options.max_pixels,
            max_file_size: options.max_file_size,
            damaged: options.damaged,
            placeholder: options.placeholder,
            motion: options.motion,
            hdr: options.hdr,
        }
    }
}

impl TryFrom<SerializedOptions> for Options {
    type Error = String;

    fn try_from(serialized: SerializedOptions) -> Result<Self, String> {
        let SerializedOptions { fit, gravity, enlargement, effort, scans, loss, .. } = serialized;
        let options = Self {
            sizes: serialized.sizes,
            shape: Shape { fit, gravity, enlargement },
            blur: serialized.blur_px,
            filter: serialized.filter,
            targets: serialized.format.parse()?,
            quality: serialized.quality,
            encoding: Encoding { effort, scans, loss },
            background: serialized.background.parse()?,
            profiles: serialized.profiles,
            keep: serialized.keep,
            light: serialized.light,
            exposure: serialized.exposure,
            exactness: serialized.exactness,
            previews: serialized.previews,
            max_pixels: serialized.max_pixels,
            max_file_size: serialized.max_file_size,
            damaged: serialized.damaged,
            placeholder: serialized.placeholder,
            motion: serialized.motion,
            hdr: serialized.hdr,
        };
        options.check().map_err(|error| error.to_string())?;
        Ok(options)
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SerializedOptions::from(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SerializedOptions::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}

#[cfg(all(test, feature = "batch"))]
mod tests {
    use super::*;
    use crate::options::Format;

    #[test]
    fn options_come_back_as_they_were() {
        let mut squares = Options::builder();
        squares.size(256).size((1024, 768)).fit(Fit::Cover).format(Format::Png).blur(0.5);
        for options in [Options::default(), squares.build().unwrap()] {
            let text = serde_json::to_string(&options).unwrap();
            assert_eq!(serde_json::from_str::<Options>(&text).unwrap(), options, "{text}");
        }
    }

    #[test]
    fn missing_options_have_their_defaults_and_invalid_ones_are_errors() {
        let read = serde_json::from_str::<Options>;
        assert_eq!(read("{}").unwrap(), Options::default());
        assert_eq!(read(r#"{"quality": 90}"#).unwrap().quality, 90);
        for (text, reason) in [
            (r#"{"quality": 0}"#, "the quality 0 is out of range"),
            (r#"{"sizes": []}"#, "no size was given"),
            (r#"{"format": "psd"}"#, "can't be written"),
            (r#"{"blur_px": -1.0}"#, "the blur -1 is out of range"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
