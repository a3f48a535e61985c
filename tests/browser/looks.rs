//! Every page that a person can reach, and what it looks like in its states, held against the checks: wide and narrow, light
//! and dark. Pictures for people to look at are in `target/screenshots`. A route with a page that no walk visits fails, with
//! its name (`routes`): add the visit to the walk of a profile that has it.
//!
//! Everything is measured at each width, and pictured in both schemes. axe takes longest: it looks at the wide and at the narrow
//! page in light, and in dark, where nothing but colours is different, at those.

mod desk;
mod errors;
mod keys;
mod parts;
mod people;
mod receiver;
mod routes;
mod walk;
mod webhooks;
mod whole_workspaces;

use std::sync::Arc;

use super::checks::Checks;
use walk::Walk;

#[tokio::test]
async fn every_page_is_fit_for_people_wide_and_narrow_light_and_dark() {
    let checks = Arc::new(Checks::load());
    let projects = async {
        let mut walk = Walk::start("example", &checks).await;
        people::walk(&mut walk).await;
        keys::walk(&mut walk).await;
        webhooks::walk(&mut walk).await;
        desk::walk(&mut walk).await;
        errors::walk(&mut walk).await;
        vec![(walk.seen, walk.wrong)]
    };
    let others = async {
        let mut seen = whole_workspaces::walks(&checks).await;
        seen.extend(parts::walks(&checks).await);
        seen
    };
    let (mut seen, others) = tokio::join!(projects, others);
    seen.extend(others);
    let (seen, wrong): (Vec<_>, Vec<_>) = seen.into_iter().unzip();
    let mut wrong: Vec<String> = wrong.into_iter().flatten().collect();
    wrong.extend(routes::missing(&seen.into_iter().flatten().collect()));
    wrong.extend(checks.validate());
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
