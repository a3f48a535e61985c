//! Pages about webhooks: the deliveries of a project, one of them, and the buttons about them. What several pages say of a
//! delivery is in `words`.

pub mod endpoint;
pub mod list;
pub mod resend;
pub mod show;
pub mod test_event;
pub mod words;
