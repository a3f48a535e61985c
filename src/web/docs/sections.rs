//! What the page is made of, in order: its table of contents. A section that the profile has nothing to say in is left out.

use super::limits;
use crate::profile::Profile;
use crate::web::webhooks;

/// A section of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// The end of its address, after `#`.
    pub id: &'static str,
    pub title: &'static str,
}

/// The sections of this profile's page.
pub fn of(profile: &Profile) -> Vec<Section> {
    let has_limits = !profile.limits.is_empty() || !limits::plans(profile).is_empty();
    [
        ("quick-start", "Quick start", true),
        ("sending", "Sending the key", true),
        ("format", "Key format", true),
        ("environments", "Environments", profile.environments().len() > 1),
        ("creating", "Creating a key", true),
        ("ending", "Rolling and revoking", true),
        ("access", "What a key may do", true),
        (
            "browsers",
            "Keys in browsers",
            profile.key_types.iter().any(|key_type| key_type.public),
        ),
        ("https", "Only over https", profile.api.https_only),
        ("tokens", "Tokens instead of keys", profile.jwt.is_some()),
        ("embed", "Embed sessions", profile.embed.is_some()),
        ("inbound", "Inbound webhooks", profile.inbound.is_some()),
        ("credits", "Credits", profile.credits.is_some()),
        ("limits", "Plans and limits", has_limits),
        ("webhooks", "Webhooks", webhooks::are_signed(profile)),
        ("errors", "Errors", true),
        ("troubleshooting", "Troubleshooting", true),
        ("practices", "Best practices", true),
    ]
    .into_iter()
    .filter(|(.., is_there)| *is_there)
    .map(|(id, title, _)| Section { id, title })
    .collect()
}
