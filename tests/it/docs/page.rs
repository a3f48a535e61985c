//! The page itself: for whom it is, what of it is the reader's own, what each profile says on it, how it is kept.

use std::collections::BTreeSet;

use scraper::Selector;

use super::{AUTHENTICATION, PROFILES};
use crate::conformance::service::Service;
use crate::support::Answer;

/// The table of contents, and the sections that are there.
fn contents(page: &Answer) -> (Vec<String>, Vec<String>) {
    let html = page.html();
    let select = |selector: &str, name: &str| {
        let selector = Selector::parse(selector).unwrap();
        let found = html.select(&selector).filter_map(|element| element.value().attr(name));
        found.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let links = select("aside nav a", "href");
    let links = links.iter().map(|link| link.trim_start_matches('#').to_owned());
    (links.collect(), select(".docs section", "id"))
}

#[tokio::test]
async fn every_profile_has_its_page() {
    for name in PROFILES {
        let service = Service::start(name).await;
        let profile = &service.app.app.profile;
        let page = service.app.browser().get(AUTHENTICATION).await;
        assert_eq!(page.status, 200, "{name}");
        let (links, sections) = contents(&page);
        assert_eq!(links, sections, "{name}: the contents lead to what is there");
        for (section, is_there) in [
            ("environments", profile.environments().len() > 1),
            ("browsers", profile.key_types.iter().any(|key_type| key_type.public)),
            ("https", profile.api.https_only),
            ("tokens", profile.jwt.is_some()),
            ("embed", profile.embed.is_some()),
            ("inbound", profile.inbound.is_some()),
            ("credits", profile.credits.is_some()),
        ] {
            assert_eq!(sections.iter().any(|id| id == section), is_there, "{name}: {section}");
        }
        let text = page.text("main");
        for key_type in &profile.key_types {
            for (_, format) in &key_type.formats {
                assert!(text.contains(&format.prefix), "{name}: {}", format.prefix);
                assert!(text.contains(&format!("{} characters in all", format.text_length())));
                assert!(text.contains(&format!("the first {} characters", format.display.length)));
            }
        }
        for scope in &profile.scopes {
            assert!(
                text.contains(&scope.id) && text.contains(&scope.description),
                "{name}: {}",
                scope.id
            );
        }
        for limit in &profile.limits {
            assert!(page.text("#limits").contains(&limit.id), "{name}: {}", limit.id);
        }
        for place in &profile.api.credentials {
            let headers = page.text("#sending").to_lowercase();
            assert!(headers.contains(place.header_name()), "{name}: {}", place.header_name());
        }
        let ids = every_id(&page);
        let links = links_on_the_page(&page);
        assert!(
            links.is_subset(&ids),
            "{name}: {:?} lead nowhere",
            links.difference(&ids)
        );
    }
}

/// Every `id`; each is there once.
fn every_id(page: &Answer) -> BTreeSet<String> {
    let html = page.html();
    let mut ids = BTreeSet::new();
    for element in html.select(&Selector::parse("[id]").unwrap()) {
        let id = element.value().attr("id").unwrap();
        assert!(ids.insert(id.to_owned()), "{id} is there twice");
    }
    ids
}

fn links_on_the_page(page: &Answer) -> BTreeSet<String> {
    let html = page.html();
    let selector = Selector::parse("a[href^='#']").unwrap();
    let links = html
        .select(&selector)
        .filter_map(|element| element.value().attr("href"));
    links.map(|link| link[1..].to_owned()).collect()
}

#[tokio::test]
async fn whoever_is_signed_in_finds_the_beginning_of_their_newest_test_key() {
    let service = Service::start("craftkit").await;
    let nobody = service.app.browser().get(AUTHENTICATION).await;
    assert_eq!(
        super::running::printed(&nobody, "variable"),
        "export CRAFTKIT_API_KEY=ck_live_…"
    );
    assert!(nobody.attribute("a[href^='/sign-in']", "href").is_some());

    let page = service.alice.get(AUTHENTICATION).await;
    let list = service.keys.as_str();
    assert!(
        page.attribute(&format!("a[href='{list}']"), "href").is_some(),
        "to her keys"
    );
    assert!(page.attribute(&format!("a[href='{list}/new']"), "href").is_some());

    service.mint("test", &[]).await;
    let newest = service.mint("test", &[]).await;
    // An example never asks for a live one.
    let live = service.mint("live", &[]).await;
    let page = service.alice.get(AUTHENTICATION).await;
    let line = super::running::printed(&page, "variable");
    assert!(
        line.starts_with("export CRAFTKIT_API_KEY=ck_test_") && line.contains(&newest[..12]),
        "{line}"
    );
    assert!(!page.body.contains(&newest), "and nothing more of it");
    assert!(!page.body.contains(&live[..12]), "nor of the live one");
    assert_eq!(
        page.texts("button[data-copy='#variable']").len(),
        0,
        "cut short, it is nothing to copy"
    );
    assert_eq!(service.alice.get("/docs").await.location(), AUTHENTICATION);

    let charlie = service.app.person("charlie").await;
    let page = charlie.get(AUTHENTICATION).await;
    assert!(!page.body.contains(&newest[..12]), "another’s key is not shown");
    let victor = service.app.person("victor").await;
    service.app.join(&service.workspace, &victor, "viewer").await;
    let page = victor.get(AUTHENTICATION).await;
    assert!(page.body.contains(&newest[..12]), "viewers see keys");
    assert!(
        page.attribute(&format!("a[href='{list}/new']"), "href").is_none(),
        "and make none"
    );
    assert!(page.attribute("a[href$='/roll']", "href").is_none(), "nor roll any");
}

#[tokio::test]
async fn a_key_that_is_no_secret_is_not_said_to_be_gone() {
    let service = Service::start("example").await;
    let of = (&service.workspace, service.project.as_ref());
    service.app.key(of.0, of.1, "publishable", "test", &[]).await;
    let start = service.alice.get(AUTHENTICATION).await.text("#quick-start");
    assert!(
        start.contains("no secret") && !start.contains("Nobody can show it"),
        "{start}"
    );
    service.app.key(of.0, of.1, "secret", "test", &[]).await;
    let start = service.alice.get(AUTHENTICATION).await.text("#quick-start");
    assert!(
        start.contains("Nobody can show it again") && start.contains("roll it"),
        "{start}"
    );
}

#[tokio::test]
async fn strangers_keep_it_and_ask_whether_it_still_is_so() {
    let service = Service::start("craftkit").await;
    let browser = service.app.browser();
    let first = browser.get(AUTHENTICATION).await;
    assert_eq!(first.headers["cache-control"], "private, no-cache");
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    let again = |tag: String| {
        let request = browser
            .client
            .get(browser.url(AUTHENTICATION))
            .header("if-none-match", tag);
        async { Answer::of(request.send().await.unwrap()).await }
    };
    let same = again(format!("\"other\", W/{tag}")).await;
    assert_eq!((same.status, same.body.as_str()), (304, ""));
    assert_eq!(same.headers["etag"].to_str().unwrap(), tag);
    assert_eq!(again("\"other\"".to_owned()).await.status, 200);
    let alice = service.alice.get(AUTHENTICATION).await;
    assert_eq!(
        alice.headers["cache-control"], "no-store",
        "it holds the proof for her forms"
    );
    assert!(alice.headers.get("etag").is_none());
}

#[tokio::test]
async fn the_dashboard_leads_to_it() {
    let service = Service::start("kodisc").await;
    let leads = async |answer: Answer| {
        answer
            .attribute(&format!("main a[href='{AUTHENTICATION}']"), "href")
            .is_some()
    };
    assert!(leads(service.app.browser().get("/").await).await, "the door");
    assert!(leads(service.alice.get(&service.keys).await).await, "no keys yet");
    let form = service
        .alice
        .get(&format!("{}/new", service.keys))
        .await
        .form(&service.keys);
    let mut fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    fields.retain(|(name, _)| *name != "name");
    fields.push(("name", "worker"));
    let made = service.alice.post(&service.keys, &fields).await;
    assert!(leads(service.alice.get(&made.location()).await).await, "the reveal");
    assert!(leads(service.alice.get(&service.keys).await).await, "the list");
    assert!(leads(service.alice.get("/welcome").await).await, "the first steps");
    let anywhere = service.alice.get("/account").await;
    assert!(
        anywhere
            .attribute(&format!("a[href='{AUTHENTICATION}']"), "href")
            .is_some()
    );
}

/// What receivers are shown is what runs in `examples`.
#[tokio::test]
async fn the_receivers_are_those_that_are_tested() {
    let service = Service::start("example").await;
    let page = service.app.browser().get(AUTHENTICATION).await;
    for (id, file) in [("python", "python/receiver.py"), ("node", "node/receiver.mjs")] {
        let path = format!("{}/examples/webhook-receiver/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = super::running::printed(&page, &format!("receiver-{id}"));
        assert_eq!(text.trim(), std::fs::read_to_string(path).unwrap().trim());
    }
}
