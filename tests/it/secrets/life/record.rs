//! How a life is recorded: every answer is kept, and every secret in it.

use regex::Regex;
use serde_json::Value;

use super::Life;
use crate::secrets::places::Place;
use crate::secrets::{Belongs, Secret};
use crate::support::{Answer, Browser, http};

impl Life {
    pub(super) fn keep(&mut self, what: &'static str, text: &str, belongs: Belongs) {
        assert!(text.len() >= 16, "{what} is too short to be searched for: {text}");
        if !self.secrets.iter().any(|secret| secret.text == text) {
            let text = text.to_owned();
            self.secrets.push(Secret { what, text, belongs });
        }
    }

    /// The secrets in what a program was answered: over the API a key alone, at the command line its signing secret too.
    pub(super) fn keep_made(&mut self, by: &str, made: &Value, belongs: Belongs, count: usize) {
        let texts: Vec<String> = made
            .as_object()
            .unwrap()
            .values()
            .filter_map(|text| Some(text.as_str()?.to_owned()))
            .collect();
        let secret = |text: &&String| text.starts_with("kh_") && text.len() > 40 || text.starts_with("whsec_");
        let texts: Vec<&String> = texts.iter().filter(secret).collect();
        assert_eq!(texts.len(), count, "what {by} gives: {made}");
        for text in texts {
            self.keep("a secret made by a program", text, belongs);
        }
    }

    /// The one view, and a second that shows nothing.
    pub(super) async fn reveal(&mut self, who: &Browser, page: &str) {
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

    pub(super) async fn visit(&mut self, who: &Browser, page: &str) -> Answer {
        let answer = who.get(page).await;
        assert!(answer.status < 500, "{page}: {}", answer.body);
        self.note(page, answer)
    }

    /// Opens a page, fills in its form and sends it.
    pub(super) async fn submit(&mut self, who: &Browser, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
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
    pub(super) async fn submit_to(
        &mut self,
        who: &Browser,
        page: &str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let has = self
            .visit(who, page)
            .await
            .body
            .contains(&format!("action=\"{action}\""));
        let at = if has { page } else { action };
        self.submit(who, at, action, fields).await
    }

    pub(super) async fn press(&mut self, who: &Browser, page: &str, action: &str) {
        let answer = self.submit(who, page, action, &[]).await;
        assert_eq!(answer.status, 303, "{action}: {}", answer.body);
    }

    pub(super) async fn call(&mut self, method: &str, path: &str, credential: &str, body: Option<Value>) -> Answer {
        let mut request = http()
            .build()
            .unwrap()
            .request(method.parse().unwrap(), self.alice.url(path));
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
    pub(super) fn note(&mut self, asked: &str, answer: Answer) -> Answer {
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
    pub(super) async fn mailed_token(&mut self, link_to: &str) -> String {
        let link = Regex::new(&format!(r"/{link_to}([\w-]+)")).unwrap();
        let folder = self.program.data.path().join("mail");
        for _ in 0..400 {
            let mails = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let texts = mails.filter_map(|mail| std::fs::read_to_string(mail.path()).ok());
            let token = texts
                .filter_map(|text| Some(link.captures(&text)?[1].to_owned()))
                .last();
            if let Some(token) = token {
                self.keep("a mailed token", &token, Belongs::Mail);
                return token;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("no mail with a link to {link_to}");
    }
}
