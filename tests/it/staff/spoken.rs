//! A display prefix as customers read it out, and support types it.

use keyhatch::model::spoken::normal_form;
use keyhatch::model::workspace::{Project, Workspace};

use crate::support::places::{issue, secret, trail};
use crate::support::{Answer, Person, TestApp};

async fn look_up(sam: &Person, typed: &str) -> Answer {
    sam.submit("/staff", "/staff/lookups", &[("display_prefix", typed)])
        .await
}

/// A key that chance would not make.
async fn key(app: &TestApp, workspace: &Workspace, project: &Project, name: &str, prefix: &str) {
    let environment = if prefix.starts_with("kh_test_") { "test" } else { "live" };
    issue(app, workspace, Some(project), &secret(name, environment)).await;
    let spoken = normal_form(prefix);
    let sql = format!("UPDATE keys SET display_prefix = '{prefix}', spoken = '{spoken}' WHERE name = '{name}'");
    app.app.db.execute(&sql).await.unwrap();
}

const KEYS: [(&str, &str); 8] = [
    ("CI", "kh_live_4f7aQm2X"),
    ("Zeros", "kh_test_0O1lIi9Z"),
    ("One twin", "kh_live_aB3dEf6H"),
    ("Other twin", "kh_live_Ab3DeF6h"),
    ("Live", "kh_live_7777mmMM"),
    ("Test", "kh_test_7777mmMM"),
    ("Letters", "kh_live_QuizZone"),
    ("Beginning", "kh_live_QuizYard"),
];

/// What is typed, and the names of the keys that are found by it.
const SPOKEN: [(&str, &[&str]); 74] = [
    // In capitals or not, with and without what stands between.
    ("kh_live_4f7aQm2X", &["CI"]),
    ("KH_LIVE_4F7AQM2X", &["CI"]),
    ("kh_live_4f7aqm2x", &["CI"]),
    ("Kh_Live_4F7aqM2x", &["CI"]),
    ("khlive4f7aQm2X", &["CI"]),
    ("kh live 4f7aQm2X", &["CI"]),
    ("kh-live-4f7aQm2X", &["CI"]),
    ("kh live 4f7a Qm2X", &["CI"]),
    ("kh-live-4f7a-Qm2X", &["CI"]),
    ("kh_live_-4f7a-Qm2X", &["CI"]),
    ("k h l i v e 4 f 7 a Q m 2 X", &["CI"]),
    ("kh_live_ 4f 7a Qm 2X…", &["CI"]),
    ("“kh_live_4f7aQm2X…”", &["CI"]),
    ("'kh_live_4f7aQm2X'", &["CI"]),
    ("KH LIVE: 4F7A, QM2X", &["CI"]),
    (" kh__live__4f7aqm2x... ", &["CI"]),
    // Without the fixed beginning, or with a part of it.
    ("4f7aQm2X", &["CI"]),
    ("4F7AQM2X", &["CI"]),
    ("4f7a Qm2X", &["CI"]),
    ("4f7a-qm2x", &["CI"]),
    ("_4f7aQm2X", &["CI"]),
    ("live_4f7aQm2X", &["CI"]),
    ("live 4f7a qm2x", &["CI"]),
    ("kh 4f7aQm2X", &["CI"]),
    ("kh_4f7aQm2X", &["CI"]),
    // Not all of it.
    ("4f7a", &["CI"]),
    ("4F7AQ", &["CI"]),
    ("4f7aQm", &["CI"]),
    ("4f7aQm2…", &["CI"]),
    ("kh_live_4f7a", &["CI"]),
    ("khlive4f7aq", &["CI"]),
    // Spelled.
    (
        "kilo hotel live four foxtrot seven alpha Quebec mike two X-ray",
        &["CI"],
    ),
    ("KILO HOTEL LIVE FOUR FOXTROT SEVEN ALFA QUEBEC MIKE TWO XRAY", &["CI"]),
    (
        "kilo hotel lima india victor echo four foxtrot seven alpha quebec mike two x ray",
        &["CI"],
    ),
    (
        "kilo hotel underscore live underscore 4 foxtrot 7 alpha capital quebec mike 2 capital x-ray",
        &["CI"],
    ),
    ("four foxtrot seven alpha Quebec mike two X-ray", &["CI"]),
    ("four foxtrot seven alpha", &["CI"]),
    ("four f seven a upper case Q lower case m two x", &["CI"]),
    ("4 f 7 a q m 2 x", &["CI"]),
    ("4f7a quebec mike 2 x-ray", &["CI"]),
    ("4, f for Freddie, 7, a as in apple, Q like Quebec, m, 2, x", &["CI"]),
    ("live four-foxtrot-seven-alpha", &["CI"]),
    // What looks alike.
    ("kh_test_0O1lIi9Z", &["Zeros"]),
    ("kh_test_OO11119Z", &["Zeros"]),
    ("kh_test_00llll9z", &["Zeros"]),
    ("kh_test_ooIIII9Z", &["Zeros"]),
    ("kh_test_0oiLLi9z", &["Zeros"]),
    ("khtest 0011 1l9z", &["Zeros"]),
    ("00111l9Z", &["Zeros"]),
    ("zero oscar one lima india india nine zulu", &["Zeros"]),
    ("double zero one one one one niner zulu", &["Zeros"]),
    ("kh_1ive_4f7aQm2X", &["CI"]),
    ("kh_Iive_4f7aQm2X", &["CI"]),
    ("kh_llve_4f7aQm2X", &["CI"]),
    // Several are near.
    ("kh_live_aB3dEf6H", &["One twin", "Other twin"]),
    ("kh_live_Ab3DeF6h", &["Other twin", "One twin"]),
    ("ab3def6h", &["Other twin", "One twin"]),
    (
        "alpha bravo three delta echo foxtrot six hotel",
        &["Other twin", "One twin"],
    ),
    ("7777mmmm", &["Live", "Test"]),
    ("double seven double seven", &["Live", "Test"]),
    ("kh_7777mm", &["Live", "Test"]),
    ("test 7777mmMM", &["Test"]),
    ("live 7777mmMM", &["Live"]),
    // Letters alone.
    ("QuizZone", &["Letters"]),
    ("quiz zone", &["Letters"]),
    ("kh live quiz zone", &["Letters"]),
    ("quiz", &["Beginning", "Letters"]),
    ("kh_live_quizy", &["Beginning"]),
    // None.
    ("kh_test_4f7aQm2X", &[]),
    ("4f7aQm2Y", &[]),
    ("f7aQm2X", &[]),
    ("kh_live_4f7aQm%%", &[]),
    ("kh_live_________", &[]),
    ("kh_live_4f7a'); --", &[]),
];

#[tokio::test]
async fn sam_finds_what_customers_read_out() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
    let shop = app.project(&acme, "Shop").await;
    for (name, prefix) in KEYS {
        key(&app, &acme, &shop, name, prefix).await;
    }
    for (typed, names) in SPOKEN {
        let answer = look_up(&sam, typed).await;
        assert_eq!(answer.texts("article h2"), names, "{typed}");
        assert!(!answer.body.contains("looks like a whole key"), "{typed}");
        let as_written: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let exact = KEYS
            .iter()
            .filter(|(_, prefix)| *prefix == as_written.trim_end_matches(['…', '.']))
            .count();
        let badges = answer.texts("article .badge");
        let near = badges.iter().filter(|badge| badge.starts_with("Near")).count();
        assert_eq!(near, names.len().saturating_sub(exact), "{typed}");
        let said = answer.texts(".count").join(" ");
        match (exact, near) {
            (0, 0) if answer.status == 422 => {}
            (0, 0) => assert!(said.contains("No key is found"), "{typed}: {said}"),
            (0, 1) => assert_eq!(
                said, "No key has exactly this display prefix. 1 is near: compare it with the customer.",
                "{typed}"
            ),
            (0, _) => assert_eq!(
                said,
                format!(
                    "No key has exactly this display prefix. {near} are near: compare them with the customer, until one is left."
                ),
                "{typed}"
            ),
            (_, 0) => assert_eq!(said, "1 key found", "{typed}"),
            _ => assert_eq!(
                said, "1 key found 1 more is near: compare it with the customer.",
                "{typed}"
            ),
        }
    }
}

#[tokio::test]
async fn a_new_key_is_found_as_it_is_heard_and_each_look_is_in_the_trail() {
    let app = TestApp::start().await;
    let (alice, sam, charlie) = (
        app.person("alice").await,
        app.person("sam").await,
        app.person("charlie").await,
    );
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let prefix = issue(&app, &acme, Some(&shop), &secret("One", "live"))
        .await
        .key
        .display_prefix;
    let forms = [
        prefix.to_uppercase(),
        prefix[8..].to_lowercase(),
        prefix[..12].to_owned(),
    ];
    for (looks, typed) in forms.iter().enumerate() {
        let answer = look_up(&sam, typed).await;
        assert_eq!(answer.texts("article h2"), ["One"], "{typed}");
        assert_eq!(
            answer.attribute("#display_prefix", "value").as_deref(),
            Some(typed.as_str())
        );
        let lines = trail(&app, &acme).await;
        let seen = lines.iter().filter(|line| line.action == "key.looked_up").count();
        assert_eq!(seen, looks + 1);

        let fields = [("display_prefix", typed.as_str())];
        let answer = charlie.submit_from("/account", "/staff/lookups", &fields).await;
        assert_eq!(answer.status, 404);
        assert!(!answer.body.contains(&prefix));
    }
    let lines = trail(&app, &acme).await;
    let seen = lines.iter().filter(|line| line.action == "key.looked_up").count();
    assert_eq!(seen, forms.len());
}

#[tokio::test]
async fn of_very_many_near_keys_twenty_are_shown_and_the_whole_ones_first() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
    let shop = app.project(&acme, "Shop").await;
    for n in 10..35 {
        key(&app, &acme, &shop, &format!("Key {n}"), &format!("kh_test_4f7aQm{n}")).await;
    }
    key(&app, &acme, &shop, "Live", "kh_live_4f7aQm77").await;
    let answer = look_up(&sam, "4f7aqm").await;
    assert_eq!(
        answer.text(".count"),
        "No key has exactly this display prefix. The first 20 of 26 near keys. Ask for more characters."
    );
    let shown = answer.texts("article h2");
    assert_eq!((shown.len(), shown[0].as_str()), (20, "Live"));
    let answer = look_up(&sam, "4f7aqm3l").await;
    assert_eq!(answer.texts("article h2"), ["Key 31"]);
    let looks = trail(&app, &acme).await;
    assert_eq!(looks.iter().filter(|line| line.action == "key.looked_up").count(), 21);
}
