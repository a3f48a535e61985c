//! Where workspaces own keys, embed mode is theirs; where the profile has none, it is nowhere; the operator suspends either.

use std::path::Path;

use serde_json::json;

use super::{enable, mint_at, plain, token, verify};
use crate::cli::installation::Installation;
use crate::conformance::service::{Service, code};

const EMBED: &str = "\n[embed]\npublishable_prefix = \"cdv_embed_pk_\"\nsigning_prefix = \"cdv_embed_sk_\"\n";

fn profile(name: &str, more: &str) -> tempfile::NamedTempFile {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("profiles/{name}.toml"));
    let text = std::fs::read_to_string(file).unwrap() + more;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[tokio::test]
async fn a_workspace_that_owns_its_keys_has_embed_mode_itself() {
    let file = profile("codivupload", EMBED);
    let service = Service::with_file(file.path(), None).await;
    let embed = format!("/w/{}/embed", service.workspace.slug);
    let page = service.alice.get(&service.keys).await;
    assert!(page.texts(".sections a").contains(&"Embed".to_owned()));
    let keys = enable(&service.alice, &embed).await;
    let type_id = service.app.app.profile.key_types[0].id.clone();
    let key = service.mint(&type_id, &[]).await;
    let minted = mint_at(&service, "/v1/embed/sessions", &key, &keys, &plain(&keys)).await;
    let verified = verify(&service, &json!({ "token": token(&minted) })).await;
    assert_eq!(verified["workspace"]["slug"], "acme");
    assert!(verified["project"].is_null());
    let ring = service.app.ring(&service.workspace, None);
    keyhatch::domain::embed::suspend(&service.app.app, &ring).await.unwrap();
    let refused = mint_at(&service, "/v1/embed/sessions", &key, &keys, &plain(&keys)).await;
    assert_eq!((refused.status, code(&refused).as_str()), (403, "PARTNER_SUSPENDED"));
}

#[tokio::test]
async fn one_projects_embed_mode_is_not_anothers() {
    let service = super::service().await;
    let keys = enable(&service.alice, &super::page(&service)).await;
    let other = service.app.project(&service.workspace, "Shop").await;
    let theirs = service
        .app
        .key(&service.workspace, Some(&other), "live", "live", &[])
        .await;
    let refused = super::mint(&service, theirs.text.expose_secret(), &keys, &plain(&keys)).await;
    assert_eq!((refused.status, code(&refused).as_str()), (401, "invalid_credentials"));
    let others = enable(&service.alice, &format!("/w/acme/p/{}/embed", other.slug)).await;
    for (publishable, signing) in [(&others, &keys), (&keys, &others)] {
        let mixed = super::Keys {
            publishable: publishable.publishable.clone(),
            signing: signing.signing.clone(),
        };
        let refused = super::mint(&service, theirs.text.expose_secret(), &mixed, &plain(&mixed)).await;
        assert_eq!(refused.status, 401);
    }
}

#[tokio::test]
async fn without_the_parts_there_is_nothing() {
    let service = Service::start("kodisc").await;
    let key = service
        .mint(&service.app.app.profile.key_types[0].id.clone(), &[])
        .await;
    let program = service.app.program(&key);
    for path in [
        "/api/v2/embed/sessions",
        "/api/v2/inbound/x",
        "/provider/v1/embed/verify",
    ] {
        assert_eq!(program.post(path, &json!({})).await.status, 404, "{path}");
    }
    assert_eq!(
        service.alice.get(&service.keys.replace("/keys", "/embed")).await.status,
        404
    );
    let judged = service.judge(&key, "POST", "/api/v2/inbound/x").await;
    assert_eq!(judged.headers["x-keyhatch-template"], "");
}

#[tokio::test]
async fn the_operator_suspends_at_the_command_line() {
    let mut keyhatch = Installation::new().await;
    let craftkit = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles/craftkit.toml");
    keyhatch.set("KEYHATCH_PROFILE", &craftkit.display().to_string());
    keyhatch.create_account("alice@example.com");
    keyhatch.create(&["workspace", "create", "--name", "Acme", "--owner", "alice@example.com"]);
    keyhatch.create(&["project", "create", "--workspace", "acme", "--name", "Site"]);
    let place = ["--workspace", "acme", "site"];
    for (command, suspended) in [
        ("suspend-embed", true),
        ("suspend-embed", true),
        ("resume-embed", false),
    ] {
        let printed = keyhatch.create(&[&["project", command], &place[..]].concat());
        let expected = json!({
            "workspace": "acme", "project": "site", "embed_enabled": false, "embed_suspended": suspended,
        });
        assert_eq!(printed, expected);
    }
    let elsewhere = keyhatch.run(&["workspace", "suspend-embed", "acme"]);
    assert_eq!(elsewhere.code, Some(1));
    assert!(elsewhere.err.contains("belongs to projects"), "{}", elsewhere.err);
    let nowhere = keyhatch.run(&["project", "suspend-embed", "--workspace", "acme", "shop"]);
    assert!(nowhere.err.contains("no project"), "{}", nowhere.err);
}
