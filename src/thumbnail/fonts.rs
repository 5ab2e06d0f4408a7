//! The fonts of the machine, for the text in vector pictures: looked for once in a run, when the first text is met.

#[cfg(feature = "svg")]
use std::sync::{Arc, OnceLock};

#[cfg(feature = "svg")]
use resvg::usvg::fontdb::Database;

/// A handle to the fonts; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Fonts {
    #[cfg(feature = "svg")]
    database: Arc<OnceLock<Arc<Database>>>,
}

#[cfg(feature = "svg")]
impl Fonts {
    /// The fonts, found on the first call.
    pub(super) fn database(&self) -> &Arc<Database> {
        self.database.get_or_init(|| {
            let mut database = Database::new();
            database.load_system_fonts();
            Arc::new(database)
        })
    }

    /// These and no others.
    #[cfg(test)]
    pub(super) fn of(database: Database) -> Self {
        let fonts = Self::default();
        fonts.database.get_or_init(|| Arc::new(database));
        fonts
    }
}
