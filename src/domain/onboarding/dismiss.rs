//! Putting the first steps away, and bringing them back. They stay where they are; nothing leads to them but the menu.

use crate::domain::App;
use crate::error::Result;
use crate::model::account::Account;
use crate::store;
use crate::store::db::commit;

/// Puts them away.
pub async fn dismiss(app: &App, account: &Account) -> Result<()> {
    set(app, account, true).await
}

/// Brings them back.
pub async fn bring_back(app: &App, account: &Account) -> Result<()> {
    set(app, account, false).await
}

async fn set(app: &App, account: &Account, are_away: bool) -> Result<()> {
    if account.welcome_dismissed_at.is_some() == are_away {
        return Ok(());
    }
    let tx = app.db.begin().await?;
    store::accounts::set_welcome_dismissed(&tx, account.id, are_away.then(|| app.now())).await?;
    Ok(commit(tx).await?)
}
