//! What the program lives through: people and programs who make, see, use, change and lose secrets.

use regex::Regex;
use serde_json::{Value, json};

use super::places::Place;
use super::{Belongs, Secret};
use crate::support::{Answer, Browser, Program};

const ALICES: &str = "seventeen quiet herons over the mill";
const BOBS: &str = "a violin case full of warm bread";
const BOBS_NEXT: &str = "the ferry to the island was early";
const WRONG: &str = "this was never anybodys password";
const KEYS: &str = "/w/acme/p/site/keys";

pub struct Life {
    program: Program,
    alice: Browser,
    bob: Browser,
    secrets: Vec<Secret>,
    places: Vec<Place>,
    answers: usize,
    /// Page and text of Alice's keys.
    keys: Vec<(String, String)>,
    service_token: String,
}

impl Life {
    pub async fn begin() -> Self {
        let program = Program::start(&[("KEYHATCH_LOG", "trace")]).await;
        let address = program.address();
        let mut life = Self {
            alice: Browser::new(&address),
            bob: Browser::new(&address),
            program,
            secrets: Vec::new(),
            places: Vec::new(),
            answers: 0,
            keys: Vec::new(),
            service_token: String::new(),
        };
        for (what, text) in [
            ("Alice's password", ALICES),
            ("Bob's password", BOBS),
            ("Bob's new password", BOBS_NEXT),
            ("a wrong password", WRONG),
        ] {
            life.keep(what, text, Belongs::Nowhere);
        }
        let master = std::fs::read_to_string(life.program.data.path().join("master.key"));
        life.keep(
            "the master key",
            master.map_or("c3".repeat(32), |key| key.trim().to_owned()).as_str(),
            Belongs::Nowhere,
        );
        life
    }

    /// Alice by the first link, Bob by a mail; wrong passwords; signing in.
    pub async fn sign_up_and_in(&mut self) {
        let (alice, bob) = (self.alice.clone(), self.bob.clone());
        let first = self.program.first_token();
        self.keep("the first link's token", &first, Belongs::Output);
        let fields = [("email", "alice@example.com"), ("password", ALICES)];
        self.submit(&alice, &format!("/sign-up?first={first}"), "/sign-up", &fields)
            .await;

        let fields = [("email", "bob@example.com"), ("password", BOBS)];
        self.submit(&bob, "/sign-up", "/sign-up", &fields).await;
        let token = self.mailed_token("verify-email").await;
        self.submit(&bob, &format!("/verify-email?token={token}"), "/verify-email", &[])
            .await;

        let stranger = Browser::new(&self.program.address());
        for password in [WRONG, ALICES] {
            let fields = [("email", "alice@example.com"), ("password", password)];
            self.submit(&stranger, "/sign-in", "/sign-in", &fields).await;
        }
        self.visit(&stranger, "/account/sessions").await;
        self.visit(&alice, "/account/sessions").await;
        self.visit(&alice, "/dev/mail").await;
    }

    /// Keys by a page, by the API and by the command line; a service token.
    pub async fn make_keys(&mut self) {
        let alice = self.alice.clone();
        self.submit(&alice, "/workspaces/new", "/workspaces", &[("name", "Acme")])
            .await;
        self.submit(&alice, "/w/acme/projects/new", "/w/acme/projects", &[("name", "Site")])
            .await;
        for (name, type_id) in [("CI deploy", "secret"), ("Tracker", "restricted")] {
            let fields = [
                ("name", name),
                ("type", type_id),
                ("environment", "test"),
                ("scopes", "tracking:read"),
                ("expiry", "30"),
                ("webhook_url", "https://hooks.example.com/in"),
            ];
            let made = self.submit(&alice, &format!("{KEYS}/new"), KEYS, &fields).await;
            self.reveal(&alice, &made.location()).await;
        }
        let arguments = [
            "key",
            "create",
            "--workspace",
            "acme",
            "--project",
            "site",
            "--type",
            "secret",
            "--name",
            "Made here",
        ];
        let made = self.program.run(&arguments, "");
        self.keep_made("the command line", &made, Belongs::Nowhere);
        let made = self.program.run(&["service-token", "create", "--name", "gateway"], "");
        let token = made
            .as_object()
            .unwrap()
            .values()
            .filter_map(Value::as_str)
            .find(|text| text.starts_with("khs_"));
        self.service_token = token.expect("a service token").to_owned();
        let token = self.service_token.clone();
        self.keep("a service token", &token, Belongs::Nowhere);

        let key = self.keys[0].1.clone();
        let body = json!({ "name": "By a program", "type": "secret", "environment": "test" });
        let made = self.call("POST", "/api/v1/api-keys", &key, Some(body)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        self.keep_made("the API", &made.json(), Belongs::Answer(self.answers));
    }

    /// Uses and misuses: in every place a careless program puts a key.
    pub async fn use_keys(&mut self) {
        let (key, service) = (self.keys[0].1.clone(), self.service_token.clone());
        assert_eq!(self.call("GET", "/api/v1/me", &key, None).await.status, 200);
        self.call("GET", "/api/v1/api-keys", &key, None).await;
        let typo = format!("{}A", &key[..key.len() - 1]);
        self.call("GET", "/api/v1/me", &typo, None).await;
        self.call("GET", &format!("/api/v1/me?api_key={key}"), "", None).await;
        self.call("GET", &format!("/api/v1/{key}"), &key, None).await;
        self.call("GET", &format!("/api/v1/api-keys/{key}"), &key, None).await;
        self.call(
            "POST",
            "/api/v1/api-keys",
            &key,
            Some(json!({ "name": "x", "type": key })),
        )
        .await;
        for question in [
            json!({ "key": key, "method": "GET", "path": "/api/v1/me" }),
            json!({ "key": typo }),
            json!({ "key": [key] }),
            json!({ "keys": key }),
            json!({ "key": key, "method": key }),
        ] {
            self.call("POST", "/provider/v1/keys/verify", &service, Some(question))
                .await;
        }
        let client = self.alice.client.clone();
        let broken = client
            .post(self.alice.url("/provider/v1/keys/verify"))
            .bearer_auth(&service);
        let broken = broken
            .header("content-type", "application/json")
            .body(format!("{{\"key\": \"{key}\" oops"));
        self.note("broken JSON", Answer::of(broken.send().await.unwrap()).await);
        let basic = client.get(self.alice.url("/api/v1/me")).basic_auth("x", Some(&key));
        self.note("basic", Answer::of(basic.send().await.unwrap()).await);
        let header = client.get(self.alice.url("/api/v1/me")).header("x-api-key", &key);
        self.note("x-api-key", Answer::of(header.send().await.unwrap()).await);
    }

    /// Everything that changes a key; each of its pages.
    pub async fn change_keys(&mut self) {
        let alice = self.alice.clone();
        let (page, key) = self.keys[0].clone();
        for part in ["", "/edit", "/roll", "/revocation", "/reveal"] {
            self.visit(&alice, &format!("{page}{part}")).await;
        }
        self.press(&alice, &page, &format!("{page}/disablement")).await;
        self.call("GET", "/api/v1/me", &key, None).await;
        self.press(&alice, &page, &format!("{page}/enablement")).await;
        let rotated = self
            .submit_to(&alice, &page, &format!("{page}/signing-secret"), &[])
            .await;
        self.reveal(&alice, &rotated.location()).await;
        let rolled = self
            .submit(
                &alice,
                &format!("{page}/roll"),
                &format!("{page}/roll"),
                &[("grace", "1h")],
            )
            .await;
        self.reveal(&alice, &rolled.location()).await;
        let (second, _) = self.keys[1].clone();
        let revocation = format!("{second}/revocation");
        self.submit(&alice, &revocation, &revocation, &[("name", "Tracker")])
            .await;
        // Made, and never looked at.
        let fields = [
            ("name", "Unseen"),
            ("type", "secret"),
            ("environment", "live"),
            ("expiry", "never"),
        ];
        self.submit(&alice, &format!("{KEYS}/new"), KEYS, &fields).await;
        for page in [
            KEYS,
            &page,
            "/w/acme",
            "/w/acme/audit",
            "/w/acme/members",
            "/welcome",
            "/staff",
        ] {
            self.visit(&alice, page).await;
        }
    }

    /// Bob forgets his password, sets another and signs in with it.
    pub async fn forget_password(&mut self) {
        let (bob, elsewhere) = (self.bob.clone(), Browser::new(&self.program.address()));
        self.submit(
            &elsewhere,
            "/forgot-password",
            "/forgot-password",
            &[("email", "bob@example.com")],
        )
        .await;
        let token = self.mailed_token("reset-password").await;
        let page = format!("/reset-password?token={token}");
        self.submit(&elsewhere, &page, "/reset-password", &[("password", "short")])
            .await;
        self.submit(&elsewhere, &page, "/reset-password", &[("password", BOBS_NEXT)])
            .await;
        self.visit(&bob, "/account").await;
        let fields = [("email", "bob@example.com"), ("password", BOBS)];
        self.submit(&bob, "/sign-in", "/sign-in", &fields).await;
        let fields = [("email", "bob@example.com"), ("password", BOBS_NEXT)];
        self.submit(&bob, "/sign-in", "/sign-in", &fields).await;
        self.visit(&bob, "/account/security").await;
    }

    /// Keys in places where none belongs: pasted into the support desk, an address, a search.
    pub async fn go_astray(&mut self) {
        let alice = self.alice.clone();
        let (page, key) = self.keys[0].clone();
        let desk = self.visit(&alice, "/staff").await;
        let action = desk
            .attribute("main form[method=post]", "action")
            .expect("a form at the desk");
        let field = desk
            .attribute("main form[method=post] input:not([type=hidden])", "name")
            .expect("a field");
        let csrf = desk.attribute("input[name=csrf]", "value").unwrap_or_default();
        let refused = alice.post(&action, &[("csrf", &csrf), (&field, &key)]).await;
        self.note("the support desk", refused);
        self.note("an address", alice.get(&format!("/{key}")).await);
        let wrong = alice.post(&page, &[("csrf", &key), ("name", &key)]).await;
        self.note("a form without a proof", wrong);
    }

    /// Everything that was secret, and everything that was written, while it runs and after it stopped.
    pub async fn end(mut self) -> (Vec<Secret>, Vec<Place>) {
        // What is counted in memory is written down every second.
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        self.places.extend(Place::of_program(&self.program, "while it runs"));
        self.program.stop();
        self.places.extend(Place::of_program(&self.program, "after it stopped"));
        (self.secrets, self.places)
    }

    fn keep(&mut self, what: &'static str, text: &str, belongs: Belongs) {
        assert!(text.len() >= 16, "{what} is too short to be searched for: {text}");
        if !self.secrets.iter().any(|secret| secret.text == text) {
            let text = text.to_owned();
            self.secrets.push(Secret { what, text, belongs });
        }
    }

    /// The secrets in what a program was answered.
    fn keep_made(&mut self, by: &str, made: &Value, belongs: Belongs) {
        let texts: Vec<String> = made
            .as_object()
            .unwrap()
            .values()
            .filter_map(|text| Some(text.as_str()?.to_owned()))
            .collect();
        let secret = |text: &&String| text.starts_with("kh_") && text.len() > 40 || text.starts_with("whsec_");
        let texts: Vec<&String> = texts.iter().filter(secret).collect();
        assert_eq!(texts.len(), 2, "{by} gives a key and its signing secret: {made}");
        for text in texts {
            self.keep("a secret made by a program", text, belongs);
        }
    }

    /// The one view, and a second that shows nothing.
    async fn reveal(&mut self, who: &Browser, page: &str) {
        let shown = self.visit(who, page).await;
        let secrets = Regex::new(r"kh_(?:live|test)_[0-9A-Za-z]{46}|whsec_[0-9A-Za-z+/]{32,}={0,2}").unwrap();
        let mut seen: Vec<&str> = secrets.find_iter(&shown.body).map(|found| found.as_str()).collect();
        seen.sort_unstable();
        seen.dedup();
        assert!(!seen.is_empty(), "nothing is revealed at {page}: {}", shown.body);
        let answer = Belongs::Answer(self.answers);
        for text in seen {
            if text.starts_with("kh_") {
                self.keep("a key's text", text, answer);
                self.keys
                    .push((page.trim_end_matches("/reveal").to_owned(), text.to_owned()));
            } else {
                self.keep("a signing secret", text, answer);
            }
        }
        self.visit(who, page).await;
    }

    async fn visit(&mut self, who: &Browser, page: &str) -> Answer {
        let answer = who.get(page).await;
        assert!(answer.status < 500, "{page}: {}", answer.body);
        self.note(page, answer)
    }

    /// Opens a page, fills in its form and sends it.
    async fn submit(&mut self, who: &Browser, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = self.visit(who, page).await.form(action);
        form.retain(|(name, _)| !fields.iter().any(|(given, _)| given == name));
        let kept: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = who.post(action, &[&kept, fields].concat()).await;
        assert!(answer.status < 500, "{action}: {}", answer.body);
        self.note(action, answer)
    }

    /// Sends a form that is on one page or on the page before it.
    async fn submit_to(&mut self, who: &Browser, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let has = self
            .visit(who, page)
            .await
            .body
            .contains(&format!("action=\"{action}\""));
        let at = if has { page } else { action };
        self.submit(who, at, action, fields).await
    }

    async fn press(&mut self, who: &Browser, page: &str, action: &str) {
        let answer = self.submit(who, page, action, &[]).await;
        assert_eq!(answer.status, 303, "{action}: {}", answer.body);
    }

    async fn call(&mut self, method: &str, path: &str, credential: &str, body: Option<Value>) -> Answer {
        let mut request = reqwest::Client::new().request(method.parse().unwrap(), self.alice.url(path));
        if !credential.is_empty() {
            request = request.bearer_auth(credential);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.note(
            &format!("{method} {path}"),
            Answer::of(request.send().await.unwrap()).await,
        )
    }

    /// Numbers an answer and keeps what it wrote, with the secrets that every page hands out.
    fn note(&mut self, asked: &str, answer: Answer) -> Answer {
        self.answers += 1;
        self.places.extend(Place::of_answer(self.answers, asked, &answer));
        for cookie in answer.headers.get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = value.split(';').next().unwrap_or_default();
            for own in ["keyhatch_session", "keyhatch_browser", "keyhatch_reveal"] {
                if name.starts_with(own) && value.len() >= 16 {
                    self.keep(own, value, Belongs::Cookie(own));
                }
            }
        }
        for field in ["csrf", "nonce"] {
            if let Some(value) = answer.attribute(&format!("input[name={field}]"), "value") {
                self.keep(field, &value, Belongs::Pages);
            }
        }
        answer
    }

    /// The token of the latest link of this kind that was mailed.
    async fn mailed_token(&mut self, page: &str) -> String {
        let link = Regex::new(&format!(r"/{page}\?token=([\w-]+)")).unwrap();
        let folder = self.program.data.path().join("mail");
        for _ in 0..400 {
            let letters = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let texts = letters.filter_map(|letter| std::fs::read_to_string(letter.path()).ok());
            let token = texts
                .filter_map(|text| Some(link.captures(&text)?[1].to_owned()))
                .last();
            if let Some(token) = token {
                self.keep("a mailed token", &token, Belongs::Mail);
                return token;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("no mail with a link to {page}");
    }
}
