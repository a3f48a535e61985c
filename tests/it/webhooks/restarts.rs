//! Whatever happens to the process: what was accepted arrives at least once, what was refused never.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::customer::{Customer, Reply};
use crate::support::{Process, http};

const PASSWORD: &str = "four unrelated words make sense";

struct Installation {
    program: Process,
    token: String,
    key_id: String,
}

impl Installation {
    async fn start(receiver: &Customer) -> Self {
        let program = Process::start(&[]).await;
        program.address();
        let account = ["account", "create", "--email", "alice@example.com", "--password-stdin"];
        program.run(&account, &format!("{PASSWORD}\n"));
        let create = |arguments: &str| program.run(&arguments.split(' ').collect::<Vec<_>>(), "");
        create("workspace create --name Acme --owner alice@example.com --plan enterprise");
        create("project create --workspace acme --name Site");
        let url = &receiver.url;
        let key = create(&format!(
            "key create --workspace acme --project site --type secret --name Root --webhook-url {url}"
        ));
        let token = create("service-token create --name backend");
        Self {
            token: token["token"].as_str().unwrap().to_owned(),
            key_id: key["id"].as_str().unwrap().to_owned(),
            program,
        }
    }

    /// An event to be sent to where the program listens now.
    fn request(&self, data: &str, event_type: &str) -> reqwest::RequestBuilder {
        let body = json!({"key_id": self.key_id, "type": event_type, "data": data});
        let url = format!("{}/provider/v1/webhooks", self.program.address());
        http().build().unwrap().post(url).bearer_auth(&self.token).json(&body)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_lose_nothing_that_was_accepted() {
    let receiver = Customer::start().await;
    let mut installation = Installation::start(&receiver).await;
    let accepted = Arc::new(Mutex::new(HashSet::new()));
    for round in 0..20u64 {
        let senders: Vec<_> = (0..4)
            .map(|sender| {
                let accepted = Arc::clone(&accepted);
                let request = |number: u32, event_type: &str| {
                    installation.request(&format!("{round}-{sender}-{number}"), event_type)
                };
                let good: Vec<_> = (0..40).map(|number| request(number, "a")).collect();
                let bad: Vec<_> = (0..40).map(|number| request(number, "refused event")).collect();
                tokio::spawn(async move {
                    for (good, bad) in good.into_iter().zip(bad) {
                        // Nobody answers any more: the power is gone.
                        let Ok(answer) = bad.send().await else { return };
                        assert_eq!(answer.status(), 422);
                        let Ok(answer) = good.send().await else { return };
                        let status = answer.status();
                        let Ok(answer) = answer.json::<Value>().await else {
                            return;
                        };
                        assert_eq!(status, 202, "{answer}");
                        accepted
                            .lock()
                            .unwrap()
                            .insert(answer["id"].as_str().unwrap().to_owned());
                    }
                })
            })
            .collect();
        let before = accepted.lock().unwrap().len();
        let began = Instant::now();
        while accepted.lock().unwrap().len() < before + 2 + usize::try_from(round).unwrap() {
            assert!(began.elapsed() < Duration::from_secs(60), "hardly anything is accepted");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis(3 * round)).await;
        installation.program.kill();
        for sender in senders {
            sender.await.unwrap();
        }
        installation.program.start_again();
        installation.program.address();
    }
    let accepted = accepted.lock().unwrap().clone();
    let began = Instant::now();
    let missing = loop {
        let arrived: HashSet<String> = receiver.received().iter().map(|one| one.id().to_owned()).collect();
        let missing: Vec<_> = accepted.difference(&arrived).cloned().collect();
        if missing.is_empty() || began.elapsed() > Duration::from_secs(90) {
            break missing;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(missing.is_empty(), "{} of {} never came", missing.len(), accepted.len());
    let refused = receiver
        .received()
        .iter()
        .filter(|one| one.body.contains("refused"))
        .count();
    assert_eq!(refused, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_told_to_stop_finishes_what_is_under_way() {
    let receiver = Customer::start().await;
    receiver.next(Reply::After(Duration::from_secs(2)));
    let mut installation = Installation::start(&receiver).await;
    let answer = installation
        .request("1", "a")
        .send()
        .await
        .unwrap()
        .json::<Value>()
        .await
        .unwrap();
    let id = answer["id"].as_str().unwrap().to_owned();
    receiver.wait_for(1).await;
    installation.program.stop();
    installation.program.start_again();
    let url = format!("{}/provider/v1/webhooks/{id}", installation.program.address());
    let shown = http().build().unwrap().get(url).bearer_auth(&installation.token);
    let shown = shown.send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(shown["state"], "delivered", "{shown:#}");
    assert_eq!(receiver.received().len(), 1);
}

/// Also while nothing is sealed yet but what is there to tell.
#[tokio::test]
async fn a_wrong_master_key_is_an_error_at_start() {
    let mut program = Process::start(&[]).await;
    program.address();
    program.stop();
    let data = program.data.path().display().to_string();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_keyhatch"));
    command.env("KEYHATCH_MASTER_KEY", "ab".repeat(32));
    command
        .env("KEYHATCH_DATA_DIR", data)
        .env("KEYHATCH_LISTEN", "127.0.0.1:0");
    if let Some(url) = &program.database_url {
        command.env("KEYHATCH_DATABASE_URL", url);
    }
    let output = command.arg("serve").output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the master key is not the one"), "{said}");
}
