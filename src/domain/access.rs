//! Who may do what. An operation takes a proof from here; nothing else can make one.
//!
//! The way in: an account enters a workspace ([`Standing::enter`]: not found unless a member), from there a key ring
//! ([`Standing::key_ring`]), and asks for a proof ([`KeyRing::manage_keys`]: forbidden unless the role allows it). A key that
//! manages keys, and the operator at the command line, have ways of their own.

pub mod desk;

use crate::domain::App;
use crate::error::{AppError, Result};
use crate::model::account::Account;
use crate::model::audit::Actor;
use crate::model::ids::{AccountId, OwnerId};
use crate::model::role::{Deed, Role};
use crate::model::slug::Slug;
use crate::model::verdict::Identity;
use crate::model::workspace::{Project, Workspace};
use crate::profile::KeyOwner;
use crate::store;

/// Who acts, and from where: what the audit trail writes down.
#[derive(Clone, Debug)]
pub struct By {
    pub actor: Actor,
    pub address: Option<String>,
}

impl By {
    /// The operator, at the command line.
    pub fn operator() -> Self {
        Self {
            actor: Actor::Operator,
            address: None,
        }
    }

    /// Keyhatch itself.
    pub fn keyhatch() -> Self {
        Self {
            actor: Actor::Keyhatch,
            address: None,
        }
    }

    /// A signed-in person.
    pub fn person(account: &Account, address: &str) -> Self {
        let actor = Actor::Account {
            id: account.id,
            email: account.email.to_string(),
        };
        Self {
            actor,
            address: Some(address.to_owned()),
        }
    }

    /// The account that acts, when it is a person.
    pub fn account(&self) -> Option<AccountId> {
        match self.actor {
            Actor::Account { id, .. } | Actor::Staff { id, .. } => Some(id),
            Actor::Key { .. } | Actor::Operator | Actor::Keyhatch => None,
        }
    }
}

/// A member inside of a workspace.
#[derive(Clone, Debug)]
pub struct Standing {
    pub account: Account,
    pub workspace: Workspace,
    pub role: Role,
    by: By,
}

impl Standing {
    /// Enters a workspace; to everybody but its members it does not exist.
    pub async fn enter(app: &App, account: &Account, slug: &str, address: &str) -> Result<Self> {
        let slug = Slug::parse(slug).ok_or(AppError::NotFound)?;
        let found = store::workspaces::find_for(app.db.reader(), account.id, slug.as_str()).await?;
        let membership = found.ok_or(AppError::NotFound)?;
        Ok(Self {
            account: account.clone(),
            workspace: membership.workspace,
            role: membership.role,
            by: By::person(account, address),
        })
    }

    /// Whether the role allows it: for showing or hiding a button.
    pub fn may(&self, deed: Deed) -> bool {
        self.role.may(deed)
    }

    /// Who acts here.
    pub fn by(&self) -> &By {
        &self.by
    }

    /// Proof that this person may create and rename projects.
    pub fn manage_projects(&self) -> Result<ManageProjects<'_>> {
        self.require(Deed::ManageProjects, "Only admins and owners manage projects.")?;
        Ok(ManageProjects {
            workspace: &self.workspace,
            by: &self.by,
        })
    }

    /// Proof that this person may change the workspace itself.
    pub fn manage_workspace(&self) -> Result<ManageWorkspace<'_>> {
        self.require(Deed::ManageWorkspace, "Only admins and owners change the workspace.")?;
        Ok(ManageWorkspace {
            workspace: &self.workspace,
            by: &self.by,
        })
    }

    /// Proof that this person may add, change and remove members; owners only if an owner.
    pub fn manage_members(&self) -> Result<ManageMembers<'_>> {
        self.require(Deed::ManageMembers, "Only admins and owners manage members.")?;
        Ok(ManageMembers {
            workspace: &self.workspace,
            by: &self.by,
            owners_too: self.may(Deed::ManageOwners),
        })
    }

    /// The keys of a project, or the workspace's own where the profile says so; not found when it is not theirs.
    pub async fn key_ring(&self, app: &App, project: Option<&str>) -> Result<KeyRing> {
        let project = match (project, app.profile.api.keys_belong_to) {
            (Some(slug), KeyOwner::Project) => {
                let slug = Slug::parse(slug).ok_or(AppError::NotFound)?;
                let found = store::projects::find_by_slug(app.db.reader(), self.workspace.id, slug.as_str()).await?;
                Some(found.ok_or(AppError::NotFound)?)
            }
            (None, KeyOwner::Workspace) => None,
            _ => return Err(AppError::NotFound),
        };
        Ok(KeyRing {
            workspace: self.workspace.clone(),
            project,
            by: self.by.clone(),
            power: Power::Person(self.role),
        })
    }

    fn require(&self, deed: Deed, otherwise: &'static str) -> Result<()> {
        if self.role.may(deed) {
            Ok(())
        } else {
            Err(AppError::Forbidden(otherwise))
        }
    }
}

/// The keys that belong together (a project's, or a workspace's), and who holds the ring.
#[derive(Clone, Debug)]
pub struct KeyRing {
    pub workspace: Workspace,
    pub project: Option<Project>,
    by: By,
    power: Power,
}

#[derive(Clone, Debug)]
enum Power {
    Person(Role),
    Key(Box<Identity>),
    Operator,
}

impl KeyRing {
    /// The ring a key hangs on, held by that key. Whether the key may read or manage is decided by verification, with the
    /// scope or access that the route asks for, before this is called.
    pub fn held_by_key(identity: &Identity, address: Option<String>) -> Self {
        let actor = Actor::Key {
            id: identity.key.id,
            name: identity.key.name.clone(),
        };
        Self {
            workspace: identity.workspace.clone(),
            project: identity.project.clone(),
            by: By { actor, address },
            power: Power::Key(Box::new(identity.clone())),
        }
    }

    /// A ring in the operator's hands.
    pub fn held_by_operator(workspace: Workspace, project: Option<Project>) -> Self {
        Self {
            workspace,
            project,
            by: By::operator(),
            power: Power::Operator,
        }
    }

    /// The first ring of an account that is being made, in its owner's hands.
    pub(in crate::domain) fn of_newcomer(by: By, workspace: Workspace, project: Option<Project>) -> Self {
        Self {
            workspace,
            project,
            by,
            power: Power::Person(Role::Owner),
        }
    }

    /// What the keys' names and limits are counted in.
    pub fn owner_id(&self) -> OwnerId {
        OwnerId(
            self.project
                .as_ref()
                .map_or(self.workspace.id.0, |project| project.id.0),
        )
    }

    /// Proof that the holder may see these keys. Every member may.
    pub fn read_keys(&self) -> ReadKeys<'_> {
        ReadKeys { ring: self }
    }

    /// Proof that the holder may create, change and revoke these keys.
    pub fn manage_keys(&self) -> Result<ManageKeys<'_>> {
        match &self.power {
            Power::Person(role) if !role.may(Deed::ManageKeys) => Err(AppError::Forbidden(
                "Viewers see keys; developers, admins and owners create and change them.",
            )),
            Power::Person(_) | Power::Operator => Ok(ManageKeys {
                ring: self,
                maker: None,
            }),
            Power::Key(identity) => Ok(ManageKeys {
                ring: self,
                maker: Some(identity),
            }),
        }
    }
}

/// Proof of [`KeyRing::read_keys`].
#[derive(Clone, Copy, Debug)]
pub struct ReadKeys<'a> {
    ring: &'a KeyRing,
}

impl<'a> ReadKeys<'a> {
    pub fn ring(&self) -> &'a KeyRing {
        self.ring
    }
}

/// Proof of [`KeyRing::manage_keys`].
#[derive(Clone, Copy, Debug)]
pub struct ManageKeys<'a> {
    ring: &'a KeyRing,
    maker: Option<&'a Identity>,
}

impl<'a> ManageKeys<'a> {
    pub fn ring(&self) -> &'a KeyRing {
        self.ring
    }

    /// Who acts.
    pub fn by(&self) -> &'a By {
        &self.ring.by
    }

    /// The key that acts, whose own power bounds what it can give; nothing when a person acts.
    pub fn maker(&self) -> Option<&'a Identity> {
        self.maker
    }

    /// The same holder, reading.
    pub fn read(&self) -> ReadKeys<'a> {
        ReadKeys { ring: self.ring }
    }
}

/// Proof of [`Standing::manage_projects`].
#[derive(Clone, Copy, Debug)]
pub struct ManageProjects<'a> {
    workspace: &'a Workspace,
    by: &'a By,
}

impl<'a> ManageProjects<'a> {
    /// The operator may, anywhere.
    pub fn operator(workspace: &'a Workspace, by: &'a By) -> Self {
        Self { workspace, by }
    }

    pub fn workspace(&self) -> &'a Workspace {
        self.workspace
    }

    pub fn by(&self) -> &'a By {
        self.by
    }
}

/// Proof of [`Standing::manage_workspace`].
#[derive(Clone, Copy, Debug)]
pub struct ManageWorkspace<'a> {
    workspace: &'a Workspace,
    by: &'a By,
}

impl<'a> ManageWorkspace<'a> {
    /// The operator may, anywhere.
    pub fn operator(workspace: &'a Workspace, by: &'a By) -> Self {
        Self { workspace, by }
    }

    pub fn workspace(&self) -> &'a Workspace {
        self.workspace
    }

    pub fn by(&self) -> &'a By {
        self.by
    }
}

/// Proof of [`Standing::manage_members`].
#[derive(Clone, Copy, Debug)]
pub struct ManageMembers<'a> {
    workspace: &'a Workspace,
    by: &'a By,
    owners_too: bool,
}

impl<'a> ManageMembers<'a> {
    /// The operator may, anywhere, owners too.
    pub fn operator(workspace: &'a Workspace, by: &'a By) -> Self {
        Self {
            workspace,
            by,
            owners_too: true,
        }
    }

    pub fn workspace(&self) -> &'a Workspace {
        self.workspace
    }

    pub fn by(&self) -> &'a By {
        self.by
    }

    /// Refuses people who may not make or unmake owners, when one of these roles is an owner's.
    pub fn may_touch(&self, roles: &[Role]) -> Result<()> {
        if self.owners_too || !roles.contains(&Role::Owner) {
            Ok(())
        } else {
            Err(AppError::Forbidden("Only owners decide who the owners are."))
        }
    }
}
