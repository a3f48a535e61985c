//! How many clicks lie between signing up and a first verified request, without scripts.

use crate::support::{Answer, Browser, PASSWORD, TestApp};

/// Somebody who only does what the page in front of them offers.
struct Clicking {
    browser: Browser,
    page: Answer,
    clicks: usize,
}

impl Clicking {
    async fn follow(&mut self, link: &str) {
        self.clicks += 1;
        self.page = self.browser.follow(link).await;
        assert_eq!(self.page.status, 200, "{link}: {}", self.page.body);
    }

    /// Presses the button of the form that goes there, with something typed into it.
    async fn press(&mut self, action: &str, typed: &[(&str, &str)]) {
        self.clicks += 1;
        let mut form = self.page.form(action);
        form.retain(|(name, _)| !typed.iter().any(|(given, _)| given == name));
        let form = form.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let form: Vec<_> = form.chain(typed.iter().copied()).collect();
        let mut answer = self.browser.post(action, &form).await;
        if answer.status == 303 {
            answer = self.browser.follow(&answer.location()).await;
        }
        assert_eq!(answer.status, 200, "{action}: {}", answer.body);
        self.page = answer;
    }

    /// Where the link leads that this selects.
    fn link(&self, selector: &str) -> String {
        let link = self.page.attribute(selector, "href");
        link.unwrap_or_else(|| panic!("no {selector} in {}", self.page.body))
    }

    /// Where the form goes that is the only one of its kind.
    fn form(&self, ends: &str) -> String {
        let selector = format!("main form[action$='{ends}']");
        let action = self.page.attribute(&selector, "action");
        action.unwrap_or_else(|| panic!("no {selector} in {}", self.page.body))
    }
}

#[tokio::test]
async fn eight_clicks_without_scripts() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let page = browser.get("/sign-up").await;
    let mut alice = Clicking {
        browser,
        page,
        clicks: 0,
    };
    alice
        .press("/sign-up", &[("email", "alice@example.com"), ("password", PASSWORD)])
        .await;
    let mail = app.mails(1).await.remove(0).replace("=\r\n", "").replace("=3D", "=");
    let link = mail.split_whitespace().find_map(|word| {
        let at = word.find("/verify-email?token=")?;
        Some(word[at..].to_owned())
    });
    alice.follow(&link.unwrap()).await;
    alice.press("/verify-email", &[]).await;
    alice.press("/workspaces", &[("name", "Acme")]).await;
    let projects = alice.form("/projects");
    alice.press(&projects, &[("name", "Shop")]).await;
    let new_key = alice.link(".step[data-state=current] a.primary");
    alice.follow(&new_key).await;
    let keys = alice.form("/keys");
    let scopes = [("scopes", "shipments:read")];
    // Without scripts, a form that makes a secret is answered after a second click, should there be one.
    alice.press(&keys, &scopes).await;
    let key = alice.page.text("#key-text");
    assert!(key.starts_with("kh_test_"), "{key}");
    let trial = alice.form("/reveal/trial");
    alice.press(&trial, &[]).await;
    assert_eq!(alice.page.text(".badge[data-tone]"), "200 OK", "{}", alice.page.body);
    assert!(alice.clicks <= 8, "{} clicks", alice.clicks);

    let welcome = alice.browser.get("/welcome").await;
    assert!(welcome.text("#first-request").starts_with("Received "));
}
