//! The fonts of the machine, for the text in vector pictures: looked for once in a run, when the first text is met.

use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb::Database;

/// A handle to the fonts; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Fonts {
    database: Arc<OnceLock<Arc<Database>>>,
}

impl Fonts {
    /// The fonts, found on the first call.
    pub(crate) fn database(&self) -> &Arc<Database> {
        self.database.get_or_init(|| {
            let mut database = Database::new();
            database.load_system_fonts();
            Arc::new(database)
        })
    }

    /// These and no others.
    #[cfg(test)]
    pub(crate) fn of(database: Database) -> Self {
        let fonts = Self::default();
        fonts.database.get_or_init(|| Arc::new(database));
        fonts
    }
}
