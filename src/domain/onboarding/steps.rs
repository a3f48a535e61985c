//! The first steps of somebody: what is done, what comes next.

use crate::model::key::Key;
use crate::model::role::Deed;
use crate::model::webhook::Delivery;
use crate::model::workspace::{Membership, Project};
use crate::profile::WelcomeStep;

/// What there is already.
#[derive(Clone, Debug)]
pub struct Steps {
    pub email_confirmed: bool,
    /// The workspace the walk is about, and what the person may do there.
    pub workspace: Option<Membership>,
    /// Whether others were there before: then there are other steps.
    pub is_joined: bool,
    /// Whether there is any key in it.
    pub has_keys: bool,
    pub project: Option<Project>,
    /// A key that works, in [`super::first_environment`]; in a workspace of others, one's own.
    pub key: Option<Key>,
    /// The key that was used last, of the newest; its `last_use` says when and from where. In a workspace of others, one's own.
    pub used: Option<Key>,
    /// The last webhook that reached its receiver, of those that are kept.
    pub delivered: Option<Delivery>,
    /// The keys that came with the account, oldest first, where the profile gives some.
    pub given: Vec<Key>,
    /// Whether keys hang on projects here: otherwise there is no project to make.
    pub has_projects: bool,
    /// What the provider adds, in their order.
    pub further: Vec<Further>,
}

/// A step of the provider's own.
#[derive(Clone, Debug)]
pub struct Further {
    pub step: WelcomeStep,
    /// Nothing, where there is no telling.
    pub is_done: Option<bool>,
}

/// A step of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    ConfirmEmail,
    Workspace,
    Project,
    /// Seeing what others have made.
    Look,
    Key,
    FirstCall,
    Webhook,
}

impl Steps {
    /// Whether the person may make keys there.
    pub fn may_make_keys(&self) -> bool {
        let role = self.workspace.as_ref().map(|membership| membership.role);
        role.is_some_and(|role| role.may(Deed::ManageKeys))
    }

    /// The steps in their order, each with whether it is done.
    fn walk(&self) -> Vec<(Step, bool)> {
        // Whoever has called has had everything a call takes, even if it is gone by now.
        let has_called = self.used.is_some();
        let confirmed = (Step::ConfirmEmail, has_called || self.email_confirmed);
        let first_call = [
            (Step::Key, has_called || self.key.is_some()),
            (Step::FirstCall, has_called),
        ];
        if self.is_joined {
            let may = self.may_make_keys();
            // Nobody has to wait for the keys of others who may make their own.
            let look = (Step::Look, may || self.has_keys);
            let first_call = first_call.into_iter().filter(|_| may);
            return [confirmed, look].into_iter().chain(first_call).collect();
        }
        let place = [
            confirmed,
            (Step::Workspace, has_called || self.workspace.is_some()),
            (
                Step::Project,
                has_called || !self.has_projects || self.project.is_some(),
            ),
        ];
        let webhook = (Step::Webhook, self.delivered.is_some());
        place.into_iter().chain(first_call).chain([webhook]).collect()
    }

    /// The first step that is not done; none when everything is.
    pub fn current(&self) -> Option<Step> {
        self.walk().into_iter().find(|(_, done)| !done).map(|(step, _)| step)
    }

    /// How many there are to do until the first request is sent.
    pub fn left(&self) -> usize {
        let until_then = |(step, done): &(Step, bool)| !done && *step != Step::Webhook;
        self.walk().iter().filter(|step| until_then(step)).count()
    }

    /// `done`, `current` or `todo`.
    pub fn state_of(&self, step: Step) -> &'static str {
        match self.current() {
            _ if step == Step::Webhook && self.delivered.is_some() => "done",
            Some(current) if step == current => "current",
            Some(current) if step as u8 > current as u8 => "todo",
            _ => "done",
        }
    }
}
