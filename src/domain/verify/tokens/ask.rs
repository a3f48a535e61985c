//! Answering for a token.

use crate::domain::App;
use crate::domain::verify::question::Question;
use crate::domain::verify::records::Granted;
use crate::error::Result;
use crate::model::ids::WorkspaceId;
use crate::model::slug::Slug;
use crate::model::token_fault::TokenFault;
use crate::model::transport::Transport;
use crate::model::verdict::{Refusal, Verdict};
use crate::model::workspace::Workspace;
use crate::store;

/// Answers a question whose credential looks like a token.
pub(in crate::domain::verify) async fn ask<T>(
    app: &App,
    question: &Question<'_>,
    answer: impl Fn(&Granted<'_>) -> T + Copy,
) -> Result<Verdict<T>> {
    if question.transport != Transport::Fine {
        return Ok(app.refuse(question, Refusal::HttpsRequired));
    }
    let (Some(tokens), Some(text)) = (&app.tokens, question.credential) else {
        return Ok(app.refuse(question, Refusal::Malformed));
    };
    let bearer = match tokens.read(&app.courier, text, &*app.clock).await? {
        Ok(bearer) => bearer,
        Err(fault) => return Ok(app.refuse(question, Refusal::Token(fault))),
    };
    let Some(workspace) = workspace(app, &bearer.workspace).await? else {
        return Ok(app.refuse(question, Refusal::Token(TokenFault::Workspace)));
    };
    let verdict = app
        .records
        .ask_bearer(&app.profile, &workspace, &bearer.subject, question, app.now(), answer);
    Ok(app.counted(question, verdict))
}

/// What looks like an id is one: nobody gets at another's workspace by naming their own like its id.
async fn workspace(app: &App, named: &str) -> Result<Option<Workspace>> {
    let db = app.db.reader();
    Ok(match named.parse() {
        Ok(id) => store::workspaces::find(db, WorkspaceId(id)).await?,
        // Whatever else a claim holds is nobody's name, and may be more than a database takes.
        Err(_) => match Slug::parse(named) {
            Some(slug) => store::workspaces::find_by_slug(db, slug.as_str()).await?,
            None => None,
        },
    })
}
