//! The documentation that the running profile writes. What it says comes from the profile, and from the functions that answer
//! requests; come here to change its words, to `templates/docs` to change its order.
//!
//! A part that an API may have or not is a file in `templates/docs/parts`, and a line in [`sections`].

pub mod authentication;
mod caching;
pub mod errors;
mod keys;
mod limits;
mod reader;
mod requests;
pub mod sections;
mod troubleshooting;

/// The sample receivers of webhooks, as they are in `examples`, where tests run them.
pub const RECEIVERS: [(&str, &str, &str); 2] = [
    (
        "python",
        "Python",
        include_str!("../../examples/webhook-receiver/python/receiver.py"),
    ),
    (
        "node",
        "Node.js",
        include_str!("../../examples/webhook-receiver/node/receiver.mjs"),
    ),
];
