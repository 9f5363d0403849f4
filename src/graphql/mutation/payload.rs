//! What all payloads have in common.

use crate::{actions, receipt::Role};
use async_graphql::{Enum, SimpleObject};

/// Kinds of refusals that a client is expected to handle.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "actions::RefusalCode")]
pub enum UserErrorCode {
    /// A value is not acceptable.
    BadUserInput,
    /// What the input names does not exist, or is not yours.
    NotFound,
    /// It does not fit what is there now: a taken name, another version, another status.
    Conflict,
    /// There are fewer pieces than asked for.
    OutOfStock,
    /// E-mail or password is wrong.
    Unauthenticated,
}

/// Why the change was not made.
#[derive(SimpleObject)]
pub struct UserError {
    /// Its kind.
    code: UserErrorCode,
    /// The field of the input, as a path: `items.0.quantity`.
    field: Option<String>,
    /// For people.
    message: String,
}

impl From<actions::Refusal> for UserError {
    fn from(refusal: actions::Refusal) -> Self {
        Self { code: refusal.code.into(), field: refusal.field, message: refusal.message }
    }
}

/// The three kinds of stores.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Role")]
pub enum StoreRole {
    /// Facts with rules.
    Relational,
    /// Flexible content.
    Documents,
    /// Copies and counts.
    Hot,
}

/// Whether a store has the change.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropagationState {
    /// It is there, and stays.
    Done,
    /// It is in the outbox, and follows; usually within a second.
    Pending,
}

/// A store that has the change, or gets it.
#[derive(SimpleObject)]
pub struct Propagation {
    /// Which.
    store: StoreRole,
    /// Whether it has it.
    state: PropagationState,
}

/// The owner of the changed fact, and who follows.
pub fn propagation(owner: Role, followers: &[Role]) -> Vec<Propagation> {
    let one = |role: Role, state| Propagation { store: role.into(), state };
    let owner = std::iter::once(one(owner, PropagationState::Done));
    owner.chain(followers.iter().map(|role| one(*role, PropagationState::Pending))).collect()
}

/// `payload!(Name { field: Type }, owner -> followers)`: a payload with one changed object.
macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $type:ty }, $owner:ident -> [$($follower:ident),*]) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            $(#[$field_doc])*
            $field: Option<$type>,
            /// Why the change was not made; empty if it was.
            user_errors: Vec<$crate::graphql::mutation::payload::UserError>,
            /// Which stores have the change, or get it; empty if it was not made.
            propagation: Vec<$crate::graphql::mutation::payload::Propagation>,
        }

        impl From<$crate::graphql::mutation::run::Ran<$type>> for $name {
            fn from(ran: $crate::graphql::mutation::run::Ran<$type>) -> Self {
                use $crate::{graphql::mutation::payload::propagation, receipt::Role};
                match ran {
                    Ok(changed) => Self {
                        $field: Some(changed),
                        user_errors: Vec::new(),
                        propagation: propagation(Role::$owner, &[$(Role::$follower),*]),
                    },
                    Err(refusals) => Self {
                        $field: None,
                        user_errors: refusals.into_iter().map(Into::into).collect(),
                        propagation: Vec::new(),
                    },
                }
            }
        }
    };
}
pub(super) use payload;
