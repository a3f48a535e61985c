//! Examples that run as they are: the first call with a key, in three languages, and the line for a `.env` file.

use crate::domain::App;
use crate::profile::CredentialPlace;

/// What an example calls: the address that says who a key is.
pub(super) struct Call {
    url: String,
    header: String,
    /// What stands before the key in the header's value.
    before: &'static str,
}

impl Call {
    /// `GET {base}/me`, with the key where this API takes it first.
    pub(super) fn me(app: &App) -> Self {
        let (header, before) = credential_header(app);
        Self {
            url: address(app, "/me"),
            header,
            before,
        }
    }

    /// For a shell.
    pub(super) fn curl(&self, key: &str) -> String {
        format!("curl {} \\\n  -H \"{}: {}{key}\"", self.url, self.header, self.before)
    }

    /// For Node 18 and later, as a module or not.
    pub(super) fn node(&self, key: &str) -> String {
        format!(
            "fetch(\"{}\", {{\n  headers: {{ \"{}\": \"{}{key}\" }},\n}}).then(async (response) => {{\n  \
             console.log(response.status, await response.text());\n}});",
            self.url, self.header, self.before
        )
    }

    /// For Python 3, with nothing to install.
    pub(super) fn python(&self, key: &str) -> String {
        format!(
            "import urllib.request\n\nrequest = urllib.request.Request(\n    \"{}\",\n    \
             headers={{\"{}\": \"{}{key}\"}},\n)\nwith urllib.request.urlopen(request) as response:\n    \
             print(response.status, response.read().decode())",
            self.url, self.header, self.before
        )
    }
}

/// Where customers find what is below the base path: `https://api.example.com/v1/me`.
pub(in crate::web) fn address(app: &App, below: &str) -> String {
    let api = &app.profile.api;
    let origin = api.public_url.as_deref().unwrap_or(&app.settings.public_url);
    format!("{origin}{}{below}", api.base_path)
}

/// The header in which this API takes a key first, and what stands before the key in its value.
pub(in crate::web) fn credential_header(app: &App) -> (String, &'static str) {
    match app.profile.api.credentials.first() {
        Some(CredentialPlace::XApiKey) => ("X-API-Key".to_owned(), ""),
        Some(CredentialPlace::Header(name)) => (name.clone(), ""),
        Some(CredentialPlace::Bearer) | None => ("Authorization".to_owned(), "Bearer "),
    }
}

/// The name of the variable that holds a key of this API: `NORTHPOST_API_KEY`.
pub(in crate::web) fn variable(app: &App, ending: &str) -> String {
    let name = app.profile.api.name.to_uppercase();
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let name = name.trim_matches('_');
    let first = if name.starts_with(|c: char| c.is_ascii_digit()) {
        "_"
    } else {
        ""
    };
    if name.is_empty() {
        ending.to_owned()
    } else {
        format!("{first}{name}_{ending}")
    }
}
