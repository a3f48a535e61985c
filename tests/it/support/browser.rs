//! A browser without a screen: keeps cookies, follows no redirect by itself, fills in forms as they are on the page.

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::redirect::Policy;
use scraper::{ElementRef, Html, Selector};

/// A browser.
#[derive(Clone)]
pub struct Browser {
    pub client: reqwest::Client,
    pub address: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub async fn of(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    /// The same; nothing, when it breaks off.
    pub async fn try_of(response: reqwest::Response) -> Option<Self> {
        Some(Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.ok()?,
        })
    }

    /// Where a redirect leads.
    pub fn location(&self) -> String {
        let location = self
            .headers
            .get(LOCATION)
            .unwrap_or_else(|| panic!("no redirect but {}: {}", self.status, self.body));
        location.to_str().unwrap().to_owned()
    }

    pub fn html(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// The text of all elements that match.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        self.html().select(&selector).map(shown).collect()
    }

    /// The text of the first element that matches.
    pub fn text(&self, selector: &str) -> String {
        self.texts(selector)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no {selector} in {}", self.body))
    }

    /// An attribute of the first element that matches.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let parsed = Selector::parse(selector).unwrap();
        self.html()
            .select(&parsed)
            .next()?
            .value()
            .attr(name)
            .map(ToOwned::to_owned)
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON ({}): {}", self.status, self.body))
    }

    /// The fields of the form with this action, as a browser would send them untouched.
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let html = self.html();
        let forms = Selector::parse("form").unwrap();
        let form = html
            .select(&forms)
            .find(|form| form.value().attr("action") == Some(action))
            .unwrap_or_else(|| panic!("no form for {action} in {}", self.body));
        let controls = Selector::parse("input[name], select[name], textarea[name]").unwrap();
        let mut fields = Vec::new();
        for control in form.select(&controls) {
            let element = control.value();
            let name = element.attr("name").unwrap().to_owned();
            match (element.name(), element.attr("type").unwrap_or("text")) {
                ("input", "checkbox" | "radio") => {
                    if element.attr("checked").is_some() {
                        fields.push((name, element.attr("value").unwrap_or("on").to_owned()));
                    }
                }
                ("input", _) => fields.push((name, element.attr("value").unwrap_or_default().to_owned())),
                ("textarea", _) => fields.push((name, control.text().collect())),
                _ => {
                    let options = Selector::parse("option").unwrap();
                    let chosen = control
                        .select(&options)
                        .find(|option| option.value().attr("selected").is_some());
                    let chosen = chosen.or_else(|| control.select(&options).next());
                    let value = chosen
                        .and_then(|option| option.value().attr("value"))
                        .unwrap_or_default();
                    fields.push((name, value.to_owned()));
                }
            }
        }
        fields
    }
}

/// The client that tests ask with. Nothing here is encrypted, so it trusts nobody and is quickly made.
pub fn http() -> reqwest::ClientBuilder {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls)
}

impl Browser {
    pub fn new(address: &str) -> Self {
        let client = http().cookie_store(true).redirect(Policy::none()).build().unwrap();
        Self {
            client,
            address: address.to_owned(),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.client.get(self.url(path)).send().await.unwrap()).await
    }

    /// Like [`Self::get`]; nothing, when there is no whole answer.
    pub async fn try_get(&self, path: &str) -> Option<Answer> {
        Answer::try_of(self.client.get(self.url(path)).send().await.ok()?).await
    }

    /// The same for a form that is filled in already.
    pub async fn try_post(&self, path: &str, form: &[(String, String)]) -> Option<Answer> {
        Answer::try_of(self.client.post(self.url(path)).form(form).send().await.ok()?).await
    }

    /// Follows redirects to the page they end at.
    pub async fn follow(&self, path: &str) -> Answer {
        let mut answer = self.get(path).await;
        for _ in 0..5 {
            if answer.status != 303 {
                break;
            }
            answer = self.get(&answer.location()).await;
        }
        answer
    }

    /// Posts exactly these fields.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.client.post(self.url(path)).form(fields).send().await.unwrap()).await
    }

    /// Opens a page, fills in the form with this action (each name given replaces all of the form's values of that
    /// name), and sends it.
    pub async fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.get(page).await.form(action);
        self.post_form(action, form, fields).await
    }

    /// As [`Self::submit`], for a button that is on every page of somebody signed in: any page will do.
    pub async fn submit_from(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.get(page).await.attribute("input[name=csrf]", "value");
        let csrf = match csrf {
            Some(csrf) => csrf,
            None => self
                .get("/workspaces")
                .await
                .attribute("input[name=csrf]", "value")
                .unwrap_or_default(),
        };
        self.post_form(action, vec![("csrf".to_owned(), csrf)], fields).await
    }

    /// Sends a form that was read before, with what is typed into it.
    pub async fn post_form(&self, action: &str, mut form: Vec<(String, String)>, fields: &[(&str, &str)]) -> Answer {
        form.retain(|(name, _)| !fields.iter().any(|(given, _)| given == name));
        form.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        Answer::of(self.client.post(self.url(action)).form(&form).send().await.unwrap()).await
    }

    pub async fn sign_in(&self, email: &str, password: &str) {
        let answer = self
            .submit("/sign-in", "/sign-in", &[("email", email), ("password", password)])
            .await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
}

/// The elements that stand in a line; all others are on lines of their own.
const INLINE: [&str; 9] = ["a", "button", "code", "em", "label", "option", "span", "strong", "time"];

/// An element's text as people see it. What stands on lines of its own is a word of its own, however the template is written.
fn shown(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    write(element, &mut text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn write(element: ElementRef<'_>, text: &mut String) {
    let edge = if INLINE.contains(&element.value().name()) {
        ""
    } else {
        " "
    };
    text.push_str(edge);
    for child in element.children() {
        if let Some(part) = child.value().as_text() {
            text.push_str(part);
        } else if let Some(element) = ElementRef::wrap(child) {
            write(element, text);
        }
    }
    text.push_str(edge);
}
