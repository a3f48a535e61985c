//! Examples that run as they are: the first call with a key, in three languages, and the line for a `.env` file.

use crate::domain::App;
use crate::profile::CredentialPlace;

/// What an example calls: the address that says who a key is.
pub(in crate::web) struct Call {
    url: String,
    header: String,
    /// What stands before the key in the header's value.
    before: &'static str,
}

/// How an example has its key.
#[derive(Clone, Copy)]
pub(in crate::web) enum KeyFrom<'a> {
    /// It is written into the example.
    Text(&'a str),
    /// It is in this environment variable.
    Variable(&'a str),
}

impl Call {
    /// `GET {base}/me`, with the key where this API takes it first.
    pub(in crate::web) fn me(app: &App) -> Self {
        let (header, before) = credential_header(app);
        Self {
            url: address(app, "/me"),
            header,
            before,
        }
    }

    /// For a shell.
    pub(in crate::web) fn curl(&self, key: KeyFrom<'_>) -> String {
        let key = match key {
            KeyFrom::Text(text) => text.to_owned(),
            KeyFrom::Variable(name) => format!("${name}"),
        };
        format!("curl {} \\\n  -H \"{}: {}{key}\"", self.url, self.header, self.before)
    }

    /// For Node 18 and later, as a module or not.
    pub(in crate::web) fn node(&self, key: KeyFrom<'_>) -> String {
        let value = match (key, self.before) {
            (KeyFrom::Text(text), before) => format!("\"{before}{text}\""),
            (KeyFrom::Variable(name), "") => format!("process.env.{name}"),
            (KeyFrom::Variable(name), before) => format!("`{before}${{process.env.{name}}}`"),
        };
        format!(
            "fetch(\"{}\", {{\n  headers: {{ \"{}\": {value} }},\n}}).then(async (response) => {{\n  \
             console.log(response.status, await response.text());\n}});",
            self.url, self.header
        )
    }

    /// For Python 3, with nothing to install.
    pub(in crate::web) fn python(&self, key: KeyFrom<'_>) -> String {
        let (os, value) = match (key, self.before) {
            (KeyFrom::Text(text), before) => ("", format!("\"{before}{text}\"")),
            (KeyFrom::Variable(name), "") => ("import os\n", format!("os.environ[\"{name}\"]")),
            (KeyFrom::Variable(name), before) => ("import os\n", format!("\"{before}\" + os.environ[\"{name}\"]")),
        };
        format!(
            "{os}import urllib.request\n\nrequest = urllib.request.Request(\n    \"{}\",\n    \
             headers={{\"{}\": {value}}},\n)\nwith urllib.request.urlopen(request) as response:\n    \
             print(response.status, response.read().decode())",
            self.url, self.header
        )
    }
}

/// Where customers find what is below the base path: `https://api.example.com/v1/me`.
pub(in crate::web) fn address(app: &App, below: &str) -> String {
    let api = &app.profile.api;
    // In development there is no proxy yet that would bring calls of the API's own address here.
    let public = api.public_url.as_deref().filter(|_| !app.settings.development);
    let origin = public.unwrap_or(&app.settings.public_url);
    format!("{origin}{}{below}", api.base_path)
}

/// The header that carries a key where this API takes it first, and what stands before the key in it.
pub(in crate::web) fn credential_header(app: &App) -> (String, &'static str) {
    match app.profile.api.credentials.first() {
        Some(CredentialPlace::XApiKey) => ("X-API-Key".to_owned(), ""),
        Some(CredentialPlace::Header(name)) => (name.clone(), ""),
        Some(CredentialPlace::Bearer) | None => ("Authorization".to_owned(), "Bearer "),
    }
}

/// The name of the variable that holds a key of this API: `NORTHPOST_API_KEY`.
pub(in crate::web) fn variable(app: &App, ending: &str) -> String {
    name_of_variable(&app.profile.api.name, ending)
}

fn name_of_variable(product: &str, ending: &str) -> String {
    let name: String = product
        .to_uppercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let mut name = name.trim_matches('_');
    if ending.starts_with("API_") {
        // Whatever is called "… API" already says it.
        name = name.strip_suffix("_API").unwrap_or(name);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_called_after_the_api() {
        for (product, ending, name) in [
            ("Northpost", "API_KEY", "NORTHPOST_API_KEY"),
            ("Parcel API", "API_KEY", "PARCEL_API_KEY"),
            ("Parcel API", "WEBHOOK_SECRET", "PARCEL_API_WEBHOOK_SECRET"),
            ("3 Rivers!", "API_KEY", "_3_RIVERS_API_KEY"),
            ("…", "API_KEY", "API_KEY"),
        ] {
            assert_eq!(name_of_variable(product, ending), name);
        }
    }
}
