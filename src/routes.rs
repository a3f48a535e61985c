//! The whole URL table, one line a route. What is not here does not exist, and `tests/it/authz_matrix.rs` fails for a route
//! that it does not know.

mod table;

pub use table::{Line, Table};

use actix_web::http::Method;

use crate::api;
use crate::profile::{KeyOwner, Profile};
use crate::web::{
    accounts, docs, embed, home, inbound, keys, leaked_key, onboarding, projects, staff, usage, webhooks, workspaces,
};

/// Every page.
pub fn pages(profile: &Profile) -> Table {
    let mut table = Table::default();
    accounts(&mut table);
    workspaces(&mut table);
    own_endpoint(&mut table, profile);
    projects(&mut table);
    keys(&mut table, profile);
    webhooks(&mut table, profile);
    parts(&mut table, profile);
    onboarding(&mut table);
    documentation(&mut table);
    staff(&mut table, profile);
    table
}

fn accounts(table: &mut Table) {
    table.get("/sign-in", accounts::sign_in::show);
    table.post("/sign-in", accounts::sign_in::submit);
    table.post("/sign-out", accounts::sign_out::submit);
    table.get("/", home::show);
    table.get("/sign-up", accounts::sign_up::show);
    table.post("/sign-up", accounts::sign_up::submit);
    table.get("/sign-up/sent", accounts::sign_up::sent);
    table.get("/verify-email", accounts::verify_email::show);
    table.post("/verify-email", accounts::verify_email::submit);
    table.get("/forgot-password", accounts::forgot_password::show);
    table.post("/forgot-password", accounts::forgot_password::submit);
    table.get("/forgot-password/sent", accounts::forgot_password::sent);
    table.get("/reset-password", accounts::reset_password::show);
    table.post("/reset-password", accounts::reset_password::submit);
    table.get("/confirm-password", accounts::confirm_password::show);
    table.post("/confirm-password", accounts::confirm_password::submit);
    table.get("/account", accounts::account::show);
    table.get("/account/security", accounts::security::show);
    table.post("/account/security", accounts::security::submit);
    table.get("/account/sessions", accounts::sessions::list);
    table.post("/account/sessions/others/revocation", accounts::sessions::revoke_others);
    table.post("/account/sessions/{session}/revocation", accounts::sessions::revoke);
    table.get("/dev/mail", accounts::dev_mail::show);
    table.get("/invitations/{token}", accounts::invitation::show);
    table.post("/invitations/{token}/acceptance", accounts::invitation::accept);
    table.get("/leaked-key", leaked_key::show);
    table.post("/leaked-key", leaked_key::submit);
    table.get("/leaked-key/received", leaked_key::received);
}

fn workspaces(table: &mut Table) {
    table.get("/workspaces", workspaces::list::show);
    table.post("/workspaces", workspaces::create::submit);
    table.get("/workspaces/new", workspaces::create::show);
    table.get("/w/{workspace}", workspaces::overview::show);
    table.get("/w/{workspace}/members", workspaces::members::show);
    table.post(
        "/w/{workspace}/members/{member}/role",
        workspaces::membership::change_role,
    );
    table.get(
        "/w/{workspace}/members/{member}/removal",
        workspaces::membership::show_removal,
    );
    table.post(
        "/w/{workspace}/members/{member}/removal",
        workspaces::membership::remove,
    );
    table.post("/w/{workspace}/departure", workspaces::membership::depart);
    table.post("/w/{workspace}/invitations", workspaces::invitations::submit);
    table.post(
        "/w/{workspace}/invitations/{invitation}/resends",
        workspaces::invitations::resend,
    );
    table.post(
        "/w/{workspace}/invitations/{invitation}/withdrawal",
        workspaces::invitations::withdraw,
    );
    table.get("/w/{workspace}/audit", workspaces::audit::show);
    table.get("/w/{workspace}/usage", usage::workspace);
    table.get("/w/{workspace}/usage.csv", usage::workspace_table);
    table.get("/w/{workspace}/key-health", workspaces::key_health::show);
    table.get("/w/{workspace}/key-health.csv", workspaces::key_health::csv);
    table.post("/w/{workspace}/key-health/mail", workspaces::key_health::mail::ask_for);
    table.post(
        "/w/{workspace}/key-health/mail/removal",
        workspaces::key_health::mail::end,
    );
    table.get("/key-health-mail", workspaces::key_health::mail::show);
    table.post("/key-health-mail", workspaces::key_health::mail::submit);
    table.get("/w/{workspace}/requests", workspaces::requests::show);
    table.get("/w/{workspace}/credits", workspaces::credits::show);
    table.get("/w/{workspace}/settings", workspaces::settings::show);
    table.post("/w/{workspace}/settings", workspaces::settings::submit);
}

fn own_endpoint(table: &mut Table, profile: &Profile) {
    // See `domain::webhooks::own::page`.
    let endpoint = match profile.api.keys_belong_to {
        KeyOwner::Project => "/w/{workspace}/webhooks",
        KeyOwner::Workspace => "/w/{workspace}/events",
    };
    let delivery = format!("{endpoint}/deliveries/{{delivery}}");
    table.get(endpoint, workspaces::webhooks::show::show);
    table.post(endpoint, workspaces::webhooks::save::create);
    table.get(format!("{endpoint}/new"), workspaces::webhooks::save::new);
    table.get(format!("{endpoint}/edit"), workspaces::webhooks::save::edit);
    table.post(format!("{endpoint}/edit"), workspaces::webhooks::save::change);
    table.get(format!("{endpoint}/reveal"), workspaces::webhooks::reveal::show);
    table.add(
        Method::HEAD,
        format!("{endpoint}/reveal"),
        workspaces::webhooks::reveal::head,
    );
    table.post(
        format!("{endpoint}/reveal/acknowledgement"),
        workspaces::webhooks::reveal::acknowledge,
    );
    table.get(format!("{endpoint}/signing-secret"), workspaces::webhooks::secret::show);
    table.post(
        format!("{endpoint}/signing-secret"),
        workspaces::webhooks::secret::submit,
    );
    table.post(
        format!("{endpoint}/signing-secret/retirement"),
        workspaces::webhooks::secret::retire,
    );
    table.post(
        format!("{endpoint}/test-events"),
        workspaces::webhooks::switch::send_test,
    );
    table.post(format!("{endpoint}/disablement"), workspaces::webhooks::switch::disable);
    table.post(format!("{endpoint}/enablement"), workspaces::webhooks::switch::enable);
    table.get(format!("{endpoint}/removal"), workspaces::webhooks::switch::ask);
    table.post(format!("{endpoint}/removal"), workspaces::webhooks::switch::remove);
    table.get(delivery.clone(), workspaces::webhooks::delivery::show);
    table.post(format!("{delivery}/resends"), workspaces::webhooks::delivery::resend);
}

fn projects(table: &mut Table) {
    table.post("/w/{workspace}/projects", projects::create::submit);
    table.get("/w/{workspace}/projects/new", projects::create::show);
    table.get("/w/{workspace}/p/{project}", projects::home::show);
    table.get("/w/{workspace}/p/{project}/settings", projects::settings::show);
    table.post("/w/{workspace}/p/{project}/settings", projects::settings::submit);
}

fn keys(table: &mut Table, profile: &Profile) {
    let owner = match profile.api.keys_belong_to {
        KeyOwner::Project => "/w/{workspace}/p/{project}",
        KeyOwner::Workspace => "/w/{workspace}",
    };
    let keys = format!("{owner}/keys");
    let key = format!("{keys}/{{key}}");
    if profile.api.keys_belong_to == KeyOwner::Project {
        table.get("/w/{workspace}/p/{project}/usage", usage::ring);
        table.get("/w/{workspace}/p/{project}/usage.csv", usage::ring_table);
    }
    table.get(format!("{key}/usage"), usage::key);
    table.get(format!("{key}/usage.csv"), usage::key_table);
    table.get(format!("{owner}/leaked-keys"), keys::leaks::show);
    table.post(format!("{owner}/leaked-keys"), keys::leaks::submit);
    table.get(format!("{owner}/stops/{{environment}}"), keys::stops::show);
    table.post(format!("{owner}/stops/{{environment}}"), keys::stops::submit);
    table.post(format!("{owner}/stops/{{environment}}/removal"), keys::stops::undo);
    table.get(keys.clone(), keys::list::show);
    table.post(keys.clone(), keys::create::submit);
    table.get(format!("{keys}/new"), keys::create::show);
    table.post(format!("{keys}/new/test-events"), keys::try_url::submit);
    table.get(key.clone(), keys::show::show);
    table.get(format!("{key}/reveal"), keys::reveal::show);
    table.add(Method::HEAD, format!("{key}/reveal"), keys::reveal::head);
    table.post(format!("{key}/reveal/acknowledgement"), keys::reveal::acknowledge);
    table.post(format!("{key}/reveal/trial"), keys::trial::send);
    table.get(format!("{key}/first-request"), onboarding::first_request::of_key);
    table.get(format!("{key}/edit"), keys::edit::show);
    table.post(format!("{key}/edit"), keys::edit::submit);
    table.get(format!("{key}/callers"), keys::callers::show);
    table.post(format!("{key}/disablement"), keys::state::disable);
    table.post(format!("{key}/enablement"), keys::state::enable);
    table.get(format!("{key}/roll"), keys::roll::show);
    table.post(format!("{key}/roll"), keys::roll::submit);
    table.post(format!("{key}/grace"), keys::rolled::extend);
    table.get(format!("{key}/signing-secret"), keys::signing_secret::show);
    table.post(format!("{key}/signing-secret"), keys::signing_secret::submit);
    table.post(format!("{key}/signing-secret/retirement"), keys::signing_secret::retire);
    table.get(format!("{key}/revocation"), keys::revoke::show);
    table.post(format!("{key}/revocation"), keys::revoke::submit);
    table.get(format!("{key}/deletion"), keys::revoke::show_deletion);
    table.post(format!("{key}/deletion"), keys::revoke::delete);
}

fn webhooks(table: &mut Table, profile: &Profile) {
    let base = match profile.api.keys_belong_to {
        KeyOwner::Project => "/w/{workspace}/p/{project}",
        KeyOwner::Workspace => "/w/{workspace}",
    };
    let delivery = format!("{base}/webhooks/{{delivery}}");
    let endpoint = format!("{base}/endpoints/{{endpoint}}");
    table.get(format!("{base}/webhooks"), webhooks::list::show);
    table.get(delivery.clone(), webhooks::show::show);
    table.post(format!("{delivery}/resends"), webhooks::resend::submit);
    table.post(format!("{base}/keys/{{key}}/test-events"), webhooks::test_event::submit);
    table.post(format!("{endpoint}/disablement"), webhooks::endpoint::disable);
    table.post(format!("{endpoint}/enablement"), webhooks::endpoint::enable);
}

/// What only some profiles have.
fn parts(table: &mut Table, profile: &Profile) {
    let base = match profile.api.keys_belong_to {
        KeyOwner::Project => "/w/{workspace}/p/{project}",
        KeyOwner::Workspace => "/w/{workspace}",
    };
    if profile.embed.is_some() {
        let embed = format!("{base}/embed");
        table.get(embed.clone(), embed::overview::show);
        table.post(embed.clone(), embed::overview::enable);
        table.get(format!("{embed}/reveal"), embed::reveal::show);
        table.add(Method::HEAD, format!("{embed}/reveal"), embed::reveal::head);
        table.post(format!("{embed}/reveal/acknowledgement"), embed::reveal::acknowledge);
        table.get(format!("{embed}/signing-key"), embed::signing_key::show);
        table.post(format!("{embed}/signing-key"), embed::signing_key::submit);
        table.get(format!("{embed}/disablement"), embed::disablement::ask);
        table.post(format!("{embed}/disablement"), embed::disablement::submit);
    }
    if profile.inbound.is_some() {
        let tokens = format!("{base}/keys/{{key}}/inbound");
        let token = format!("{tokens}/{{inbound}}");
        table.get(tokens.clone(), inbound::list::show);
        table.post(tokens.clone(), inbound::list::create);
        table.get(format!("{token}/reveal"), inbound::reveal::show);
        table.add(Method::HEAD, format!("{token}/reveal"), inbound::reveal::head);
        table.post(format!("{token}/reveal/acknowledgement"), inbound::reveal::acknowledge);
        table.get(format!("{token}/revocation"), inbound::revocation::ask);
        table.post(format!("{token}/revocation"), inbound::revocation::submit);
    }
}

fn onboarding(table: &mut Table) {
    table.get("/welcome", onboarding::welcome::show);
    table.get("/welcome/first-request", onboarding::first_request::of_walk);
    table.post("/welcome/dismissal", onboarding::dismissal::dismiss);
    table.post("/welcome/dismissal/removal", onboarding::dismissal::bring_back);
}

fn documentation(table: &mut Table) {
    table.get("/docs", docs::authentication::lead);
    table.get(crate::domain::docs::AUTHENTICATION, docs::authentication::show);
}

fn staff(table: &mut Table, profile: &Profile) {
    table.get("/staff", staff::desk::show);
    table.get("/staff/lookups", staff::desk::again);
    table.post("/staff/lookups", staff::desk::submit);
    table.get("/staff/accounts/{account}", staff::account::show);
    table.get(
        "/staff/accounts/{account}/confirmation",
        staff::person::ask_confirmation,
    );
    table.post(
        "/staff/accounts/{account}/confirmation",
        staff::person::submit_confirmation,
    );
    table.get(
        "/staff/accounts/{account}/sessions/revocation",
        staff::person::ask_sessions,
    );
    table.post(
        "/staff/accounts/{account}/sessions/revocation",
        staff::person::submit_sessions,
    );
    table.get("/staff/keys/{key}", staff::key::show);
    table.get("/staff/requests/{request}", staff::requests::show);
    suspensions(table, profile);
    let workspace = "/staff/workspaces/{workspace}";
    table.get(workspace, staff::workspace::show);
    table.get(format!("{workspace}/plan"), staff::plan::ask);
    table.post(format!("{workspace}/plan"), staff::plan::submit);
    table.get(format!("{workspace}/credits"), staff::credits::ask);
    table.post(format!("{workspace}/credits"), staff::credits::submit);
}

fn suspensions(table: &mut Table, profile: &Profile) {
    use staff::suspension;
    let workspace = "/staff/workspaces/{workspace}/suspension";
    table.get(workspace, suspension::ask_workspace);
    table.post(workspace, suspension::submit_workspace);
    table.get(format!("{workspace}/removal"), suspension::ask_workspace_removal);
    table.post(format!("{workspace}/removal"), suspension::submit_workspace_removal);
    let of_projects = profile.api.keys_belong_to == KeyOwner::Project;
    if of_projects {
        let project = "/staff/projects/{project}/suspension";
        table.get(project, suspension::ask_project);
        table.post(project, suspension::submit_project);
        table.get(format!("{project}/removal"), suspension::ask_project_removal);
        table.post(format!("{project}/removal"), suspension::submit_project_removal);
    }
    match (profile.embed.is_some(), of_projects) {
        (true, true) => {
            let embed = "/staff/projects/{project}/embed/suspension";
            table.get(embed, suspension::ask_embed_of_project);
            table.post(embed, suspension::submit_embed_of_project);
            table.get(format!("{embed}/removal"), suspension::ask_embed_of_project_removal);
            table.post(format!("{embed}/removal"), suspension::submit_embed_of_project_removal);
        }
        (true, false) => {
            let embed = "/staff/workspaces/{workspace}/embed/suspension";
            table.get(embed, suspension::ask_embed_of_workspace);
            table.post(embed, suspension::submit_embed_of_workspace);
            table.get(format!("{embed}/removal"), suspension::ask_embed_of_workspace_removal);
            table.post(
                format!("{embed}/removal"),
                suspension::submit_embed_of_workspace_removal,
            );
        }
        (false, _) => {}
    }
}

/// What the provider's customers and systems call.
pub fn api(profile: &Profile) -> Table {
    let base = &profile.api.base_path;
    let mut table = Table::logged(format!("{base}/api-keys"));
    table.get(format!("{base}/openapi.json"), api::openapi::show);
    table.get(format!("{base}/key-patterns.json"), api::leaks::patterns);
    table.get(format!("{base}/gitleaks.toml"), api::leaks::scanners::gitleaks);
    table.get(format!("{base}/trufflehog.yaml"), api::leaks::scanners::trufflehog);
    table.post(format!("{base}/keys/revocation"), api::leaks::revoke);
    if profile.leaks.github_keys.is_some() {
        table.post(format!("{}/github", api::LEAKS), api::leaks::github::receive);
    }
    table.get(format!("{}/{{token}}", api::UNSUBSCRIBE), api::unsubscribe::lead);
    table.post(format!("{}/{{token}}", api::UNSUBSCRIBE), api::unsubscribe::submit);
    table.get(format!("{base}/me"), api::me::show);
    table.get(format!("{base}/api-keys"), api::keys::list::list);
    table.post(format!("{base}/api-keys"), api::keys::create::create);
    table.get(format!("{base}/api-keys/{{id}}"), api::keys::show::show);
    table.patch(format!("{base}/api-keys/{{id}}"), api::keys::change::change);
    table.delete(format!("{base}/api-keys/{{id}}"), api::keys::delete::revoke);
    table.get(api::openapi::PROVIDERS, api::openapi::show_providers);
    table.post(api::provider::verify::VERIFY, api::provider::verify::answer);
    table.post(api::provider::webhooks::WEBHOOKS, api::provider::webhooks::send);
    table.get(
        format!("{}/{{id}}", api::provider::webhooks::WEBHOOKS),
        api::provider::webhooks::show,
    );
    table.post(api::provider::credits::CREDITS, api::provider::credits::change);
    table.get(api::provider::credits::CREDITS, api::provider::credits::show);
    if profile.embed.is_some() {
        table.post(format!("{base}/embed/sessions"), api::embed::sessions);
        table.post(format!("{base}/embed/catalogs"), api::embed::catalogs);
        table.post(api::provider::embed::VERIFY, api::provider::embed::answer);
    }
    if profile.inbound.is_some() {
        table.post(format!("{base}/inbound/{{token}}"), api::inbound::answer);
    }
    table.get(api::gateway::forward::ADDRESS, api::gateway::forward::answer);
    table.get(api::gateway::nginx::ADDRESS, api::gateway::nginx::answer);
    for method in api::gateway::envoy::METHODS {
        table.add(method, api::gateway::envoy::ADDRESS, api::gateway::envoy::answer);
    }
    table
}

/// What operators and monitors call.
pub fn operations() -> Table {
    let mut table = Table::default();
    table.get("/healthz", crate::health::healthz);
    table.get("/readyz", crate::health::readyz);
    table
}

/// Styles, scripts and pictures.
pub fn assets() -> Table {
    let mut table = Table::compressed();
    table.get("/static/{file:.*}", crate::web::assets::show);
    table
}
