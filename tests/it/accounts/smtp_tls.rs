//! Passwords and mail never travel in the clear to another machine.

use crate::support::{MailServer, Manners, PASSWORD, Process};

/// `localhost` with TLS asked for stands for another machine.
async fn ask_for_mail(server: &MailServer, url: &str) -> Process {
    let authority = server.authority.path().display().to_string();
    let process = Process::start(&[("KEYHATCH_MAIL_URL", url), ("SSL_CERT_FILE", authority.as_str())]).await;
    let browser = crate::support::Browser::new(&process.address());
    let fields = [("email", "alice@example.com"), ("password", PASSWORD)];
    assert_eq!(browser.submit("/sign-up", "/sign-up", &fields).await.status, 303);
    process
}

#[tokio::test]
async fn starttls_is_used_where_it_is_offered() {
    let server = MailServer::start(Manners::default()).await;
    let url = format!("smtp://user:hunter%2F2@localhost:{}?tls=required", server.port);
    let _process = ask_for_mail(&server, &url).await;
    server.wait_for("the mail", |server| !server.mails().is_empty()).await;
    assert!(server.mails()[0].contains("/verify-email?token="));
    assert!(
        server
            .clear()
            .iter()
            .all(|line| line.starts_with("EHLO") || line == "STARTTLS")
    );
    assert!(server.sealed().iter().any(|line| line.starts_with("AUTH")));
}

#[tokio::test]
async fn nothing_is_said_where_starttls_is_not_offered() {
    let server = MailServer::start(Manners {
        no_tls: true,
        ..Manners::default()
    })
    .await;
    let url = format!("smtp://user:hunter2@localhost:{}?tls=required", server.port);
    let _process = ask_for_mail(&server, &url).await;
    server
        .wait_for("a second attempt", |server| server.count("EHLO") >= 2)
        .await;
    for line in server.clear() {
        assert!(
            ["EHLO", "QUIT"].iter().any(|allowed| line.starts_with(allowed)),
            "{line}"
        );
    }
    assert!(server.mails().is_empty() && server.sealed().is_empty());
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_gets_nothing() {
    let server = MailServer::start(Manners::default()).await;
    let other = MailServer::start(Manners::default()).await;
    let url = format!("smtp://user:hunter2@localhost:{}?tls=required", server.port);
    let _process = ask_for_mail(&other, &url).await;
    server
        .wait_for("an attempt", |server| server.count("STARTTLS") >= 1)
        .await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert!(server.sealed().is_empty() && server.mails().is_empty());
}

#[test]
fn a_password_that_is_not_percent_encoded_is_told_once_and_never_repeated() {
    let data = tempfile::tempdir().unwrap();
    for password in ["hunter/2", "hunter#2", "hunter?2", "hunter@2"] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_keyhatch"))
            .arg("serve")
            .env("KEYHATCH_DATA_DIR", data.path())
            .env("KEYHATCH_LISTEN", "127.0.0.1:0")
            .env("KEYHATCH_MAIL_URL", format!("smtp://user:{password}@mail.example.com"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success());
        assert!(
            said.contains("KEYHATCH_MAIL_URL") && said.contains("percent-encode"),
            "{said}"
        );
        assert!(!said.contains("hunter"), "{said}");
    }
}
