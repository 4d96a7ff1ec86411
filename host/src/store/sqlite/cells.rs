//! SQLite's rows, as the shared readers see them.

use rusqlite::Row;

use crate::store::rows::Cells;

impl Cells for Row<'_> {
    fn text(&self, column: usize) -> Option<Option<&str>> {
        self.get_ref(column).ok()?.as_str_or_null().ok()
    }

    fn integer(&self, column: usize) -> Option<Option<i64>> {
        self.get_ref(column).ok()?.as_i64_or_null().ok()
    }
}
