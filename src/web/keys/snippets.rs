//! Examples that run as they are: the first call with a key, in a shell and three languages, and the line for a `.env` file.

use crate::domain::App;
use crate::profile::CredentialPlace;

/// What an example calls: the address that says who a key is.
pub(in crate::web) struct Call {
    url: String,
    header: CredentialHeader,
}

/// The same call in each language.
pub(in crate::web) struct Examples {
    pub(in crate::web) curl: String,
    pub(in crate::web) node: String,
    pub(in crate::web) python: String,
    pub(in crate::web) go: String,
}

/// How an example has its key.
#[derive(Clone, Copy)]
pub(in crate::web) enum KeyFrom<'a> {
    /// It is written into the example.
    Text(&'a str),
    /// It is in this environment variable.
    Variable(&'a str),
}

/// The header that carries a key in examples.
pub(in crate::web) enum CredentialHeader {
    /// Its name, and what stands before the key in it.
    Plain(String, &'static str),
    /// HTTP Basic: the key as user name, without a password.
    Basic,
}

impl Call {
    /// `GET {base}/me`, with the key where this API takes it first.
    pub(in crate::web) fn me(app: &App) -> Self {
        Self {
            url: address(app, "/me"),
            header: CredentialHeader::of(app),
        }
    }

    /// In each language.
    pub(in crate::web) fn examples(&self, key: KeyFrom<'_>) -> Examples {
        Examples {
            curl: self.curl(key),
            node: self.node(key),
            python: self.python(key),
            go: self.go(key),
        }
    }

    /// For a shell.
    pub(in crate::web) fn curl(&self, key: KeyFrom<'_>) -> String {
        format!("curl {} \\\n  {}", self.url, self.header.curl(key))
    }

    /// For Node 18 and later, as a module or not.
    pub(in crate::web) fn node(&self, key: KeyFrom<'_>) -> String {
        format!(
            "fetch(\"{}\", {{\n  headers: {{ \"{}\": {} }},\n}}).then(async (response) => {{\n  \
             console.log(response.status, await response.text());\n}});",
            self.url,
            self.header.name(),
            self.header.node(key)
        )
    }

    /// For Python 3, with nothing to install.
    pub(in crate::web) fn python(&self, key: KeyFrom<'_>) -> String {
        let os = match key {
            KeyFrom::Text(_) => "",
            KeyFrom::Variable(_) => "import os\n",
        };
        let base64 = match self.header {
            CredentialHeader::Plain(..) => "",
            CredentialHeader::Basic => "import base64\n",
        };
        format!(
            "{base64}{os}import urllib.request\n\nrequest = urllib.request.Request(\n    \"{}\",\n    \
             headers={{\"{}\": {}}},\n)\nwith urllib.request.urlopen(request) as response:\n    \
             print(response.status, response.read().decode())",
            self.url,
            self.header.name(),
            self.header.python(key)
        )
    }

    /// For Go, with nothing to install: as gofmt writes it.
    fn go(&self, key: KeyFrom<'_>) -> String {
        let os = match key {
            KeyFrom::Text(_) => "",
            KeyFrom::Variable(_) => "\t\"os\"\n",
        };
        let go_on = "if err != nil {\n\t\tpanic(err)\n\t}";
        format!(
            "package main\n\nimport (\n\t\"fmt\"\n\t\"io\"\n\t\"net/http\"\n{os})\n\nfunc main() {{\n\
             \trequest, err := http.NewRequest(\"GET\", \"{}\", nil)\n\t{go_on}\n\trequest.{}\n\
             \tresponse, err := http.DefaultClient.Do(request)\n\t{go_on}\n\tdefer response.Body.Close()\n\
             \tbody, err := io.ReadAll(response.Body)\n\t{go_on}\n\tfmt.Println(response.StatusCode, string(body))\n}}",
            self.url,
            self.header.go(key)
        )
    }
}

impl CredentialHeader {
    /// Where this API takes a key first; HTTP Basic only where there is nothing else.
    pub(in crate::web) fn of(app: &App) -> Self {
        let mut places = app.profile.api.credentials.iter();
        match places.find(|place| **place != CredentialPlace::Basic) {
            Some(CredentialPlace::Bearer) => Self::Plain("Authorization".to_owned(), "Bearer "),
            Some(place) => Self::Plain(place.shown_name().to_owned(), ""),
            None => Self::Basic,
        }
    }

    /// Its name.
    pub(in crate::web) fn name(&self) -> &str {
        match self {
            Self::Plain(name, _) => name,
            Self::Basic => "Authorization",
        }
    }

    /// The option for curl.
    pub(in crate::web) fn curl(&self, key: KeyFrom<'_>) -> String {
        let key = match key {
            KeyFrom::Text(text) => text.to_owned(),
            KeyFrom::Variable(name) => format!("${name}"),
        };
        match self {
            Self::Plain(name, before) => format!("-H \"{name}: {before}{key}\""),
            Self::Basic => format!("-u \"{key}:\""),
        }
    }

    /// Its value, as an expression of JavaScript.
    pub(in crate::web) fn node(&self, key: KeyFrom<'_>) -> String {
        match (self, key) {
            (Self::Plain(_, before), KeyFrom::Text(text)) => format!("\"{before}{text}\""),
            (Self::Plain(_, ""), KeyFrom::Variable(name)) => format!("process.env.{name}"),
            (Self::Plain(_, before), KeyFrom::Variable(name)) => format!("`{before}${{process.env.{name}}}`"),
            (Self::Basic, KeyFrom::Text(text)) => format!("\"Basic \" + btoa(\"{text}:\")"),
            (Self::Basic, KeyFrom::Variable(name)) => format!("\"Basic \" + btoa(`${{process.env.{name}}}:`)"),
        }
    }

    /// Its value, as an expression of Python; for HTTP Basic it takes the module base64.
    pub(in crate::web) fn python(&self, key: KeyFrom<'_>) -> String {
        match (self, key) {
            (Self::Plain(_, before), KeyFrom::Text(text)) => format!("\"{before}{text}\""),
            (Self::Plain(_, ""), KeyFrom::Variable(name)) => format!("os.environ[\"{name}\"]"),
            (Self::Plain(_, before), KeyFrom::Variable(name)) => format!("\"{before}\" + os.environ[\"{name}\"]"),
            (Self::Basic, KeyFrom::Text(text)) => format!("\"Basic \" + base64.b64encode(b\"{text}:\").decode()"),
            (Self::Basic, KeyFrom::Variable(name)) => {
                format!("\"Basic \" + base64.b64encode((os.environ[\"{name}\"] + \":\").encode()).decode()")
            }
        }
    }

    /// The call in Go that sets it.
    fn go(&self, key: KeyFrom<'_>) -> String {
        match (self, key) {
            (Self::Plain(name, before), KeyFrom::Text(text)) => format!("Header.Set(\"{name}\", \"{before}{text}\")"),
            (Self::Plain(name, ""), KeyFrom::Variable(of)) => format!("Header.Set(\"{name}\", os.Getenv(\"{of}\"))"),
            (Self::Plain(name, before), KeyFrom::Variable(of)) => {
                format!("Header.Set(\"{name}\", \"{before}\"+os.Getenv(\"{of}\"))")
            }
            (Self::Basic, KeyFrom::Text(text)) => format!("SetBasicAuth(\"{text}\", \"\")"),
            (Self::Basic, KeyFrom::Variable(of)) => format!("SetBasicAuth(os.Getenv(\"{of}\"), \"\")"),
        }
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
