//! Reports in each form, into a writer.

use std::io::Write;

use super::csv::Csv;
use super::form::{Form, Report};
use super::json::Json;
use super::ndjson::NdJson;

impl Form {
    /// Returns a report of this form that writes to `writer`.
    #[must_use]
    pub fn into_writer<'a>(self, writer: Box<dyn Write + 'a>) -> Box<dyn Report + 'a> {
        match self {
            Self::Json => Box::new(Json::new(writer)),
            Self::NdJson => Box::new(NdJson::new(writer)),
            Self::Csv => Box::new(Csv::new(writer)),
        }
    }
}
