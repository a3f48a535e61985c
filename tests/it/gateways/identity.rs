//! Who a request is from, as the API gets to know it: every header is said by Keyhatch or empty, whoever asks, and nothing that a
//! client sends under these names arrives.

use keyhatch::api::gateway::{IDENTITY, SUBJECT, TEMPLATE};
use keyhatch::domain::inbound;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::{Kind, World, client};
use crate::support::tokens::hs256;
use crate::support::{Answer, JWT_SECRET, Program};

/// Who asks, what the API has to learn of the key's type, the subject and the template, and whether there is a workspace.
struct Caller {
    name: &'static str,
    credential: Option<String>,
    method: Method,
    path: String,
    told: [&'static str; 3],
    is_somebody: bool,
}

impl Caller {
    fn with(&self, request: RequestBuilder) -> RequestBuilder {
        match self.name {
            "preflight" => request
                .header("origin", "https://shop.example")
                .header("access-control-request-method", "GET"),
            _ => request,
        }
    }
}

async fn world_with_everything() -> World {
    let parts = format!(
        "\n[jwt]\nissuer = \"https://id.example.com\"\nalgorithms = [\"HS256\"]\nsecret_variable = \"{}\"\n\
         workspace_claim = \"workspace\"\n\n[inbound]\ntoken_prefix = \"kh_in_\"\n\n[errors]\n",
        JWT_SECRET.0
    );
    World::start_with(&[("\n[errors]\n", &parts)]).await
}

async fn callers(world: &World, has_everything: bool) -> Vec<Caller> {
    let rates = |name, credential, told| Caller {
        name,
        credential,
        method: Method::GET,
        path: "/api/v1/rates".to_owned(),
        told,
        is_somebody: true,
    };
    let (secret, public) = (world.key("secret", &[]).await, world.key("publishable", &[]).await);
    let restricted = world.key("restricted", &["rates:read"]).await;
    let mut all = vec![
        rates("secret", Some(secret), ["secret", "", ""]),
        rates("restricted", Some(restricted), ["restricted", "", ""]),
        rates("public", Some(public), ["publishable", "", ""]),
        Caller {
            method: Method::OPTIONS,
            is_somebody: false,
            ..rates("preflight", None, ["", "", ""])
        },
    ];
    if has_everything {
        let claims = json!({
            "iss": "https://id.example.com", "sub": "auth0|zoe", "exp": world.app.app.now().seconds() + 300,
            "workspace": world.workspace.id.to_string(),
        });
        let token = hs256(JWT_SECRET.1.as_bytes(), &json!({"alg": "HS256", "typ": "JWT"}), &claims);
        all.push(rates("token", Some(token), ["jwt", "auth0|zoe", ""]));
        let owner = world
            .app
            .key(
                &world.workspace,
                Some(&world.project),
                "restricted",
                "live",
                &["rates:read"],
            )
            .await;
        let ring = world.app.ring(&world.workspace, Some(&world.project));
        let made = inbound::issue(&world.app.app, ring.manage_keys().unwrap(), owner.key.id, "invoice").await;
        // No route names it, and its key has scopes for something else: the profile's part for it opens it.
        all.push(Caller {
            method: Method::POST,
            path: format!("/api/v1/inbound/{}", made.unwrap().1.expose_secret()),
            ..rates("inbound", None, ["restricted", "", "invoice"])
        });
    }
    all
}

fn all_names() -> impl Iterator<Item = String> {
    IDENTITY
        .into_iter()
        .chain([SUBJECT, TEMPLATE])
        .map(|name| name.as_str().to_owned())
}

#[tokio::test]
async fn every_header_arrives_as_keyhatch_said_it_or_empty() {
    for has_everything in [true, false] {
        let world = if has_everything {
            world_with_everything().await
        } else {
            World::start().await
        };
        for caller in callers(&world, has_everything).await {
            for proxy in &world.proxies {
                let about = format!("{:?} {}", proxy.kind, caller.name);
                let program = client(proxy, caller.credential.as_deref());
                let mut request = caller.with(program.request(caller.method.clone(), &caller.path));
                for name in all_names() {
                    request = request
                        .header(&name, "made up")
                        .header(name.replace('-', "_"), "made up");
                }
                let answer = Answer::of(request.send().await.unwrap()).await;
                assert_eq!(answer.status, 200, "{about}: {}", answer.body);
                let got = world.api.take_one();
                let text = format!("{got:?}");
                assert!(
                    !text.contains("made up") && !text.contains("reverse_proxy"),
                    "{about}: {got:#?}"
                );
                for name in all_names() {
                    let said = got.all(&name);
                    // nginx passes on no header that is empty.
                    let is_there = said.len() == 1 || (said.is_empty() && proxy.kind == Kind::Nginx);
                    assert!(is_there, "{about} {name}: {said:?}");
                }
                let said = |name: &str| got.all(&format!("x-keyhatch-{name}")).concat();
                assert_eq!(["type", "subject", "template"].map(said), caller.told, "{about}");
                let expected = if caller.is_somebody {
                    world.workspace.id.to_string()
                } else {
                    String::new()
                };
                assert_eq!(said("workspace"), expected, "{about}");
            }
        }
    }
}

/// Whatever a proxy makes of a header that is missing: none is.
#[tokio::test]
async fn each_gateway_says_every_header_once() {
    for has_everything in [true, false] {
        let world = if has_everything {
            world_with_everything().await
        } else {
            World::start().await
        };
        for caller in callers(&world, has_everything).await {
            let program = Program::new(&world.app.address, caller.credential.as_deref());
            let method = caller.method.as_str();
            let envoy = program.request(caller.method.clone(), &format!("/gateway/envoy{}", caller.path));
            let forward = program.request(Method::GET, "/gateway/forward");
            let nginx = program.request(Method::GET, "/gateway/nginx");
            for (gateway, request) in [
                ("envoy", envoy),
                (
                    "forward",
                    forward
                        .header("x-forwarded-method", method)
                        .header("x-forwarded-uri", &caller.path),
                ),
                (
                    "nginx",
                    nginx
                        .header("x-original-method", method)
                        .header("x-original-uri", &caller.path),
                ),
            ] {
                let answer = Answer::of(caller.with(request).send().await.unwrap()).await;
                let about = format!("{gateway} {}: {}", caller.name, answer.body);
                assert_eq!(answer.status, 200, "{about}");
                for name in all_names() {
                    let all = answer.headers.get_all(&name).into_iter().count();
                    assert_eq!(all, 1, "{about} {name}");
                }
            }
        }
    }
}
