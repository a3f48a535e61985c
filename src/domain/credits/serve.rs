//! Serving the till: what waits there is carried out together.

use std::sync::Arc;

use super::Order;
use super::carry_out::carry_out;
use super::till::Waiting;
use crate::domain::App;

/// How many orders one transaction carries out.
const TOGETHER: usize = 128;

/// Serves the till until the process ends.
pub async fn run(app: Arc<App>) {
    let served = app.till.served.lock().take();
    let (Some(mut queue), true) = (served, app.profile.credits.is_some()) else {
        return;
    };
    let mut waiting = Vec::new();
    while queue.recv_many(&mut waiting, TOGETHER).await > 0 {
        // A task of its own: what goes wrong with these must not close the till, and nobody who ends this one cuts a
        // transaction in half.
        let serving = tokio::spawn(serve(Arc::clone(&app), std::mem::take(&mut waiting)));
        if serving.await.is_err() {
            tracing::error!("orders at the till were dropped");
        }
    }
}

async fn serve(app: Arc<App>, mut waiting: Vec<Waiting>) {
    // A client that has hung up by now pays for nothing.
    waiting.retain(|one| !one.reply.is_closed());
    if waiting.is_empty() {
        return;
    }
    // The sort is stable: within a workspace, who comes first is served first.
    waiting.sort_by_key(|one| one.order.workspace);
    let orders: Vec<&Order> = waiting.iter().map(|one| &one.order).collect();
    match carry_out(&app, &orders).await {
        Ok(outcomes) => {
            for (waiting, outcome) in waiting.into_iter().zip(outcomes) {
                // A client that has hung up needs no answer.
                let _ = waiting.reply.send(Ok(outcome));
            }
        }
        Err(error) => {
            error.log("credits could not be changed");
            for waiting in waiting {
                let _ = waiting.reply.send(Err(error.trouble()));
            }
        }
    }
}
