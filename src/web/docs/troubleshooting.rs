//! What may be the matter with a key that is refused as invalid, and where to look.

use crate::domain::App;

/// What somebody sees, and what to check.
pub(super) struct Symptom {
    pub(super) sees: String,
    pub(super) check: String,
}

/// The table, from the likeliest on.
pub(super) fn symptoms(app: &App) -> Vec<Symptom> {
    let profile = &app.profile;
    let (api, here) = (&profile.api, &app.settings.public_url);
    let code = |code: &str| profile.errors.case.write(code).into_owned();
    let mut symptoms = Vec::new();
    let mut add = |sees: String, check: String| symptoms.push(Symptom { sees, check });
    add(
        "The key works on one machine or server, and not on another".to_owned(),
        format!(
            "It was made in another deployment. A key is known only where it was made; the ones made here are those of {here}. \
             Make one in the dashboard that belongs to the address you call."
        ),
    );
    if profile.environments().len() > 1 {
        add(
            "A test key is refused where a live one works, or the other way round".to_owned(),
            "Each key belongs to one environment, and its prefix says to which. Use a key of the other environment."
                .to_owned(),
        );
    }
    if profile.embed.is_some() {
        let base = &api.base_path;
        add(
            format!("The key works elsewhere, but not on {base}/embed/…"),
            "Embed mode is not enabled where the key belongs: open Embed there, and choose Enable embed mode. Then send the \
             publishable key, and sign with the signing key, that you get."
                .to_owned(),
        );
    }
    add(
        "The key worked, and suddenly does not".to_owned(),
        "It was revoked, disabled or rolled, or it has expired. Its page in the dashboard says which, since when, and lists the \
         last requests that were refused, each with the reason."
            .to_owned(),
    );
    if api.https_only {
        add(
            "The key stopped working after a request to an address with http://".to_owned(),
            "It was sent in the clear, and counts as compromised. Roll it, and call https:// only.".to_owned(),
        );
    }
    let lengths: Vec<_> = profile
        .key_types
        .iter()
        .flat_map(|key_type| &key_type.formats)
        .map(|(_, format)| format.text_length())
        .collect();
    let mut different = lengths.clone();
    different.sort_unstable();
    different.dedup();
    let length = match different.as_slice() {
        [only] => format!("{only} characters"),
        several => {
            let several: Vec<_> = several.iter().map(ToString::to_string).collect();
            format!("{} characters, depending on its type", several.join(" or "))
        }
    };
    add(
        "The key has never worked".to_owned(),
        format!(
            "It was cut off, or has a quotation mark, a space or a line break in it. A whole key has {length}. What the dashboard \
             and logs show is only its beginning."
        ),
    );
    if profile.jwt.is_some() {
        add(
            "You send a token (JWT), not a key".to_owned(),
            "It has expired, is signed in another way than this API takes, or comes from another issuer.".to_owned(),
        );
    }
    add(
        format!(
            "The code is {} instead of {}",
            code("missing_authorization"),
            code("invalid_credentials")
        ),
        format!(
            "No key arrived at all. Look for {}, for a variable that is empty, and for a proxy or a redirect that drops the header.",
            missing(app)
        ),
    );
    symptoms
}

fn missing(app: &App) -> String {
    let names: Vec<_> = super::keys::headers(&app.profile)
        .into_iter()
        .map(|header| match header.name.as_str() {
            "Authorization" if header.value.starts_with("Basic") => "a missing Authorization: Basic header".to_owned(),
            "Authorization" => "a missing Authorization: Bearer header".to_owned(),
            name => format!("a missing {name} header"),
        })
        .collect();
    names.join(" or ")
}
