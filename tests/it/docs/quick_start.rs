//! The quick start of each profile runs as it is printed, against the instance that printed it.

use super::running::{LANGUAGES, assert_runs, key, printed, run, variable};
use crate::conformance::service::Service;
use crate::support::{Program, TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn of_the_example() {
    assert_runs(&Service::start("example").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_kodisc() {
    assert_runs(&Service::start("kodisc").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_kodostatus() {
    assert_runs(&Service::start("kodostatus").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_craftkit() {
    assert_runs(&Service::start("craftkit").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_codivupload() {
    assert_runs(&Service::start("codivupload").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_docsapi() {
    assert_runs(&Service::start("docsapi").await).await;
}

/// A header of the provider's own, and no word before the key.
#[tokio::test(flavor = "multi_thread")]
async fn of_an_api_with_a_header_of_its_own() {
    let text = include_str!("../../../profiles/example.toml").replace(
        "credentials = [\"bearer\", \"x-api-key\"]",
        "credentials = [\"header:northpost-key\"]",
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("profile.toml");
    std::fs::write(&file, text).unwrap();
    let service = Service::with_file(&file, None).await;
    let page = service.app.browser().get(super::AUTHENTICATION).await;
    let (key, variable) = (key(&service).await, variable(&page));
    let request = Program::new(&service.app.address, None).request(reqwest::Method::GET, "/api/v1/me");
    assert_eq!(
        request.header("northpost-key", &key).send().await.unwrap().status(),
        200
    );
    for language in LANGUAGES {
        let (succeeded, said) = run(language, printed(&page, language), &variable, &key).await;
        assert!(succeeded && said.contains("\"workspace\""), "{language}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_key_is_seen_as_what_it_is() {
    let service = Service::start("kodisc").await;
    let page = service.app.browser().get(super::AUTHENTICATION).await;
    for language in LANGUAGES {
        let (_, said) = run(language, printed(&page, language), &variable(&page), "kdsc_live_x").await;
        assert!(
            said.contains("invalid_credentials") || said.contains("401"),
            "{language}: {said}"
        );
    }
}

/// In production, calls of the API's own address are brought here by a proxy, and examples use that address.
#[tokio::test]
async fn in_production_it_calls_the_api_where_customers_do() {
    let profile = format!("{}/profiles/kodisc.toml", env!("CARGO_MANIFEST_DIR"));
    let settings = [
        ("KEYHATCH_PROFILE", profile.as_str()),
        ("KEYHATCH_PUBLIC_URL", "https://keys.example.com"),
    ];
    let app = TestApp::start_with(&settings).await;
    let page = app.browser().get(super::AUTHENTICATION).await;
    for language in LANGUAGES {
        let text = printed(&page, language);
        assert!(text.contains("https://kodisc.com/api/v2/me"), "{text}");
        assert!(!text.contains("keys.example.com"), "{text}");
    }
}
