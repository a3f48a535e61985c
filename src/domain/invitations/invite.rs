//! Inviting: a mail with a link for each address, and inviting somebody once more.

use secrecy::ExposeSecret;

use super::{LISTED, lock, mails};
use crate::domain::access::ManageMembers;
use crate::domain::audit::{self, Subject};
use crate::domain::mail::outbox;
use crate::domain::throttle::Attempt;
use crate::domain::{App, seal, workspaces};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::email::Email;
use crate::model::ids::InvitationId;
use crate::model::invitation::{GOOD_FOR, Invitation, MOST_AT_ONCE};
use crate::model::role::Role;
use crate::model::timestamp::plural;
use crate::model::workspace::Workspace;
use crate::store::db::commit;
use crate::store::{self, Tx};

/// What came of one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Invited,
    /// Nothing, and why.
    Not(String),
}

/// Invites each address, each for itself: what is wrong with one does not keep the others back. All in one role.
pub async fn invite(
    app: &App,
    proof: ManageMembers<'_>,
    typed: &[String],
    role: Role,
) -> Result<Vec<(String, Outcome)>> {
    proof.may_touch(&[role])?;
    if typed.is_empty() {
        return Err(AppError::invalid("emails", "Type at least one email address."));
    }
    if typed.len() > MOST_AT_ONCE {
        let why = format!("Invite at most {MOST_AT_ONCE} people at once.");
        return Err(AppError::invalid("emails", why));
    }
    let mut outcomes = Vec::new();
    // However it goes on, those that are written by then are sent.
    let _wake = Wake(app);
    for typed in typed {
        let outcome = match Email::parse(typed) {
            Err(why) => Outcome::Not(why.to_owned()),
            Ok(email) => match invite_one(app, proof, Whom::Address(&email, role)).await {
                Ok(_) => Outcome::Invited,
                Err(AppError::Conflict(why) | AppError::PlanLimit(why)) => Outcome::Not(why),
                Err(AppError::Forbidden(why)) => Outcome::Not(why.to_owned()),
                Err(AppError::RateLimited { retry_after_seconds }) => Outcome::Not(later(retry_after_seconds)),
                Err(other) => return Err(other),
            },
        };
        outcomes.push((typed.clone(), outcome));
    }
    Ok(outcomes)
}

/// Has the mails sent that are written when it is dropped.
struct Wake<'a>(&'a App);

impl Drop for Wake<'_> {
    fn drop(&mut self) {
        self.0.mailer.wake();
    }
}

/// Who is invited.
enum Whom<'a> {
    Address(&'a Email, Role),
    /// Whoever has this invitation, in its role.
    Known(InvitationId),
}

fn later(seconds: u64) -> String {
    let minutes = i64::try_from(seconds.div_ceil(60)).unwrap_or(i64::MAX).max(1);
    format!(
        "There were many mails lately. Invite this address again in {}.",
        plural(minutes, "minute")
    )
}

/// Sends an invitation again, with a link of its own: the one before opens nothing any more.
pub async fn resend(app: &App, proof: ManageMembers<'_>, id: InvitationId) -> Result<Email> {
    let _wake = Wake(app);
    invite_one(app, proof, Whom::Known(id)).await
}

async fn invite_one(app: &App, proof: ManageMembers<'_>, whom: Whom<'_>) -> Result<Email> {
    let now = app.now();
    let workspace = proof.workspace().id;
    // One person may have many workspaces; and whoever has used up their own takes none of their colleagues'.
    if let Some(person) = proof.by().account() {
        app.throttle
            .attempt(Attempt::InvitationSender, &person.to_string(), now)?;
    }
    app.throttle
        .attempt(Attempt::InvitationSender, &workspace.to_string(), now)?;
    let tx = app.db.begin().await?;
    let locked = lock(&tx, proof).await?;
    if locked.suspended_at.is_some() {
        return Err(AppError::Conflict(
            "This workspace is suspended: it invites nobody.".to_owned(),
        ));
    }
    let (email, role, known) = match whom {
        Whom::Address(email, role) => {
            let known = store::invitations::of_address(&tx, workspace, email).await?;
            (email.clone(), role, known)
        }
        Whom::Known(id) => {
            let known = store::invitations::find(&tx, workspace, id).await?;
            let known = known.ok_or(AppError::NotFound)?;
            (known.email.clone(), known.role, Some(known))
        }
    };
    if let Some(known) = &known {
        // Whoever may not make owners does not unmake an invitation that an owner has sent, either.
        proof.may_touch(&[known.role])?;
    }
    if is_member(&tx, &locked, &email).await? {
        return Err(AppError::Conflict("This person is a member already.".to_owned()));
    }
    if known.is_none() && store::invitations::count(&tx, workspace).await? >= LISTED {
        return Err(AppError::Conflict(format!(
            "There are {LISTED} invitations in this workspace already. Withdraw some first."
        )));
    }
    if known.as_ref().is_none_or(|known| known.is_over(now)) {
        leave_room(app, &tx, &locked).await?;
    }
    // Only now: what sends no mail counts as none. And not with other mails: nobody is kept from a new password by being invited.
    app.throttle.attempt(Attempt::InvitationAddress, &email.folded(), now)?;
    let token = seal::token(&*app.random);
    let digest = seal::digest(token.expose_secret());
    let invitation = Invitation {
        id: known
            .as_ref()
            .map_or_else(|| InvitationId(app.new_id()), |known| known.id),
        workspace_id: workspace,
        email: email.clone(),
        role,
        invited_by: proof.by().account(),
        invited_by_name: proof.by().actor.name().to_owned(),
        sent_at: now,
        expires_at: now.plus(GOOD_FOR),
    };
    match known {
        Some(_) => store::invitations::update(&tx, &invitation, &digest).await?,
        None => store::invitations::insert(&tx, &invitation, &digest).await?,
    }
    let mail = mails::invitation(app, &locked, &invitation, token.expose_secret())?;
    outbox::put(&tx, app, &mail).await?;
    let subject = Subject {
        name: email.to_string(),
        details: format!("as {role}"),
        ..Subject::default()
    };
    audit::record(&tx, app, workspace, proof.by(), Action::MemberInvited, subject).await?;
    commit(tx).await?;
    Ok(email)
}

/// Its members know each other: this tells nothing new.
async fn is_member(tx: &Tx, workspace: &Workspace, email: &Email) -> Result<bool> {
    let Some(known) = store::accounts::find_by_email(tx, email).await? else {
        return Ok(false);
    };
    Ok(store::members::role_of(tx, workspace.id, known.account.id)
        .await?
        .is_some())
}

/// Who is invited has a place of the plan.
async fn leave_room(app: &App, tx: &Tx, workspace: &Workspace) -> Result<()> {
    let plan = workspaces::plan_of(app, workspace);
    let Some(limit) = plan.members else { return Ok(()) };
    let members = store::members::count(tx, workspace.id).await?;
    let invited = store::invitations::count_open(tx, workspace.id, app.now()).await?;
    if members + invited < u64::from(limit) {
        return Ok(());
    }
    Err(AppError::PlanLimit(format!(
        "The {} plan has room for {limit} members, and with the open invitations there are as many.",
        plan.label
    )))
}
