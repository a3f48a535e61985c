//! Somebody who goes from page to page of one installation, and holds each against the checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyhatch::profile::Profile;
use serde_json::{Value, json};

use super::routes;
use crate::checks::Checks;
use crate::chromium::{Chromium, Document};
use crate::server::Server;

/// The last is what a scrollbar leaves of 320 pixels (WCAG 2.2, 1.4.10): it is only measured.
const WIDTHS: [(u32, u32); 3] = [(1280, 900), (390, 844), (NARROWEST, 640)];
const NARROWEST: u32 = 305;
const SCHEMES: [&str; 2] = ["light", "dark"];

/// Everybody's.
pub const PASSWORD: &str = "four unrelated words make sense";

/// A server with one of the profiles that come along, and a browser in front of it.
pub struct Walk {
    pub server: Server,
    pub browser: Chromium,
    pub profile: Profile,
    /// What the names of its pictures begin with.
    called: &'static str,
    checks: Arc<Checks>,
    folder: PathBuf,
    /// Whose the browser is, and the cookies of those who come back.
    who: String,
    jars: BTreeMap<String, Value>,
    /// The routes of which a page was seen.
    pub seen: BTreeSet<String>,
    pub wrong: Vec<String>,
}

impl Walk {
    pub async fn start(profile: &'static str, checks: &Arc<Checks>) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("profiles/{profile}.toml"));
        let server = Server::start_with(&[
            ("KEYHATCH_PROFILE", file.to_str().unwrap()),
            // The receivers of webhooks are here, too.
            ("KEYHATCH_WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8"),
            // A profile may name it.
            ("SUPABASE_JWT_SECRET", "a secret of more than thirty-two characters"),
        ]);
        let browser = Chromium::watched().await;
        // A picture of a whole page has no scrollbar, but would be cut off by its width. Hidden once and for all: Chromium
        // measures some pages wrong after it has been told to show them again.
        let hidden = json!({ "hidden": true });
        browser.command("Emulation.setScrollbarsHidden", hidden).await;
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        Self {
            server,
            browser,
            profile: Profile::parse(&std::fs::read_to_string(file).unwrap(), profile).unwrap(),
            called: profile,
            checks: Arc::clone(checks),
            folder,
            who: String::from("nobody"),
            jars: BTreeMap::new(),
            seen: BTreeSet::new(),
            wrong: Vec::new(),
        }
    }

    /// Makes accounts: `alice` is alice@example.com.
    pub fn people(&self, names: &[&str]) {
        for name in names {
            let email = format!("{name}@example.com");
            let mut arguments = vec!["account", "create", "--email", &email, "--password-stdin"];
            if *name == "sam" {
                arguments.push("--staff");
            }
            self.server.run(&arguments);
        }
    }

    /// From here on the browser is this person's; `nobody` is not signed in, and new here.
    pub async fn becomes(&mut self, who: &str) {
        let jar = self.browser.command("Network.getCookies", json!({})).await["cookies"].take();
        self.jars.insert(std::mem::replace(&mut self.who, who.to_owned()), jar);
        self.browser.command("Network.clearBrowserCookies", json!({})).await;
        if who == "nobody" {
            return;
        }
        if let Some(jar) = self.jars.get(who) {
            let jar = json!({ "cookies": jar });
            self.browser.command("Network.setCookies", jar).await;
            return;
        }
        self.open("/sign-in").await;
        let email = format!("{who}@example.com");
        self.submit("/sign-in", &[("email", &email), ("password", PASSWORD)])
            .await;
        let url = self.browser.url().await;
        assert!(!url.contains("/sign-in"), "{who} is not signed in");
    }

    pub async fn open(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.server.address)).await;
    }

    /// Opens a page and holds it against the checks.
    pub async fn see(&mut self, name: &str, path: &str) {
        self.see_as(name, path, 200).await;
    }

    /// The same, of a page that is answered with this status.
    pub async fn see_as(&mut self, name: &str, path: &str, status: u16) {
        self.open(path).await;
        self.look(name, status).await;
    }

    /// Fills in the form of the page that goes there, and sends it, whatever the browser thinks of what is in it.
    pub async fn submit(&self, action: &str, fields: &[(&str, &str)]) {
        let script = "
            const [action, fields] = arguments;
            const form = [...document.forms].find((form) => form.getAttribute('action') === action);
            if (!form) return document.documentElement.outerHTML;
            for (const [name, value] of fields) {
                const these = [...form.elements].filter((field) => field.name === name);
                const choice = these.find((field) => field.value === value && /radio|checkbox/.test(field.type));
                if (choice) choice.checked = true;
                else Object.assign(these[0], { value, checked: true });
            }
            form.noValidate = true;
            document.documentElement.dataset.left = '';
            form.requestSubmit();
            return null;";
        let failed = self.browser.script(script, json!([action, fields])).await;
        assert!(failed.is_null(), "no form goes to {action} from {failed}");
        self.browser.arrives().await;
    }

    /// While the form of the page that goes there is open, somebody else saves another value.
    pub async fn meanwhile(&self, action: &str, field: &str, value: &str) {
        let script = "
            const [action, field, value] = arguments;
            const form = [...document.forms].find((form) => form.getAttribute('action') === action);
            const fields = new URLSearchParams(new FormData(form));
            fields.set(field, value);
            return fetch(form.action, { method: 'POST', body: fields }).then((answer) => answer.status)";
        let status = self.browser.script(script, json!([action, field, value])).await;
        assert_eq!(status, 200, "{field} is changed at {action}");
    }

    /// Sends a form that no page has, with the proof of origin of the one that is open unless it has one of its own.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) {
        let script = "
            const [action, fields] = arguments;
            const form = document.createElement('form');
            Object.assign(form, { action, method: 'post', hidden: true });
            const proof = document.querySelector('[name=csrf]')?.value ?? '';
            for (const [name, value] of [...(fields.some(([name]) => name === 'csrf') ? [] : [['csrf', proof]]), ...fields]) {
                const field = document.createElement('textarea');
                Object.assign(field, { name, value });
                form.append(field);
            }
            document.body.append(form);
            document.documentElement.dataset.left = '';
            form.submit();";
        self.browser.script(script, json!([path, fields])).await;
        self.browser.arrives().await;
    }

    /// Holds the page that is open against the checks, and takes its pictures.
    pub async fn look(&mut self, name: &str, status: u16) {
        let name = format!("{}-{name}", self.called);
        let document = self.browser.document().await;
        if document.status != status {
            let Document { url, status: got, .. } = &document;
            self.wrong
                .push(format!("{name}: {url} is answered with {got} instead of {status}"));
        }
        if document.status == 200 && document.method == "GET" {
            let path = document.url.strip_prefix(&self.server.address).unwrap_or_default();
            self.seen.extend(routes::of(&self.profile, path));
        }
        self.checks.keep(&name, &document.body);
        for (width, height) in WIDTHS {
            let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
            self.browser
                .command("Emulation.setDeviceMetricsOverride", metrics)
                .await;
            for scheme in SCHEMES {
                self.look_at(&name, width, scheme).await;
            }
            let widths = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]";
            let widths = self.browser.script(widths, json!([])).await;
            if widths != json!([width, width]) {
                self.wrong
                    .push(format!("{name} at {width} pixels: is wide, shows: {widths}"));
            }
            // Tables may scroll inside of themselves, but need not where their rows have become cards.
            let cut = "return [...document.querySelectorAll('.table-frame, .card, .rows, .badge')]
                .filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.className + ': ' + box.innerText)";
            let cut = self.browser.script(cut, json!([])).await;
            for cut in cut.as_array().into_iter().flatten() {
                self.wrong.push(format!("{name} at {width} pixels: is cut off: {cut}"));
            }
        }
        let done = self.browser.command("Emulation.clearDeviceMetricsOverride", json!({}));
        done.await;
        // That a page is an error is said in the console, too.
        let expected = format!("the server responded with a status of {status}");
        let complaints = self.browser.complaints().await;
        let complaints = complaints
            .into_iter()
            .filter(|said| status < 400 || !said.contains(&expected));
        self.wrong.extend(complaints.map(|said| format!("{name}: {said}")));
    }

    async fn look_at(&mut self, name: &str, width: u32, scheme: &str) {
        if width == NARROWEST {
            return;
        }
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.browser.command("Emulation.setEmulatedMedia", media).await;
        // All but colours is the same in each scheme.
        let when = format!("{name} at {width} pixels, {scheme}");
        let found = self.checks.axe(&self.browser, &when, scheme == "dark").await;
        self.wrong.extend(found);
        let picture = self.folder.join(format!("{name}.{width}.{scheme}.png"));
        self.browser.picture(&picture).await;
    }
}
