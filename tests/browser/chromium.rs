//! Debian's Chromium, driven through its chromedriver (WebDriver, W3C): only what the journeys need.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::{Value, json};

/// How long a page may take to become what a test waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// The word under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser window of its own, with an empty profile.
pub struct Chromium {
    driver: Child,
    http: reqwest::Client,
    session: String,
    /// The document that came last, where that is watched.
    document: Mutex<Option<Seen>>,
    _profile: tempfile::TempDir,
}

/// The page that is open, as the server sent it.
#[derive(Clone, Debug)]
pub struct Document {
    pub url: String,
    /// How it was asked for.
    pub method: String,
    pub status: u16,
    pub body: String,
}

/// What the network told of a document: everything but its body, which is asked for by its id.
#[derive(Clone, Debug)]
struct Seen {
    id: String,
    url: String,
    method: String,
    status: u16,
}

/// An element of the page that is open.
#[derive(Clone, Debug)]
pub struct Element(String);

impl Chromium {
    /// Starts a browser; `scripts` is whether pages may run theirs.
    pub async fn start(scripts: bool) -> Self {
        Self::start_with(scripts, json!({ "browser": "ALL" })).await
    }

    /// Starts one whose [`Chromium::document`] can be asked for.
    pub async fn watched() -> Self {
        Self::start_with(true, json!({ "browser": "ALL", "performance": "ALL" })).await
    }

    async fn start_with(scripts: bool, logs: Value) -> Self {
        let (driver, port) = start_driver();
        let profile = tempfile::tempdir().unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(90))
            .build()
            .unwrap();
        let user_data = format!("--user-data-dir={}", profile.path().display());
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
            "--enable-features=BackForwardCache,CacheControlNoStoreEnterBackForwardCache:level/restore-unless-http-only-cookie-change",
            &user_data,
        ];
        let preferences = match scripts {
            true => json!({}),
            false => json!({ "profile.managed_default_content_settings.javascript": 2 }),
        };
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments, "prefs": preferences },
            "goog:loggingPrefs": logs,
        }}});
        let driver_url = format!("http://127.0.0.1:{port}");
        let answer = ask(http.post(format!("{driver_url}/session")).json(&capabilities)).await;
        let id = answer["sessionId"].as_str().expect("a session").to_owned();
        Self {
            driver,
            http,
            session: format!("{driver_url}/session/{id}"),
            document: Mutex::default(),
            _profile: profile,
        }
    }

    pub async fn open(&self, url: &str) {
        self.post("url", json!({ "url": url })).await;
    }

    pub async fn reload(&self) {
        self.post("refresh", json!({})).await;
    }

    pub async fn back(&self) {
        self.post("back", json!({})).await;
    }

    pub async fn url(&self) -> String {
        self.get("url").await.as_str().unwrap().to_owned()
    }

    pub async fn title(&self) -> String {
        self.get("title").await.as_str().unwrap().to_owned()
    }

    /// The page as it is now, with what scripts made of it.
    pub async fn source(&self) -> String {
        self.get("source").await.as_str().unwrap().to_owned()
    }

    /// The page that is open as it came, before any script: its answer's status, and its markup. For browsers that are watched.
    pub async fn document(&self) -> Document {
        let log = self.post("se/log", json!({ "type": "performance" })).await;
        let log = log.as_array().cloned().unwrap_or_default();
        let mut methods = HashMap::new();
        for entry in &log {
            let message: Value =
                serde_json::from_str(entry["message"].as_str().unwrap_or_default()).unwrap_or_default();
            let (what, told) = (&message["message"]["method"], &message["message"]["params"]);
            let id = told["requestId"].as_str().unwrap_or_default().to_owned();
            if what == "Network.requestWillBeSent" {
                methods.insert(id, told["request"]["method"].as_str().unwrap_or_default().to_owned());
            } else if what == "Network.responseReceived" && told["type"] == "Document" {
                *self.document.lock().unwrap() = Some(Seen {
                    url: told["response"]["url"].as_str().unwrap_or_default().to_owned(),
                    method: methods.get(&id).cloned().unwrap_or_default(),
                    status: told["response"]["status"].as_u64().unwrap_or_default() as u16,
                    id,
                });
            }
        }
        let seen = self.document.lock().unwrap().clone().expect("a page was opened");
        let body = self
            .command("Network.getResponseBody", json!({ "requestId": seen.id }))
            .await;
        let mut markup = body["body"].as_str().unwrap_or_default().to_owned();
        if body["base64Encoded"] == true {
            let decoded = base64::engine::general_purpose::STANDARD.decode(markup).unwrap();
            markup = String::from_utf8(decoded).unwrap();
        }
        let Seen {
            url, method, status, ..
        } = seen;
        Document {
            url,
            method,
            status,
            body: markup,
        }
    }

    /// Waits until the page that was marked with `data-left` is gone, and the next one is there.
    pub async fn arrives(&self) {
        let script = "return document.documentElement.dataset.left === undefined && document.readyState === 'complete'";
        let script = json!({ "script": script, "args": [] });
        let started = Instant::now();
        loop {
            let request = self.http.post(format!("{}/execute/sync", self.session));
            // While one page makes room for the next, there may be none that could run it.
            let answer = request.json(&script).send().await.expect("chromedriver answers");
            let answer: Value = answer.json().await.unwrap_or_default();
            if answer["value"] == true {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "no other page comes: {answer}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// All elements that match now.
    pub async fn all(&self, css: &str) -> Vec<Element> {
        let found = self
            .post("elements", json!({ "using": "css selector", "value": css }))
            .await;
        let found = found.as_array().cloned().unwrap_or_default();
        found
            .iter()
            .map(|element| Element(element[ELEMENT].as_str().unwrap().to_owned()))
            .collect()
    }

    /// The first element that matches, waiting for it.
    pub async fn one(&self, css: &str) -> Element {
        let started = Instant::now();
        loop {
            if let Some(element) = self.all(css).await.into_iter().next() {
                return element;
            }
            let (url, source) = (self.url().await, self.source().await);
            assert!(started.elapsed() < PATIENCE, "no {css} at {url}:\n{source}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the address fits.
    pub async fn at(&self, what: &str, fits: impl Fn(&str) -> bool) -> String {
        let started = Instant::now();
        loop {
            let url = self.url().await;
            if fits(&url) {
                return url;
            }
            if started.elapsed() > PATIENCE {
                panic!("not at {what}, but at {url}:\n{}", self.source().await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn click(&self, css: &str) {
        let element = self.one(css).await;
        self.post(&format!("element/{}/click", element.0), json!({})).await;
    }

    /// Types into a field what a person would, over what is there.
    pub async fn fill(&self, css: &str, text: &str) {
        let element = self.one(css).await;
        self.post(&format!("element/{}/clear", element.0), json!({})).await;
        self.post(&format!("element/{}/value", element.0), json!({ "text": text }))
            .await;
    }

    /// What a person sees of an element.
    pub async fn text(&self, element: &Element) -> String {
        self.get(&format!("element/{}/text", element.0))
            .await
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Two clicks as fast as a hand makes them.
    pub async fn double_click(&self, css: &str) {
        let element = self.one(css).await;
        let origin = json!({ ELEMENT: element.0 });
        let steps = json!([
            { "type": "pointerMove", "duration": 0, "origin": origin, "x": 0, "y": 0 },
            { "type": "pointerDown", "button": 0 },
            { "type": "pointerUp", "button": 0 },
            { "type": "pause", "duration": 40 },
            { "type": "pointerDown", "button": 0 },
            { "type": "pointerUp", "button": 0 },
        ]);
        // What is hidden below the fold cannot be pointed at.
        self.script("arguments[0].scrollIntoView({ block: 'center' })", json!([origin]))
            .await;
        let actions = json!({ "actions": [{ "type": "pointer", "id": "mouse", "actions": steps }] });
        self.post("actions", actions).await;
    }

    /// Runs a test's own script, which a page's policy has no say in; a promise is awaited.
    pub async fn script(&self, script: &str, arguments: Value) -> Value {
        self.post("execute/sync", json!({ "script": script, "args": arguments }))
            .await
    }

    /// Chromium's own protocol.
    pub async fn command(&self, command: &str, parameters: Value) -> Value {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
            .await
    }

    /// A picture of the whole page.
    pub async fn picture(&self, file: &Path) {
        let size = self.command("Page.getLayoutMetrics", json!({})).await["cssContentSize"].take();
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        let parameters = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let answer = self.command("Page.captureScreenshot", parameters).await;
        let data = answer["data"].as_str().unwrap();
        let picture = base64::engine::general_purpose::STANDARD.decode(data).unwrap();
        std::fs::write(file, picture).unwrap();
    }

    /// What the console said since the last time it was asked: errors, and refusals of the content security policy.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.post("se/log", json!({ "type": "browser" })).await;
        let entries = entries.as_array().cloned().unwrap_or_default();
        let said = entries.iter().map(|entry| {
            (
                entry["level"].as_str().unwrap_or_default(),
                entry["message"].to_string(),
            )
        });
        said.filter(|(level, message)| *level == "SEVERE" || message.contains("Content Security Policy"))
            .map(|(level, message)| format!("{level}: {message}"))
            .collect()
    }

    async fn get(&self, what: &str) -> Value {
        ask(self.http.get(format!("{}/{what}", self.session))).await
    }

    async fn post(&self, what: &str, body: Value) -> Value {
        ask(self.http.post(format!("{}/{what}", self.session)).json(&body)).await
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // Chromium ends with its session; a chromedriver that is killed would leave it behind.
        let _ = Command::new("curl")
            .args(["--silent", "--max-time", "10", "--request", "DELETE", &self.session])
            .stdout(Stdio::null())
            .status();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn start_driver() -> (Child, u16) {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("chromedriver does not start ({error}): apt-get install chromium chromium-driver")
        });
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    // Somebody has to go on reading, or it stops when the pipe is full.
    std::thread::spawn(move || lines.for_each(drop));
    (driver, port.expect("chromedriver names its port"))
}

async fn ask(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.expect("chromedriver answers");
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    let mut body: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("chromedriver: {status} {text}"));
    assert!(
        status.is_success(),
        "chromedriver: {status} {}",
        body["value"]["message"]
    );
    body["value"].take()
}
