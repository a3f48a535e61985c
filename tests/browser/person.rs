//! Somebody in front of a browser, who does what the pages offer.

use super::chromium::Chromium;
use super::server::Server;

/// A person, her browser, and the dashboard.
pub struct Person<'a> {
    pub browser: &'a Chromium,
    pub server: &'a Server,
    /// `http://…/w/acme/p/site/keys`
    pub keys: String,
}

/// A key's page and its text.
#[derive(Clone, Debug)]
pub struct Seen {
    /// `http://…/w/acme/p/site/keys/0192…`
    pub page: String,
    pub text: String,
}

impl<'a> Person<'a> {
    /// From the link that the program printed to a project of one's own.
    pub async fn arrive(browser: &'a Chromium, server: &'a Server) -> Self {
        let mut person = Self {
            browser,
            server,
            keys: String::new(),
        };
        browser.open(&server.first_link).await;
        browser.fill("[name=email]", "alice@example.com").await;
        browser.fill("[name=password]", "four unrelated words make sense").await;
        person.send("/sign-up").await;
        browser.at("a page inside", |url| !url.contains("/sign-up")).await;

        person.open("/workspaces/new").await;
        browser.fill("form[action='/workspaces'] [name=name]", "Acme").await;
        person.send("/workspaces").await;
        browser.at("the workspace", |url| !url.contains("/workspaces")).await;

        person.open("/w/acme/projects/new").await;
        browser
            .fill("form[action='/w/acme/projects'] [name=name]", "Site")
            .await;
        person.send("/w/acme/projects").await;
        browser.at("the project", |url| !url.contains("/projects")).await;
        person.keys = format!("{}/w/acme/p/site/keys", server.address);
        person
    }

    /// Opens a page of the dashboard, by its path or its whole address.
    pub async fn open(&self, page: &str) {
        let url = if page.starts_with('/') {
            format!("{}{page}", self.server.address)
        } else {
            page.to_owned()
        };
        self.browser.open(&url).await;
    }

    /// Presses the button of the form with this action.
    pub async fn send(&self, action: &str) {
        let action = action.strip_prefix(&self.server.address).unwrap_or(action);
        let button = format!("form[action='{action}'] button:not([type=button], [tabindex='-1'], [formaction])");
        self.browser.click(&button).await;
    }

    /// Fills in the form for a new key: two scopes, thirty days, a webhook.
    pub async fn fill_in_key(&self, name: &str) {
        let browser = self.browser;
        self.open(&format!("{}/new", self.keys)).await;
        browser.fill("[name=name]", name).await;
        browser.click("[name=type][value=restricted]").await;
        browser.click("[name=environment][value=test]").await;
        browser.click("[name=scopes][value='shipments:read']").await;
        browser.click("[name=scopes][value='tracking:read']").await;
        browser.click("[name=expiry][value='30']").await;
        browser
            .fill("[name=webhook_url]", "https://hooks.example.com/keyhatch")
            .await;
    }

    /// Makes a key and reads it off its reveal.
    pub async fn create_key(&self, name: &str) -> Seen {
        self.fill_in_key(name).await;
        let action = self.keys.clone();
        self.send(&action).await;
        self.read_reveal().await
    }

    /// Reads the key off the reveal that is open.
    pub async fn read_reveal(&self) -> Seen {
        let url = self.browser.at("a reveal", |url| url.ends_with("/reveal")).await;
        let key = regex::Regex::new(r"^kh_(live|test)_[0-9A-Za-z]{46}$").unwrap();
        self.browser.one("code").await;
        for code in self.browser.all("code").await {
            let text = self.browser.text(&code).await;
            if key.is_match(&text) {
                let page = url.trim_end_matches("/reveal").to_owned();
                return Seen { page, text };
            }
        }
        panic!("no key at {url}:\n{}", self.browser.source().await);
    }

    /// Fails if a secret can be seen, or found in what the browser holds of the page.
    pub async fn sees_nothing_of(&self, key: &Seen, when: &str) {
        let source = self.browser.source().await;
        assert!(!source.contains(&key.text), "{when}: the key is there:\n{source}");
        assert!(
            !source.contains("whsec_"),
            "{when}: the signing secret is there:\n{source}"
        );
        let beside = format!("{} {}", self.browser.url().await, self.browser.title().await);
        assert!(!beside.contains(&key.text), "{when}: {beside}");
    }

    /// Fails if the browser's console has anything to complain about.
    pub async fn hears_no_complaint(&self, when: &str) {
        let complaints = self.browser.complaints().await;
        assert!(complaints.is_empty(), "{when}: {complaints:#?}");
    }
}
