//! Mail waits in the database: a server that says "later" gets it later, one that says "never" is asked once.

use std::time::Duration;

use super::link;
use crate::support::{Browser, MailServer, Manners, PASSWORD, Process, TestApp};

fn saying(answers: &[(&'static str, &'static str)]) -> Manners {
    Manners {
        answers: answers.to_vec(),
        ..Manners::default()
    }
}

async fn with(server: &MailServer) -> TestApp {
    let url = format!("smtp://127.0.0.1:{}", server.port);
    TestApp::start_with(&[("KEYHATCH_MAIL_URL", url.as_str())]).await
}

#[tokio::test]
async fn a_mail_that_was_put_off_survives_a_power_cut_and_arrives_once() {
    let server = MailServer::start(saying(&[("RCPT", "450 4.2.0 later")])).await;
    let url = format!("smtp://127.0.0.1:{}", server.port);
    let mut process = Process::start(&[("KEYHATCH_MAIL_URL", url.as_str())]).await;
    let browser = Browser::new(&process.address());
    let fields = [("email", "alice@example.com"), ("password", PASSWORD)];
    assert_eq!(browser.submit("/sign-up", "/sign-up", &fields).await.status, 303);
    server.wait_for("an attempt", |server| server.count("RCPT") >= 1).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(process.log().matches("a mail could not be delivered").count(), 1);
    let files = process.database_files().into_iter();
    let at_rest: Vec<u8> = files.flat_map(|file| std::fs::read(file).unwrap()).collect();
    process.kill();
    server.behave(Manners::default());
    process.start_again();
    server.wait_for("the mail", |server| !server.mails().is_empty()).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(server.mails().len(), 1);
    let path = link(&server.mails()[0], "/verify-email?token=");
    let token = path.split_once("token=").unwrap().1;
    assert!(!String::from_utf8_lossy(&at_rest).contains(token), "it is sealed");
    assert!(!process.log().contains(token) && !process.log().contains("alice@"));
}

#[tokio::test]
async fn what_is_refused_is_never_tried_again_and_told_on_the_page_until_one_arrives() {
    let server = MailServer::start(saying(&[("RCPT", "550 5.1.1 <alice@example.com> unknown")])).await;
    let app = with(&server).await;
    let alice = app.person("alice").await;
    let undelivered = "could not be delivered";
    assert!(!alice.get("/account").await.body.contains(undelivered));
    let ask = async || {
        let fields = [("email", "alice@example.com")];
        alice.submit("/forgot-password", "/forgot-password", &fields).await;
    };
    ask().await;
    server.wait_for("an attempt", |server| server.count("RCPT") >= 1).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(alice.get("/account").await.body.contains(undelivered));
    app.advance(Duration::from_secs(24 * 3600));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(server.count("RCPT"), 1);
    server.behave(Manners::default());
    ask().await;
    server.wait_for("the mail", |server| server.mails().len() == 1).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let alice = app.browser();
    alice.sign_in("alice@example.com", PASSWORD).await;
    assert!(!alice.get("/account").await.body.contains(undelivered));
}

#[tokio::test]
async fn a_link_that_has_ended_is_not_sent() {
    let server = MailServer::start(saying(&[("RCPT", "450 later")])).await;
    let app = with(&server).await;
    let alice = app.person("alice").await;
    let fields = [("email", "alice@example.com")];
    alice.submit("/forgot-password", "/forgot-password", &fields).await;
    server.wait_for("an attempt", |server| server.count("RCPT") >= 1).await;
    app.advance(Duration::from_secs(2 * 3600));
    server.behave(Manners::default());
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_and_asked_again() {
    let silent = MailServer::start(saying(&[(".", "")])).await;
    let app = with(&silent).await;
    let fields = [("email", "alice@example.com"), ("password", PASSWORD)];
    app.browser().submit("/sign-up", "/sign-up", &fields).await;
    silent.wait_for("an attempt", |server| server.count("DATA") >= 1).await;
    tokio::time::sleep(Duration::from_secs(19)).await;
    silent.behave(Manners::default());
    silent.wait_for("the mail", |server| !server.mails().is_empty()).await;
}

#[tokio::test]
async fn a_server_that_does_not_greet_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://127.0.0.1:{}", silent.local_addr().unwrap().port());
    let process = Process::start(&[("KEYHATCH_MAIL_URL", url.as_str())]).await;
    let fields = [("email", "alice@example.com"), ("password", PASSWORD)];
    Browser::new(&process.address())
        .submit("/sign-up", "/sign-up", &fields)
        .await;
    let started = std::time::Instant::now();
    while !process.log().contains("a mail could not be delivered") {
        assert!(started.elapsed() < Duration::from_secs(25), "{}", process.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
