//! Several workspaces in memory: what is forgotten of one, and what stays of the others; and readers that come while it is.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::model::ids::ProjectId;
use crate::model::stop::Stopped;

/// A key of a project, whose id is also that of the key.
fn of_project(workspace: u128, project: u128) -> FoundKey {
    let id = Uuid::from_u128(workspace << 64 | project);
    FoundKey {
        owner_id: OwnerId(id),
        workspace_id: WorkspaceId(Uuid::from_u128(workspace)),
        project: Some((ProjectId(id), "site".to_owned(), "Site".to_owned())),
        ..found(0, World::new_row())
    }
}

/// A stop is one of its environment alone, and a suspension comes before it.
#[test]
fn a_stop_is_told_from_a_suspension() {
    let limits = &World::new().records.limits;
    let refusals = |stopped, suspended| {
        let found = FoundKey {
            stopped,
            project_suspended: suspended,
            ..of_project(1, 2)
        };
        let tenant = Shared::default().passing_tenant(&found, limits);
        Environment::ALL.map(|environment| tenant.suspended.refusal(environment))
    };
    let stopped = Some(Refusal::EnvironmentStopped);
    assert_eq!(refusals(None, false), [None, None]);
    assert_eq!(refusals(Some(Stopped::Live), false), [stopped.clone(), None]);
    assert_eq!(refusals(Some(Stopped::Test), false), [None, stopped.clone()]);
    assert_eq!(refusals(Some(Stopped::Both), false), [stopped.clone(), stopped]);
    let suspended = Some(Refusal::ProjectSuspended);
    assert_eq!(refusals(Some(Stopped::Both), true), [suspended.clone(), suspended]);
}

#[test]
fn what_is_forgotten_of_a_workspace_is_all_of_it_and_nothing_else() {
    let world = World::new();
    let (shared, limits) = (&world.records.shared, &world.records.limits);
    let all: Vec<FoundKey> = (0..40_u128)
        .flat_map(|workspace| (0..3).map(move |project| of_project(workspace, project)))
        .collect();
    let keep_all = |generation| -> Option<Vec<Arc<Tenant>>> {
        all.iter()
            .map(|found| shared.tenant(found, limits, generation))
            .collect()
    };
    let before = shared.generation();
    let tenants = keep_all(before).unwrap();
    assert!(tenants.iter().all(|tenant| tenant.is_current()));
    let forgotten = WorkspaceId(Uuid::from_u128(7));
    shared.forget(forgotten);
    for tenant in &tenants {
        assert_eq!(tenant.is_current(), tenant.workspace != forgotten, "{tenant:?}");
    }
    assert!(
        all.iter().all(|found| shared.tenant(found, limits, before).is_none()),
        "what was read before is not taken, whosever it is"
    );
    for (old, new) in tenants.iter().zip(keep_all(shared.generation()).unwrap()) {
        assert_eq!(Arc::ptr_eq(old, &new), old.workspace != forgotten);
        assert!(new.is_current());
    }
    shared.forget_all();
    assert!(tenants.iter().all(|tenant| !tenant.is_current()));
}

#[test]
fn what_nobody_holds_is_swept_out_and_what_somebody_holds_stays() {
    let world = World::new();
    let (shared, limits) = (&world.records.shared, &world.records.limits);
    let tenant = |workspace| {
        let found = of_project(workspace, 1);
        shared.tenant(&found, limits, shared.generation()).unwrap()
    };
    let held: Vec<Arc<Tenant>> = (0..40).map(tenant).collect();
    (40..80).for_each(|workspace| drop(tenant(workspace)));
    shared.sweep(|_| true);
    assert!(
        held.iter()
            .zip(0..)
            .all(|(held, workspace)| Arc::ptr_eq(held, &tenant(workspace)))
    );
    shared.forget(WorkspaceId(Uuid::from_u128(3)));
    assert!(!held[3].is_current(), "and is still found when it changes");
}

/// Renaming and asking for real at once: who begins after a renaming was answered never hears the name before.
#[test]
fn nobody_hears_an_old_name_after_the_new_one_was_answered() {
    let world = World::new();
    let (records, profile) = (&world.records, &world.profile);
    let (committed, answered, is_over) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let now = Timestamp::from_millis(1_800_000_000_000);
    let name_of = |granted: &Granted<'_>| -> u64 {
        let name = granted.tenant.said(|names| names.workspace.name.clone());
        name.parse().unwrap()
    };
    let ask = |key| {
        let floor = answered.load(Ordering::SeqCst);
        records.lease.renew(lease::Moment::now());
        let verdict = records.ask(profile, &digest(key), &Question::default(), || now, name_of);
        if let Some(Verdict::Allowed(name)) = verdict {
            assert!(name >= floor, "{name} after {floor} was answered");
            return;
        }
        let ticket = records.ticket(&digest(key));
        let name = committed.load(Ordering::SeqCst);
        let row = FoundKey {
            workspace_name: name.to_string(),
            ..found(key, World::new_row())
        };
        records.keep(profile, &digest(key), &row, ticket, today());
    };
    std::thread::scope(|scope| {
        for key in [1, 2, 3] {
            let (ask, is_over) = (&ask, &is_over);
            scope.spawn(move || {
                while !is_over.load(Ordering::SeqCst) {
                    ask(key);
                }
            });
        }
        for name in 1..1_000 {
            // So many, that forgetting takes a while and somebody comes meanwhile.
            for project in 0..200 {
                let found = FoundKey {
                    owner_id: OwnerId(Uuid::from_u128(project + 1)),
                    workspace_name: (name - 1).to_string(),
                    ..found(0, World::new_row())
                };
                let shared = &records.shared;
                drop(shared.tenant(&found, &records.limits, shared.generation()));
            }
            committed.store(name, Ordering::SeqCst);
            records.forget(&Subject::Workspace(WorkspaceId(Uuid::nil())));
            answered.store(name, Ordering::SeqCst);
            std::thread::yield_now();
        }
        is_over.store(true, Ordering::SeqCst);
    });
}
