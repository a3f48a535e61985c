use super::installation::Installation;
use crate::support::{Browser, PASSWORD};

#[tokio::test]
async fn each_command_prints_one_object_with_the_names_of_the_api() {
    let keyhatch = Installation::new().await;
    let account = keyhatch.create_account("alice@example.com");
    assert_eq!(account["email"], "alice@example.com");
    assert_eq!(account["is_staff"], false);

    let owner = "alice@example.com";
    let workspace = keyhatch.create(&[
        "workspace",
        "create",
        "--name",
        "Acme",
        "--owner",
        owner,
        "--plan",
        "pro",
    ]);
    assert_eq!(workspace["slug"], "acme");
    assert_eq!(workspace["plan"], "pro");

    let project = keyhatch.create(&["project", "create", "--workspace", "acme", "--name", "Web Site"]);
    assert_eq!(project["slug"], "web-site");
    assert_eq!(project["workspace"], "acme");

    keyhatch.create_account("bob@example.com");
    let bob = ["--email", "bob@example.com", "--role", "developer"];
    let member = keyhatch.create(&[&["member", "add", "--workspace", "acme"], &bob[..]].concat());
    assert_eq!(member["email"], "bob@example.com");
    assert_eq!(member["role"], "developer");

    let token = keyhatch.create(&["service-token", "create", "--name", "gateway"]);
    assert!(token["token"].as_str().unwrap().starts_with("khs_"));

    for made in [account, workspace, project, token] {
        let id = made["id"].as_str().unwrap();
        assert!(uuid::Uuid::parse_str(id).is_ok(), "{made}");
    }
}

#[tokio::test]
async fn a_key_is_printed_with_everything_that_was_asked_of_it() {
    let keyhatch = Installation::new().await;
    keyhatch.furnish();
    let place = ["key", "create", "--workspace", "acme", "--project", "site"];
    let kind = ["--type", "restricted", "--environment", "test", "--name", "Parcels"];
    let may = ["--scope", "labels:write", "--scope", "shipments:read"];
    let more = [
        "--expires-at",
        "2096-12-24T18:00:00Z",
        "--webhook-url",
        "https://example.com/hook",
    ];
    let key = keyhatch.create(&[&place[..], &kind, &may, &more].concat());
    let text = key["key"].as_str().unwrap();
    assert!(text.starts_with("kh_test_"), "{key}");
    let shown = key["key_prefix"].as_str().unwrap().trim_end_matches('…');
    assert!(text.starts_with(shown), "{key}");
    assert!(key["signing_secret"].as_str().unwrap().starts_with("whsec_"), "{key}");
    assert_eq!(key["name"], "Parcels");
    assert_eq!(key["type"], "restricted");
    assert_eq!(key["environment"], "test");
    assert_eq!(key["scopes"], serde_json::json!(["shipments:read", "labels:write"]));
    assert_eq!(key["enabled"], true);
    assert_eq!(key["expires_at"], "2096-12-24T18:00:00Z");
    assert_eq!(key["webhook_url"], "https://example.com/hook");
    assert_eq!((&key["workspace"], &key["project"]), (&"acme".into(), &"site".into()));
}

#[tokio::test]
async fn everything_works_beside_a_running_server() {
    let keyhatch = Installation::new().await;
    let server = keyhatch.serve();
    keyhatch.furnish();
    assert!(keyhatch.create_key("one")["key"].is_string());
    Browser::new(&server.address)
        .sign_in("alice@example.com", PASSWORD)
        .await;
    let suspended = keyhatch.create(&["workspace", "suspend", "acme"]);
    assert_eq!(suspended["suspended"], true);
    let resumed = keyhatch.create(&["workspace", "resume", "acme"]);
    assert_eq!(resumed["suspended"], false);
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test]
async fn commands_that_come_first_together_do_not_trip_over_each_other() {
    let keyhatch = Installation::new().await;
    let first = || keyhatch.keyhatch(&["migrate"]).spawn().unwrap();
    let racers: Vec<_> = (0..5).map(|_| first()).collect();
    for racer in racers {
        let output = racer.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8_lossy(&output.stdout), "The database is up to date.\n");
    }
}

#[tokio::test]
async fn commands_that_write_together_wait_for_each_other() {
    let keyhatch = Installation::new().await;
    keyhatch.furnish();
    let key = [
        "key",
        "create",
        "--workspace",
        "acme",
        "--project",
        "site",
        "--type",
        "secret",
    ];
    let writers: Vec<_> = (0..8)
        .map(|n| {
            let name = n.to_string();
            keyhatch
                .keyhatch(&[&key[..], &["--name", &name]].concat())
                .spawn()
                .unwrap()
        })
        .collect();
    for writer in writers {
        let output = writer.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[tokio::test]
async fn a_profile_is_checked_whole() {
    let keyhatch = Installation::new().await;
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/example.toml");
    let fine = keyhatch.run(&["profile", "check", example]);
    assert_eq!(fine.code, Some(0));
    assert_eq!(
        fine.out,
        format!("{example} is fine: 3 key types, 12 scopes, 3 plans\n")
    );

    let text = std::fs::read_to_string(example).unwrap();
    let broken = text
        .replace("access = \"all\"", "access = \"everything\"")
        .replace("default_plan = \"free\"", "default_plan = \"fre\"");
    let file = keyhatch.path("broken.toml");
    std::fs::write(&file, broken).unwrap();
    let file = file.display().to_string();
    let ran = keyhatch.run(&["profile", "check", &file]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.lines().count() >= 2, "{}", ran.err);
    assert!(
        ran.err.lines().all(|line| line.starts_with(&format!("{file}:"))),
        "{}",
        ran.err
    );
    assert_eq!(
        keyhatch.run(&["serve", "--profile", &file]).code,
        Some(1),
        "nor is it served"
    );
}
