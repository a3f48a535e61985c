//! Pages about webhooks: the deliveries of a project, one of them, and the buttons about them. What several pages say of a
//! delivery is in `words`.

pub mod endpoint;
pub mod list;
pub mod resend;
pub mod show;
pub mod test_event;
pub mod words;

use crate::profile::Profile;

/// Whether any key has a secret that signs webhooks: without one, none are sent for keys.
pub fn are_signed(profile: &Profile) -> bool {
    profile.key_types.iter().any(|key_type| key_type.signing_secret)
}
