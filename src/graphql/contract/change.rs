//! One change, its severity, and the stable name by which it can be declared.

use std::fmt::{self, Display};

/// What a change means for a client of the old schema. The order is that of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A request that was valid is refused, or means something else, or an answer has a form that was ruled out.
    Breaking,
    /// Requests stay valid; a client may meet a value that it does not know.
    Dangerous,
    /// Nobody notices who does not ask for it.
    Safe,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $name:literal, $severity:ident;)+) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$doc])* $kind,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// Stable: files of declared changes hold it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            /// What it means.
            pub fn severity(self) -> Severity {
                match self { $(Self::$kind => Severity::$severity,)+ }
            }
        }
    };
}

kinds! {
    RootRemoved, "ROOT_REMOVED", Breaking;
    RootChanged, "ROOT_CHANGED", Breaking;
    TypeRemoved, "TYPE_REMOVED", Breaking;
    /// An object became an enum, and the like.
    TypeChangedKind, "TYPE_CHANGED_KIND", Breaking;
    InterfaceRemoved, "IMPLEMENTED_INTERFACE_REMOVED", Breaking;
    MemberRemoved, "TYPE_REMOVED_FROM_UNION", Breaking;
    ValueRemoved, "VALUE_REMOVED_FROM_ENUM", Breaking;
    FieldRemoved, "FIELD_REMOVED", Breaking;
    FieldRetyped, "FIELD_RETYPED", Breaking;
    ArgumentRemoved, "ARGUMENT_REMOVED", Breaking;
    ArgumentRetyped, "ARGUMENT_RETYPED", Breaking;
    RequiredArgumentAdded, "REQUIRED_ARGUMENT_ADDED", Breaking;
    ArgumentDefaultChanged, "ARGUMENT_DEFAULT_CHANGED", Breaking;
    InputFieldRemoved, "INPUT_FIELD_REMOVED", Breaking;
    InputFieldRetyped, "INPUT_FIELD_RETYPED", Breaking;
    RequiredInputFieldAdded, "REQUIRED_INPUT_FIELD_ADDED", Breaking;
    InputFieldDefaultChanged, "INPUT_FIELD_DEFAULT_CHANGED", Breaking;
    /// Clients that gave two fields, or none, are refused.
    BecameOneOf, "INPUT_BECAME_ONE_OF", Breaking;
    DirectiveRemoved, "DIRECTIVE_REMOVED", Breaking;
    DirectiveLocationRemoved, "DIRECTIVE_LOCATION_REMOVED", Breaking;
    DirectiveRepeatableRemoved, "DIRECTIVE_REPEATABLE_REMOVED", Breaking;
    InterfaceAdded, "IMPLEMENTED_INTERFACE_ADDED", Dangerous;
    MemberAdded, "TYPE_ADDED_TO_UNION", Dangerous;
    ValueAdded, "VALUE_ADDED_TO_ENUM", Dangerous;
    OptionalArgumentAdded, "OPTIONAL_ARGUMENT_ADDED", Dangerous;
    OptionalInputFieldAdded, "OPTIONAL_INPUT_FIELD_ADDED", Dangerous;
    /// `@specifiedBy` names another text.
    ScalarRespecified, "SCALAR_RESPECIFIED", Dangerous;
    RootAdded, "ROOT_ADDED", Safe;
    TypeAdded, "TYPE_ADDED", Safe;
    FieldAdded, "FIELD_ADDED", Safe;
    /// Every answer of the new type is one of the old type; every value of the old argument is one of the new.
    Widened, "RETYPED_SAFELY", Safe;
    Deprecated, "DEPRECATED", Safe;
    NoLongerOneOf, "INPUT_NO_LONGER_ONE_OF", Safe;
    DirectiveAdded, "DIRECTIVE_ADDED", Safe;
    DirectiveLocationAdded, "DIRECTIVE_LOCATION_ADDED", Safe;
    DirectiveRepeatableAdded, "DIRECTIVE_REPEATABLE_ADDED", Safe;
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What happened.
    pub kind: Kind,
    /// Where: a schema coordinate, such as `Product.price` or `Query.products(first:)`.
    pub place: String,
    /// From what to what.
    pub detail: Option<String>,
}

impl Change {
    /// What it means.
    pub fn severity(&self) -> Severity {
        self.kind.severity()
    }
}

/// The stable name. It holds the types of a retyped field, so that what was declared for one change does not excuse the next.
impl Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.place)?;
        self.detail.as_ref().map_or(Ok(()), |detail| write!(f, " {detail}"))
    }
}

/// What was found so far.
#[derive(Default)]
pub struct Changes(Vec<Change>);

impl Changes {
    pub fn add(&mut self, kind: Kind, place: impl Into<String>) {
        self.0.push(Change { kind, place: place.into(), detail: None });
    }

    pub fn retyped(&mut self, kind: Kind, place: impl Into<String>, before: impl Display, after: impl Display) {
        self.0.push(Change { kind, place: place.into(), detail: Some(format!("from {before} to {after}")) });
    }

    pub fn sorted(mut self) -> Vec<Change> {
        self.0.sort_by(|a, b| (a.severity(), a.kind, &a.place, &a.detail).cmp(&(b.severity(), b.kind, &b.place, &b.detail)));
        self.0
    }
}
