//! Alice's workspace with one project, and what the tests of this folder do again and again.

use keyhatch::domain::verify::{Question, verify};
use keyhatch::model::verdict::Verdict;
use keyhatch::model::workspace::Workspace;

use crate::support::{Answer, Browser, PASSWORD, Person, TestApp, http};

pub struct World {
    pub app: TestApp,
    pub alice: Person,
    pub workspace: Workspace,
    /// `/w/acme/p/site/keys`
    pub keys: String,
}

/// A key as its maker has seen it.
#[derive(Clone, Debug)]
pub struct Made {
    /// `/w/acme/p/site/keys/0192…`
    pub url: String,
    pub id: String,
    pub text: String,
    pub signing_secret: String,
}

impl World {
    pub async fn start() -> Self {
        Self::of(TestApp::start().await).await
    }

    pub async fn of(app: TestApp) -> Self {
        let alice = app.person("alice").await;
        let workspace = app.workspace(&alice, "Acme").await;
        let project = app.project(&workspace, "Site").await;
        let keys = format!("/w/{}/p/{}/keys", workspace.slug, project.slug);
        Self {
            app,
            alice,
            workspace,
            keys,
        }
    }

    /// A member with a browser.
    pub async fn member(&self, name: &str, role: &str) -> Person {
        let person = self.app.person(name).await;
        self.app.join(&self.workspace, &person, role).await;
        person
    }

    /// The form of a new key, as it comes.
    pub async fn form(&self) -> Vec<(String, String)> {
        self.alice.get(&format!("{}/new", self.keys)).await.form(&self.keys)
    }

    /// Alice gives her password anew, in another browser.
    pub async fn sign_in_again(&mut self) {
        self.alice.browser = self.app.browser();
        self.alice.sign_in("alice@example.com", PASSWORD).await;
    }

    /// Fills in the form of a new key and sends it.
    pub async fn submit(&self, fields: &[(&str, &str)]) -> Answer {
        let page = format!("{}/new", self.keys);
        self.alice.submit(&page, &self.keys, fields).await
    }

    /// Alice makes a key and looks at it.
    pub async fn make(&self, fields: &[(&str, &str)]) -> Made {
        let answer = self.submit(fields).await;
        assert_eq!(answer.status, 303, "{}", answer.texts(".problems").join(" "));
        see(&self.alice, &answer.location()).await
    }

    /// A secret key with this name.
    pub async fn key(&self, name: &str) -> Made {
        self.make(&[("name", name), ("type", "secret")]).await
    }

    /// `accepted`, or the reason why not.
    pub async fn ask(&self, text: &str) -> &'static str {
        let question = Question {
            credential: Some(text),
            method: Some("GET"),
            path: Some("/api/v1/shipments"),
            address: "203.0.113.7".parse().ok(),
            user_agent: "curl/8.5",
            ..Question::default()
        };
        match verify(&self.app.app, &question).await.unwrap() {
            Verdict::Allowed(_) => "accepted",
            Verdict::Refused(refused) => refused.refusal.reason(),
        }
    }

    /// What the trail says of a key, newest first.
    pub async fn trail(&self, made: &Made) -> Vec<String> {
        self.alice.get(&made.url).await.texts(".trail > li > span")
    }

    /// A button of a key's page.
    pub async fn press(&self, made: &Made, button: &str) -> Answer {
        let action = format!("{}/{button}", made.url);
        self.alice.submit(&made.url, &action, &[]).await
    }
}

/// Opens a reveal page and reads what it shows.
pub async fn see(browser: &Browser, reveal: &str) -> Made {
    let page = browser.get(reveal).await;
    assert_eq!(page.status, 200);
    let url = reveal.strip_suffix("/reveal").unwrap().to_owned();
    let first = |selector: &str| page.texts(selector).into_iter().next().unwrap_or_default();
    Made {
        id: url.rsplit('/').next().unwrap().to_owned(),
        url,
        text: first("#key-text"),
        signing_secret: first("#signing-secret"),
    }
}

/// The proof for forms, from any page of somebody signed in.
pub async fn csrf(browser: &Browser, page: &str) -> String {
    browser.get(page).await.attribute("input[name=csrf]", "value").unwrap()
}

/// What stands at a field, and in the summary.
pub fn error_at(answer: &Answer, field: &str) -> String {
    let at_field = answer.texts(&format!("#{field}-error"));
    let in_summary = answer.texts(&format!(".problems a[href='#{field}']"));
    assert_eq!(at_field, in_summary, "the summary says what the field says");
    at_field.into_iter().next().unwrap_or_default()
}

/// A browser that keeps cookies without any rules: for changing them, and for Secure ones on plain http.
pub struct Jar {
    pub cookies: std::collections::BTreeMap<String, String>,
    client: reqwest::Client,
    address: String,
}

impl Jar {
    pub fn new(address: &str) -> Self {
        let client = http().redirect(reqwest::redirect::Policy::none());
        Self {
            cookies: std::collections::BTreeMap::new(),
            client: client.build().unwrap(),
            address: address.to_owned(),
        }
    }

    /// As Alice.
    pub async fn sign_in(&mut self) {
        let csrf = self
            .get("/sign-in")
            .await
            .attribute("input[name=csrf]", "value")
            .unwrap();
        let fields = [
            ("csrf", csrf.as_str()),
            ("email", "alice@example.com"),
            ("password", PASSWORD),
        ];
        assert_eq!(self.post("/sign-in", &fields).await.status, 303);
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.client.get(format!("{}{path}", self.address))).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.client.post(format!("{}{path}", self.address)).form(fields))
            .await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let pairs: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = Answer::of(request.header("cookie", pairs.join("; ")).send().await.unwrap()).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }
}
