//! What the proxy is told of whom a key belongs to. It is the same for all keys of an owner, and each worker remembers it.

use std::cell::RefCell;

use actix_web::http::header::HeaderValue;
use uuid::Uuid;

use super::{NOTHING, id};
use crate::domain::verify::records::Tenant;

/// How many owners a worker remembers at most.
const REMEMBERED: usize = 1_024;

/// A workspace, and a project of it where keys belong to projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    workspace: Uuid,
    project: Option<Uuid>,
}

/// The values of the headers about workspace and project.
type Values = (HeaderValue, HeaderValue);

thread_local! {
    /// At a place that a few bits of the owner's id say. Not shared by workers: what both count references of goes to and fro
    /// between processors, and that takes longer than to write an id out again.
    static VALUES: RefCell<Vec<Option<(Owner, Values)>>> = RefCell::new(vec![None; REMEMBERED]);
}

impl Owner {
    pub(super) fn of(tenant: &Tenant) -> Self {
        Self {
            workspace: tenant.workspace.id.0,
            project: tenant.project.as_ref().map(|project| project.id.0),
        }
    }

    /// Says workspace and project.
    pub(super) fn headers(self) -> Values {
        VALUES.with_borrow_mut(|remembered| {
            let known = &mut remembered[self.place()];
            match known {
                Some((owner, values)) if *owner == self => values.clone(),
                _ => {
                    let values = (id(self.workspace), self.project.map_or(NOTHING, id));
                    *known = Some((self, values.clone()));
                    values
                }
            }
        })
    }

    fn place(self) -> usize {
        let (_, random) = self.project.unwrap_or(self.workspace).as_u64_pair();
        random as usize % REMEMBERED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_at_one_place_are_told_apart() {
        let uuid = |number: usize| Uuid::from_u128(number as u128);
        let owner = |workspace, project: Option<usize>| Owner {
            workspace: uuid(workspace),
            project: project.map(uuid),
        };
        let owners = [
            owner(1, None),
            owner(1, Some(1)),
            owner(2, Some(1)),
            owner(1, Some(1 + REMEMBERED)),
            owner(1 + REMEMBERED, None),
        ];
        assert!(owners.iter().all(|owner| owner.place() == 1));
        for owner in owners.iter().chain(&owners).flat_map(|owner| [owner; 2]) {
            let (workspace, project) = owner.headers();
            assert_eq!(workspace, owner.workspace.to_string());
            assert_eq!(project, owner.project.map_or_else(String::new, |id| id.to_string()));
        }
    }
}
