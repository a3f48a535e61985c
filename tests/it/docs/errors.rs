//! The documentation of errors: every refusal that there is, with the status, code and words of real answers.

use std::collections::BTreeSet;

use keyhatch::profile::Profile;
use keyhatch::web::docs::errors::{OTHERS, WORDS, one_of_each};
use serde_json::Value;

use super::running::printed;
use super::{AUTHENTICATION, PROFILES};
use crate::conformance::service::Service;
use crate::support::Answer;

fn profile(name: &str) -> Profile {
    let file = format!("{}/profiles/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    Profile::load(file.as_ref()).unwrap()
}

/// The variants of `Refusal`, as its source has them.
fn variants() -> BTreeSet<String> {
    let source = syn::parse_file(include_str!("../../../src/model/verdict.rs")).unwrap();
    let found = source.items.into_iter().find_map(|item| match item {
        syn::Item::Enum(item) if item.ident == "Refusal" => Some(item),
        _ => None,
    });
    let variants = found.unwrap().variants.into_iter();
    variants.map(|variant| variant.ident.to_string()).collect()
}

#[test]
fn every_refusal_has_an_entry() {
    let mut shown = BTreeSet::new();
    for name in PROFILES {
        for refusal in one_of_each(&profile(name)) {
            let variant = format!("{refusal:?}");
            shown.insert(variant.split('(').next().unwrap().to_owned());
            let words = WORDS.iter().find(|(code, ..)| *code == refusal.code());
            let (_, cause, remedy) = words.unwrap_or_else(|| panic!("WORDS has nothing to say of {}", refusal.code()));
            assert!(cause.len() > 20 && remedy.len() > 10, "{}", refusal.code());
        }
    }
    let missing: Vec<_> = variants().difference(&shown).cloned().collect();
    assert!(
        missing.is_empty(),
        "one_of_each (src/web/docs/errors.rs) lacks {missing:?}"
    );
}

/// What a profile has shows in its page: its code case, its envelope, and what the answer says to the byte.
#[tokio::test]
async fn an_entry_says_what_a_real_answer_says() {
    for name in PROFILES {
        let service = Service::start(name).await;
        let page = service.app.browser().get(AUTHENTICATION).await;
        let missing = service.stranger().get(&format!("{}/me", service.base)).await;
        let unknown = service.me("nothing").await;
        let revoked = {
            let key = super::running::key(&service).await;
            revoke(&service, &key).await;
            service.me(&key).await
        };
        for (anchor, real) in [
            ("missing_authorization", &missing),
            ("invalid_credentials", &unknown),
            ("invalid_credentials", &revoked),
        ] {
            says(&page, anchor, real);
        }
    }
}

/// Asserts that the entry at an anchor has the code, the status and the body of an answer.
fn says(page: &Answer, anchor: &str, real: &Answer) {
    let heading = page.text(&format!("#{anchor} h3"));
    let body = real.json();
    let code = body["code"].as_str().or(body["error"]["code"].as_str()).unwrap();
    assert!(
        heading.starts_with(&format!("{code} {} ", real.status)),
        "{heading} is not {body}"
    );
    let example: Value = serde_json::from_str(&printed(page, &format!("answer-{anchor}"))).unwrap();
    assert_eq!(example, body);
}

async fn revoke(service: &Service, key: &str) {
    let id = service.me(key).await.json()["key"]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let ring = service.app.ring(&service.workspace, service.project.as_ref());
    let proof = ring.manage_keys().unwrap();
    keyhatch::domain::keys::revoke(&service.app.app, proof, id)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_limit_answers_with_the_headers_that_are_explained() {
    let service = Service::start("codivupload").await;
    let key = super::running::key(&service).await;
    let program = service.app.program(&key);
    let mut last = None;
    for _ in 0..101 {
        last = Some(program.get("/v1/me").await);
    }
    let real = last.unwrap();
    assert_eq!(real.status, 429);
    let page = service.app.browser().get(AUTHENTICATION).await;
    let explained = printed(&page, "limit-headers");
    // All but the seconds to wait.
    let cut = |text: &str| text.split("t=").next().unwrap().to_owned();
    let header = |name: &str| real.headers[name].to_str().unwrap().to_owned();
    assert!(
        explained.contains(&format!("RateLimit: {}", cut(&header("ratelimit")))),
        "{explained}"
    );
    assert!(explained.contains(&format!("RateLimit-Policy: {}", header("ratelimit-policy"))));
    assert!(
        page.text("#rate_limit_exceeded h3")
            .starts_with("RATE_LIMIT_EXCEEDED 429")
    );
    assert_eq!(real.json()["code"], "RATE_LIMIT_EXCEEDED");
}

/// Every envelope: what an answer points to is on the page.
#[tokio::test]
async fn a_problem_leads_to_the_entry_of_its_code() {
    let folder = tempfile::tempdir().unwrap();
    for envelope in ["problem", "nested"] {
        let text = include_str!("../../../profiles/example.toml");
        let from = "envelope = \"simple\"";
        assert!(text.contains(from));
        let file = folder.path().join(format!("{envelope}.toml"));
        std::fs::write(&file, text.replace(from, &format!("envelope = \"{envelope}\""))).unwrap();
        let service = Service::with_file(&file, None).await;
        let page = service.app.browser().get(AUTHENTICATION).await;
        let missing = service.stranger().get("/api/v1/me").await;
        says(&page, "missing_authorization", &missing);
        if envelope == "nested" {
            continue;
        }
        let scopeless = service.mint("restricted", &["rates:read"]).await;
        let refused = [
            missing,
            service.me("kh_live_x").await,
            service.app.program(&scopeless).get("/api/v1/api-keys").await,
            service.stranger().get("/api/v1/nothing").await,
        ];
        for answer in refused {
            let help = answer.json()["type"].as_str().unwrap().to_owned();
            let (path, anchor) = help.split_once('#').unwrap();
            assert_eq!(path, format!("{}{AUTHENTICATION}", service.app.address));
            assert!(page.attribute(&format!("[id={anchor}]"), "id").is_some(), "{help}");
        }
    }
}

/// The codes that `src/api` writes are all explained.
#[test]
fn every_code_of_the_api_is_on_the_page() {
    let source = include_str!("../../../src/api/errors.rs");
    let codes = regex::Regex::new(r#"Said::new\(\s*"([a-z_]+)""#).unwrap();
    let production = source.split("#[cfg(test)]").next().unwrap();
    let known =
        |code: &str| WORDS.iter().any(|(known, ..)| *known == code) || OTHERS.iter().any(|(known, ..)| *known == code);
    let mut found = 0;
    for code in codes.captures_iter(production) {
        assert!(known(&code[1]), "OTHERS (src/web/docs/errors.rs) lacks {}", &code[1]);
        found += 1;
    }
    assert!(found > 12, "{found}");
}
