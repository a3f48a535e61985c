//! A key's life over the API: made, listed, shown, changed, revoked; and never told twice.

use serde_json::{Value, json};

use super::{acme, profile_with};
use crate::support::TestApp;

const KEYS: &str = "/api/v1/api-keys";

#[tokio::test]
async fn from_creation_to_revocation() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let keeper = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let keeper = app.program(keeper.text.expose_secret());

    let expires_at = app.app.now().plus(86_400_000).rfc3339();
    let body = json!({
        "name": "  CI deploy ", "type": "restricted", "environment": "live",
        "scopes": ["rates:read", "shipments:read", "rates:read"],
        "expires_at": expires_at, "webhook_url": "https://example.com/hooks",
    });
    let answer = keeper.post(KEYS, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let made = answer.json();
    let (id, text) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    let own = format!("{KEYS}/{id}");
    assert_eq!(answer.headers["location"], own.as_str());
    assert_eq!(
        made,
        json!({
            "id": id, "name": "CI deploy", "type": "restricted", "environment": "live",
            "key": text, "key_prefix": format!("{}…", &text[..16]), "scopes": ["shipments:read", "rates:read"],
            "allowed_addresses": [], "enabled": true, "state": "active", "disabled_until": null, "expires_at": expires_at,
            "webhook_url": "https://example.com/hooks",
            "created_at": made["created_at"], "last_used_at": null,
        })
    );

    // The text is told this once, and the signing secret never.
    let mut view = made.clone();
    view.as_object_mut().unwrap().remove("key");
    let shown = keeper.get(&own).await;
    assert_eq!(shown.json(), view);
    let list = keeper.get(KEYS).await;
    assert_eq!(list.json()["data"][0], view);
    let changed = keeper.patch(&own, &json!({})).await;
    assert_eq!(changed.json(), view, "nothing asked, nothing changed");
    let me = app.program(text).get("/api/v1/me").await;
    for answer in [&shown, &list, &changed, &me] {
        assert!(
            !answer.body.contains(text) && !answer.body.contains("whsec_"),
            "{}",
            answer.body
        );
    }
    assert_eq!(
        me.json(),
        json!({
            "key": {
                "id": id, "name": "CI deploy", "type": "restricted", "display_prefix": &text[..16],
                "expires_at": expires_at,
            },
            "workspace": {"id": workspace.id.to_string(), "slug": "acme", "name": "Acme", "plan": "enterprise"},
            "project": {"id": project.id.to_string(), "slug": "site", "name": "Site"},
            "environment": "live", "scopes": ["shipments:read", "rates:read"], "access": "scopes",
        })
    );

    let change =
        json!({"name": "CI", "scopes": ["labels:write"], "expires_at": null, "webhook_url": null, "enabled": false});
    let changed = keeper.patch(&own, &change).await.json();
    for (field, value) in [
        ("name", json!("CI")),
        ("scopes", json!(["labels:write"])),
        ("expires_at", Value::Null),
        ("webhook_url", Value::Null),
        ("enabled", json!(false)),
        ("state", json!("disabled")),
    ] {
        assert_eq!(changed[field], value, "{field}");
    }
    assert_eq!(app.program(text).get("/api/v1/me").await.status, 401);
    assert_eq!(
        keeper.patch(&own, &json!({"enabled": true})).await.json()["state"],
        "active"
    );
    assert_eq!(app.program(text).get("/api/v1/me").await.status, 200);

    for _ in 0..2 {
        let revoked = keeper.delete(&own).await;
        assert_eq!((revoked.status, revoked.body.as_str()), (204, ""));
    }
    assert_eq!(app.program(text).get("/api/v1/me").await.status, 401);
    let frozen = keeper.patch(&own, &json!({"name": "back again"})).await;
    assert_eq!((frozen.status, frozen.json()["code"].clone()), (409, json!("conflict")));
    assert_eq!(keeper.get(&own).await.json()["state"], "revoked");
    assert_eq!(
        keeper.get(KEYS).await.json()["data"].as_array().unwrap().len(),
        1,
        "the keeper alone lives"
    );
}

#[tokio::test]
async fn lists_come_in_pages_and_can_be_narrowed() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let keeper = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let keeper = app.program(keeper.text.expose_secret());
    for number in 0..5 {
        let body = json!({"name": format!("batch 100% {number}"), "scopes": ["rates:read"]});
        assert_eq!(keeper.post(KEYS, &body).await.status, 201);
        // Ids of one millisecond are in no order.
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let names = |page: &Value| -> Vec<String> {
        let data = page["data"].as_array().unwrap();
        data.iter()
            .map(|key| key["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let mut seen = Vec::new();
    let mut query = "?limit=2&q=100%25".to_owned();
    for _ in 0..3 {
        let page = keeper.get(&format!("{KEYS}{query}")).await.json();
        seen.extend(names(&page));
        match page["next"].as_str() {
            Some(next) => query = format!("?limit=2&q=100%25&before={next}"),
            None => break,
        }
    }
    assert_eq!(seen, [4, 3, 2, 1, 0].map(|number| format!("batch 100% {number}")));

    let test = app.key(&workspace, Some(&project), "publishable", "test", &[]).await;
    for (query, expected) in [
        ("?environment=test", 1),
        ("?type=publishable", 1),
        ("?type=publishable&environment=live", 0),
        ("?status=revoked", 0),
        ("?status=disabled", 0),
        ("?status=all", 7),
        ("?q=%00", 0),
        ("?q=%ff", 0),
        ("?q=", 7),
    ] {
        let answer = keeper.get(&format!("{KEYS}{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        assert_eq!(names(&answer.json()).len(), expected, "{query}");
    }
    // A publishable key is no secret, and still in no list.
    let all = keeper.get(&format!("{KEYS}?status=all")).await;
    assert!(!all.body.contains(test.text.expose_secret()));
    for (query, field) in [
        ("?limit=0", "limit"),
        ("?limit=101", "limit"),
        ("?limit=-1", "limit"),
        ("?limit=1&limit=2", "limit"),
        ("?before=x", "before"),
        ("?status=asleep", "status"),
        ("?type=x", "type"),
        ("?environment=moon", "environment"),
        ("?statu=all", "statu"),
    ] {
        let answer = keeper.get(&format!("{KEYS}{query}")).await;
        assert_eq!(answer.status, 422, "{query}");
        assert!(answer.json()["fields"][field].is_string(), "{query}: {}", answer.body);
    }
}

#[tokio::test]
async fn anothers_key_and_a_missing_one_look_the_same() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let blog = app.project(&workspace, "Blog").await;
    let charlie = app.person("charlie").await;
    let others = app.workspace_on(&charlie, "Umbrella", Some("enterprise")).await;
    let site = app.project(&others, "Site").await;
    let keeper = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let keeper = app.program(keeper.text.expose_secret());
    let theirs = app.key(&others, Some(&site), "secret", "live", &[]).await;
    let next_door = app.key(&workspace, Some(&blog), "secret", "live", &[]).await;
    let missing = app.app.new_id();
    let expected = keeper.get(&format!("{KEYS}/{missing}")).await;
    assert_eq!(expected.status, 404);
    for id in [
        theirs.key.id.to_string(),
        next_door.key.id.to_string(),
        missing.to_string(),
        "%00".into(),
        "x".into(),
    ] {
        let path = format!("{KEYS}/{id}");
        let answers = [
            keeper.get(&path).await,
            keeper.patch(&path, &json!({"enabled": false})).await,
            keeper.delete(&path).await,
        ];
        for answer in answers {
            assert!(
                answer.status == expected.status || id == "%00",
                "{path}: {}",
                answer.body
            );
            assert!(matches!(answer.status, 400 | 404), "{path}");
            assert!(answer.body == expected.body || id == "%00");
        }
    }
    for key in [&theirs, &next_door] {
        assert_eq!(
            app.program(key.text.expose_secret()).get("/api/v1/me").await.status,
            200
        );
    }
    let list = keeper
        .get(&format!("{KEYS}?status=all&before={}", theirs.key.id))
        .await
        .json();
    assert!(
        list["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|key| key["id"] != theirs.key.id.to_string())
    );
}

#[tokio::test]
async fn the_type_may_be_left_out_where_only_one_can_be_meant() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let keeper = app.key(&workspace, Some(&project), "secret", "test", &[]).await;
    let keeper = app.program(keeper.text.expose_secret());
    let made = keeper
        .post(
            KEYS,
            &json!({"name": "a", "scopes": ["rates:read"], "environment": "test"}),
        )
        .await;
    assert_eq!(made.json()["type"], "restricted", "{}", made.body);
    let unclear = keeper.post(KEYS, &json!({"name": "b"})).await;
    assert_eq!(unclear.status, 422);
    let message = unclear.json()["fields"]["type"].as_str().unwrap().to_owned();
    assert!(message.contains("secret, restricted, publishable"), "{message}");
    let meaningless = json!({"name": "c", "type": "secret", "environment": "test", "scopes": ["rates:read"]});
    assert!(keeper.post(KEYS, &meaningless).await.json()["fields"]["scopes"].is_string());

    // Keys of a whole workspace.
    let (_folder, path) = profile_with(&[("keys_belong_to = \"project\"", "keys_belong_to = \"workspace\"")]);
    let app = TestApp::start_with(&[("KEYHATCH_PROFILE", &path)]).await;
    let alice = app.person("alice").await;
    let workspace = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
    let key = app.key(&workspace, None, "secret", "live", &[]).await;
    let program = app.program(key.text.expose_secret());
    assert_eq!(program.get("/api/v1/me").await.json()["project"], Value::Null);
    assert_eq!(
        program
            .post(KEYS, &json!({"name": "a", "scopes": ["rates:read"]}))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn a_list_of_addresses_is_set_and_changed_and_never_wider_than_the_makers() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let keeper = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let keeper = app.program(keeper.text.expose_secret());
    let make = |name: &str, addresses: Value| json!({"name": name, "type": "secret", "environment": "live", "allowed_addresses": addresses});
    let body = make("office", json!(["127.0.0.0/8", "2001:DB8::/32", "127.0.0.0/8"]));
    let office = keeper.post(KEYS, &body).await;
    assert_eq!(office.status, 201, "{}", office.body);
    let office = office.json();
    assert_eq!(office["allowed_addresses"], json!(["127.0.0.0/8", "2001:db8::/32"]));
    let own = format!("{KEYS}/{}", office["id"].as_str().unwrap());
    for (addresses, said) in [
        (json!(["localhost"]), "“localhost” is no address and no network"),
        (json!(["10.0.0.1/8"]), "write 10.0.0.0/8 for the network"),
        (json!(["::/0"]), "every address there is"),
        (json!([""]), "is no address"),
        (json!("10.0.0.1"), "Send a list of texts."),
        (json!([1]), "Send a list of texts."),
        (Value::Null, "Send a list of texts."),
    ] {
        for answer in [
            keeper.post(KEYS, &make("other", addresses.clone())).await,
            keeper.patch(&own, &json!({"allowed_addresses": addresses})).await,
        ] {
            assert_eq!(answer.status, 422, "{}", answer.body);
            let told = answer.json()["fields"]["allowed_addresses"].to_string();
            assert!(told.contains(said), "{told}");
        }
    }
    // A key with a list makes and gives no other.
    let keeper_there = app.program(office["key"].as_str().unwrap());
    for (number, (addresses, status)) in [
        (json!(["127.0.0.1"]), 201),
        (json!(["2001:db8:1::/48", "127.1.0.0/16"]), 201),
        (json!([]), 422),
        (json!(["127.0.0.0/7"]), 422),
        (json!(["127.0.0.1", "10.0.0.1"]), 422),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("made {number}");
        let answer = keeper_there.post(KEYS, &make(&name, addresses.clone())).await;
        // Seven bits of 127 are those of another network.
        assert_eq!(answer.status, status, "{addresses} {}", answer.body);
        let answer = keeper_there.patch(&own, &json!({"allowed_addresses": addresses})).await;
        assert_eq!(
            answer.status,
            if status == 201 { 200 } else { 422 },
            "{addresses} {}",
            answer.body
        );
        keeper
            .patch(&own, &json!({"allowed_addresses": ["127.0.0.0/8", "2001:db8::/32"]}))
            .await;
    }
    let unlisted = keeper_there
        .post(KEYS, &json!({"name": "x", "type": "secret", "environment": "live"}))
        .await;
    assert!(
        unlisted.json()["fields"]["allowed_addresses"]
            .to_string()
            .contains("127.0.0.0/8, 2001:db8::/32 only"),
        "{}",
        unlisted.body
    );
    let away = keeper.patch(&own, &json!({"allowed_addresses": ["203.0.113.7"]})).await;
    assert_eq!(away.status, 200);
    let refused = keeper_there.get(KEYS).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (403, &json!("ip_not_allowed"))
    );
    // Nor does it switch on what may be used from elsewhere.
    let there = json!({"allowed_addresses": ["127.0.0.0/8"]});
    assert_eq!(keeper.patch(&own, &there).await.status, 200);
    let idle = keeper.post(KEYS, &make("idle", json!([]))).await.json();
    let idle = format!("{KEYS}/{}", idle["id"].as_str().unwrap());
    assert_eq!(keeper.patch(&idle, &json!({"enabled": false})).await.status, 200);
    assert_eq!(
        keeper_there.patch(&idle, &json!({"name": "idle still"})).await.status,
        200
    );
    assert_eq!(keeper_there.patch(&idle, &json!({"enabled": true})).await.status, 422);
    assert_eq!(keeper.patch(&idle, &json!({"enabled": true})).await.status, 200);
    let anywhere = keeper.patch(&own, &json!({"allowed_addresses": []})).await;
    assert_eq!(anywhere.json()["allowed_addresses"], json!([]));
    assert_eq!(keeper_there.get(KEYS).await.status, 200);
}
