//! An identity provider: signs tokens, with programs that are not ours, and publishes its keys. And what attackers need.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A key pair of the provider, or of somebody who would like to be it.
#[derive(Clone)]
pub struct KeyPair {
    pub algorithm: String,
    private: String,
    /// PEM.
    pub public: String,
    pub jwk: Value,
}

impl KeyPair {
    /// One of each.
    pub fn make<const COUNT: usize>(wanted: [(&str, &str); COUNT]) -> [Self; COUNT] {
        let jobs = wanted.map(|(algorithm, kid)| json!({"make": algorithm, "kid": kid}));
        let made = node(&Value::from(jobs.to_vec()));
        let mut made = made.as_array().unwrap().iter();
        wanted.map(|(algorithm, _)| {
            let made = made.next().unwrap();
            Self {
                algorithm: algorithm.to_owned(),
                private: made["private"].as_str().unwrap().to_owned(),
                public: made["public"].as_str().unwrap().to_owned(),
                jwk: made["jwk"].clone(),
            }
        })
    }

    /// A token with the usual header.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(json!({}), claims)
    }

    /// A token with something else in its header; `null` takes something out.
    pub fn sign_with(&self, changed: Value, claims: &Value) -> String {
        let mut header = json!({"alg": self.algorithm, "typ": "JWT", "kid": self.jwk["kid"]});
        for (name, value) in changed.as_object().unwrap() {
            header[name] = value.clone();
        }
        header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let signed = node(&json!([{"sign": header, "claims": claims, "key": self.private}]));
        signed[0].as_str().unwrap().to_owned()
    }
}

/// A token that Python has signed.
pub fn python(secret: &str, claims: &Value) -> String {
    let input = json!({"secret": secret, "claims": claims}).to_string();
    run(Command::new("python3").arg(script("sign.py")), &input)
}

/// A token that OpenSSL has signed.
pub fn openssl(secret: &str, claims: &Value) -> String {
    let text = format!("{}.{}", part(&json!({"typ": "JWT", "alg": "HS256"})), part(claims));
    let mut command = Command::new("openssl");
    command.args(["dgst", "-sha256", "-hmac", secret, "-r"]);
    let said = run(&mut command, &text);
    let signature = data_encoding::HEXLOWER.decode(&said.as_bytes()[..64]).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A token with HS256 in its signature, whatever its header says.
pub fn hs256(secret: &[u8], header: &Value, claims: &Value) -> String {
    hs256_over(secret, &part(header), &part(claims))
}

/// The same over parts that are encoded already.
pub fn hs256_over(secret: &[u8], header: &str, claims: &str) -> String {
    let text = format!("{header}.{claims}");
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// A part of a token.
pub fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn node(jobs: &Value) -> Value {
    let said = run(Command::new("node").arg(script("sign.mjs")), &jobs.to_string());
    serde_json::from_str(&said).unwrap()
}

fn script(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/support/tokens")
        .join(name)
}

fn run(command: &mut Command, input: &str) -> String {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Where the provider publishes its keys.
pub struct KeyServer {
    pub url: String,
    answer: Arc<Mutex<String>>,
    visitors: Arc<AtomicUsize>,
    accepting: tokio::task::JoinHandle<()>,
}

impl KeyServer {
    /// On a free port of this machine.
    pub async fn start(keys: &[&KeyPair]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/.well-known/jwks.json", listener.local_addr().unwrap());
        let (answer, visitors) = (Arc::new(Mutex::new(String::new())), Arc::new(AtomicUsize::new(0)));
        let (said, counted) = (Arc::clone(&answer), Arc::clone(&visitors));
        let accepting = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let said = said.lock().unwrap().clone();
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        match stream.read_u8().await {
                            Ok(byte) => request.push(byte),
                            Err(_) => return,
                        }
                    }
                    let _ = stream.write_all(said.as_bytes()).await;
                });
            }
        });
        let server = Self {
            url,
            answer,
            visitors,
            accepting,
        };
        server.publish(keys);
        server
    }

    /// From now on it has these.
    pub fn publish(&self, keys: &[&KeyPair]) {
        let keys: Vec<&Value> = keys.iter().map(|pair| &pair.jwk).collect();
        self.say(
            "200 OK",
            "cache-control: max-age=3600\r\n",
            &json!({ "keys": keys }).to_string(),
        );
    }

    /// From now on it answers this.
    pub fn say(&self, status: &str, headers: &str, body: &str) {
        let length = body.len();
        *self.answer.lock().unwrap() = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {length}\r\n\r\n{body}"
        );
    }

    /// From now on it hangs up on everybody.
    pub fn fall(&self) {
        self.answer.lock().unwrap().clear();
    }

    /// How often it was asked.
    pub fn visitors(&self) -> usize {
        self.visitors.load(Ordering::SeqCst)
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
