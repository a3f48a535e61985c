//! Whether the API does what its description says, as others find out: schemathesis makes requests of the documents, good ones and
//! bad ones, and looks at every answer; a validator and a linter read the documents themselves. `scripts/test contract` installs
//! them. A tool that is missing is a failure.

#![allow(unreachable_pub, reason = "a test binary has no outside")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod service;
mod tools;

#[path = "../it"]
mod it {
    #[allow(dead_code, unused_imports, reason = "it is there for other tests too")]
    pub mod support;
}

use keyhatch::api::openapi::PROVIDERS;
use serde_json::{Value, json};
use service::{CASES, Service};
use tools::{Run, Tools};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documents_are_valid_and_neat() {
    let (tools, folder) = (Tools::find(), tempfile::tempdir().unwrap());
    let mut files = Vec::new();
    for case in CASES {
        let service = Service::start(case).await;
        for (document, whose) in [(service.document(), "customers"), (PROVIDERS.to_owned(), "provider")] {
            let text = service.stranger().get(&document).await.body;
            let file = folder.path().join(format!("{}-{whose}.json", case.name()));
            std::fs::write(&file, text).unwrap();
            files.push(file);
        }
    }
    let found = tokio::task::spawn_blocking(move || [tools.validate(&files), tools.lint(&files)].concat());
    let found = found.await.unwrap();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn example() {
    hold("example").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn example_with_nested_errors() {
    hold("example, nested").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn example_with_problems() {
    hold("example, problem").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codivupload() {
    hold("codivupload").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn craftkit() {
    hold("craftkit").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn docsapi() {
    hold("docsapi").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kodisc() {
    hold("kodisc").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kodostatus() {
    hold("kodostatus").await;
}

/// What some profiles leave to pages.
const OF_KEYS: [&str; 5] = ["createKey", "listKeys", "showKey", "changeKey", "revokeKey"];

/// What is not found where a profile has no credits.
const OF_CREDITS: [&str; 2] = ["changeCredits", "showCredits"];

/// What is not found where keys have nothing to sign an event with.
const OF_WEBHOOKS: [&str; 1] = ["showWebhook"];

/// Holds a service against its documents: with a key as its customers do, with a service token as the provider's own systems,
/// and with a key as a proxy that holds the request of a customer.
async fn hold(name: &str) {
    let (tools, case) = (Tools::find(), CASES.iter().find(|case| case.name() == name).unwrap());
    let service = Service::start(case).await;
    let seed = service.seed().await;
    // The envelope of errors is the only thing that such a service has of its own.
    let is_short = case.envelope.is_some();
    let (document, key, token) = (service.document(), service.key_header(), service.token_header());
    let closed: &[_] = if case.leaves_keys_to_pages { &OF_KEYS } else { &[] };
    let mut runs = vec![Run::of(&document, &key, &[]).closed(closed)];
    if !is_short {
        let of_credits: &[_] = if service.has_credits() { &[] } else { &OF_CREDITS };
        let of_webhooks: &[_] = if service.has_signing_secret() {
            &[]
        } else {
            &OF_WEBHOOKS
        };
        let run = Run::of(PROVIDERS, &token, &["--exclude-path-regex", "^/gateway/"]);
        runs.push(run.closed(of_credits).closed(of_webhooks));
        runs.push(Run::of(PROVIDERS, &key, &["--include-path-regex", "^/gateway/"]));
    }
    let (address, mut found) = (service.address(), Vec::new());
    for run in runs {
        let document = service.stranger().get(&run.document).await.body;
        let (tools, seed, address) = (tools.clone(), seed.clone(), address.clone());
        let run = move || tools.hold(&address, &document, &run, &seed);
        found.extend(tokio::task::spawn_blocking(run).await.unwrap());
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Makes an operation other than it is.
type BreakIt = fn(&mut Value);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tools_find_what_is_wrong() {
    let tools = Tools::find();
    let service = Service::start(&CASES[0]).await;
    let (seed, key) = (service.seed().await, service.key_header());
    let document = service.stranger().get(&service.document()).await.json();
    let list = "/api/v1/api-keys";
    let broken: [(&str, BreakIt); 6] = [
        ("Undocumented status code", |operation| {
            operation["responses"].as_object_mut().unwrap().remove("422");
        }),
        ("Schema-valid request rejected", |operation| {
            let parameters = operation["parameters"].as_array_mut().unwrap();
            let limit = parameters
                .iter_mut()
                .find(|parameter| parameter["name"] == "limit")
                .unwrap();
            limit["schema"]["maximum"] = json!(1_000);
        }),
        ("Schema-violating request accepted", |operation| {
            let parameters = operation["parameters"].as_array_mut().unwrap();
            let limit = parameters
                .iter_mut()
                .find(|parameter| parameter["name"] == "limit")
                .unwrap();
            limit["schema"]["maximum"] = json!(10);
        }),
        ("Response violates schema", |operation| {
            operation["responses"]["200"]["content"]["application/json"]["schema"] = json!({"required": ["total"]});
        }),
        ("Missing required response headers", |operation| {
            operation["responses"]["200"]["headers"] = json!({"X-Total": {"required": true, "schema": {}}});
        }),
        ("Undocumented Content-Type", |operation| {
            let content = &mut operation["responses"]["200"]["content"];
            *content = json!({"text/plain": {"schema": {"type": "string"}}});
        }),
    ];
    let only = ["--include-operation-id", "listKeys"];
    for (told, break_it) in broken {
        let mut document = document.clone();
        break_it(&mut document["paths"][list]["get"]);
        let (tools, seed, address) = (tools.clone(), seed.clone(), service.address());
        let run = Run::of(&service.document(), &key, &only);
        let hold = move || tools.hold(&address, &document.to_string(), &run, &seed);
        let found = tokio::task::spawn_blocking(hold).await.unwrap().join("\n");
        assert!(found.contains(told), "{told}: {found}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.json");
    let mut document = document;
    document["paths"][list]["get"]["responses"] = json!(null);
    document["paths"][list]["post"]["operationId"] = json!("listKeys");
    std::fs::write(&file, document.to_string()).unwrap();
    let found = tokio::task::spawn_blocking(move || {
        let files = [file];
        [tools.validate(&files).join("\n"), tools.lint(&files).join("\n")]
    });
    let [validated, linted] = found.await.unwrap();
    assert!(validated.contains("is not of type"), "{validated}");
    assert!(linted.contains("operation-operationId-unique"), "{linted}");
}
