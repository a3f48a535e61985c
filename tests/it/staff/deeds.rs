//! What support does: with a reason, at once, and where the customer reads it.

use std::time::Duration;

use keyhatch::model::verdict::{Refusal, Verdict};

use crate::support::places::{call, issue, secret, trail};
use crate::support::{Answer, PASSWORD, Person, TestApp};

async fn act(staff: &Person, page: &str, fields: &[(&str, &str)]) -> Answer {
    staff.submit(page, page, fields).await
}

fn refusal(verdict: Verdict) -> Option<Refusal> {
    match verdict {
        Verdict::Allowed(_) => None,
        Verdict::Refused(refused) => Some(refused.refusal),
    }
}

#[tokio::test]
async fn a_suspension_holds_on_the_next_request_and_the_customer_reads_why() {
    let app = TestApp::start().await;
    let (alice, ann) = (app.person("alice").await, app.person("ann").await);
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let issued = issue(&app, &acme, Some(&shop), &secret("CI", "live")).await;
    let text = issued.text.expose_secret();
    assert_eq!(refusal(call(&app, text).await), None, "and now in memory");
    let page = format!("/staff/workspaces/{}/suspension", acme.id);
    let answer = act(&ann, &page, &[("reason", " Spam, reported\r\nby mail ")]).await;
    assert_eq!(answer.location(), format!("/staff/workspaces/{}", acme.id));
    assert_eq!(refusal(call(&app, text).await), Some(Refusal::WorkspaceSuspended));
    let lines = trail(&app, &acme).await;
    assert_eq!(
        (lines[0].action.as_str(), lines[0].actor_kind.as_str()),
        ("workspace.suspended", "staff")
    );
    assert_eq!(lines[0].details, "Spam, reported by mail");
    let said = alice.get("/w/acme/audit").await.texts("tbody tr");
    assert!(
        said[0].contains("ann@example.com Support")
            && said[0].contains("suspended the workspace Acme Spam, reported by mail")
    );
    // Once more changes nothing, and writes nothing.
    let before = trail(&app, &acme).await.len();
    assert_eq!(act(&ann, &page, &[("reason", "And again")]).await.status, 303);
    let lines = trail(&app, &acme).await;
    assert!(lines.iter().all(|line| line.details != "And again"));
    assert!(lines.len() > before, "but the looks");
    let answer = act(&ann, &format!("{page}/removal"), &[("reason", "It was not theirs")]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(refusal(call(&app, text).await), None);
    assert_eq!(trail(&app, &acme).await[0].action, "workspace.resumed");
}

#[tokio::test]
async fn a_project_is_suspended_by_itself() {
    let app = TestApp::start().await;
    let (alice, ann, backend) = (app.person("alice").await, app.person("ann").await, app.backend().await);
    let acme = app.workspace(&alice, "Acme").await;
    let (shop, site) = (app.project(&acme, "Shop").await, app.project(&acme, "Site").await);
    let one = issue(&app, &acme, Some(&shop), &secret("One", "live")).await;
    let other = issue(&app, &acme, Some(&site), &secret("Other", "live")).await;
    for key in [&one, &other] {
        assert_eq!(
            refusal(call(&app, key.text.expose_secret()).await),
            None,
            "and now in memory"
        );
    }
    let page = format!("/staff/projects/{}/suspension", shop.id);
    assert_eq!(act(&ann, &page, &[("reason", "Spam from this one")]).await.status, 303);
    assert_eq!(
        refusal(call(&app, one.text.expose_secret()).await),
        Some(Refusal::ProjectSuspended)
    );
    assert_eq!(refusal(call(&app, other.text.expose_secret()).await), None);
    let me = app.program(one.text.expose_secret()).get("/api/v1/me").await;
    assert_eq!(
        (me.status, me.json()["code"].as_str()),
        (403, Some("workspace_suspended")),
        "{}",
        me.body
    );
    let body = serde_json::json!({ "key": one.text.expose_secret() });
    let told = backend.post("/provider/v1/keys/verify", &body).await.json();
    assert_eq!(
        (told["valid"].as_bool(), told["reason"].as_str()),
        (Some(false), Some("project_suspended")),
        "{told}"
    );
    let lines = trail(&app, &acme).await;
    assert_eq!(
        (lines[0].action.as_str(), lines[0].project_id),
        ("project.suspended", Some(shop.id))
    );
    assert_eq!(alice.get("/w/acme").await.texts("main .badge"), ["Suspended"]);
    let workspace = ann.get(&format!("/staff/workspaces/{}", acme.id)).await;
    assert_eq!(workspace.texts("ul.rows .badge"), ["Suspended"]);
    assert_eq!(
        act(&ann, &format!("{page}/removal"), &[("reason", "Sorted out")])
            .await
            .status,
        303
    );
    assert_eq!(refusal(call(&app, one.text.expose_secret()).await), None);
}

#[tokio::test]
async fn a_reason_is_asked_for_and_what_was_typed_is_kept() {
    let app = TestApp::start().await;
    let (alice, ann) = (app.person("alice").await, app.person("ann").await);
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let text = issue(&app, &acme, Some(&shop), &secret("CI", "live")).await.text;
    let text = text.expose_secret();
    let page = format!("/staff/workspaces/{}/suspension", acme.id);
    for (typed, kept) in [
        ("", String::new()),
        ("no", "no".to_owned()),
        (&"x".repeat(501), "x".repeat(501)),
        (&format!("The key {text} leaked"), String::new()),
    ] {
        let answer = act(&ann, &page, &[("reason", typed)]).await;
        assert_eq!(answer.status, 422, "{typed}");
        assert_eq!(answer.texts("#reason-error").len(), 1, "{typed}");
        assert_eq!(answer.text("#reason"), kept);
        assert!(!answer.body.contains(&text[12..]));
    }
    let lines = trail(&app, &acme).await;
    assert!(
        lines
            .iter()
            .all(|line| line.action != "workspace.suspended" && !line.details.contains(text))
    );
}

#[tokio::test]
async fn another_plan_holds_at_once_and_says_what_is_over_it() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
    let shop = app.project(&acme, "Shop").await;
    for n in 0..7 {
        issue(&app, &acme, Some(&shop), &secret(&format!("Key {n}"), "test")).await;
    }
    let page = format!("/staff/workspaces/{}/plan", acme.id);
    let form = sam.get(&page).await;
    assert!(
        form.text("#plan").contains("Over this plan: Secret keys 7 of 5."),
        "{}",
        form.text("#plan")
    );
    for (plan, reason, field) in [("gold", "They pay for it", "plan"), ("free", "", "reason")] {
        let answer = act(&sam, &page, &[("plan", plan), ("reason", reason)]).await;
        assert_eq!(
            (answer.status, answer.texts(&format!("#{field}-error")).len()),
            (422, 1),
            "{plan}"
        );
    }
    let answer = act(&sam, &page, &[("plan", "free"), ("reason", "They stopped paying")]).await;
    let said = sam.get(&answer.location()).await;
    assert!(
        said.text(".flash").contains("Over this plan: Secret keys 7 of 5."),
        "{}",
        said.text(".flash")
    );
    assert!(said.text("article").contains("Plan Free"));
    let lines = trail(&app, &acme).await;
    let line = lines
        .iter()
        .find(|line| line.action == "workspace.plan_changed")
        .unwrap();
    assert_eq!(line.details, "from Enterprise to Free: They stopped paying");
    let create = alice.get("/w/acme/p/shop/keys/new").await;
    assert!(create.status == 200);
    let form = [
        ("name", "8"),
        ("type", "secret"),
        ("environment", "test"),
        ("expiry", "30"),
    ];
    let eighth = alice
        .submit("/w/acme/p/shop/keys/new", "/w/acme/p/shop/keys", &form)
        .await;
    assert_eq!(eighth.status, 409, "there is no place left");
}

#[tokio::test]
async fn ending_sessions_signs_a_person_out_everywhere() {
    let app = TestApp::start().await;
    let (alice, ann) = (app.person("alice").await, app.person("ann").await);
    let acme = app.workspace(&alice, "Acme").await;
    let phone = app.browser();
    phone.sign_in("alice@example.com", PASSWORD).await;
    let page = format!("/staff/accounts/{}/sessions/revocation", alice.account.id);
    let answer = act(&ann, &page, &[("reason", "Her phone was stolen")]).await;
    assert_eq!(answer.status, 303);
    for browser in [&alice.browser, &phone] {
        assert_eq!(browser.get("/account").await.status, 303);
    }
    phone.sign_in("alice@example.com", PASSWORD).await;
    let own = phone.get("/account").await.text("main");
    assert!(
        own.contains("ann@example.com ended all sessions of the account"),
        "{own}"
    );
    assert!(own.contains("2 sessions: Her phone was stolen"), "{own}");
    let lines = trail(&app, &acme).await;
    assert_eq!(
        (lines[0].action.as_str(), lines[0].details.as_str()),
        ("account.sessions_ended", "")
    );
}

#[tokio::test]
async fn a_confirmation_that_is_sent_again_works_and_so_does_the_first() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    let erin = app.browser();
    let fields = [("email", "erin@example.com"), ("password", PASSWORD)];
    erin.submit("/sign-up", "/sign-up", &fields).await;
    app.mails(1).await;
    let found = ann
        .submit("/staff", "/staff/lookups", &[("display_prefix", "erin@example.com")])
        .await
        .location();
    app.advance(Duration::from_secs(3_600));
    let page = format!("{found}/confirmation");
    assert_eq!(
        act(&ann, &page, &[("reason", "It did not arrive")]).await.location(),
        found
    );
    let mails = app.mails(2).await;
    let links: Vec<String> = mails
        .iter()
        .filter_map(|mail| mail.lines().find(|line| line.contains("/verify-email?")))
        .map(|line| line[line.find("/verify-email").unwrap()..].trim().to_owned())
        .collect();
    assert_ne!(links[0], links[1]);
    assert_eq!(erin.get(&links[0]).await.status, 200);
    assert_eq!(erin.submit(&links[1], "/verify-email", &[]).await.status, 303);
    let own = erin.get("/account").await.text("main");
    assert!(
        own.contains("sent the mail again that confirms the address") && own.contains("It did not arrive"),
        "{own}"
    );
    assert_eq!(act_status(&ann, &page).await, 404, "it has become an account");
    // What was done early is on record still when the first link is over.
    let fay = app.browser();
    let fields = [("email", "fay@example.com"), ("password", PASSWORD)];
    fay.submit("/sign-up", "/sign-up", &fields).await;
    let count = app.mails(0).await.len().max(4);
    let found = ann
        .submit("/staff", "/staff/lookups", &[("display_prefix", "fay@example.com")])
        .await
        .location();
    app.advance(Duration::from_secs(20 * 3_600));
    let reason = [("reason", "Their mail server was away")];
    assert_eq!(act(&ann, &format!("{found}/confirmation"), &reason).await.status, 303);
    app.advance(Duration::from_secs(10 * 3_600));
    keyhatch::domain::accounts::sweep(&app.app).await.unwrap();
    let mails = app.mails(count).await;
    let newest = mails
        .iter()
        .rev()
        .find(|mail| mail.contains("fay@example.com"))
        .unwrap();
    let link = newest.lines().find(|line| line.contains("/verify-email?")).unwrap();
    let link = link[link.find("/verify-email").unwrap()..].trim();
    fay.get(link).await;
    assert_eq!(fay.submit(link, "/verify-email", &[]).await.status, 303);
    let own = fay.get("/account").await.text("main");
    assert!(
        own.contains("Their mail server was away") && own.contains("looked up the account"),
        "{own}"
    );
    // Nobody's mailbox is flooded.
    let gwen = app.browser();
    gwen.submit(
        "/sign-up",
        "/sign-up",
        &[("email", "gwen@example.com"), ("password", PASSWORD)],
    )
    .await;
    let found = ann
        .submit("/staff", "/staff/lookups", &[("display_prefix", "gwen@example.com")])
        .await
        .location();
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(
            act(&ann, &format!("{found}/confirmation"), &[("reason", "Once more")])
                .await
                .status,
        );
    }
    assert_eq!(answers, [303, 303, 303, 429]);
}

async fn act_status(staff: &Person, page: &str) -> u16 {
    staff
        .submit_from("/staff", page, &[("reason", "Once more")])
        .await
        .status
}
