//! For tests about places: keys that are there already, calls that were made, answers that must not differ.

use keyhatch::domain::access::{By, KeyRing, ManageMembers, ManageWorkspace};
use keyhatch::domain::keys::{self, Issued, NewKeyInput};
use keyhatch::domain::verify::{self, Question};
use keyhatch::model::audit::AuditEvent;
use keyhatch::model::verdict::Verdict;
use keyhatch::model::workspace::{Project, Workspace};

use super::{Answer, TestApp};

/// Alice's workspace Acme with its project Site, on a plan without limits.
pub async fn acme(app: &TestApp) -> (Workspace, Project) {
    let alice = app.person("alice").await;
    let workspace = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
    let project = app.project(&workspace, "Site").await;
    (workspace, project)
}

/// A key that the operator made.
pub async fn issue(app: &TestApp, workspace: &Workspace, project: Option<&Project>, what: &NewKeyInput) -> Issued {
    let ring = KeyRing::held_by_operator(workspace.clone(), project.cloned());
    let proof = ring.manage_keys().unwrap();
    let new = what.check(&app.app, proof).unwrap();
    keys::issue(&app.app, proof, new).await.unwrap()
}

/// A secret key of this name.
pub fn secret(name: &str, environment: &str) -> NewKeyInput {
    NewKeyInput {
        name: name.to_owned(),
        type_id: "secret".to_owned(),
        environment: environment.to_owned(),
        ..NewKeyInput::default()
    }
}

/// A call with a key, from the documentation's network.
pub async fn call(app: &TestApp, key_text: &str) -> Verdict {
    let question = Question {
        credential: Some(key_text),
        method: Some("GET"),
        path: Some("/api/v1/me"),
        address: "203.0.113.7".parse().ok(),
        user_agent: "curl/8.14.1",
        ..Question::default()
    };
    verify::verify(&app.app, &question).await.unwrap()
}

/// The newest lines of a workspace's trail, newest first.
pub async fn trail(app: &TestApp, workspace: &Workspace) -> Vec<AuditEvent> {
    let by = By::operator();
    let proof = ManageWorkspace::operator(workspace, &by);
    keyhatch::domain::audit::page(&app.app, proof, None)
        .await
        .unwrap()
        .events
}

/// The operator changes the members.
pub fn members<'a>(workspace: &'a Workspace, by: &'a By) -> ManageMembers<'a> {
    ManageMembers::operator(workspace, by)
}

/// Two answers that nobody may be able to tell apart: status, whole body, and all headers but date,
/// cookies and what is said about the connection (whether a refused body was still arriving).
pub fn assert_same(one: &Answer, other: &Answer, about: &str) {
    let headers = |answer: &Answer| {
        let mut headers: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| !["connection", "date", "set-cookie", "x-request-id"].contains(&name.as_str()))
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        headers
    };
    assert_eq!(one.status, other.status, "{about}");
    assert_eq!(one.body, other.body, "{about}");
    assert_eq!(headers(one), headers(other), "{about}");
}

/// A form as it was opened, with something else typed into a field.
pub fn typed(opened: &[(String, String)], field: &str, text: &str) -> Vec<(String, String)> {
    let kept = opened.iter().filter(|(name, _)| name != field).cloned();
    kept.chain([(field.to_owned(), text.to_owned())]).collect()
}
