//! Viewers: who asks, and what that lets them see. The rules of reading are here and nowhere else.

use super::CustomerId;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountRole {
    /// Buys, comments, writes drafts nowhere: sees what is public and what is their own.
    Customer,
    /// Writes and publishes in the magazine.
    Editor,
    /// Runs the shop: sees and changes everything.
    Admin,
}

codes!(AccountRole {
    Customer = "CUSTOMER",
    Editor = "EDITOR",
    Admin = "ADMIN",
});

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Viewer {
    /// Nobody we know: sees what is public.
    Visitor,
    /// Nobody we know, on a machine whose owner lets everybody read everything (a demo). Changes nothing that a visitor could not.
    Reader,
    /// Somebody who signed in.
    Account {
        /// Whose account it is.
        id: CustomerId,
        /// What it may do.
        role: AccountRole,
    },
}

/// Which rows a viewer may see. Stores add it to their predicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// What everybody may see.
    Public,
    /// What everybody may see, and this customer's own.
    Of(CustomerId),
    /// Every row.
    Everything,
}

impl Audience {
    /// The customer whose own rows are seen beside the public ones.
    pub fn customer(self) -> Option<CustomerId> {
        if let Self::Of(id) = self { Some(id) } else { None }
    }

    /// Whether every row is seen.
    pub fn is_everything(self) -> bool {
        self == Self::Everything
    }
}

impl Viewer {
    /// The account's id.
    pub fn customer_id(self) -> Option<CustomerId> {
        if let Self::Account { id, .. } = self { Some(id) } else { None }
    }

    /// The account's role.
    pub fn role(self) -> Option<AccountRole> {
        if let Self::Account { role, .. } = self { Some(role) } else { None }
    }

    /// Whether the viewer runs the shop.
    pub fn is_admin(self) -> bool {
        self.role() == Some(AccountRole::Admin)
    }

    /// Whether the viewer writes the magazine.
    pub fn is_editor(self) -> bool {
        self.role() >= Some(AccountRole::Editor)
    }

    /// Which customers and orders the viewer sees.
    pub fn of_customers(self) -> Audience {
        self.audience(AccountRole::Admin)
    }

    /// Which articles the viewer sees: drafts are their author's, and the editors'.
    pub fn of_articles(self) -> Audience {
        self.audience(AccountRole::Editor)
    }

    /// Whether the viewer sees what belongs to this customer alone: e-mail, orders, preferences, activity.
    pub fn sees(self, owner: CustomerId) -> bool {
        match self.of_customers() {
            Audience::Everything => true,
            Audience::Of(id) => id == owner,
            Audience::Public => false,
        }
    }

    fn audience(self, everything_from: AccountRole) -> Audience {
        match self {
            Self::Visitor => Audience::Public,
            Self::Reader => Audience::Everything,
            Self::Account { role, .. } if role >= everything_from => Audience::Everything,
            Self::Account { id, .. } => Audience::Of(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_viewer_sees_what_the_role_allows_and_no_more() {
        let [me, you] = [1, 2].map(|n| CustomerId::from_uuid(uuid::Uuid::from_u128(n)));
        let account = |role| Viewer::Account { id: me, role };
        for (viewer, customers, articles, sees_me, sees_you) in [
            (Viewer::Visitor, Audience::Public, Audience::Public, false, false),
            (Viewer::Reader, Audience::Everything, Audience::Everything, true, true),
            (account(AccountRole::Customer), Audience::Of(me), Audience::Of(me), true, false),
            (account(AccountRole::Editor), Audience::Of(me), Audience::Everything, true, false),
            (account(AccountRole::Admin), Audience::Everything, Audience::Everything, true, true),
        ] {
            assert_eq!((viewer.of_customers(), viewer.of_articles()), (customers, articles), "{viewer:?}");
            assert_eq!((viewer.sees(me), viewer.sees(you)), (sees_me, sees_you), "{viewer:?}");
        }
        assert!(!Viewer::Reader.is_admin() && !Viewer::Reader.is_editor() && !account(AccountRole::Editor).is_admin());
    }
}
