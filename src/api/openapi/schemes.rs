//! Where a request carries its key, or its service token.

use serde_json::{Map, Value, json};

use crate::profile::{CredentialPlace, Profile};

/// Every way, by its name.
pub(super) fn of(profile: &Profile) -> Map<String, Value> {
    let places = profile.api.credentials.iter();
    let mut schemes: Map<String, Value> = places.map(|place| (name(place), scheme(place))).collect();
    schemes.insert(
        SERVICE_TOKEN.to_owned(),
        json!({"type": "http", "scheme": "bearer", "description": "A service token of the provider’s own systems: khs_…"}),
    );
    schemes
}

/// What the provider's own systems send.
pub(super) const SERVICE_TOKEN: &str = "service_token";

/// Names of components take less than names of headers do.
pub(super) fn name(place: &CredentialPlace) -> String {
    match place {
        CredentialPlace::Bearer => "bearer".to_owned(),
        CredentialPlace::Basic => "basic".to_owned(),
        CredentialPlace::XApiKey | CredentialPlace::Header(_) => {
            let fine = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            place
                .header_name()
                .chars()
                .map(|c| if fine(c) { c } else { '_' })
                .collect()
        }
    }
}

fn scheme(place: &CredentialPlace) -> Value {
    match place {
        CredentialPlace::Bearer => json!({"type": "http", "scheme": "bearer"}),
        CredentialPlace::Basic => json!({
            "type": "http",
            "scheme": "basic",
            "description": "The key is the user name, and the password is empty; or the other way round.",
        }),
        CredentialPlace::XApiKey | CredentialPlace::Header(_) => {
            json!({"type": "apiKey", "in": "header", "name": place.header_name()})
        }
    }
}
