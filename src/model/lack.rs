//! What a good key lacks for a request.

/// What a good key lacks for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// A scope of the profile.
    Scope(String),
    /// Access `all`.
    FullAccess,
    /// Access `read` or `all`, where it has scopes.
    ReadAccess,
    /// Any access but `read`.
    WriteAccess,
    /// No key will do: it is done in the dashboard.
    Person,
    /// Access `all`, because no route names the request.
    Route,
    /// No key will do: the request is outside of the API.
    Api,
}

impl Lack {
    /// It, in the words of a list of refusals.
    pub fn words(&self) -> &str {
        match self {
            Self::Scope(scope) => scope,
            Self::FullAccess => "full access",
            Self::ReadAccess => "read access",
            Self::WriteAccess => "write access",
            Self::Person => "a person, in the dashboard",
            Self::Route => "full access, because no route names the request",
            Self::Api => "a path below the base path",
        }
    }

    /// The scope, if it is one.
    pub fn scope(&self) -> Option<&str> {
        match self {
            Self::Scope(scope) => Some(scope),
            _ => None,
        }
    }

    /// A sentence for the customer's program and the person who reads its log.
    pub fn message(&self) -> String {
        match self {
            Self::Route => {
                "This API key lacks full access, and nothing less opens this request: no route of the API names it. \
                            Compare the method and the path with the documentation."
                    .to_owned()
            }
            Self::Api => {
                "This request is outside of the API, and no API key opens it. Compare the path with the documentation."
                    .to_owned()
            }
            _ => format!("This API key lacks what the request needs: {}.", self.words()),
        }
    }
}
