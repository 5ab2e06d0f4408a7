//! Defines the contact sheet of a run.

use std::path::PathBuf;

/// A contact sheet that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactSheet {
    /// Its file; of several images, each has a number before the suffix.
    pub path: PathBuf,
    /// The form of the file.
    pub form: SheetForm,
}

/// The form of a contact sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetForm {
    /// A JPEG for each page.
    Jpeg,
    /// A PNG for each page.
    Png,
    /// One PDF.
    Pdf,
}

impl ContactSheet {
    /// Returns the sheet for a file with this name. `None` if its suffix names no form.
    #[must_use]
    pub fn of(path: PathBuf) -> Option<Self> {
        let suffix = path.extension()?.to_str()?.to_ascii_lowercase();
        let form = match suffix.as_str() {
            "jpg" | "jpeg" => SheetForm::Jpeg,
            "png" => SheetForm::Png,
            "pdf" => SheetForm::Pdf,
            _ => return None,
        };
        Some(Self { path, form })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_decides_the_form() {
        let form = |name: &str| ContactSheet::of(name.into()).map(|sheet| sheet.form);
        assert_eq!(form("x/a.JPG"), Some(SheetForm::Jpeg));
        assert_eq!(form("a.b.jpeg"), Some(SheetForm::Jpeg));
        assert_eq!(form("a.png"), Some(SheetForm::Png));
        assert_eq!(form("a.pdf"), Some(SheetForm::Pdf));
        assert_eq!(form("a.webp").or(form("pdf")).or(form(".pdf")), None);
    }
}
