//! What the program lives through: people and programs who make, see, use, change and lose secrets.

mod parts;
mod record;
mod webhooks;

use keyhatch::clock::{Clock, SystemClock};
use keyhatch::model::timestamp::DAY;
use serde_json::{Value, json};

use super::places::Place;
use super::{Belongs, Secret};
use crate::support::{Answer, Browser, Process};

const ALICES: &str = "seventeen quiet herons over the mill";
const BOBS: &str = "a violin case full of warm bread";
const DORAS: &str = "seven umbrellas for one short rain";
const BOBS_NEXT: &str = "the ferry to the island was early";
const WRONG: &str = "this was never anybodys password";
const KEYS: &str = "/w/acme/p/site/keys";

pub struct Life {
    program: Process,
    /// The command line reads it again.
    _profile: tempfile::NamedTempFile,
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
        let profile = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(profile.path(), crate::authz_matrix::profile()).unwrap();
        let path = profile.path().display().to_string();
        let program = Process::start(&[("KEYHATCH_LOG", "trace"), ("KEYHATCH_PROFILE", &path)]).await;
        let address = program.address();
        let mut life = Self {
            alice: Browser::new(&address),
            bob: Browser::new(&address),
            program,
            _profile: profile,
            secrets: Vec::new(),
            places: Vec::new(),
            answers: 0,
            keys: Vec::new(),
            service_token: String::new(),
        };
        for (what, text) in [
            ("Alice's password", ALICES),
            ("Bob's password", BOBS),
            ("Dora's password", DORAS),
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
        let token = self.mailed_token(r"verify-email\?token=").await;
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
        let fields = [("emails", "dora@example.com"), ("role", "viewer")];
        self.submit(&alice, "/w/acme/members", "/w/acme/invitations", &fields)
            .await;
        let token = self.mailed_token("invitations/").await;
        let (page, dora) = (format!("/invitations/{token}"), Browser::new(&self.program.address()));
        for password in ["short", DORAS] {
            let fields = [("password", password)];
            self.submit(&dora, &page, &format!("{page}/acceptance"), &fields).await;
        }
        self.visit(&dora, "/w/acme").await;
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
        self.keep_made("the command line", &made, Belongs::Nowhere, 2);
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
        let tomorrow = SystemClock.now().plus(DAY).rfc3339();
        let body = json!({ "name": "By a program", "type": "secret", "environment": "test", "expires_at": tomorrow });
        let made = self.call("POST", "/api/v1/api-keys", &key, Some(body)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        self.keep_made("the API", &made.json(), Belongs::Answer(self.answers), 1);
    }

    /// Uses and misuses: in every place a careless program puts a key.
    pub async fn use_keys(&mut self) {
        let (key, service) = (self.keys[0].1.clone(), self.service_token.clone());
        assert_eq!(self.call("GET", "/api/v1/me", &key, None).await.status, 200);
        self.call("GET", "/api/v1/api-keys", &key, None).await;
        let other = if key.ends_with('A') { 'B' } else { 'A' };
        let typo = format!("{}{other}", &key[..key.len() - 1]);
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

    /// The workspace's own endpoint: its secret is shown, rotated with an overlap, and once not looked at.
    pub async fn tell_the_workspace(&mut self) {
        let alice = self.alice.clone();
        let page = "/w/acme/webhooks";
        // Nothing listens there: attempts fail, and are written down.
        let fields = [("url", "http://127.0.0.1:9/events")];
        let set = self.submit(&alice, &format!("{page}/new"), page, &fields).await;
        self.reveal(&alice, &set.location()).await;
        let rotation = format!("{page}/signing-secret");
        for overlap in ["24h", "now"] {
            let rotated = self.submit(&alice, &rotation, &rotation, &[("overlap", overlap)]).await;
            if overlap == "24h" {
                self.reveal(&alice, &rotated.location()).await;
            }
        }
        let sent = self.submit(&alice, page, &format!("{page}/test-events"), &[]).await;
        let made = [
            ("name", "Told of"),
            ("type", "secret"),
            ("environment", "test"),
            ("expiry", "7"),
        ];
        let made = self.submit(&alice, &format!("{KEYS}/new"), KEYS, &made).await;
        self.reveal(&alice, &made.location()).await;
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        for page in [page, &sent.location(), "/w/acme/webhooks/edit", "/w/acme/audit"] {
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
        let token = self.mailed_token(r"reset-password\?token=").await;
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
        // Somebody found a key, and reports it.
        let stranger = Browser::new(&self.program.address());
        for typed in [format!("“{key}"), key] {
            let fields = [("key", typed.as_str()), ("found_at", "https://paste.example/1")];
            self.submit(&stranger, "/leaked-key", "/leaked-key", &fields).await;
        }
        self.visit(&stranger, "/leaked-key/received").await;
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
}
