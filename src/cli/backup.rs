//! `keyhatch backup`: a consistent copy of the embedded database, taken while the server runs.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::print;
use super::{Failure, Files};
use crate::store::Db;
use crate::store::db::Location;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Where the copy goes; a file that is there already is left alone
    file: PathBuf,
}

pub(super) async fn run(files: &Files, arguments: &Arguments) -> Result<(), Failure> {
    let location = files.config()?.database;
    match &location {
        Location::Postgres(_) => {
            return Err(Failure::sentence(
                "The database is PostgreSQL: back it up with pg_dump, which is safe while Keyhatch runs.",
            ));
        }
        // Connecting would make an empty one, and a backup of nothing would look like a backup.
        Location::File(path) if !path.exists() => {
            return Err(Failure::sentence(format!(
                "There is no database at {}.",
                path.display()
            )));
        }
        Location::File(_) => {}
    }
    let db = Db::connect(&location).await?;
    let target = claim(&arguments.file)?;
    if let Err(error) = db.backup(&arguments.file).await {
        // What is left is empty or half a copy: nobody should find it and trust it.
        let _ = std::fs::remove_file(&arguments.file);
        return Err(error.into());
    }
    let written = target.sync_all().and_then(|()| target.metadata());
    let size = written.map_err(|error| problem(&arguments.file, &error))?.len();
    db.close().await?;
    print(&format!(
        "Copied the database to {} ({}). The master key is not in it: keep a copy of that elsewhere.",
        arguments.file.display(),
        readable(size)
    ))
}

/// Makes the file, empty and readable by its owner alone; one that exists is never touched.
fn claim(path: &Path) -> Result<File, Failure> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    made.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::sentence(format!("{} exists already; choose another name.", path.display()))
        }
        _ => problem(path, &error),
    })
}

fn problem(path: &Path, error: &std::io::Error) -> Failure {
    Failure::sentence(format!("{} cannot be written: {error}.", path.display()))
}

fn readable(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
