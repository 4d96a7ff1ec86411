//! Progress of what takes long: drawn on standard error, and only if that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// How many bytes were read, of how many if that is known.
pub(super) fn bytes(total: Option<u64>) -> anyhow::Result<ProgressBar> {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{bar:40} {percent:>3} %  {bytes} of {total_bytes}, {eta} left"),
        None => (ProgressBar::no_length(), "{spinner} {bytes}"),
    };
    Ok(bar.with_style(ProgressStyle::with_template(template)?))
}

/// How many things there were so far, such as `accounts`.
pub(super) fn count(things: &str) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template(&format!("{{spinner}} {{human_pos}} {things}"))?;
    Ok(ProgressBar::new_spinner().with_style(style))
}
