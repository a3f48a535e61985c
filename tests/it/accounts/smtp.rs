//! Against a real SMTP server: aiosmtpd, as Debian ships it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::link;
use crate::support::{PASSWORD, TestApp};

/// A server that puts what it is sent into a Maildir; it ends with the test.
struct SmtpServer(Child);

impl SmtpServer {
    async fn start(port: u16, maildir: &Path) -> Self {
        let child = Command::new("/usr/bin/python3")
            .args(["-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}")])
            .args(["-c", "aiosmtpd.handlers.Mailbox"])
            .arg(maildir)
            .stderr(Stdio::null())
            .spawn()
            .expect("this test needs Debian's python3-aiosmtpd");
        let mut server = Self(child);
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return server;
            }
            if let Some(status) = server.0.try_wait().unwrap() {
                panic!("this test needs Debian's python3-aiosmtpd (it ended with {status})");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the SMTP server does not listen");
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn mails_arrive_at_a_real_smtp_server() {
    let folder = tempfile::tempdir().unwrap();
    let maildir = folder.path().join("inbox");
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    let url = format!("smtp://127.0.0.1:{port}");
    let app = TestApp::start_with(&[
        ("KEYHATCH_MAIL_URL", url.as_str()),
        ("KEYHATCH_MAIL_FROM", "Acme Keys <keys@acme.example>"),
    ])
    .await;
    let alice = app.browser();
    let fields = [("email", "alice@example.com"), ("password", PASSWORD)];
    // The mail is written while the server is away, and tried again.
    assert_eq!(alice.submit("/sign-up", "/sign-up", &fields).await.status, 303);
    let _server = SmtpServer::start(port, &maildir).await;
    let mail = arrived(&maildir).await;
    for header in [
        "To: alice@example.com",
        "From: \"Acme Keys\" <keys@acme.example>",
        "Subject: Confirm your address",
    ] {
        assert!(mail.contains(header), "{header} is missing:\n{mail}");
    }
    let path = link(&mail, "/verify-email?token=");
    let answer = alice.submit(&path, "/verify-email", &[]).await;
    assert_eq!(answer.location(), "/welcome");
    assert!(!app.data.path().join("mail").exists(), "nothing is left in files");
}

async fn arrived(maildir: &Path) -> String {
    for _ in 0..600 {
        let mails = std::fs::read_dir(maildir.join("new")).into_iter().flatten().flatten();
        if let Some(mail) = mails.map(|entry| entry.path()).next() {
            return std::fs::read_to_string(mail).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no mail arrived");
}
