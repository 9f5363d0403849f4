//! Which HTTP status an answer has: two sets of rules are in use, and one answer cannot follow both.

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
