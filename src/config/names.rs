//! What settings are called, in the file and in the environment.

/// All settings, as the file writes them. In the environment they are in upper case behind `KEYHATCH_`.
pub(super) const NAMES: [&str; 18] = [
    "listen",
    "metrics_listen",
    "public_url",
    "data_dir",
    "database_url",
    "redis_url",
    "profile",
    "master_key",
    "master_key_file",
    "mail_url",
    "mail_from",
    "trusted_proxies",
    "webhook_allowed_networks",
    "cached_keys",
    "connections_per_address",
    "password_hashing",
    "log",
    "log_format",
];

/// The name of a setting in the environment.
pub(super) fn variable(name: &str) -> String {
    format!("KEYHATCH_{}", name.to_uppercase())
}
