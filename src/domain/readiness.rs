//! Whether requests can be served: the database answers, and takes what is written.

use std::time::Duration;

use crate::domain::App;
use crate::error::AppError;
use crate::model::trouble::Trouble;
use crate::store;
use crate::store::db::commit;

/// What was written down a moment ago proves enough: monitors ask often.
const RECENT: Duration = Duration::from_secs(5);

/// How long it may take to find out.
const PATIENCE: Duration = Duration::from_millis(800);

/// Fails with what is wrong.
pub async fn check(app: &App) -> Result<(), Trouble> {
    if let Some(trouble) = app.db.down() {
        return Err(trouble);
    }
    let checking = async {
        if app.db.written().is_some_and(|ago| ago < RECENT) {
            store::changes::last(app.db.reader()).await?;
            return Ok(());
        }
        write(app).await
    };
    match tokio::time::timeout(PATIENCE, checking).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(AppError::Storage(trouble))) => Err(trouble),
        Ok(Err(error)) => {
            error.log("whether the database takes changes could not be found out");
            Err(Trouble::Gone)
        }
        Err(_) => Err(app.db.down().unwrap_or(if app.db.is_shared() {
            Trouble::Gone
        } else {
            Trouble::Held
        })),
    }
}

/// A change that tells nobody anything: that this process is there.
async fn write(app: &App) -> crate::error::Result<()> {
    let tx = app.db.begin().await?;
    store::nodes::announce(&tx, app.node).await?;
    Ok(commit(tx).await?)
}
