//! `kill -9` in the middle of writing: whatever was acknowledged is still there afterwards, and whatever was revoked stays
//! revoked.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;

use crate::support::{Process, http};

const PASSWORD: &str = "four unrelated words make sense";
const WRITERS: usize = 8;

/// What a program was told is done.
#[derive(Default)]
struct Acknowledged {
    made: Vec<String>,
    revoked: Vec<String>,
}

impl Acknowledged {
    fn is_enough(&self) -> bool {
        self.made.len() > WRITERS && !self.revoked.is_empty()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_a_kill() {
    let mut program = Process::start(&[]).await;
    program.address();
    let account = ["account", "create", "--email", "alice@example.com", "--password-stdin"];
    program.run(&account, &format!("{PASSWORD}\n"));
    program.run(
        &[
            "workspace",
            "create",
            "--name",
            "Acme",
            "--owner",
            "alice@example.com",
            "--plan",
            "enterprise",
        ],
        "",
    );
    program.run(&["project", "create", "--workspace", "acme", "--name", "Site"], "");
    let made = [
        "key",
        "create",
        "--workspace",
        "acme",
        "--project",
        "site",
        "--type",
        "secret",
        "--name",
        "Root",
    ];
    let root = program.run(&made, "");
    let root = root["key"].as_str().expect("the key's text").to_owned();

    for round in 0..3 {
        let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (address, root) = (program.address(), root.clone());
                tokio::spawn(write(address, root, format!("{round}-{writer}"), acknowledged.clone()))
            })
            .collect();
        // However slow the machine: only once everybody is writing does it mean anything to cut the power.
        for _ in 0..1_200 {
            if acknowledged.lock().unwrap().is_enough() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        tokio::time::sleep(Duration::from_millis(70 * round)).await;
        program.kill();
        for writer in writers {
            writer.await.unwrap();
        }
        program.start_again();
        let done = std::mem::take(&mut *acknowledged.lock().unwrap());
        assert!(done.is_enough(), "hardly anything was written");
        let address = program.address();
        for key in &done.made {
            assert_eq!(me(&address, key).await, 200, "a key that was handed out is gone");
        }
        for key in &done.revoked {
            assert_eq!(me(&address, key).await, 401, "a revoked key works again");
        }
        assert_eq!(me(&address, &root).await, 200);
    }
}

/// Makes keys and revokes every other one until nobody answers any more.
async fn write(address: String, root: String, name: String, acknowledged: Arc<Mutex<Acknowledged>>) {
    let client = http().build().unwrap();
    for number in 0.. {
        let body = json!({ "name": format!("{name}-{number}"), "type": "secret" });
        let request = client
            .post(format!("{address}/api/v1/api-keys"))
            .bearer_auth(&root)
            .json(&body);
        let Ok(answer) = request.send().await else { return };
        let status = answer.status();
        // An answer that breaks off acknowledges nothing.
        let Ok(made) = answer.json::<serde_json::Value>().await else {
            return;
        };
        assert_eq!(status, 201, "{made}");
        let (key, id) = (made["key"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap());
        if number % 2 == 0 {
            acknowledged.lock().unwrap().made.push(key);
            continue;
        }
        let request = client
            .delete(format!("{address}/api/v1/api-keys/{id}"))
            .bearer_auth(&root);
        let Ok(answer) = request.send().await else { return };
        assert!(answer.status().is_success(), "{}", answer.status());
        acknowledged.lock().unwrap().revoked.push(key);
    }
}

async fn me(address: &str, key: &str) -> u16 {
    let client = http().build().unwrap();
    let request = client.get(format!("{address}/api/v1/me")).bearer_auth(key);
    request.send().await.unwrap().status().as_u16()
}
