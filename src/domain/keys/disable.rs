//! Disabling and enabling: a key that is refused until somebody says otherwise, or until a moment that was chosen.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::keys::change::{change, refuse_compromised, refuse_frozen};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::disablement;
use crate::model::ids::KeyId;
use crate::model::key::{Key, KeyState};

/// From the next request on, the key is refused until somebody enables it. Doing it twice changes nothing.
pub async fn disable(app: &App, proof: ManageKeys<'_>, id: KeyId) -> Result<Key> {
    disable_for(app, proof, id, "").await
}

/// The same, for as long as was chosen ([`disablement::CHOICES`]).
pub async fn disable_for(app: &App, proof: ManageKeys<'_>, id: KeyId, choice: &str) -> Result<Key> {
    let now = app.now();
    let until = disablement::parse_choice(choice, now).map_err(|why| AppError::invalid("until", why))?;
    change(app, proof, id, |key| {
        refuse_frozen(key)?;
        refuse_compromised(key)?;
        if key.state == KeyState::Disabled && disablement::is_the_same(key.disabled_until, until) {
            return Ok(None);
        }
        key.disable(now, until);
        Ok(Some((Action::KeyDisabled, disablement::words(until))))
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
        key.enable();
        Ok(Some((Action::KeyEnabled, String::new())))
    })
    .await
}
