//! The desk's one field: whatever a customer can say leads to a page, or to a list to choose from. A whole key is refused before
//! anything else is thought of.

use uuid::Uuid;

use crate::domain::App;
use crate::domain::access::desk::Staff;
use crate::domain::staff::look_up::{self, Looked};
use crate::domain::staff::trail;
use crate::domain::staff::typed::{self, Refused};
use crate::error::Result;
use crate::model::audit::Action;
use crate::model::email::Email;
use crate::model::ids::{AccountId, WorkspaceId};
use crate::model::key_format::KeyText;
use crate::model::name::Name;
use crate::model::slug::Slug;
use crate::model::workspace::Workspace;
use crate::store;
use crate::store::db::commit;

/// What a search leads to.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The page about a person: an account's id, or a sign-up's.
    Person(Uuid),
    /// Nobody has this address.
    NoPerson,
    /// The page about a workspace.
    Workspace(WorkspaceId),
    /// Keys and workspaces to choose from, or none.
    Lists(Box<Lists>),
    /// Why it was not looked for, or found to be nothing.
    Refused(Refused),
}

/// What there is to choose from.
#[derive(Clone, Debug)]
pub struct Lists {
    /// Nothing, where no key is written like this.
    pub keys: Option<Looked>,
    pub workspaces: Called,
}

/// Workspaces by what they are called.
#[derive(Clone, Debug, Default)]
pub struct Called {
    pub exact: Vec<Workspace>,
    /// Those that begin so, and go on.
    pub beginning: Vec<Workspace>,
    /// Whether these are not all.
    pub are_more: bool,
}

/// The most workspaces one look lists: each is in its customer's trail.
const MOST: usize = 20;

/// Fewer characters are the beginning of too much.
const LEAST: usize = 2;

/// Finds whatever this is.
pub async fn find(app: &App, staff: &Staff, typed: &KeyText) -> Result<Answer> {
    let keys = look_up::by_display_prefix(app, staff, typed).await?;
    let text = typed.expose_secret().trim();
    match &keys {
        Err(Refused::WholeKey | Refused::Empty) => {}
        Err(Refused::Email) => return person(app, text).await,
        Ok(looked)
            if looked.found.is_empty()
                && let Some(id) = typed::id(typed) =>
        {
            if let Some(answer) = by_id(app, id).await? {
                return Ok(answer);
            }
        }
        Ok(_) | Err(_) => {
            let workspaces = called(app, text).await?;
            let are_no_keys = keys.as_ref().is_ok_and(Looked::is_empty) || keys.is_err();
            if let ([only], [], true) = (&workspaces.exact[..], &workspaces.beginning[..], are_no_keys) {
                return Ok(Answer::Workspace(only.id));
            }
            if !workspaces.is_empty() || keys.is_ok() {
                record(app, staff, &workspaces).await?;
                let keys = keys.ok();
                return Ok(Answer::Lists(Box::new(Lists { keys, workspaces })));
            }
        }
    }
    Ok(match keys {
        Ok(looked) => Answer::Lists(Box::new(Lists {
            keys: Some(looked),
            workspaces: Called::default(),
        })),
        Err(refused) => Answer::Refused(refused),
    })
}

/// Whoever has an address: an account, or a sign-up that waits. As much is asked for an address that nobody has.
async fn person(app: &App, address: &str) -> Result<Answer> {
    let (db, email) = (app.db.reader(), Email::presented(address));
    let account = store::accounts::find_by_email(db, &email).await?;
    let sign_up = store::sign_ups::newest_of(db, &email, app.now()).await?;
    let id = account.map(|found| found.account.id.0);
    let id = id.or(sign_up.map(|sign_up| sign_up.id));
    Ok(id.map_or(Answer::NoPerson, Answer::Person))
}

/// What else than a key has this id.
async fn by_id(app: &App, id: Uuid) -> Result<Option<Answer>> {
    let db = app.db.reader();
    if store::workspaces::find(db, WorkspaceId(id)).await?.is_some() {
        return Ok(Some(Answer::Workspace(WorkspaceId(id))));
    }
    let account = store::accounts::find(db, AccountId(id)).await?;
    Ok(account.map(|_| Answer::Person(id)))
}

async fn called(app: &App, text: &str) -> Result<Called> {
    // What no name can be is none.
    let Ok(name) = Name::parse(text) else {
        return Ok(Called::default());
    };
    let (db, folded, lower) = (app.db.reader(), name.folded(), text.to_lowercase());
    let slug = Slug::parse(&lower);
    let slug = slug.as_ref().map(Slug::as_str);
    let exact = store::workspaces::find_called(db, &folded, slug, MOST as u64 + 1).await?;
    let begins = folded.chars().count() >= LEAST;
    let mut beginning = match begins {
        true => store::workspaces::find_beginning(db, &folded, slug_beginning(&lower), MOST as u64 + 1).await?,
        false => Vec::new(),
    };
    let all = exact.len() + beginning.len();
    beginning.truncate(MOST.saturating_sub(exact.len()));
    let mut exact = exact;
    exact.truncate(MOST);
    Ok(Called {
        are_more: exact.len() + beginning.len() < all,
        exact,
        beginning,
    })
}

/// A slug may be read out as far as a hyphen.
fn slug_beginning(lower: &str) -> Option<&str> {
    let is_slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (!lower.is_empty() && lower.chars().all(is_slug)).then_some(lower)
}

/// A list names them: that is a look at each.
async fn record(app: &App, staff: &Staff, workspaces: &Called) -> Result<()> {
    if workspaces.is_empty() {
        return Ok(());
    }
    let tx = app.db.begin().await?;
    for workspace in workspaces.exact.iter().chain(&workspaces.beginning) {
        trail::of_workspace(&tx, app, staff.by(), workspace, Action::WorkspaceLookedUp, "").await?;
    }
    Ok(commit(tx).await?)
}

impl Called {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.beginning.is_empty()
    }
}
