//! Which HTTP status an answer has (two sets of rules are in use, and one answer cannot follow both), and how sessions come in a cookie.

/// A set of rules for the status of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusProfile {
    /// What clients know, and what the audit suite of the npm package graphql-http asks for: 400 for what is refused, and 200 where only
    /// `application/json` is taken.
    #[default]
    Suite,
    /// The draft of GraphQL over HTTP of 2026: 422 for what can be read and is refused, whatever the media type; 294 for an answer with
    /// data and errors.
    Draft,
}

impl StatusProfile {
    /// The name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Suite => "suite",
            Self::Draft => "draft",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Suite, Self::Draft].into_iter().find(|profile| profile.name() == name)
    }
}

/// How sessions come in a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionCookie {
    /// For https alone, and for this host alone.
    Secure,
    /// Over http, too: to develop with.
    Plain,
}

impl SessionCookie {
    /// The name in settings.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Secure => "on",
            Self::Plain => "plain",
        }
    }

    /// That of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Secure, Self::Plain].into_iter().find(|kind| kind.setting() == name)
    }
}
