//! Every route by every kind of caller. A route that is in `src/routes.rs` and not here fails the build, and the other way
//! round; so does a page that answers a foreign form, or without its headers.
//!
//! Come here when you add a route: add its line. A failing run prints the line as the application answers it; put it here
//! only if that is what it ought to answer.

mod api;
mod cast;
mod csrf;
mod head;
mod headers;
mod pages;

use std::collections::BTreeSet;

use keyhatch::profile::Profile;
use keyhatch::routes;

/// One route. `{workspace}`, `{project}`, `{key}`, `{delivery}`, `{endpoint}`, `{member}`, `{invitation}` and `{inbound}` become Alice's; each call gets
/// fresh ones.
#[derive(Clone, Copy)]
pub struct Row<const CALLERS: usize> {
    pub method: &'static str,
    pub path: &'static str,
    pub expected: [u16; CALLERS],
}

const fn row<const CALLERS: usize>(method: &'static str, path: &'static str, expected: [u16; CALLERS]) -> Row<CALLERS> {
    Row { method, path, expected }
}

/// The example, with every part that a profile may have and that has routes of its own.
pub fn profile() -> String {
    let example = include_str!("../../profiles/example.toml");
    let embed = "[embed]\npublishable_prefix = \"kh_embed_pk_\"\nsigning_prefix = \"kh_embed_sk_\"\n";
    let inbound = "[inbound]\ntoken_prefix = \"kh_in_\"\n";
    format!("{example}\n{embed}\n{inbound}\n[leaks.github]\n")
}

/// Who calls a page: nobody signed in, Charlie a stranger, Sam of the staff, and the members Victor (viewer), Bob
/// (developer), Adam (admin) and Alice (owner).
pub const PEOPLE: [&str; 7] = ["nobody", "charlie", "sam", "victor", "bob", "adam", "alice"];

#[rustfmt::skip]
pub const PAGES: &[Row<7>] = &[
    //                                                                                      nobody charlie sam victor bob adam alice
    row("GET",    "/sign-in",                                                                   [200, 303, 303, 303, 303, 303, 303]),
    row("POST",   "/sign-in",                                                                   [422, 422, 422, 422, 422, 422, 422]),
    row("POST",   "/sign-out",                                                                  [303, 303, 303, 303, 303, 303, 303]),
    row("GET",    "/",                                                                          [200, 303, 303, 303, 303, 303, 303]),
    row("GET",    "/sign-up",                                                                   [200, 303, 303, 303, 303, 303, 303]),
    row("POST",   "/sign-up",                                                                   [422, 422, 422, 422, 422, 422, 422]),
    row("GET",    "/sign-up/sent",                                                              [200, 200, 200, 200, 200, 200, 200]),
    row("GET",    "/verify-email",                                                              [410, 410, 410, 410, 410, 410, 410]),
    row("POST",   "/verify-email",                                                              [410, 410, 410, 410, 410, 410, 410]),
    row("GET",    "/key-health-mail",                                                           [200, 200, 200, 200, 200, 200, 200]),
    row("POST",   "/key-health-mail",                                                           [200, 200, 200, 200, 200, 200, 200]),
    row("GET",    "/forgot-password",                                                           [200, 200, 200, 200, 200, 200, 200]),
    row("POST",   "/forgot-password",                                                           [422, 422, 422, 422, 422, 422, 422]),
    row("GET",    "/forgot-password/sent",                                                      [200, 200, 200, 200, 200, 200, 200]),
    row("GET",    "/reset-password",                                                            [410, 410, 410, 410, 410, 410, 410]),
    row("POST",   "/reset-password",                                                            [410, 410, 410, 410, 410, 410, 410]),
    row("GET",    "/confirm-password",                                                          [303, 200, 200, 200, 200, 200, 200]),
    row("POST",   "/confirm-password",                                                          [401, 422, 422, 422, 422, 422, 422]),
    row("GET",    "/account",                                                                   [303, 200, 200, 200, 200, 200, 200]),
    row("GET",    "/account/security",                                                          [303, 200, 200, 200, 200, 200, 200]),
    row("POST",   "/account/security",                                                          [401, 422, 422, 422, 422, 422, 422]),
    row("GET",    "/account/sessions",                                                          [303, 200, 200, 200, 200, 200, 200]),
    row("POST",   "/account/sessions/others/revocation",                                        [401, 303, 303, 303, 303, 303, 303]),
    row("POST",   "/account/sessions/{session}/revocation",                                     [401, 404, 404, 404, 404, 404, 404]),
    row("GET",    "/invitations/{token}",                                                       [410, 410, 410, 410, 410, 410, 410]),
    row("POST",   "/invitations/{token}/acceptance",                                            [410, 410, 410, 410, 410, 410, 410]),
    // Whoever holds a key can end it, signed in or not.
    row("GET",    "/leaked-key",                                                                [200, 200, 200, 200, 200, 200, 200]),
    row("POST",   "/leaked-key",                                                                [422, 422, 422, 422, 422, 422, 422]),
    row("GET",    "/leaked-key/received",                                                       [200, 200, 200, 200, 200, 200, 200]),
    row("GET",    "/dev/mail",                                                                  [200, 200, 200, 200, 200, 200, 200]),
    row("GET",    "/workspaces",                                                                [303, 200, 200, 200, 200, 200, 200]),
    row("POST",   "/workspaces",                                                                [401, 422, 422, 422, 422, 422, 422]),
    row("GET",    "/workspaces/new",                                                            [303, 200, 200, 200, 200, 200, 200]),
    row("GET",    "/w/{workspace}",                                                             [303, 404, 404, 200, 200, 200, 200]),
    row("GET",    "/w/{workspace}/members",                                                     [303, 404, 404, 200, 200, 200, 200]),
    row("POST",   "/w/{workspace}/members/{member}/role",                                       [401, 404, 404, 403, 403, 303, 303]),
    row("GET",    "/w/{workspace}/members/{member}/removal",                                    [303, 404, 404, 403, 403, 200, 200]),
    row("POST",   "/w/{workspace}/members/{member}/removal",                                    [401, 404, 404, 403, 403, 303, 303]),
    row("POST",   "/w/{workspace}/departure",                                                   [401, 404, 404, 303, 303, 303, 303]),
    row("POST",   "/w/{workspace}/invitations",                                                 [401, 404, 404, 403, 403, 422, 422]),
    row("POST",   "/w/{workspace}/invitations/{invitation}/resends",                            [401, 404, 404, 403, 403, 303, 303]),
    row("POST",   "/w/{workspace}/invitations/{invitation}/withdrawal",                         [401, 404, 404, 403, 403, 303, 303]),
    row("GET",    "/w/{workspace}/audit",                                                       [303, 404, 404, 403, 403, 200, 200]),
    row("GET",    "/w/{workspace}/usage",                                                       [303, 404, 404, 200, 200, 200, 200]),
    row("GET",    "/w/{workspace}/usage.csv",                                                   [303, 404, 404, 200, 200, 200, 200]),
    row("GET",    "/w/{workspace}/key-health",                                                  [303, 404, 404, 200, 200, 200, 200]),
    row("GET",    "/w/{workspace}/key-health.csv",                                              [303, 404, 404, 200, 200, 200, 200]),
    row("POST",   "/w/{workspace}/key-health/mail",                                             [401, 404, 404, 303, 303, 303, 303]),
    row("POST",   "/w/{workspace}/key-health/mail/removal",                                     [401, 404, 404, 303, 303, 303, 303]),
    row("GET",    "/w/{workspace}/requests",                                                    [303, 404, 404, 200, 200, 200, 200]),
    // The example has no credits: `tests/it/credits` says who sees them where there are some.
    row("GET",    "/w/{workspace}/credits",                                                     [303, 404, 404, 404, 404, 404, 404]),
    row("GET",    "/w/{workspace}/settings",                                                    [303, 404, 404, 200, 200, 200, 200]),
    row("POST",   "/w/{workspace}/settings",                                                    [401, 404, 404, 403, 403, 422, 422]),
    row("GET",    "/w/{workspace}/webhooks",                                                    [303, 404, 404, 200, 200, 200, 200]),
    row("POST",   "/w/{workspace}/webhooks",                                                    [401, 404, 404, 403, 403, 422, 422]),
    row("GET",    "/w/{workspace}/webhooks/new",                                                [303, 404, 404, 403, 403, 200, 200]),
    row("GET",    "/w/{workspace}/webhooks/edit",                                               [303, 404, 404, 403, 403, 200, 200]),
    row("POST",   "/w/{workspace}/webhooks/edit",                                               [401, 404, 404, 403, 403, 422, 422]),
    row("GET",    "/w/{workspace}/webhooks/reveal",                                             [303, 404, 404, 403, 403, 200, 200]),
    row("HEAD",   "/w/{workspace}/webhooks/reveal",                                             [303, 404, 404, 403, 403, 200, 200]),
    row("POST",   "/w/{workspace}/webhooks/reveal/acknowledgement",                             [401, 404, 404, 403, 403, 303, 303]),
    row("GET",    "/w/{workspace}/webhooks/signing-secret",                                     [303, 404, 404, 403, 403, 200, 200]),
    row("POST",   "/w/{workspace}/webhooks/signing-secret",                                     [401, 404, 404, 403, 403, 303, 303]),
    row("POST",   "/w/{workspace}/webhooks/signing-secret/retirement",                          [401, 404, 404, 403, 403, 303, 303]),
    row("POST",   "/w/{workspace}/webhooks/test-events",                                        [401, 404, 404, 403, 403, 303, 303]),
    row("POST",   "/w/{workspace}/webhooks/enablement",                                         [401, 404, 404, 403, 403, 303, 303]),
    row("GET",    "/w/{workspace}/webhooks/deliveries/{delivery}",                              [303, 404, 404, 200, 200, 200, 200]),
    row("POST",   "/w/{workspace}/webhooks/deliveries/{delivery}/resends",                      [401, 404, 404, 403, 403, 303, 303]),
    row("POST",   "/w/{workspace}/webhooks/disablement",                                        [401, 404, 404, 403, 403, 303, 303]),
    row("GET",    "/w/{workspace}/webhooks/removal",                                            [303, 404, 404, 403, 403, 200, 200]),
    row("POST",   "/w/{workspace}/webhooks/removal",                                            [401, 404, 404, 403, 403, 303, 303]),
    row("POST",   "/w/{workspace}/projects",                                                    [401, 404, 404, 403, 403, 422, 422]),
    row("GET",    "/w/{workspace}/projects/new",                                                [303, 404, 404, 403, 403, 200, 200]),
    row("GET",    "/w/{workspace}/p/{project}",                                                 [303, 404, 404, 303, 303, 303, 303]),
    row("GET",    "/w/{workspace}/p/{project}/settings",                                        [303, 404, 404, 200, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/settings",                                        [401, 404, 404, 403, 403, 422, 422]),
    row("GET",    "/w/{workspace}/p/{project}/leaked-keys",                                     [303, 404, 404, 200, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/leaked-keys",                                     [401, 404, 404, 403, 403, 303, 303]),
    row("GET",    "/w/{workspace}/p/{project}/stops/{environment}",                             [303, 404, 404, 403, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/stops/{environment}",                             [401, 404, 404, 403, 422, 422, 422]),
    row("POST",   "/w/{workspace}/p/{project}/stops/{environment}/removal",                     [401, 404, 404, 403, 303, 303, 303]),
    row("GET",    "/w/{workspace}/p/{project}/keys",                                            [303, 404, 404, 200, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/keys",                                            [401, 404, 404, 403, 422, 422, 422]),
    row("GET",    "/w/{workspace}/p/{project}/keys/new",                                        [303, 404, 404, 403, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/keys/new/test-events",                            [401, 404, 404, 403, 422, 422, 422]),
    row("GET",    "/w/{workspace}/p/{project}/usage",                                           [303, 404, 404, 200, 200, 200, 200]),
    row("GET",    "/w/{workspace}/p/{project}/usage.csv",                                       [303, 404, 404, 200, 200, 200, 200]),
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}/usage",                                [303, 404, 404, 200, 200, 200, 200]),
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}/callers",                              [303, 404, 404, 200, 200, 200, 200]),
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}/usage.csv",                            [303, 404, 404, 200, 200, 200, 200]),
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}",                                      [303, 404, 404, 200, 200, 200, 200]),
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}/first-request",                        [303, 404, 404, 200, 200, 200, 200]),
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}/reveal",                               [303, 404, 404, 403, 200, 200, 200]),
    row("HEAD",   "/w/{workspace}/p/{project}/keys/{key}/reveal",                               [303, 404, 404, 403, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/reveal/acknowledgement",               [401, 404, 404, 403, 303, 303, 303]),
    // No browser of theirs was shown it.
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/reveal/trial",                         [401, 404, 404, 403, 410, 410, 410]),
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}/edit",                                 [303, 404, 404, 403, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/edit",                                 [401, 404, 404, 403, 422, 422, 422]),
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/disablement",                          [401, 404, 404, 403, 303, 303, 303]),
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/enablement",                           [401, 404, 404, 403, 303, 303, 303]),
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}/roll",                                 [303, 404, 404, 403, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/roll",                                 [401, 404, 404, 403, 422, 422, 422]),
    // No key of theirs was rolled.
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/grace",                                [401, 404, 404, 403, 422, 422, 422]),
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}/signing-secret",                       [303, 404, 404, 403, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/signing-secret",                       [401, 404, 404, 403, 303, 303, 303]),
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/signing-secret/retirement",            [401, 404, 404, 403, 303, 303, 303]),
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}/revocation",                           [303, 404, 404, 403, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/revocation",                           [401, 404, 404, 403, 303, 303, 303]),
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/test-events",                          [401, 404, 404, 403, 303, 303, 303]),
    row("GET",    "/w/{workspace}/p/{project}/webhooks",                                        [303, 404, 404, 200, 200, 200, 200]),
    row("GET",    "/w/{workspace}/p/{project}/webhooks/{delivery}",                             [303, 404, 404, 200, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/webhooks/{delivery}/resends",                     [401, 404, 404, 403, 303, 303, 303]),
    row("POST",   "/w/{workspace}/p/{project}/endpoints/{endpoint}/disablement",                [401, 404, 404, 403, 303, 303, 303]),
    row("POST",   "/w/{workspace}/p/{project}/endpoints/{endpoint}/enablement",                 [401, 404, 404, 403, 303, 303, 303]),
    // The example offers no deletion.
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}/deletion",                             [303, 404, 404, 404, 404, 404, 404]),
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/deletion",                             [401, 404, 404, 404, 404, 404, 404]),
    row("GET",    "/w/{workspace}/p/{project}/embed",                                           [303, 404, 404, 200, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/embed",                                           [401, 404, 404, 403, 303, 303, 303]),
    row("GET",    "/w/{workspace}/p/{project}/embed/reveal",                                    [303, 404, 404, 403, 200, 200, 200]),
    row("HEAD",   "/w/{workspace}/p/{project}/embed/reveal",                                    [303, 404, 404, 403, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/embed/reveal/acknowledgement",                    [401, 404, 404, 403, 303, 303, 303]),
    row("GET",    "/w/{workspace}/p/{project}/embed/signing-key",                               [303, 404, 404, 403, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/embed/signing-key",                               [401, 404, 404, 403, 303, 303, 303]),
    row("GET",    "/w/{workspace}/p/{project}/embed/disablement",                               [303, 404, 404, 403, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/embed/disablement",                               [401, 404, 404, 403, 303, 303, 303]),
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}/inbound",                              [303, 404, 404, 200, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/inbound",                              [401, 404, 404, 403, 422, 422, 422]),
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}/inbound/{inbound}/reveal",             [303, 404, 404, 403, 200, 200, 200]),
    row("HEAD",   "/w/{workspace}/p/{project}/keys/{key}/inbound/{inbound}/reveal",             [303, 404, 404, 403, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/inbound/{inbound}/reveal/acknowledgement", [401, 404, 404, 403, 303, 303, 303]),
    row("GET",    "/w/{workspace}/p/{project}/keys/{key}/inbound/{inbound}/revocation",         [303, 404, 404, 403, 200, 200, 200]),
    row("POST",   "/w/{workspace}/p/{project}/keys/{key}/inbound/{inbound}/revocation",         [401, 404, 404, 403, 303, 303, 303]),
    row("GET",    "/welcome",                                                                   [303, 200, 200, 200, 200, 200, 200]),
    // The page is /welcome; what is here besides are events for its script.
    row("GET",    "/welcome/first-request",                                                     [303, 303, 303, 303, 303, 303, 303]),
    row("POST",   "/welcome/dismissal",                                                         [401, 303, 303, 303, 303, 303, 303]),
    row("POST",   "/welcome/dismissal/removal",                                                 [401, 303, 303, 303, 303, 303, 303]),
    row("GET",    "/docs",                                                                      [303, 303, 303, 303, 303, 303, 303]),
    row("GET",    "/docs/authentication",                                                       [200, 200, 200, 200, 200, 200, 200]),
    row("GET",    "/staff",                                                                     [404, 404, 200, 404, 404, 404, 404]),
    row("GET",    "/staff/lookups",                                                             [404, 404, 303, 404, 404, 404, 404]),
    row("POST",   "/staff/lookups",                                                             [404, 404, 422, 404, 404, 404, 404]),
    row("GET",    "/staff/accounts/{account}",                                                  [404, 404, 200, 404, 404, 404, 404]),
    row("GET",    "/staff/workspaces/{workspace}",                                              [404, 404, 200, 404, 404, 404, 404]),
    row("GET",    "/staff/accounts/{account}/confirmation",                                     [404, 404, 409, 404, 404, 404, 404]),
    row("POST",   "/staff/accounts/{account}/confirmation",                                     [404, 404, 409, 404, 404, 404, 404]),
    row("GET",    "/staff/accounts/{account}/sessions/revocation",                              [404, 404, 200, 404, 404, 404, 404]),
    row("POST",   "/staff/accounts/{account}/sessions/revocation",                              [404, 404, 422, 404, 404, 404, 404]),
    row("GET",    "/staff/workspaces/{workspace}/suspension",                                   [404, 404, 200, 404, 404, 404, 404]),
    row("POST",   "/staff/workspaces/{workspace}/suspension",                                   [404, 404, 422, 404, 404, 404, 404]),
    row("GET",    "/staff/workspaces/{workspace}/suspension/removal",                           [404, 404, 200, 404, 404, 404, 404]),
    row("POST",   "/staff/workspaces/{workspace}/suspension/removal",                           [404, 404, 422, 404, 404, 404, 404]),
    row("GET",    "/staff/projects/{project}/suspension",                                       [404, 404, 200, 404, 404, 404, 404]),
    row("POST",   "/staff/projects/{project}/suspension",                                       [404, 404, 422, 404, 404, 404, 404]),
    row("GET",    "/staff/projects/{project}/suspension/removal",                               [404, 404, 200, 404, 404, 404, 404]),
    row("POST",   "/staff/projects/{project}/suspension/removal",                               [404, 404, 422, 404, 404, 404, 404]),
    row("GET",    "/staff/projects/{project}/embed/suspension",                                 [404, 404, 200, 404, 404, 404, 404]),
    row("POST",   "/staff/projects/{project}/embed/suspension",                                 [404, 404, 422, 404, 404, 404, 404]),
    row("GET",    "/staff/projects/{project}/embed/suspension/removal",                         [404, 404, 200, 404, 404, 404, 404]),
    row("POST",   "/staff/projects/{project}/embed/suspension/removal",                         [404, 404, 422, 404, 404, 404, 404]),
    row("GET",    "/staff/workspaces/{workspace}/plan",                                         [404, 404, 200, 404, 404, 404, 404]),
    row("POST",   "/staff/workspaces/{workspace}/plan",                                         [404, 404, 422, 404, 404, 404, 404]),
    // The example has no credits.
    row("GET",    "/staff/workspaces/{workspace}/credits",                                      [404, 404, 404, 404, 404, 404, 404]),
    row("POST",   "/staff/workspaces/{workspace}/credits",                                      [404, 404, 404, 404, 404, 404, 404]),
    row("GET",    "/staff/keys/{key}",                                                          [404, 404, 200, 404, 404, 404, 404]),
    row("GET",    "/staff/requests/{request}",                                                  [404, 404, 200, 404, 404, 404, 404]),
];

/// What calls the API: nothing, a key of another tenant, a publishable key, a restricted key without the scope, one with
/// every scope, a secret key, and the provider's service token.
pub const CREDENTIALS: [&str; 7] = [
    "none",
    "foreign",
    "publishable",
    "scopeless",
    "scoped",
    "secret",
    "service",
];

#[rustfmt::skip]
pub const API: &[Row<7>] = &[
    //                                                                                      none foreign publishable scopeless scoped secret service
    row("GET",    "/api/v1/openapi.json",                                                       [200, 200, 200, 200, 200, 200, 200]),
    // They take no credential: to have the key is the proof, and patterns say nothing about anybody's keys.
    row("GET",    "/api/v1/key-patterns.json",                                                  [200, 200, 200, 200, 200, 200, 200]),
    row("GET",    "/api/v1/gitleaks.toml",                                                      [200, 200, 200, 200, 200, 200, 200]),
    row("GET",    "/api/v1/trufflehog.yaml",                                                    [200, 200, 200, 200, 200, 200, 200]),
    row("POST",   "/api/v1/keys/revocation",                                                    [422, 422, 422, 422, 422, 422, 422]),
    // Whoever calls it is GitHub, and has signed what it sends.
    row("POST",   "/leaks/github",                                                              [403, 403, 403, 403, 403, 403, 403]),
    // Mail programs call it; whose mail it ends is in the token.
    row("GET",    "/unsubscribe/{token}",                                                       [303, 303, 303, 303, 303, 303, 303]),
    row("POST",   "/unsubscribe/{token}",                                                       [204, 204, 204, 204, 204, 204, 204]),
    row("GET",    "/api/v1/me",                                                                 [401, 200, 200, 200, 200, 200, 401]),
    row("GET",    "/api/v1/api-keys",                                                           [401, 200, 403, 403, 200, 200, 401]),
    row("POST",   "/api/v1/api-keys",                                                           [401, 422, 403, 403, 422, 422, 401]),
    row("GET",    "/api/v1/api-keys/{id}",                                                      [401, 404, 403, 403, 200, 200, 401]),
    row("PATCH",  "/api/v1/api-keys/{id}",                                                      [401, 404, 403, 403, 403, 200, 401]),
    row("DELETE", "/api/v1/api-keys/{id}",                                                      [401, 404, 403, 403, 403, 204, 401]),
    // Embed mode is enabled nowhere. What may not write is told that first.
    row("POST",   "/api/v1/embed/sessions",                                                     [401, 401, 403, 401, 401, 401, 401]),
    row("POST",   "/api/v1/embed/catalogs",                                                     [401, 401, 403, 401, 401, 401, 401]),
    // The token in the path decides where there is one; no key does here.
    row("POST",   "/api/v1/inbound/{token}",                                                    [401, 401, 401, 401, 401, 401, 401]),
    row("POST",   "/provider/v1/embed/verify",                                                  [401, 401, 401, 401, 401, 401, 422]),
    // Whoever calls it is a proxy, and says so: without its headers there is nothing to judge.
    row("GET",    "/gateway/forward",                                                           [400, 400, 400, 400, 400, 400, 400]),
    row("GET",    "/gateway/nginx",                                                             [403, 403, 403, 403, 403, 403, 403]),
    // The rest of the path is the request's; this one is outside of the API, where no key opens anything.
    row("GET",    "/gateway/envoy/{path:.*}",                                                   [401, 403, 403, 403, 403, 403, 401]),
    row("HEAD",   "/gateway/envoy/{path:.*}",                                                   [401, 403, 403, 403, 403, 403, 401]),
    row("POST",   "/gateway/envoy/{path:.*}",                                                   [401, 403, 403, 403, 403, 403, 401]),
    row("PUT",    "/gateway/envoy/{path:.*}",                                                   [401, 403, 403, 403, 403, 403, 401]),
    row("PATCH",  "/gateway/envoy/{path:.*}",                                                   [401, 403, 403, 403, 403, 403, 401]),
    row("DELETE", "/gateway/envoy/{path:.*}",                                                   [401, 403, 403, 403, 403, 403, 401]),
    row("OPTIONS","/gateway/envoy/{path:.*}",                                                   [401, 403, 403, 403, 403, 403, 401]),
    // It says what requests look like, and nothing about anybody's keys.
    row("GET",    "/provider/v1/openapi.json",                                                  [200, 200, 200, 200, 200, 200, 200]),
    row("POST",   "/provider/v1/keys/verify",                                                   [401, 401, 401, 401, 401, 401, 422]),
    row("POST",   "/provider/v1/webhooks",                                                      [401, 401, 401, 401, 401, 401, 422]),
    row("GET",    "/provider/v1/webhooks/{id}",                                                 [401, 401, 401, 401, 401, 401, 404]),
    row("POST",   "/provider/v1/credits",                                                       [401, 401, 401, 401, 401, 401, 404]),
    row("GET",    "/provider/v1/credits",                                                       [401, 401, 401, 401, 401, 401, 404]),
];

/// What answers anybody.
pub const OPEN: &[&str] = &["/healthz", "/readyz", "/static/{file:.*}"];

#[test]
fn every_route_is_in_the_matrix_and_every_line_of_it_is_a_route() {
    let profile = Profile::parse(&profile(), "profile").unwrap();
    let tables = [
        routes::pages(&profile),
        routes::api(&profile),
        routes::operations(),
        routes::assets(),
    ];
    let routes: BTreeSet<String> = tables
        .iter()
        .flat_map(|table| table.lines())
        .map(|line| format!("{} {}", line.method, line.path))
        .collect();
    let pages = PAGES.iter().map(|row| (row.method, row.path));
    let api = API.iter().map(|row| (row.method, row.path));
    let open = OPEN.iter().map(|path| ("GET", *path));
    let lines: Vec<String> = pages
        .chain(api)
        .chain(open)
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    let known: BTreeSet<String> = lines.iter().cloned().collect();
    let missing: Vec<_> = routes.difference(&known).collect();
    let stale: Vec<_> = known.difference(&routes).collect();
    assert!(missing.is_empty(), "routes that are not in the matrix: {missing:#?}");
    assert!(stale.is_empty(), "lines that are no route: {stale:#?}");
    assert_eq!(lines.len(), known.len(), "a line is there twice");
}

/// Prints a row as it would have to stand in the table.
fn as_line(method: &str, path: &str, answers: &[u16]) -> String {
    format!(
        "    row({:<10}{:<78}{answers:?}),",
        format!("\"{method}\","),
        format!("\"{path}\",")
    )
}
