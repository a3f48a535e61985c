//! What is written to people about their keys. The texts are in `templates/mail`.

use std::collections::{BTreeMap, HashMap};

use askama::Template;

use crate::domain::App;
use crate::domain::keys::grace::OldKey;
use crate::domain::mail::Mail;
use crate::error::{AppError, Result};
use crate::model::email::Email;
use crate::model::ids::{AccountId, ProjectId, WorkspaceId};
use crate::model::key::Key;
use crate::model::role::Role;
use crate::model::timestamp::{DAY, Timestamp, plural};
use crate::model::workspace::{Member, Workspace};
use crate::store::{self, Tx};

/// The most keys that an email lists one by one.
const LISTED: usize = 200;

/// A key that ends, and who made it.
#[derive(Clone)]
pub(super) struct Ending {
    pub(super) key: Key,
    pub(super) maker: Option<AccountId>,
    /// Of the old key of a roll: who still sends it.
    pub(super) old: Option<OldKey>,
}

#[derive(Template)]
#[template(path = "mail/keys_end.txt")]
struct KeysEnd<'a> {
    product: &'a str,
    home: &'a str,
    keys: &'a [Line],
    /// How many more there are than the email lists.
    more: usize,
    /// Whether any of them was not rolled yet.
    can_roll: bool,
}

#[derive(Clone)]
struct Line {
    name: String,
    display_prefix: String,
    environment: &'static str,
    /// "Acme, Site"
    place: String,
    exact: String,
    relative: String,
    is_disabled: bool,
    /// Of the old key of a roll: that it is still used or sent, and by whom.
    still: Option<(&'static str, String)>,
    link: String,
    at: Timestamp,
}

/// Tells the owners and admins of each key's workspace, and the person who made it and is still a member: one email a person, soonest
/// end first. Who has not confirmed an address is not written to.
pub(super) async fn keys_end(tx: &Tx, app: &App, ending: &[Ending]) -> Result<Vec<Mail>> {
    let mut workspaces: HashMap<WorkspaceId, Option<(Workspace, Vec<Member>)>> = HashMap::new();
    let mut projects: HashMap<ProjectId, (String, String)> = HashMap::new();
    let mut mails: BTreeMap<AccountId, (Email, Vec<Line>)> = BTreeMap::new();
    for one in ending {
        let Ending { key, maker, .. } = one;
        let id = key.workspace_id;
        if let std::collections::hash_map::Entry::Vacant(unknown) = workspaces.entry(id) {
            unknown.insert(workspace(tx, id).await?);
        }
        let Some(Some((workspace, members))) = workspaces.get(&id) else {
            continue;
        };
        if let Some(project) = key.project_id
            && !projects.contains_key(&project)
            && let Some(found) = store::projects::find(tx, id, project).await?
        {
            projects.insert(project, (found.slug, found.name));
        }
        let Some(line) = line(app, one, workspace, &projects) else {
            continue;
        };
        let told = members
            .iter()
            .filter(|member| member.role >= Role::Admin || Some(member.account_id) == *maker);
        for member in told {
            let mail = mails.entry(member.account_id);
            let (_, lines) = mail.or_insert_with(|| (member.email.clone(), Vec::new()));
            lines.push(line.clone());
        }
    }
    mails.into_values().map(|(to, lines)| mail(app, to, lines)).collect()
}

async fn workspace(tx: &Tx, id: WorkspaceId) -> Result<Option<(Workspace, Vec<Member>)>> {
    let found = store::workspaces::find(tx, id).await?;
    let members = store::members::reachable(tx, id).await?;
    Ok(found.map(|workspace| (workspace, members)))
}

fn line(
    app: &App,
    ending: &Ending,
    workspace: &Workspace,
    projects: &HashMap<ProjectId, (String, String)>,
) -> Option<Line> {
    let Ending { key, old, .. } = ending;
    let at = key.expires_at?;
    let project = key.project_id.and_then(|id| projects.get(&id));
    let (place, keys) = match project {
        Some((slug, name)) => (
            format!("{}, {name}", workspace.name),
            format!("/w/{}/p/{slug}/keys", workspace.slug),
        ),
        None => (workspace.name.clone(), format!("/w/{}/keys", workspace.slug)),
    };
    Some(Line {
        name: key.name.clone(),
        display_prefix: key.display_prefix.clone(),
        environment: key.environment.as_str(),
        place,
        exact: at.exact(),
        relative: left(at, app.now()),
        is_disabled: key.is_disabled(app.now()),
        still: old.as_ref().and_then(|old| still(old, app.now())),
        link: app.link(&format!("{keys}/{}/roll", key.id)),
        at,
    })
}

/// Rounded up: the email about the third day is written a moment after it has begun.
fn left(at: Timestamp, now: Timestamp) -> String {
    let days = (at.millis() - now.millis() + DAY - 1) / DAY;
    format!("in {}", plural(days, "day"))
}

/// `used`, `3 hours ago from 203.0.113.7 by curl/8.5`
fn still(old: &OldKey, now: Timestamp) -> Option<(&'static str, String)> {
    match old {
        OldKey::Used(last) => {
            let agent = match last.user_agent.as_str() {
                "" => String::new(),
                agent => format!(" by {agent}"),
            };
            let ago = last.at.relative(now);
            Some(("used", format!("{ago} from {}{agent}", last.address)))
        }
        OldKey::Tried(requests) => Some((
            "sent",
            format!("{} refused in the last day", plural(*requests, "request")),
        )),
        OldKey::Gone(_) | OldKey::Idle(_) => None,
    }
}

fn mail(app: &App, to: Email, mut lines: Vec<Line>) -> Result<Mail> {
    lines.sort_by_key(|line| line.at);
    let subject = match lines.as_slice() {
        [only] => match &only.still {
            Some((how, _)) => format!("The old key “{}” is still {how}, and ends {}", only.name, only.relative),
            None => format!("The key “{}” ends {}", only.name, only.relative),
        },
        _ => format!("{} keys for {} end soon", lines.len(), app.profile.api.name),
    };
    let more = lines.len().saturating_sub(LISTED);
    lines.truncate(LISTED);
    let text = KeysEnd {
        product: &app.profile.api.name,
        home: &app.settings.public_url,
        can_roll: lines.iter().any(|line| line.still.is_none()),
        keys: &lines,
        more,
    };
    let text = text.render().map_err(|error| AppError::Internal(error.into()))?;
    Ok(Mail {
        to,
        subject,
        text,
        kind: "keys_end",
        expires_at: None,
        unsubscribe: None,
    })
}
