//! The settings page and the field, which are written in TypeScript in `host/ui/`.

use anyhow::{Context as _, Result};
use xshell::{Shell, cmd};

use crate::module::{self, Files};
use crate::workspace::Workspace;

/// Where the sources are.
const SOURCES: &str = "host/ui";

/// The field, which is part of the package and of the page alike.
const FIELD: &str = "field.js";
const FIELD_TYPES: &str = "field.d.ts";

/// What the sources give.
pub(crate) struct Ui {
    /// The field with its typings, for the package.
    pub(crate) field: Files,
    /// The page around the field, for the host.
    pub(crate) page: Files,
}

/// Checks the types and builds everything. The bytes depend on the sources and the locked npm packages alone.
///
/// # Errors
/// When a type does not fit, or the build fails.
pub(crate) fn build(workspace: &Workspace, shell: &Shell) -> Result<Ui> {
    let folder = workspace.path("target/module/ui");
    shell.remove_path(&folder)?;
    {
        let _in_sources = shell.push_dir(workspace.path(SOURCES));
        cmd!(shell, "node_modules/.bin/tsc").run()?;
        cmd!(shell, "node build.mjs {folder}").run()?;
    }
    let mut page = module::read_folder(&folder)?;
    let field = page.remove(FIELD).with_context(|| format!("`{SOURCES}` gave no `{FIELD}`"))?;
    let types = shell.read_binary_file(workspace.path(SOURCES).join(FIELD_TYPES))?;
    Ok(Ui { field: Files::from([(FIELD.into(), field), (FIELD_TYPES.into(), types)]), page })
}
