//! Ids: TypeIDs (spec 0.3), a prefix that names the entity and a UUID. One form in GraphQL, logs, URLs and CSV.
//!
//! Stores keep only the 16 bytes of the UUID ([`TypeSafeId::uuid`]); the prefix is the column's or collection's name.

use type_safe_id::{StaticType, TypeSafeId};

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident, $kind:ident, $prefix:literal;)+) => {$(
        #[doc = concat!("The prefix `", $prefix, "`.")]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $kind;
        impl StaticType for $kind {
            const TYPE: &'static str = $prefix;
        }
        $(#[$doc])*
        pub type $id = TypeSafeId<$kind>;
    )+};
}

ids! {
    /// `customer_01h…`
    CustomerId, CustomerKind, "customer";
    /// `category_01h…`
    CategoryId, CategoryKind, "category";
    /// `product_01h…`
    ProductId, ProductKind, "product";
    /// `order_01h…`
    OrderId, OrderKind, "order";
    /// `article_01h…`
    ArticleId, ArticleKind, "article";
    /// `comment_01h…`
    CommentId, CommentKind, "comment";
    /// `event_01h…`: an activity event; not a GraphQL node
    EventId, EventKind, "event";
    /// `audit_01h…`: an entry of the audit log; not a GraphQL node
    AuditId, AuditKind, "audit";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_another_entity_is_refused() {
        let id = ProductId::from_uuid(uuid::Uuid::from_u128(7)).to_string();
        assert!(id.starts_with("product_"));
        assert!(id.parse::<ProductId>().is_ok());
        assert!(id.parse::<OrderId>().is_err());
    }
}
