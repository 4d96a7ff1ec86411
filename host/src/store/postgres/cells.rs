//! PostgreSQL's rows, as the shared readers see them.

use std::borrow::Cow;

use deadpool_postgres::tokio_postgres::Row;

use super::text;
use crate::store::rows::Cells;

impl Cells for Row {
    fn text(&self, column: usize) -> Option<Option<&str>> {
        self.try_get(column).ok()
    }

    fn integer(&self, column: usize) -> Option<Option<i64>> {
        self.try_get(column).ok()
    }

    fn any_text(&self, column: usize) -> Option<Option<Cow<'_, str>>> {
        self.text(column).map(|stored| stored.map(text::original))
    }
}
