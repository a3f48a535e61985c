//! What is wrong at the start is told in one sentence, which names the setting, the file or place, and what to do.

use std::os::unix::ffi::OsStrExt;

use super::installation::Installation;

/// The sentence must say each of the words, and no reason twice.
fn tells(err: &str, words: &[&str]) {
    for word in words {
        assert!(err.contains(word), "{word} in: {err}");
    }
    assert!(!err.contains("os error") && !err.contains("aused by"), "{err}");
    let parts: Vec<&str> = err.trim().split(": ").collect();
    for (place, part) in parts.iter().enumerate() {
        assert!(!parts[..place].contains(part), "“{part}” twice in: {err}");
    }
}

async fn refused(settings: &[(&str, &str)], words: &[&str]) {
    let mut keyhatch = Installation::new().await;
    for (name, value) in settings {
        keyhatch.set(name, value);
    }
    let ran = keyhatch.run(&["serve"]);
    assert_eq!(ran.code, Some(1), "{settings:?}: {}{}", ran.out, ran.err);
    assert_eq!(ran.out, "");
    let said: Vec<&str> = ran.err.lines().filter(|line| !line.contains("WARN")).collect();
    tells(&said.join("\n"), words);
}

#[tokio::test]
async fn files_and_directories() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (file, directory, missing) = (path("file"), path("directory"), path("missing"));
    std::fs::write(&file, "this is neither a database nor a key, and no directory either").unwrap();
    std::fs::create_dir(&directory).unwrap();
    let latin = path("latin.toml");
    std::fs::write(&latin, b"# caf\xe9\n").unwrap();
    let under = format!("{file}/data");
    let master_key = "5a".repeat(32);
    let key = ("KEYHATCH_MASTER_KEY", master_key.as_str());
    for data_dir in [&file, &under, &"/proc/keyhatch".to_owned()] {
        refused(
            &[("KEYHATCH_DATA_DIR", data_dir)],
            &["KEYHATCH_DATA_DIR: ", data_dir, "name another"],
        )
        .await;
    }
    refused(
        &[("KEYHATCH_PROFILE", &missing)],
        &["KEYHATCH_PROFILE: ", &missing, "no such file"],
    )
    .await;
    refused(
        &[("KEYHATCH_PROFILE", &directory)],
        &["KEYHATCH_PROFILE: ", &directory, "is a directory"],
    )
    .await;
    refused(
        &[("KEYHATCH_PROFILE", &latin)],
        &["KEYHATCH_PROFILE: ", &latin, "UTF-8"],
    )
    .await;
    let sqlite = |path: &str| format!("sqlite:{path}");
    for (database, words) in [
        (sqlite(&file), ["no SQLite database", "name another"]),
        (sqlite(&directory), ["is a directory", "name the file"]),
        (sqlite(&format!("{missing}/k.db")), ["there is no directory", &missing]),
        (sqlite(""), ["names no file", "write it like sqlite:"]),
    ] {
        let words = [&["KEYHATCH_DATABASE_URL: "][..], &words].concat();
        refused(&[("KEYHATCH_DATABASE_URL", &database), key], &words).await;
    }
    for (given, word) in [
        (&missing, "does not exist"),
        (&directory, "is a directory"),
        (&file, "64 hexadecimal digits"),
    ] {
        let mut keyhatch = Installation::new().await;
        keyhatch.set("KEYHATCH_MASTER_KEY", "");
        keyhatch.set("KEYHATCH_MASTER_KEY_FILE", given);
        tells(
            &keyhatch.run(&["serve"]).err,
            &["KEYHATCH_MASTER_KEY_FILE: ", given, word],
        );
    }
    refused(
        &[("KEYHATCH_MASTER_KEY", "5a5a")],
        &["KEYHATCH_MASTER_KEY: ", "64 hexadecimal", "4 characters"],
    )
    .await;
    let odd = "5g".repeat(32);
    refused(
        &[("KEYHATCH_MASTER_KEY", &odd)],
        &["KEYHATCH_MASTER_KEY: ", "no hexadecimal digits"],
    )
    .await;
}

#[tokio::test]
async fn a_database_file_that_is_in_the_place_of_the_default() {
    let keyhatch = Installation::new().await;
    if !keyhatch.is_embedded() {
        return;
    }
    std::fs::write(keyhatch.path("keyhatch.db"), "hello").unwrap();
    tells(
        &keyhatch.run(&["serve"]).err,
        &["KEYHATCH_DATA_DIR: ", "keyhatch.db is no SQLite database"],
    );
}

#[tokio::test]
async fn a_settings_file_that_cannot_be_read() {
    let keyhatch = Installation::new().await;
    let directory = keyhatch.data.path().display().to_string();
    for (file, word) in [
        ("/no/such/file", "does not exist"),
        (directory.as_str(), "is a directory"),
    ] {
        tells(
            &keyhatch.run(&["serve", "--config", file]).err,
            &["--config: ", file, word],
        );
    }
    let file = keyhatch.path("k.toml");
    let path = file.display().to_string();
    for (text, words) in [
        ("listen 8080\n", [":1: ", "no TOML"]),
        ("\nlog_format = \"xml\"\n", [":2: log_format", "text or json"]),
        (
            "trusted_proxys = \"10.0.0.0/8\"\n",
            [":1: ", "did you mean \"trusted_proxies\"?"],
        ),
        (
            "# ours\nredis_url = \"redis://cache\"\n",
            [":2: redis_url", "not supported yet"],
        ),
        (
            "trusted_proxies = \"proxy.internal\"\n",
            [":1: trusted_proxies", "write it like 10.0.0.0/8"],
        ),
        ("cached_keys = -5\n", [":1: cached_keys", "is a number like"]),
        ("log = [\"info\"]\n", [":1: log is a list", "in quotes"]),
        (
            "data_dir = \"/proc/keyhatch\"\n[more]\n",
            [":2: ", "no setting \"more\""],
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let ran = keyhatch.run(&["serve", "--config", &path]);
        assert_eq!(ran.code, Some(1), "{text}");
        tells(&ran.err, &[&[path.as_str()][..], &words].concat());
    }
}

#[tokio::test]
async fn values() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (name, value, word) in [
        ("KEYHATCH_LISTEN", "localhost:8080", "127.0.0.1:8080"),
        ("KEYHATCH_LISTEN", "8080", "127.0.0.1:8080"),
        ("KEYHATCH_LISTEN", "127.0.0.1:80800", "127.0.0.1:8080"),
        ("KEYHATCH_LISTEN", taken.as_str(), "choose another"),
        ("KEYHATCH_METRICS_LISTEN", taken.as_str(), "choose another"),
        (
            "KEYHATCH_METRICS_LISTEN",
            "192.0.2.1:9100",
            "no address of this machine",
        ),
        ("KEYHATCH_PUBLIC_URL", "keys.example.com", "https://keys.example.com"),
        (
            "KEYHATCH_PUBLIC_URL",
            "ftp://keys.example.com",
            "https://keys.example.com",
        ),
        (
            "KEYHATCH_PUBLIC_URL",
            "https://keys.example.com/dashboard",
            "without a path",
        ),
        (
            "KEYHATCH_PUBLIC_URL",
            "https://a:hunter2@keys.example.com",
            "a password",
        ),
        ("KEYHATCH_PUBLIC_URL", "https://", "https://keys.example.com"),
        ("KEYHATCH_TRUSTED_PROXIES", "10.0.0.0/33", "10.0.0.0/8"),
        ("KEYHATCH_TRUSTED_PROXIES", "proxy.internal", "10.0.0.0/8"),
        ("KEYHATCH_MAIL_FROM", "nobody", "@"),
        ("KEYHATCH_DATABASE_URL", "mysql://root@db/x", "postgres://"),
        ("KEYHATCH_DATABASE_URL", "postgres://user:a/b#c@db/x", "percent-encoded"),
        (
            "KEYHATCH_DATABASE_URL",
            "postgres://user@db:port/x",
            "postgres://user:password@host",
        ),
        ("KEYHATCH_REDIS_URL", "redis://localhost", "remove this setting"),
    ] {
        refused(&[(name, value)], &[name, word]).await;
    }
    let both = [
        ("KEYHATCH_LISTEN", "127.0.0.1:7999"),
        ("KEYHATCH_METRICS_LISTEN", "127.0.0.1:7999"),
    ];
    refused(
        &both,
        &["KEYHATCH_METRICS_LISTEN", "KEYHATCH_LISTEN", "a port of their own"],
    )
    .await;
}

#[tokio::test]
async fn a_postgresql_that_does_not_let_anybody_in() {
    let Ok(server) = std::env::var("KEYHATCH_TEST_POSTGRES") else {
        return;
    };
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path("postgres");
    let with = |change: &dyn Fn(&mut url::Url)| {
        let mut url = url.clone();
        change(&mut url);
        url.to_string()
    };
    for (url, words) in [
        (
            with(&|url| url.set_password(Some("hunter2")).unwrap()),
            ["check user and password", "does not let"],
        ),
        (
            with(&|url| url.set_username("nobody").unwrap()),
            ["check user and password", "“nobody”"],
        ),
        (
            with(&|url| url.set_path("nowhere")),
            ["has no database “nowhere”", "createdb nowhere"],
        ),
        (
            with(&|url| url.set_port(Some(1)).unwrap()),
            ["no PostgreSQL answers at", "check host and port"],
        ),
        (
            with(&|url| url.set_host(Some("no-such-host.invalid")).unwrap()),
            ["no-such-host.invalid", "check host and port"],
        ),
    ] {
        refused(
            &[("KEYHATCH_DATABASE_URL", &url)],
            &[&["KEYHATCH_DATABASE_URL: "][..], &words].concat(),
        )
        .await;
        assert!(!url.is_empty());
    }
}

#[tokio::test]
async fn a_variable_that_nobody_reads_is_warned_of_once() {
    let mut keyhatch = Installation::new().await;
    keyhatch.set("KEYHATCH_TRUSTED_PROXY", "10.0.0.0/8");
    keyhatch.set("KEYHATCH_COLOUR", "blue");
    keyhatch.set("KEYHATCH_TEST_POSTGRES", "x");
    let profile = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles/codivupload.toml");
    keyhatch.set("KEYHATCH_PROFILE", &profile.display().to_string());
    keyhatch.set(crate::support::JWT_SECRET.0, crate::support::JWT_SECRET.1);
    let (code, log) = keyhatch.serve().stop();
    assert_eq!(code, Some(0), "{log}");
    let warned: Vec<&str> = log.lines().filter(|line| line.contains("is no setting")).collect();
    assert_eq!(warned.len(), 2, "{log}");
    assert!(
        warned[0].contains("KEYHATCH_COLOUR is no setting, and is ignored"),
        "{log}"
    );
    let wanted = "KEYHATCH_TRUSTED_PROXY is no setting, and is ignored; did you mean KEYHATCH_TRUSTED_PROXIES?";
    assert!(warned[1].contains(wanted), "{log}");
    assert!(!log.contains("blue"), "{log}");
}

#[tokio::test]
async fn a_misspelt_setting_is_told_beside_what_came_of_it() {
    let mut keyhatch = Installation::new().await;
    keyhatch.set("KEYHATCH_LISTEN", "0.0.0.0:0");
    keyhatch.set("KEYHATCH_PUBLICURL", "https://keys.example.com");
    let ran = keyhatch.run(&["serve"]);
    assert_eq!(ran.err.lines().count(), 2, "{}", ran.err);
    tells(
        &ran.err,
        &[
            "set KEYHATCH_PUBLIC_URL",
            "KEYHATCH_PUBLICURL is no setting",
            "did you mean KEYHATCH_PUBLIC_URL?",
        ],
    );
}

#[tokio::test]
async fn a_value_that_is_no_text_is_not_taken_for_none() {
    let keyhatch = Installation::new().await;
    let mut command = keyhatch.keyhatch(&["serve"]);
    command.env(
        "KEYHATCH_MAIL_FROM",
        std::ffi::OsStr::from_bytes(b"caf\xe9@example.com"),
    );
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    tells(
        &String::from_utf8_lossy(&output.stderr),
        &["KEYHATCH_MAIL_FROM", "UTF-8"],
    );
}
