//! C: CraftKit, what its documentation does for people.

use super::service::Service;
use crate::docs::AUTHENTICATION;
use crate::docs::running::{LANGUAGES, assert_runs, printed};

#[tokio::test(flavor = "multi_thread")]
async fn c11_the_quick_start_is_one_request_in_three_languages_and_each_runs_as_printed() {
    let service = Service::start("craftkit").await;
    let page = service.app.browser().get(AUTHENTICATION).await;
    let labels = page.texts("#quick-start .tabs > label");
    assert_eq!(labels, ["curl", "Node.js", "Python"]);
    for language in LANGUAGES {
        let text = printed(&page, language);
        assert!(text.contains(&format!("{}/v1/me", service.app.address)), "{text}");
        assert!(
            text.contains("Authorization") && text.contains("CRAFTKIT_API_KEY"),
            "{text}"
        );
    }
    assert_runs(&service).await;
}

#[tokio::test]
async fn c13_a_table_helps_people_whose_key_is_invalid() {
    let service = Service::start("craftkit").await;
    let page = service.app.browser().get(AUTHENTICATION).await;
    let table = "#troubleshooting table";
    assert_eq!(page.attribute(table, "aria-label").unwrap(), "Why invalid_credentials");
    let rows: Vec<_> = page.texts("#troubleshooting tbody tr");
    for (sees, check) in [
        // Another deployment, embed mode, revoked, no header: the four of the document.
        (
            "on one machine or server, and not on another",
            "known only where it was made",
        ),
        ("not on /v1/embed/", "Enable embed mode"),
        ("suddenly does not", "revoked"),
        ("missing_authorization", "Authorization: Bearer"),
        ("A test key is refused", "environment"),
    ] {
        assert!(
            rows.iter().any(|row| row.contains(sees) && row.contains(check)),
            "{sees}: {rows:#?}"
        );
    }
    // The first of them is so: a key of another deployment is unknown here, and the table says so under that code.
    let other = Service::start("craftkit").await;
    let refused = service.me(&other.mint("live", &[]).await).await;
    assert_eq!(super::service::code(&refused), "invalid_credentials");
    assert!(rows.iter().any(|row| row.contains(&service.app.address)), "{rows:#?}");
}
