//! Deeds that are done twice, or by twenty at once.

use futures_util::future::join_all;
use keyhatch::domain::credits;

use crate::support::places::trail;
use crate::support::{Answer, Person, TestApp};

/// The example with credits and embed mode.
pub(super) async fn start() -> TestApp {
    let profile = tempfile::NamedTempFile::new().unwrap();
    let credits = "\n[credits]\nunit = \"credits\"\nstart = 100\n";
    std::fs::write(profile.path(), crate::authz_matrix::profile() + credits).unwrap();
    TestApp::start_with(&[("KEYHATCH_PROFILE", &profile.path().display().to_string())]).await
}

async fn send(person: &Person, page: &str, form: &[(String, String)]) -> Answer {
    person.try_post(page, form).await.unwrap()
}

fn filled(form: &[(String, String)], fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let kept = form
        .iter()
        .filter(|(name, _)| !fields.iter().any(|(given, _)| given == name));
    let given = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    kept.cloned().chain(given).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_twenty_times_grants_once() {
    let app = start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace(&alice, "Acme").await;
    let page = format!("/staff/workspaces/{}/credits", acme.id);
    let fields = [("amount", "1,000"), ("reason", "A goodwill gesture")];
    let form = filled(&sam.get(&page).await.form(&page), &fields);
    let answers = join_all((0..20).map(|_| send(&sam, &page, &form))).await;
    assert!(
        answers.iter().all(|answer| answer.status == 303),
        "{:?}",
        answers[0].body
    );
    assert_eq!(credits::balance(&app.app, acme.id).await.unwrap(), 1_100);
    let lines = trail(&app, &acme).await;
    let granted: Vec<_> = lines.iter().filter(|line| line.action == "credits.granted").collect();
    assert_eq!(granted.len(), 1);
    assert_eq!(granted[0].details, "1000 credits: A goodwill gesture");
    let ledger = alice.get("/w/acme/credits").await;
    assert!(ledger.text("main").contains("A goodwill gesture"));
    // The same form with something else in it is another order: it is refused, and says so.
    let other = filled(&form, &[("amount", "5")]);
    assert_eq!(send(&sam, &page, &other).await.status, 409);
    // Twenty forms are twenty grants.
    let mut forms = Vec::new();
    for _ in 0..20 {
        forms.push(filled(&sam.get(&page).await.form(&page), &fields));
    }
    let answers = join_all(forms.iter().map(|form| send(&sam, &page, form))).await;
    assert!(answers.iter().all(|answer| answer.status == 303));
    assert_eq!(credits::balance(&app.app, acme.id).await.unwrap(), 21_100);
    for bad in ["", "0", "-5", "five", "99999999999999999999"] {
        let form = filled(
            &sam.get(&page).await.form(&page),
            &[("amount", bad), ("reason", "A goodwill gesture")],
        );
        let answer = send(&sam, &page, &form).await;
        assert_eq!((answer.status, answer.texts("#amount-error").len()), (422, 1), "{bad}");
        assert_eq!(answer.attribute("#amount", "value").as_deref(), Some(bad));
        assert_eq!(answer.text("#reason"), "A goodwill gesture");
    }
    let form = filled(&form, &[("nonce", "mine")]);
    assert_eq!(send(&sam, &page, &form).await.status, 422);
    assert_eq!(credits::balance(&app.app, acme.id).await.unwrap(), 21_100);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_at_once_suspend_once_and_resume_once() {
    let app = start().await;
    let (alice, ann) = (app.person("alice").await, app.person("ann").await);
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let pages = [
        (format!("/staff/workspaces/{}", acme.id), "workspace"),
        (format!("/staff/projects/{}", shop.id), "project"),
        (format!("/staff/projects/{}/embed", shop.id), "embed"),
    ];
    for (page, noun) in &pages {
        for (page, action) in [
            (format!("{page}/suspension"), format!("{noun}.suspended")),
            (format!("{page}/suspension/removal"), format!("{noun}.resumed")),
        ] {
            let form = filled(&ann.get(&page).await.form(&page), &[("reason", "Twenty at once")]);
            let answers = join_all((0..20).map(|_| send(&ann, &page, &form))).await;
            assert!(
                answers.iter().all(|answer| answer.status == 303),
                "{page} {}",
                answers[0].body
            );
            let tx = app.app.db.reader();
            let lines = keyhatch::store::audit::list(tx, acme.id, None, None, 1_000)
                .await
                .unwrap();
            let lines: Vec<_> = lines.iter().filter(|line| line.action == action).collect();
            assert_eq!(
                (lines.len(), lines[0].details.as_str()),
                (1, "Twenty at once"),
                "{action}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_at_once_end_sessions_once_and_change_the_plan_once() {
    let app = start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace(&alice, "Acme").await;
    let page = format!("/staff/accounts/{}/sessions/revocation", alice.account.id);
    let form = filled(&sam.get(&page).await.form(&page), &[("reason", "Twenty at once")]);
    let answers = join_all((0..20).map(|_| send(&sam, &page, &form))).await;
    assert!(answers.iter().all(|answer| answer.status == 303));
    let record = keyhatch::domain::accounts::record(&app.app, &alice.account)
        .await
        .unwrap();
    let ended = record
        .iter()
        .filter(|line| line.action == "account.sessions_ended")
        .count();
    assert_eq!(ended, 1, "and no number of looks hides it");
    let page = format!("/staff/workspaces/{}/plan", acme.id);
    let form = filled(
        &sam.get(&page).await.form(&page),
        &[("plan", "enterprise"), ("reason", "Twenty at once")],
    );
    let answers = join_all((0..20).map(|_| send(&sam, &page, &form))).await;
    assert!(answers.iter().all(|answer| answer.status == 303));
    let lines = keyhatch::store::audit::list(app.app.db.reader(), acme.id, None, None, 1_000);
    let lines = lines.await.unwrap();
    let changed = lines
        .iter()
        .filter(|line| line.action == "workspace.plan_changed")
        .count();
    assert_eq!(changed, 1);
}
