//! GitHub finds keys in what everybody can read there, and says so, signed: what it found is ended, and what it did not sign is not
//! even read.

mod floods;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyhatch::model::key::KeyState;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::World;
use crate::support::tokens::KeyServer;
use crate::support::{Answer, TestApp, http};

const ADDRESS: &str = "/leaks/github";
const PLACE: &str = "https://github.com/octocat/Hello-World/blob/12345600b9cbe38a219f39a9941c9319b600c002/foo/bar.txt";

/// GitHub, as far as we know it: a key pair, and an address where the public half is.
struct Github {
    pair: EcdsaKeyPair,
    random: SystemRandom,
    server: KeyServer,
}

impl Github {
    async fn start() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
        let github = Self {
            pair,
            random,
            server: KeyServer::start(&[]).await,
        };
        github.publish("one");
        github
    }

    fn publish(&self, identifier: &str) {
        let mut der = data_encoding::HEXLOWER
            .decode(b"3059301306072a8648ce3d020106082a8648ce3d030107034200")
            .unwrap();
        der.extend(self.pair.public_key().as_ref());
        let inner = STANDARD.encode(der);
        let (first, second) = inner.split_at(64);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n");
        let keys = json!({"public_keys": [{"key_identifier": identifier, "key": pem, "is_current": true}]});
        self.server
            .say("200 OK", "cache-control: public, max-age=60\r\n", &keys.to_string());
    }

    fn sign(&self, body: &str) -> String {
        let signature = self.pair.sign(&self.random, body.as_bytes()).unwrap();
        STANDARD.encode(signature.as_ref())
    }

    /// The world, with a profile that takes what this one signs.
    async fn world(&self) -> World {
        let example = include_str!("../../../profiles/example.toml");
        let file = NamedTempFile::new().unwrap();
        let keys_url = &self.server.url;
        std::fs::write(
            file.path(),
            format!("{example}\n[leaks.github]\nkeys_url = \"{keys_url}\"\n"),
        )
        .unwrap();
        World::of(TestApp::start_with(&[("KEYHATCH_PROFILE", file.path().to_str().unwrap())]).await).await
    }

    async fn report(&self, world: &World, finds: &Value) -> Answer {
        let body = finds.to_string();
        send(world, &[("one", &self.sign(&body))], body).await
    }
}

/// Sends a body with these identifiers and signatures.
async fn send(world: &World, signed: &[(&str, &str)], body: String) -> Answer {
    let url = format!("{}{ADDRESS}", world.app.address);
    let mut request = http().build().unwrap().post(url);
    request = request.header("content-type", "application/json");
    for (identifier, signature) in signed {
        request = request.header("Github-Public-Key-Identifier", *identifier);
        request = request.header("Github-Public-Key-Signature", *signature);
    }
    Answer::of(request.body(body).send().await.unwrap()).await
}

fn find(token: &str, url: &str, source: &str) -> Value {
    json!({"token": token, "type": "northpost_secret_key", "url": url, "source": source})
}

fn labels(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let labels = answer.json();
    let labels = labels.as_array().unwrap().iter();
    labels.map(|find| find["label"].as_str().unwrap().to_owned()).collect()
}

const TRUE: &str = "true_positive";
const FALSE: &str = "false_positive";

#[tokio::test]
async fn what_github_found_is_ended_and_told() {
    let github = Github::start().await;
    let world = github.world().await;
    let (key, other) = (world.key("Deploy").await, world.key("Other").await);
    let text = key.text.expose_secret();
    let public = world
        .app
        .key(&world.workspace, Some(&world.project), "publishable", "live", &[])
        .await;
    let unknown = World::start().await.key("Elsewhere").await;
    let spaced = format!(" {text}\n");
    let told = github
        .report(
            &world,
            &json!([
                find(text, PLACE, "content"),
                find(&spaced, "https://gist.github.com/1", "gist_content"),
                find(unknown.text.expose_secret(), PLACE, "commit"),
                find(public.text.expose_secret(), PLACE, "commit"),
                find("some_token", "", "unknown"),
                find(&text[..text.len() - 1], PLACE, "commit"),
            ]),
        )
        .await;
    assert_eq!(labels(&told), [TRUE, TRUE, FALSE, FALSE, FALSE, FALSE]);
    // The answer has the digest of each text as it came, and never the text.
    for (number, token) in [(0, text), (1, &*spaced), (4, "some_token")] {
        let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(token));
        let expected =
            json!({"token_hash": hash, "token_type": "northpost_secret_key", "label": told.json()[number]["label"]});
        assert_eq!(told.json()[number], expected);
    }
    assert!(!told.body.contains(text) && !told.body.contains("some_token"));
    assert_eq!(world.state(&key).await, KeyState::Compromised);
    assert!(!world.works(&key).await, "from the next request on");
    assert!(world.works(&other).await && world.works(&public).await);
    let mails = world.app.mails(1).await;
    assert_eq!(mails.len(), 1);
    for part in [
        "GitHub has found this key",
        "bar.txt (a file)",
        "https://gist.github.com/1 (a gist)",
        "refused from now on",
    ] {
        assert!(mails[0].contains(part), "{part} in {}", mails[0]);
    }
    assert!(!mails[0].contains(text));
    let trail = world.trail().await;
    let line = trail.iter().find(|line| line.contains("marked the key as compromised"));
    let line = line.unwrap_or_else(|| panic!("{trail:?}"));
    assert!(
        line.contains("reported by GitHub, found at") && line.contains("bar.txt (a file) and one other place"),
        "{line}"
    );
    let shown = world.alice.get(&format!("/w/acme/p/site/keys/{}", key.key.id)).await;
    let shown = shown.text("main");
    assert!(shown.contains("was found in public by GitHub"), "{shown}");

    let page = world.alice.get("/w/acme/p/site/leaked-keys").await;
    assert!(page.text("main").contains("GitHub looks for keys"), "{}", page.body);

    // The same message again, and later from elsewhere: it is still a key of ours, and nothing else happens.
    for place in [PLACE, "https://github.com/elsewhere"] {
        let again = github.report(&world, &json!([find(text, place, "content")])).await;
        assert_eq!(labels(&again), [TRUE]);
    }
    assert_eq!(labels(&github.report(&world, &json!([])).await), [] as [&str; 0]);
    assert_eq!(
        (world.app.mails(1).await.len(), world.trail().await.len()),
        (1, trail.len())
    );
}

#[tokio::test]
async fn its_owners_rule_holds_for_github_too() {
    let github = Github::start().await;
    let world = github.world().await;
    let page = "/w/acme/p/site/leaked-keys";
    world.alice.submit(page, page, &[("action", "notify")]).await;
    let key = world.key("Deploy").await;
    let text = key.text.expose_secret();
    // What is no address of a page, or has the key in it, is not told; the key is what counts.
    let with_key = format!("https://github.com/a/b/blob/main/{text}");
    let places: Vec<String> = (0..12).map(|number| format!("https://github.com/a/{number}")).collect();
    let mut finds: Vec<Value> = places.iter().map(|place| find(text, place, "Commit")).collect();
    finds.extend([&with_key, "", "not an address"].map(|place| find(text, place, "unheard_of")));
    finds.push(json!({"token": text, "type": "a", "url": null, "more": 1}));
    for _ in 0..2 {
        assert_eq!(labels(&github.report(&world, &json!(finds)).await), [TRUE; 16]);
    }
    assert!(world.works(&key).await, "its people decide");
    let mails = world.app.mails(1).await;
    assert_eq!(mails.len(), 1, "the same report twice is one");
    for part in ["It still works", "https://github.com/a/9 (a commit)", "and at 2 more"] {
        assert!(mails[0].contains(part), "{part} in {}", mails[0]);
    }
    assert!(!mails[0].contains(text) && !mails[0].contains("a/10"));
    let trail = world.trail().await.join("\n");
    assert!(
        trail.contains("and 11 other places") && !trail.contains(text),
        "{trail}"
    );
}

#[tokio::test]
async fn what_github_has_not_signed_is_not_taken() {
    let github = Github::start().await;
    let world = github.world().await;
    let key = world.key("Deploy").await;
    let body = json!([find(key.text.expose_secret(), PLACE, "content")]).to_string();
    let (signature, stranger) = (github.sign(&body), Github::start().await.sign(&body));
    let cut = &signature[..signature.len() - 8];
    for (signed, what) in [
        (vec![], "unsigned"),
        (vec![("one", "")], "an empty signature"),
        (vec![("one", "not base64!")], "no base64"),
        (vec![("one", &*STANDARD.encode([48; 73]))], "too long"),
        (vec![("one", cut)], "cut"),
        (vec![("one", &*stranger)], "signed by somebody else"),
        (vec![("two", &*signature)], "an identifier that nobody published"),
    ] {
        let refused = send(&world, &signed, body.clone()).await;
        assert_eq!(refused.status, 403, "{what}: {}", refused.body);
        assert_eq!(refused.json()["code"], "forbidden");
    }
    for other in [format!("{body} "), body.replace("content", "commit")] {
        assert_eq!(
            send(&world, &[("one", &signature)], other).await.status,
            403,
            "another body"
        );
    }
    let compressed = "x".repeat(4 * 1024 * 1024 + 1);
    let large = send(&world, &[("one", &signature)], compressed).await;
    assert_eq!((large.status, large.json()["code"].as_str()), (413, Some("too_large")));
    assert!(large.body.contains("4 MiB"), "{}", large.body);
    for nonsense in ["", "{}", "[1]", "[{\"token\": 1}]", "[{\"token\": \"a\"}]"] {
        let answer = send(&world, &[("one", &github.sign(nonsense))], nonsense.to_owned()).await;
        assert_eq!(answer.status, 400, "{nonsense}: {}", answer.body);
    }
    assert!(world.works(&key).await);
    assert_eq!(send(&world, &[("one", &signature)], body).await.status, 200);
    assert!(!world.works(&key).await);
}

#[tokio::test]
async fn the_address_exists_where_the_profile_wants_it() {
    let world = World::start().await;
    let answer = send(&world, &[("one", "")], "[]".to_owned()).await;
    assert_eq!(
        (answer.status, answer.json()["code"].as_str()),
        (404, Some("not_found"))
    );
}

#[tokio::test]
async fn its_keys_are_fetched_seldom_and_outlive_its_absence() {
    let github = Github::start().await;
    let world = github.world().await;
    let as_two = async || {
        let body = "[]".to_owned();
        send(&world, &[("two", &github.sign(&body))], body).await.status
    };
    github.server.fall();
    assert_eq!(github.report(&world, &json!([])).await.status, 503, "nobody can say");
    github.publish("one");
    assert_eq!(
        github.report(&world, &json!([])).await.status,
        503,
        "it is left alone for a while"
    );
    world.app.advance(std::time::Duration::from_secs(91));
    assert_eq!(github.report(&world, &json!([])).await.status, 200);
    let asked = github.server.visitors();
    // Whatever identifiers come.
    for _ in 0..20 {
        assert_eq!(as_two().await, 403);
        assert_eq!(github.report(&world, &json!([])).await.status, 200);
    }
    assert_eq!(github.server.visitors(), asked);
    github.publish("two");
    assert_eq!(as_two().await, 403);
    world.app.advance(std::time::Duration::from_secs(91));
    assert_eq!(as_two().await, 200, "a new key is found");
    assert_eq!(github.server.visitors(), asked + 1);
    for said in ["<html>", "{\"public_keys\": 1}"] {
        github.server.say("200 OK", "", said);
        world.app.advance(std::time::Duration::from_secs(3_601));
        assert_eq!(as_two().await, 200, "what was known stays");
    }
    github.server.fall();
    world.app.advance(std::time::Duration::from_secs(3_601));
    assert_eq!(as_two().await, 200);
}

#[tokio::test]
async fn five_thousand_finds_are_one_message() {
    let github = Github::start().await;
    let world = github.world().await;
    let format = world.app.app.profile.key_type("secret").unwrap();
    let format = format.format("live".parse().unwrap()).unwrap();
    let mut random = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(7);
    let mut finds: Vec<Value> = (0..5_000)
        .map(|_| find(format.mint(&mut random).expose_secret(), PLACE, "content"))
        .collect();
    let mut keys = Vec::new();
    for place in [0, 2_500, 4_999] {
        let key = world.key(&format!("Deploy {place}")).await;
        finds[place]["token"] = json!(key.text.expose_secret());
        keys.push(key);
    }
    let labels = labels(&github.report(&world, &json!(finds)).await);
    let found: Vec<usize> = (0..labels.len()).filter(|place| labels[*place] == TRUE).collect();
    assert_eq!((labels.len(), found), (5_000, vec![0, 2_500, 4_999]));
    for key in &keys {
        assert!(!world.works(key).await);
    }
}

#[tokio::test]
async fn twenty_messages_at_once_are_one_event_for_each_key() {
    let github = Github::start().await;
    let world = github.world().await;
    let keys = [world.key("One").await, world.key("Two").await, world.key("Three").await];
    let finds: Vec<Value> = keys
        .iter()
        .map(|key| find(key.text.expose_secret(), PLACE, "content"))
        .collect();
    let reports = (0..20).map(|number| {
        let mut finds = finds.clone();
        finds.rotate_left(number % 3);
        let finds = json!(finds);
        let (github, world) = (&github, &world);
        async move { github.report(world, &finds).await }
    });
    for answer in futures_util::future::join_all(reports).await {
        assert_eq!(labels(&answer), [TRUE; 3]);
    }
    assert_eq!(world.app.mails(3).await.len(), 3);
    let trail = world.trail().await;
    let ended = trail
        .iter()
        .filter(|line| line.contains("marked the key as compromised"));
    assert_eq!(ended.count(), 3);
}

#[tokio::test]
async fn what_the_database_does_not_take_is_for_github_to_send_again() {
    let github = Github::start().await;
    let world = github.world().await;
    let key = world.key("Deploy").await;
    let finds = json!([find(key.text.expose_secret(), PLACE, "content")]);
    let trail = world.trail().await.len();
    let rename = async |from: &str, to: &str| {
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        world.app.app.db.execute(&sql).await.unwrap();
    };
    // The last step of the transaction fails.
    rename("mails", "mails_elsewhere").await;
    let failed = github.report(&world, &finds).await;
    assert!(failed.status >= 500, "{}: {}", failed.status, failed.body);
    rename("mails_elsewhere", "mails").await;
    assert!(world.works(&key).await, "nothing half done");
    assert_eq!(
        (world.state(&key).await, world.trail().await.len()),
        (KeyState::Active, trail)
    );
    assert_eq!(labels(&github.report(&world, &finds).await), [TRUE]);
    assert!(!world.works(&key).await);
    assert_eq!(world.app.mails(1).await.len(), 1);
}
