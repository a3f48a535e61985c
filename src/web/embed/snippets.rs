//! Programs that mint a session, as they run: the secrets come from the environment.

use crate::domain::App;
use crate::web::keys::snippets::{CredentialHeader, KeyFrom, address, variable};

/// The same request in three languages.
pub(super) struct Mint {
    pub(super) curl: String,
    pub(super) node: String,
    pub(super) python: String,
    /// The variables that the programs read: the API key, the signing key.
    pub(super) variables: [String; 2],
}

impl Mint {
    /// `POST {base}/embed/sessions`
    pub(super) fn session(app: &App, publishable_key: &str) -> Self {
        let url = address(app, "/embed/sessions");
        let [key, signing] = ["API_KEY", "EMBED_SIGNING_KEY"].map(|ending| variable(app, ending));
        let (header, from) = (CredentialHeader::of(app), KeyFrom::Variable(&key));
        let (name, in_curl) = (header.name(), header.curl(from));
        let (in_node, in_python) = (header.node(from), header.python(from));
        let curl = format!(
            r#"body='{{"publishable_key":"{publishable_key}","subject":"customer-42"}}'
timestamp=$(date +%s)
signature=$(printf '%s.%s' "$timestamp" "$body" \
  | openssl dgst -sha256 -hmac "${signing}" -binary | base64)

curl {url} \
  {in_curl} \
  -H "Content-Type: application/json" \
  -H "X-Embed-Timestamp: $timestamp" \
  -H "X-Embed-Signature: v1,$signature" \
  -d "$body""#
        );
        let node = format!(
            r#"import("node:crypto").then(async ({{ createHmac }}) => {{
  const body = JSON.stringify({{
    publishable_key: "{publishable_key}",
    subject: "customer-42",
  }});
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", process.env.{signing})
    .update(`${{timestamp}}.${{body}}`)
    .digest("base64");

  const response = await fetch("{url}", {{
    method: "POST",
    headers: {{
      "{name}": {in_node},
      "Content-Type": "application/json",
      "X-Embed-Timestamp": timestamp,
      "X-Embed-Signature": `v1,${{signature}}`,
    }},
    body,
  }});
  console.log(response.status, await response.text());
}});"#
        );
        let python = format!(
            r#"import base64, hashlib, hmac, json, os, time, urllib.request

body = json.dumps({{
    "publishable_key": "{publishable_key}",
    "subject": "customer-42",
}}).encode()
timestamp = str(int(time.time()))
digest = hmac.new(
    os.environ["{signing}"].encode(),
    timestamp.encode() + b"." + body,
    hashlib.sha256,
).digest()

request = urllib.request.Request(
    "{url}",
    data=body,
    headers={{
        "{name}": {in_python},
        "Content-Type": "application/json",
        "X-Embed-Timestamp": timestamp,
        "X-Embed-Signature": "v1," + base64.b64encode(digest).decode(),
    }},
)
with urllib.request.urlopen(request) as response:
    print(response.status, response.read().decode())"#
        );
        Self {
            curl,
            node,
            python,
            variables: [key, signing],
        }
    }
}
