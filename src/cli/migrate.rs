//! `keyhatch migrate`: for those who want the schema brought up to date before the server starts, which does it too.

use super::output::print;
use super::{Failure, Files};

pub(super) async fn run(files: &Files) -> Result<(), Failure> {
    let app = files.open().await?;
    app.db.close().await?;
    print("The database is up to date.")
}
