//! The real program with a customer, every kind of write there is, and a list of what was acknowledged.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Answer, Browser, PASSWORD, Process, Program, http};

/// A kind of write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Write {
    MakeKey,
    Revoke,
    Edit,
    Webhook,
    Credit,
    SignIn,
    Rename,
}

pub const WRITES: [Write; 7] = [
    Write::MakeKey,
    Write::Revoke,
    Write::Edit,
    Write::Webhook,
    Write::Credit,
    Write::SignIn,
    Write::Rename,
];

/// What somebody was told is done.
#[derive(Default)]
pub struct Acknowledged {
    /// Texts of keys by their ids.
    made: BTreeMap<String, String>,
    revoked: BTreeMap<String, String>,
    /// What may have been revoked: nobody was told.
    perhaps: BTreeMap<String, String>,
    /// The id of the delivery, or the number of the line, by idempotency key.
    webhooks: BTreeMap<String, String>,
    credits: BTreeMap<String, i64>,
    /// Names by the id of the key that was given them.
    edits: BTreeMap<String, String>,
    browsers: Vec<Browser>,
    /// Names that the workspace may have: the last that was acknowledged, and those that were tried since.
    names: Vec<String>,
}

pub struct World {
    pub program: Process,
    pub root: String,
    root_id: String,
    pub token: String,
    /// Alice's.
    pub alice: Browser,
    pub acknowledged: Mutex<Acknowledged>,
    client: reqwest::Client,
    _profile: tempfile::NamedTempFile,
}

/// Longer than any answer may take.
pub const PATIENCE: Duration = Duration::from_millis(2_400);

const OWNER: &str = "alice@example.com";

impl World {
    pub async fn start(settings: &[(&str, String)]) -> Self {
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/example.toml");
        let text = std::fs::read_to_string(example).unwrap();
        let profile = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
        std::fs::write(profile.path(), text + "\n[credits]\nunit = \"credits\"\nstart = 100\n").unwrap();
        let mut all = vec![
            ("KEYHATCH_PROFILE", profile.path().to_str().unwrap()),
            ("KEYHATCH_PASSWORD_HASHING", "equal"),
        ];
        all.extend(settings.iter().map(|(name, value)| (*name, value.as_str())));
        let program = Process::start(&all).await;
        let address = program.address();
        let account = ["account", "create", "--email", OWNER, "--password-stdin"];
        program.run(&account, &format!("{PASSWORD}\n"));
        let workspace = ["workspace", "create", "--name", "Acme", "--owner", OWNER];
        program.run(&[&workspace[..], &["--plan", "enterprise"]].concat(), "");
        program.run(&["project", "create", "--workspace", "acme", "--name", "Site"], "");
        let key = ["key", "create", "--workspace", "acme", "--project", "site"];
        let root = program.run(&[&key[..], &["--type", "secret", "--name", "Root"]].concat(), "");
        let token = program.run(&["service-token", "create", "--name", "backend"], "");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let alice = Browser::new(&address);
        alice.sign_in(OWNER, PASSWORD).await;
        Self {
            program,
            root: text(&root["key"]),
            root_id: text(&root["id"]),
            token: text(&token["token"]),
            alice,
            acknowledged: Mutex::new(Acknowledged {
                names: vec!["Acme".to_owned()],
                ..Acknowledged::default()
            }),
            client: http().timeout(Duration::from_secs(20)).build().unwrap(),
            _profile: profile,
        }
    }

    pub fn root(&self) -> Program {
        Program::new(&self.program.address(), Some(&self.root))
    }

    pub fn backend(&self) -> Program {
        Program::new(&self.program.address(), Some(&self.token))
    }

    /// After a new start: everybody goes to where it listens now.
    pub fn start_again(&mut self) {
        self.program.start_again();
        let address = self.program.address();
        self.alice.address.clone_from(&address);
        for browser in &mut self.acknowledged.lock().unwrap().browsers {
            browser.address.clone_from(&address);
        }
    }

    /// Tries a write, and keeps in mind what was acknowledged. Nothing, when the answer broke off.
    pub async fn write(&self, kind: Write, name: &str) -> Option<Answer> {
        let root = self.root();
        match kind {
            Write::MakeKey => {
                let answer = self.make(name).await?;
                if answer.status == 201 {
                    let key = key_of(&answer);
                    self.acknowledged.lock().unwrap().made.insert(key.0, key.1);
                }
                Some(answer)
            }
            Write::Revoke => {
                let next = self.acknowledged.lock().unwrap().made.pop_first();
                let (id, text) = match next {
                    Some(key) => key,
                    None => match self.make(name).await? {
                        made if made.status == 201 => key_of(&made),
                        refused => return Some(refused),
                    },
                };
                let address = format!("/api/v1/api-keys/{id}");
                let answer = answer_of(root.request(reqwest::Method::DELETE, &address)).await;
                let done = answer.as_ref().is_some_and(|answer| answer.status == 204);
                {
                    let mut acknowledged = self.acknowledged.lock().unwrap();
                    let list = if done {
                        &mut acknowledged.revoked
                    } else {
                        &mut acknowledged.perhaps
                    };
                    list.insert(id, text.clone());
                }
                if done && let Some(status) = self.me(&text).await {
                    assert_ne!(status, 200, "a key was accepted after its revocation was answered");
                }
                answer
            }
            Write::Edit => {
                let address = format!("/api/v1/api-keys/{}", self.root_id);
                let body = json!({ "name": format!("Root {name}") });
                // Without an answer, nobody knows which of the two it is called.
                self.acknowledged.lock().unwrap().edits.remove(&self.root_id);
                let answer = answer_of(root.request(reqwest::Method::PATCH, &address).json(&body)).await?;
                if answer.status == 200 {
                    let told = answer.json()["name"].as_str().unwrap().to_owned();
                    assert_eq!(told, format!("Root {name}"));
                    self.acknowledged
                        .lock()
                        .unwrap()
                        .edits
                        .insert(self.root_id.clone(), told);
                }
                Some(answer)
            }
            Write::Webhook => {
                let answer = self.send_webhook(name).await?;
                if answer.status == 202 {
                    let id = answer.json()["id"].as_str().unwrap().to_owned();
                    self.acknowledged.lock().unwrap().webhooks.insert(name.to_owned(), id);
                }
                Some(answer)
            }
            Write::Credit => {
                let answer = self.grant(name).await?;
                if answer.status == 200 {
                    let number = answer.json()["number"].as_i64().unwrap();
                    self.acknowledged
                        .lock()
                        .unwrap()
                        .credits
                        .insert(name.to_owned(), number);
                }
                Some(answer)
            }
            Write::SignIn => {
                let browser = Browser::new(&self.program.address());
                let page = browser.try_get("/sign-in").await?;
                let mut fields = page.form("/sign-in");
                fields.retain(|(field, _)| field != "email" && field != "password");
                fields.push(("email".to_owned(), OWNER.to_owned()));
                fields.push(("password".to_owned(), PASSWORD.to_owned()));
                let answer = browser.try_post("/sign-in", &fields).await?;
                if answer.status == 303 {
                    self.acknowledged.lock().unwrap().browsers.push(browser);
                }
                Some(answer)
            }
            Write::Rename => {
                let new = format!("Acme {name}");
                self.acknowledged.lock().unwrap().names.push(new.clone());
                let page = self.alice.try_get("/w/acme/settings").await?;
                if page.status != 200 {
                    return Some(page);
                }
                let mut fields = page.form("/w/acme/settings");
                fields.retain(|(field, _)| field != "name");
                fields.push(("name".to_owned(), new.clone()));
                let answer = self.alice.try_post("/w/acme/settings", &fields).await?;
                if answer.status == 303 {
                    let mut acknowledged = self.acknowledged.lock().unwrap();
                    let at = acknowledged.names.iter().position(|name| *name == new).unwrap();
                    acknowledged.names.drain(..at);
                }
                Some(answer)
            }
        }
    }

    async fn make(&self, name: &str) -> Option<Answer> {
        let body = json!({ "name": name, "type": "secret" });
        answer_of(
            self.root()
                .request(reqwest::Method::POST, "/api/v1/api-keys")
                .json(&body),
        )
        .await
    }

    async fn send_webhook(&self, name: &str) -> Option<Answer> {
        let body = json!({
            "key_id": self.root_id, "type": "invoice.paid", "data": {}, "url": "https://receiver.example.com/",
            "idempotency_key": name,
        });
        answer_of(
            self.backend()
                .request(reqwest::Method::POST, "/provider/v1/webhooks")
                .json(&body),
        )
        .await
    }

    async fn grant(&self, name: &str) -> Option<Answer> {
        let body = json!({ "workspace": "acme", "amount": 1 });
        let request = self.backend().request(reqwest::Method::POST, "/provider/v1/credits");
        answer_of(request.header("Idempotency-Key", name).json(&body)).await
    }

    /// The status of `/me` with a key.
    pub async fn me(&self, key: &str) -> Option<u16> {
        let request = self.client.get(format!("{}/api/v1/me", self.program.address()));
        Some(request.bearer_auth(key).send().await.ok()?.status().as_u16())
    }

    pub async fn get(&self, path: &str) -> (u16, String, Option<String>) {
        let answer = self
            .client
            .get(format!("{}{path}", self.program.address()))
            .send()
            .await
            .unwrap();
        let retry = answer
            .headers()
            .get("retry-after")
            .map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), answer.text().await.unwrap(), retry)
    }

    /// One that was made, and was not asked for yet.
    pub fn a_key(&self) -> String {
        self.acknowledged.lock().unwrap().made.values().next().unwrap().clone()
    }

    pub fn a_revoked_key(&self) -> String {
        self.acknowledged
            .lock()
            .unwrap()
            .revoked
            .values()
            .next()
            .unwrap()
            .clone()
    }

    /// Whose revocation was not answered.
    pub fn perhaps_revoked(&self) -> Vec<String> {
        self.acknowledged.lock().unwrap().perhaps.values().cloned().collect()
    }

    /// Waits until the program takes changes again, which it has to do by itself.
    pub async fn recovers(&self, name: &str) {
        let began = Instant::now();
        for turn in 0.. {
            let made = self.write(Write::MakeKey, &format!("{name}-{turn}")).await;
            if made.is_some_and(|made| made.status == 201) && self.get("/readyz").await.0 == 200 {
                return;
            }
            assert!(
                began.elapsed() < Duration::from_secs(15),
                "it does not recover: {}",
                self.program.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whether all that was acknowledged is so.
    pub async fn holds(&self) {
        let (made, revoked, webhooks, credits, edits, browsers, names) = {
            let known = self.acknowledged.lock().unwrap();
            (
                known.made.clone(),
                known.revoked.clone(),
                known.webhooks.clone(),
                known.credits.clone(),
                known.edits.clone(),
                known.browsers.clone(),
                known.names.clone(),
            )
        };
        for (id, key) in &made {
            assert_eq!(self.me(key).await, Some(200), "the key {id} is lost");
        }
        for (id, key) in &revoked {
            assert_eq!(self.me(key).await, Some(401), "the key {id} works again");
        }
        for (name, id) in &webhooks {
            let again = self.send_webhook(name).await.unwrap();
            assert_eq!(again.json()["id"], id.as_str(), "the webhook {name} is lost");
        }
        for (name, number) in &credits {
            let again = self.grant(name).await.unwrap();
            assert_eq!(again.json()["number"], *number, "the credit {name} is lost");
        }
        for (id, name) in &edits {
            let shown = self.root().get(&format!("/api/v1/api-keys/{id}")).await;
            assert_eq!(shown.json()["name"], name.as_str());
        }
        for browser in &browsers {
            assert_eq!(browser.get("/account").await.status, 200, "a session is lost");
        }
        let settings = self.alice.get("/w/acme/settings").await;
        assert_eq!(settings.status, 200, "{}\n{}", settings.body, self.program.log());
        let name = settings.attribute("input[name=name]", "value").unwrap();
        assert!(names.contains(&name), "{name} of {names:?}");
    }

    /// What was tried and holds is not asked for again.
    pub fn forget(&self) {
        let mut known = self.acknowledged.lock().unwrap();
        let names = std::mem::take(&mut known.names);
        *known = Acknowledged {
            names,
            ..Acknowledged::default()
        };
    }
}

fn key_of(answer: &Answer) -> (String, String) {
    let made = answer.json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("id"), text("key"))
}

async fn answer_of(request: reqwest::RequestBuilder) -> Option<Answer> {
    Answer::try_of(request.send().await.ok()?).await
}
