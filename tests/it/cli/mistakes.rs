use super::installation::{Installation, Ran};
use crate::support::{JWT_SECRET, PASSWORD};

fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    assert_eq!(ran.out, "");
    for word in words {
        assert!(ran.err.contains(word), "{word} in {}", ran.err);
    }
}

#[tokio::test]
async fn each_mistake_is_a_sentence_at_its_flag() {
    let keyhatch = Installation::new().await;
    keyhatch.furnish();
    let key = ["key", "create", "--workspace", "acme", "--project", "site"];
    let wrong = [
        "--type",
        "restricted",
        "--name",
        " ",
        "--expires-at",
        "2001-01-01",
        "--webhook-url",
        "ftp://x",
    ];
    let ran = keyhatch.run(&[&key[..], &wrong].concat());
    refused(&ran, &["--name: ", "--scope: ", "--expires-at: ", "--webhook-url: "]);
    assert_eq!(ran.err.lines().count(), 4, "{}", ran.err);

    keyhatch.create_key("one");
    let again = [&key[..], &["--type", "secret", "--name", "One"]].concat();
    refused(&keyhatch.run(&again), &["--name: Another key has this name"]);
    let unknown = [&key[..], &["--type", "golden", "--name", "x"]].concat();
    refused(
        &keyhatch.run(&unknown),
        &["--type: ", "secret, restricted, publishable"],
    );

    let homeless = [
        "key",
        "create",
        "--workspace",
        "acme",
        "--type",
        "secret",
        "--name",
        "x",
    ];
    refused(&keyhatch.run(&homeless), &["--project: "]);
    let elsewhere = ["project", "create", "--workspace", "nowhere", "--name", "x"];
    refused(&keyhatch.run(&elsewhere), &["“nowhere”"]);
    let ownerless = ["workspace", "create", "--name", "x", "--owner", "nobody@example.com"];
    refused(&keyhatch.run(&ownerless), &["--owner: ", "account create"]);
    let golden = [
        "workspace",
        "create",
        "--name",
        "x",
        "--owner",
        "alice@example.com",
        "--plan",
        "gold",
    ];
    refused(&keyhatch.run(&golden), &["--plan: "]);
    let alice = [
        "member",
        "add",
        "--workspace",
        "acme",
        "--email",
        "alice@example.com",
        "--role",
        "viewer",
    ];
    refused(&keyhatch.run(&alice), &["--email: "]);
}

#[tokio::test]
async fn a_password_comes_by_standard_input_and_is_never_repeated() {
    let keyhatch = Installation::new().await;
    let alice = ["account", "create", "--email", "alice@example.com"];
    refused(&keyhatch.run_with_input(&alice, PASSWORD), &["--password-stdin"]);
    let alice = [&alice[..], &["--password-stdin"]].concat();
    let short = keyhatch.run_with_input(&alice, "tiny-secret\n");
    refused(&short, &["15"]);
    assert!(!short.err.contains("tiny-secret"));
    assert_eq!(
        keyhatch.run_with_input(&alice, PASSWORD).code,
        Some(0),
        "without a line end too"
    );
    refused(&keyhatch.run_with_input(&alice, PASSWORD), &["--email: "]);
}

#[tokio::test]
async fn a_command_that_does_not_exist_is_a_usage_error() {
    let keyhatch = Installation::new().await;
    for arguments in [
        &["nonsense"][..],
        &["key", "create"],
        &["serve", "--nonsense"],
        &[
            "member",
            "add",
            "--workspace",
            "a",
            "--email",
            "a@b.c",
            "--role",
            "king",
        ],
    ] {
        let ran = keyhatch.run(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.err);
    }
}

#[tokio::test]
async fn a_settings_file_is_read_and_its_mistakes_are_named() {
    let keyhatch = Installation::new().await;
    let file = keyhatch.path("keyhatch.toml");
    let path = file.display().to_string();
    std::fs::write(&file, "listen = \"127.0.0.1:0\"\nlisten_on = \"x\"\n").unwrap();
    refused(
        &keyhatch.run(&["serve", "--config", &path]),
        &["keyhatch.toml:2", "listen_on"],
    );
    std::fs::write(&file, "master_key = [\"hunter2\"]\n").unwrap();
    let ran = keyhatch.run(&["serve", "--config", &path]);
    refused(&ran, &["keyhatch.toml:1"]);
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    refused(
        &keyhatch.run(&["serve", "--config", "/no/such/file"]),
        &["/no/such/file"],
    );
    std::fs::write(&file, "mail_from = \"Keys <keys@example.com>\"\n").unwrap();
    assert_eq!(keyhatch.run(&["migrate", "--config", &path]).code, Some(0));
}

#[tokio::test]
async fn a_profile_that_names_a_secret_is_not_served_without_it() {
    let mut keyhatch = Installation::new().await;
    let profile = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles/codivupload.toml");
    keyhatch.set("KEYHATCH_PROFILE", &profile.display().to_string());
    keyhatch.set(JWT_SECRET.0, "");
    refused(&keyhatch.run(&["serve"]), &[JWT_SECRET.0]);
    // What works beside the server needs no tokens.
    let ran = keyhatch.run(&["service-token", "create", "--name", "gateway"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    keyhatch.set(JWT_SECRET.0, &JWT_SECRET.1[..31]);
    let ran = keyhatch.run(&["serve"]);
    refused(&ran, &[JWT_SECRET.0, "31 bytes"]);
    assert!(!ran.err.contains(&JWT_SECRET.1[..31]), "{}", ran.err);
    keyhatch.set(JWT_SECRET.0, JWT_SECRET.1);
    assert_eq!(keyhatch.serve().stop().0, Some(0));
}

#[tokio::test]
async fn settings_that_cannot_be_served_are_refused() {
    for (name, value, word) in [
        ("KEYHATCH_LOG", "key=hatch=info", "KEYHATCH_LOG"),
        ("KEYHATCH_LOG_FORMAT", "xml", "KEYHATCH_LOG_FORMAT"),
        ("KEYHATCH_MAIL_URL", "pigeon://roof", "KEYHATCH_MAIL_URL"),
        ("KEYHATCH_PROFILE", "/no/such/profile.toml", "/no/such/profile.toml"),
        ("KEYHATCH_LISTEN", "0.0.0.0:0", "KEYHATCH_PUBLIC_URL"),
    ] {
        let mut keyhatch = Installation::new().await;
        keyhatch.set(name, value);
        refused(&keyhatch.run(&["serve"]), &[word]);
    }
}
