//! What many keys have in common and memory holds once: the workspace and project they belong to, and what they may do.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use uuid::Uuid;

use crate::domain::verify::limits::Limits;
use crate::model::access::Environment;
use crate::model::ahead;
use crate::model::ids::{OwnerId, ProjectId, WorkspaceId};
use crate::model::rate::Recent;
use crate::model::stop::Stopped;
use crate::model::verdict::Refusal;
use crate::store::verification::FoundKey;
pub use crate::store::verification::Rights;

/// Whom keys speak for: a workspace, and a project of it where keys belong to projects. What decides, and its ids, come first, and stand in
/// one line of memory (there is a test).
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Tenant {
    /// Until the workspace or the project changes. Whoever holds an old one has to ask the database again.
    current: AtomicBool,
    pub suspended: Suspended,
    /// Where the plan stands among the profile's.
    pub(super) plan_position: Option<u16>,
    pub workspace: WorkspaceId,
    pub project: Option<ProjectId>,
    /// What all keys of the workspace together were let through lately, by the profile's limits.
    pub(super) recent: Arc<Mutex<Vec<Recent>>>,
    /// What answers say of it, which is the same for every key: it is written once.
    said: OnceLock<Box<str>>,
    names: Names,
}

/// Whether the keys of a tenant are refused, and which part of it is why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspended {
    No,
    Workspace,
    Project,
    /// All keys of an environment, or of both.
    Stopped(Stopped),
}

impl Suspended {
    fn of(found: &FoundKey) -> Self {
        match (found.workspace_suspended, found.project_suspended) {
            (true, _) => Self::Workspace,
            (false, true) => Self::Project,
            (false, false) => found.stopped.map_or(Self::No, Self::Stopped),
        }
    }

    pub(super) fn refusal(self, environment: Environment) -> Option<Refusal> {
        match self {
            Self::No => None,
            Self::Workspace => Some(Refusal::WorkspaceSuspended),
            Self::Project => Some(Refusal::ProjectSuspended),
            Self::Stopped(stopped) => stopped.covers(environment).then_some(Refusal::EnvironmentStopped),
        }
    }
}

/// What a tenant is called.
#[derive(Debug)]
pub struct Names {
    pub workspace: Named,
    pub project: Option<Named>,
    pub plan: String,
}

/// What a workspace or a project is called.
#[derive(Clone, Debug)]
pub struct Named {
    pub slug: String,
    pub name: String,
}

impl Tenant {
    /// What answers say of it; `write` says it the first time.
    pub fn said(&self, write: impl FnOnce(&Names) -> String) -> &str {
        self.said.get_or_init(|| write(&self.names).into_boxed_str())
    }

    /// Asks memory for what a verdict will look at.
    #[inline]
    pub(super) fn fetch(&self) {
        ahead::fetch(self);
    }

    pub(super) fn is_current(&self) -> bool {
        self.current.load(Ordering::Acquire)
    }
}

/// Parts of the table, so that what goes through all of it never keeps everybody waiting.
const PARTS: usize = 64;

/// Everything that is shared.
#[derive(Debug)]
pub(super) struct Shared {
    /// What belongs to a workspace is all in one part.
    parts: [Mutex<Inner>; PARTS],
    /// Grows whenever a tenant is forgotten: what was read before is not taken after. It grows before the first tenant is forgotten,
    /// and is compared under the lock of the part: so a reader that finds it as it was comes before that, and what it takes is forgotten
    /// with the rest; and who asks for it later reads after the commit.
    generation: AtomicU64,
    /// Says in which part something is.
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Inner {
    /// In this order, those of a workspace stand beside each other.
    tenants: BTreeMap<(WorkspaceId, OwnerId), Arc<Tenant>>,
    recents: HashMap<WorkspaceId, Arc<Mutex<Vec<Recent>>>>,
    rights: HashMap<Rights, Weak<Rights>>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            parts: std::array::from_fn(|_| Mutex::default()),
            generation: AtomicU64::default(),
            hasher: RandomState::new(),
        }
    }
}

impl Shared {
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// The tenant of a key that was found, unless a tenant has been forgotten since `generation`.
    pub(super) fn tenant(&self, found: &FoundKey, limits: &Limits, generation: u64) -> Option<Arc<Tenant>> {
        let mut inner = self.part(found.workspace_id).lock();
        if self.generation() != generation {
            return None;
        }
        let place = (found.workspace_id, found.owner_id);
        if let Some(known) = inner.tenants.get(&place) {
            return Some(Arc::clone(known));
        }
        let tenant = inner.make(found, limits);
        inner.tenants.insert(place, Arc::clone(&tenant));
        Some(tenant)
    }

    /// A tenant for one question, which nobody else is told of.
    pub(super) fn passing_tenant(&self, found: &FoundKey, limits: &Limits) -> Arc<Tenant> {
        self.part(found.workspace_id).lock().make(found, limits)
    }

    pub(super) fn rights(&self, rights: &Rights) -> Arc<Rights> {
        let mut inner = self.part(rights).lock();
        if let Some(known) = inner.rights.get(rights).and_then(Weak::upgrade) {
            return known;
        }
        let kept = Arc::new(rights.clone());
        inner.rights.insert(rights.clone(), Arc::downgrade(&kept));
        kept
    }

    /// From here on, every key of the workspace is asked of the database again.
    pub(super) fn forget(&self, workspace: WorkspaceId) {
        let mut inner = self.part(workspace).lock();
        self.generation.fetch_add(1, Ordering::SeqCst);
        let of_workspace = (workspace, OwnerId(Uuid::nil()))..=(workspace, OwnerId(Uuid::max()));
        // Other tenants are not even read: what stands in their lines, all processors have at the same time.
        let forgotten: Vec<_> = inner.tenants.range(of_workspace).map(|(place, _)| *place).collect();
        for place in forgotten {
            if let Some(tenant) = inner.tenants.remove(&place) {
                tenant.current.store(false, Ordering::Release);
            }
        }
    }

    pub(super) fn forget_all(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        for part in &self.parts {
            for (_, tenant) in std::mem::take(&mut part.lock().tenants) {
                tenant.current.store(false, Ordering::Release);
            }
        }
    }

    /// Lets go of what nobody uses, a part at a time. `is_idle` says whether what was let through lately still counts.
    pub(super) fn sweep(&self, is_idle: impl Fn(&mut Vec<Recent>) -> bool) {
        for part in &self.parts {
            let mut inner = part.lock();
            inner.rights.retain(|_, kept| kept.strong_count() > 0);
            // One holder is this table; a record would be another.
            inner.tenants.retain(|_, tenant| Arc::strong_count(tenant) > 1);
            inner
                .recents
                .retain(|_, recent| Arc::strong_count(recent) > 1 || !is_idle(&mut recent.lock()));
        }
    }

    fn part(&self, what: impl std::hash::Hash) -> &Mutex<Inner> {
        &self.parts[self.hasher.hash_one(what) as usize % PARTS]
    }
}

impl Inner {
    fn make(&mut self, found: &FoundKey, limits: &Limits) -> Arc<Tenant> {
        let recent = self.recents.entry(found.workspace_id).or_default();
        recent.lock().resize(limits.count, Recent::default());
        let (project, named) = match &found.project {
            Some((id, slug, name)) => (Some(*id), Some(Named::new(slug, name))),
            None => (None, None),
        };
        Arc::new(Tenant {
            current: AtomicBool::new(true),
            suspended: Suspended::of(found),
            plan_position: limits.position(&found.workspace_plan),
            workspace: found.workspace_id,
            project,
            recent: Arc::clone(recent),
            said: OnceLock::new(),
            names: Names {
                workspace: Named::new(&found.workspace_slug, &found.workspace_name),
                project: named,
                plan: found.workspace_plan.clone(),
            },
        })
    }
}

impl Named {
    fn new(slug: &str, name: &str) -> Self {
        Self {
            slug: slug.to_owned(),
            name: name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use super::*;

    #[test]
    fn what_verdicts_look_at_stands_in_one_line() {
        assert_eq!(size_of::<Suspended>(), 1);
        assert_eq!(align_of::<Tenant>(), 64);
        assert!(offset_of!(Tenant, said) <= 64, "{}", offset_of!(Tenant, said));
    }
}
