//! Disabling and enabling: a key that is refused until somebody says otherwise.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::keys::change::{change, refuse_compromised, refuse_frozen};
use crate::error::Result;
use crate::model::audit::Action;
use crate::model::ids::KeyId;
use crate::model::key::{Key, KeyState};

/// From the next request on, the key is refused. Doing it twice changes nothing.
pub async fn disable(app: &App, proof: ManageKeys<'_>, id: KeyId) -> Result<Key> {
    let now = app.now();
    change(app, proof, id, |key| {
        refuse_frozen(key)?;
        refuse_compromised(key)?;
        if key.state == KeyState::Disabled {
            return Ok(None);
        }
        key.state = KeyState::Disabled;
        key.disabled_at = Some(now);
        Ok(Some((Action::KeyDisabled, String::new())))
    })
    .await
}

/// From the next request on, the key works again. Doing it twice changes nothing.
pub async fn enable(app: &App, proof: ManageKeys<'_>, id: KeyId) -> Result<Key> {
    change(app, proof, id, |key| {
        refuse_frozen(key)?;
        refuse_compromised(key)?;
        if key.state == KeyState::Active {
            return Ok(None);
        }
        key.state = KeyState::Active;
        key.disabled_at = None;
        Ok(Some((Action::KeyEnabled, String::new())))
    })
    .await
}
