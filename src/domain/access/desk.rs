//! Who may do what at the support desk. Looking takes [`Staff`]; what changes something takes a proof that only a role gives.

use super::By;
use crate::error::{AppError, Result};
use crate::model::account::Account;
use crate::model::audit::Actor;
use crate::model::staff::StaffRole;

/// Proof that an account belongs to the provider's support staff: it may look.
#[derive(Clone, Debug)]
pub struct Staff {
    by: By,
    role: StaffRole,
}

impl Staff {
    /// To everybody but staff, the support desk does not exist.
    pub fn enter(account: &Account, address: &str) -> Result<Self> {
        let role = account.staff.ok_or(AppError::NotFound)?;
        let actor = Actor::Staff {
            id: account.id,
            email: account.email.to_string(),
        };
        Ok(Self {
            by: By {
                actor,
                address: Some(address.to_owned()),
            },
            role,
        })
    }

    /// Who acts here.
    pub fn by(&self) -> &By {
        &self.by
    }

    /// Whether the role allows what takes this one: for showing or hiding a button.
    pub fn may(&self, least: StaffRole) -> bool {
        self.role >= least
    }

    /// Proof that they may suspend and resume, end sessions, and have mail sent again.
    pub fn act(&self) -> Result<SupportActs<'_>> {
        if !self.may(StaffRole::Act) {
            return Err(AppError::Forbidden(
                "Your role at the support desk is to look. Whoever may act there does this.",
            ));
        }
        Ok(SupportActs { by: &self.by })
    }

    /// Proof that they may change plans and grant credits.
    pub fn administer(&self) -> Result<SupportAdministers<'_>> {
        if !self.may(StaffRole::Administer) {
            return Err(AppError::Forbidden(
                "Only whoever administers the support desk changes plans and grants credits.",
            ));
        }
        Ok(SupportAdministers { by: &self.by })
    }
}

/// Proof of [`Staff::act`].
#[derive(Clone, Copy, Debug)]
pub struct SupportActs<'a> {
    by: &'a By,
}

impl<'a> SupportActs<'a> {
    /// Who acts.
    pub fn by(&self) -> &'a By {
        self.by
    }
}

/// Proof of [`Staff::administer`].
#[derive(Clone, Copy, Debug)]
pub struct SupportAdministers<'a> {
    by: &'a By,
}

impl<'a> SupportAdministers<'a> {
    /// Who acts.
    pub fn by(&self) -> &'a By {
        self.by
    }
}
