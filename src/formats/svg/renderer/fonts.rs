//! Finds the machine's fonts for text in vector images, once in a run, at the first text.

use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb::Database;

/// A handle to the fonts. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Fonts {
    database: Arc<OnceLock<Arc<Database>>>,
}

impl Fonts {
    /// Returns the fonts, searched for on the first call.
    pub(crate) fn database(&self) -> &Arc<Database> {
        self.database.get_or_init(|| {
            let mut database = Database::new();
            database.load_system_fonts();
            Arc::new(database)
        })
    }

    /// Returns a handle to these fonts only.
    #[cfg(test)]
    pub(crate) fn of(database: Database) -> Self {
        let fonts = Self::default();
        fonts.database.get_or_init(|| Arc::new(database));
        fonts
    }
}
