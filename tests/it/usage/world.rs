//! Alice's workspace with two projects and four keys, and a list of every request that was made.

use std::collections::BTreeMap;
use std::time::Duration;

use keyhatch::domain::keys::{Issued, disable, enable};
use keyhatch::model::timestamp::{DAY, HOUR, MINUTE, Timestamp};
use keyhatch::model::workspace::{Project, Workspace};

use crate::support::places::{issue, secret};
use crate::support::{PASSWORD, Person, TestApp};

pub struct World {
    pub app: TestApp,
    pub alice: Person,
    pub workspace: Workspace,
    pub keys: Vec<Owned>,
    pub sent: Vec<Sent>,
}

/// A key, and where it is.
pub struct Owned {
    pub issued: Issued,
    pub project: Project,
    pub environment: &'static str,
}

/// A request that was made.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub at: Timestamp,
    pub key: usize,
    pub is_accepted: bool,
}

/// The ranges, how many hours or days they have, and how long those are.
pub const RANGES: [(&str, i64, i64); 5] = [
    ("24h", 24, HOUR),
    ("7d", 168, HOUR),
    ("30d", 30, DAY),
    ("90d", 90, DAY),
    ("12m", 365, DAY),
];

impl World {
    /// Two projects with a live and a test key each.
    pub async fn start() -> Self {
        let app = TestApp::start().await;
        let alice = app.person("alice").await;
        let workspace = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
        let mut keys = Vec::new();
        for name in ["Site", "Shop"] {
            let project = app.project(&workspace, name).await;
            for environment in ["live", "test"] {
                let what = secret(&format!("{name} {environment}"), environment);
                keys.push(Owned {
                    issued: issue(&app, &workspace, Some(&project), &what).await,
                    project: project.clone(),
                    environment,
                });
            }
        }
        Self {
            app,
            alice,
            workspace,
            keys,
            sent: Vec::new(),
        }
    }

    /// `/w/acme/p/site`
    pub fn project_url(&self, key: usize) -> String {
        format!("/w/acme/p/{}", self.keys[key].project.slug)
    }

    /// `/w/acme/p/site/keys/0192…`
    pub fn key_url(&self, key: usize) -> String {
        format!("{}/keys/{}", self.project_url(key), self.keys[key].issued.key.id)
    }

    /// Makes requests: some that are accepted, then some that are refused because the key is disabled.
    pub async fn send(&mut self, key: usize, accepted: usize, refused: usize) {
        let owned = &self.keys[key];
        let program = self.app.program(owned.issued.text.expose_secret());
        for _ in 0..accepted {
            let at = self.app.app.now();
            assert_eq!(program.get("/api/v1/me").await.status, 200);
            self.note(key, at, true);
        }
        if refused == 0 {
            return;
        }
        let ring = self.app.ring(&self.workspace, Some(&self.keys[key].project));
        let (proof, id) = (ring.manage_keys().unwrap(), self.keys[key].issued.key.id);
        disable(&self.app.app, proof, id).await.unwrap();
        for _ in 0..refused {
            let at = self.app.app.now();
            assert_eq!(program.get("/api/v1/me").await.status, 401);
            self.note(key, at, false);
        }
        enable(&self.app.app, proof, id).await.unwrap();
    }

    fn note(&mut self, key: usize, at: Timestamp, is_accepted: bool) {
        let now = self.app.app.now();
        assert_eq!(at.hour(), now.hour(), "the hour passed while a request was made");
        self.sent.push(Sent { at, key, is_accepted });
    }

    /// Moves the clock to a minute after the next hour, day or month begins; into it, and not to its edge, so that nothing passes by
    /// itself while requests are made.
    pub fn pass(&self, what: &str) {
        let now = self.app.app.now();
        let to = match what {
            "hour" => Timestamp::from_millis((now.hour() + 1) * HOUR),
            "day" => now.start_of_day().plus(DAY),
            _ => {
                let month = now.iso_day()[..7].to_owned();
                let days = (1..40).map(|days| now.start_of_day().plus(days * DAY));
                days.into_iter().find(|day| !day.iso_day().starts_with(&month)).unwrap()
            }
        };
        self.app.clock.advance_millis(to.plus(MINUTE).millis() - now.millis());
    }

    /// Moves the clock by whole days.
    pub fn pass_days(&self, days: u64) {
        self.app.advance(Duration::from_secs(days * 24 * 3_600));
    }

    /// Alice gives her password anew, in another browser.
    pub async fn sign_in_again(&mut self) {
        self.alice.browser = self.app.browser();
        self.alice.sign_in("alice@example.com", PASSWORD).await;
    }

    /// What a table for programs has to say: by hour or day and environment, accepted and refused.
    pub fn expected(
        &self,
        of: impl Fn(&Owned, usize) -> bool,
        length: i64,
        unit: i64,
    ) -> BTreeMap<(String, &'static str), [i64; 2]> {
        let now = self.app.app.now();
        let first = now.millis().div_euclid(unit) + 1 - length;
        let mut expected: BTreeMap<_, [i64; 2]> = BTreeMap::new();
        for sent in &self.sent {
            let (owned, at) = (&self.keys[sent.key], sent.at.millis().div_euclid(unit));
            if !of(owned, sent.key) || at < first {
                continue;
            }
            let start = Timestamp::from_millis(at * unit);
            let start = if unit == HOUR { start.rfc3339() } else { start.iso_day() };
            let counts = expected.entry((start, owned.environment)).or_default();
            counts[usize::from(!sent.is_accepted)] += 1;
        }
        expected
    }
}
