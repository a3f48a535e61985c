//! Finding a workspace by what it is called, and what there is to know of it.

use crate::support::places::{issue, secret, trail};
use crate::support::{Answer, Person, TestApp};

async fn look_up(sam: &Person, typed: &str) -> Answer {
    sam.submit("/staff", "/staff/lookups", &[("display_prefix", typed)])
        .await
}

fn names(answer: &Answer) -> Vec<String> {
    answer.texts("ul.rows strong")
}

#[tokio::test]
async fn a_name_a_slug_and_an_id_lead_to_the_workspace() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace(&alice, "Élan & Söhne").await;
    let page = format!("/staff/workspaces/{}", acme.id);
    for typed in [
        "Élan & Söhne",
        " élan  &  SÖHNE ",
        &acme.slug,
        &acme.slug.to_uppercase(),
        &acme.id.to_string(),
    ] {
        assert_eq!(look_up(&sam, typed).await.location(), page, "{typed}");
    }
    assert!(
        trail(&app, &acme)
            .await
            .iter()
            .all(|line| line.action != "workspace.looked_up"),
        "nothing of it was shown yet"
    );
    let by = keyhatch::domain::access::By::operator();
    let proof = keyhatch::domain::access::ManageWorkspace::operator(&acme, &by);
    keyhatch::domain::workspaces::rename(&app.app, proof, "Umbrella", None)
        .await
        .unwrap();
    assert_eq!(look_up(&sam, "umbrella").await.location(), page);
    assert_eq!(look_up(&sam, "Élan & Söhne").await.status, 422, "that was its name");
}

#[tokio::test]
async fn several_are_a_list_the_exact_ones_first() {
    let app = TestApp::start().await;
    let (alice, charlie, sam) = (
        app.person("alice").await,
        app.person("charlie").await,
        app.person("sam").await,
    );
    let acme = app.workspace(&alice, "Acme").await;
    let europe = app.workspace(&charlie, "Acme Europe").await;
    app.workspace(&charlie, "Umbrella").await;
    let answer = look_up(&sam, "acme").await;
    assert_eq!(answer.status, 200);
    assert_eq!(names(&answer), ["Acme", "Acme Europe"]);
    assert_eq!(answer.texts("ul.rows .badge"), ["Begins like it"]);
    assert_eq!(answer.text(".count"), "2 workspaces found");
    for workspace in [&acme, &europe] {
        let lines = trail(&app, workspace).await;
        assert_eq!(
            (lines[0].action.as_str(), lines[0].actor_kind.as_str()),
            ("workspace.looked_up", "staff")
        );
    }
    // One that only begins so is not taken for it.
    let answer = look_up(&sam, "umbr").await;
    assert_eq!((answer.status, names(&answer)), (200, vec!["Umbrella".to_owned()]));
    assert!(answer.text(".count").starts_with("No workspace is called exactly this"));
    // Two of one name.
    app.workspace(&charlie, "ACME").await;
    assert_eq!(names(&look_up(&sam, "Acme").await), ["Acme", "ACME", "Acme Europe"]);
}

#[tokio::test]
async fn of_very_many_the_first_are_shown() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    for n in 0..23 {
        app.workspace(&alice, &format!("Acme {n:02}")).await;
    }
    let answer = look_up(&sam, "acme").await;
    assert_eq!(names(&answer).len(), 20);
    assert_eq!(
        answer.text(".count"),
        "The first 20 workspaces. Enter more of the name."
    );
}

#[tokio::test]
async fn signs_that_mean_something_to_databases_are_just_signs() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace(&alice, "Acme").await;
    for typed in [
        "%",
        "%%",
        "_",
        "____",
        "Ac%",
        "A_me",
        "acme%",
        "a%e",
        "' OR 1=1 --",
        "\"; DROP TABLE workspaces; --",
        "acme' --",
        "ac\\me",
        "acme\0",
        "\0",
        "[a-z]*",
        "?",
        "$1",
        "ac*",
        "\u{10FFFF}",
        "日本",
    ] {
        let answer = look_up(&sam, typed).await;
        assert!([200, 422].contains(&answer.status), "{typed}: {}", answer.status);
        assert_eq!(names(&answer).len(), 0, "{typed}");
    }
    assert!(trail(&app, &acme).await.iter().all(|line| line.actor_kind != "staff"));
    // Where they are in a name, they are found.
    let odd = app.workspace(&alice, "100%_pure 'x'").await;
    let page = format!("/staff/workspaces/{}", odd.id);
    assert_eq!(look_up(&sam, "100%_pure 'x'").await.location(), page);
    assert_eq!(names(&look_up(&sam, "100%_").await), ["100%_pure 'x'"]);
    assert_eq!(names(&look_up(&sam, "100__").await).len(), 0);
}

#[tokio::test]
async fn its_page_says_what_it_has_and_what_went_wrong() {
    let app = TestApp::start().await;
    let (alice, bob, sam) = (
        app.person("alice").await,
        app.person("bob").await,
        app.person("sam").await,
    );
    let acme = app.workspace(&alice, "Acme").await;
    app.join(&acme, &bob, "developer").await;
    let shop = app.project(&acme, "Shop").await;
    let issued = issue(&app, &acme, Some(&shop), &secret("CI", "live")).await;
    let ring = app.ring(&acme, Some(&shop));
    keyhatch::domain::keys::disable(&app.app, ring.manage_keys().unwrap(), issued.key.id)
        .await
        .unwrap();
    crate::support::places::call(&app, issued.text.expose_secret()).await;
    sam.get(&format!("/staff/keys/{}", issued.key.id)).await;
    let page = format!("/staff/workspaces/{}", acme.id);
    let said = sam.get(&page).await;
    assert_eq!(said.status, 200);
    let card = said.text("article");
    for part in ["Plan Free", "Projects 1 of", "Members 2 of", "Id"] {
        assert!(card.contains(part), "{part} in {card}");
    }
    assert!(
        said.text("ul.rows").contains("Shop shop, 1 key, never used"),
        "{}",
        said.text("ul.rows")
    );
    let members = said.texts("[aria-label=Members] tbody tr");
    assert!(members[0].contains("alice@example.com Owner") && members[1].contains("bob@example.com Developer"));
    let changes = said.texts("[aria-label='Last changes'] tbody tr");
    assert!(changes[0].contains("The operator disabled the key CI"), "{changes:?}");
    assert!(changes.iter().all(|line| !line.contains("looked up")), "{changes:?}");
    let refused = said.text("[aria-label='Last refused requests'] tbody tr");
    assert!(
        refused.contains("CI") && refused.contains("The key is disabled") && refused.contains("Enable the key"),
        "{refused}"
    );
    let lines = trail(&app, &acme).await;
    assert_eq!(
        (lines[0].action.as_str(), lines[0].subject.as_str()),
        ("workspace.looked_up", "Acme")
    );
    keyhatch::domain::workspaces::suspend(&app.app, &acme).await.unwrap();
    assert_eq!(sam.get(&page).await.texts("article .badge"), ["Suspended"]);
    for nowhere in ["019a0000-0000-7000-8000-000000000000", "x", "acme"] {
        assert_eq!(sam.get(&format!("/staff/workspaces/{nowhere}")).await.status, 404);
    }
}

#[tokio::test]
async fn a_link_with_a_question_fills_the_field_in_and_looks_nothing_up() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let issued = issue(&app, &acme, Some(&shop), &secret("One", "live")).await;
    let text = issued.text.expose_secret();
    let field = async |typed: &str| {
        let page = sam.get(&format!("/staff?q={typed}")).await;
        assert_eq!(page.status, 200);
        (page.attribute("#display_prefix", "value").unwrap_or_default(), page)
    };
    for fine in [
        issued.key.display_prefix.as_str(),
        "alice@example.com",
        &acme.id.to_string(),
    ] {
        assert_eq!(field(fine).await.0, fine);
    }
    let (shown, page) = field(text).await;
    assert_eq!(shown, "");
    assert_eq!(page.text(".callout-title"), "This looks like a whole key");
    assert!(!page.body.contains(&text[12..]));
    assert!(trail(&app, &acme).await.iter().all(|line| line.actor_kind != "staff"));
}
