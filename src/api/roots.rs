//! Below which paths the API is, beside the base path of the profile.

/// Where the provider's own systems call.
pub const PROVIDER: &str = "/provider";

/// Where those report who look for leaked keys.
pub const LEAKS: &str = "/leaks";

/// Where mail programs end mails that come again and again.
pub const UNSUBSCRIBE: &str = "/unsubscribe";

/// Where proxies in front of the provider's API ask.
pub const GATEWAY: &str = "/gateway";
