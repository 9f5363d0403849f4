//! The audit log: who changed somebody's rights, money or the catalogue. An entry is written in the transaction of the change that it tells
//! of, so it is there exactly when the change is; and it stays as it is.
//!
//! It says what was done to what, with numbers and names of fields. What stood in the fields is not its business: no e-mail, no name, no
//! password, no token gets in, so whoever may read the log learns nothing about people but what they did.

use super::{
    AccountRole, Article, AuditId, CustomerId, Once, Order, OrderWithItems, Product, ProductChange, ProfileChange, Timestamp, Viewer,
};
use serde_json::{Value, json};
use std::net::IpAddr;
use uuid::Uuid;

/// What is told of in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Somebody made an account.
    SignUp,
    /// Somebody changed their name or e-mail.
    UpdateProfile,
    /// Somebody at the terminal gave an account a role, or a password.
    SetRole,
    /// A product was added.
    CreateProduct,
    /// A product was changed.
    UpdateProduct,
    /// Pieces came or went.
    AdjustStock,
    /// Somebody bought.
    PlaceOrder,
    /// An order was paid.
    PayOrder,
    /// An order was sent.
    ShipOrder,
    /// An order was called off.
    CancelOrder,
    /// A draft was saved.
    CreateArticle,
    /// An article was changed.
    UpdateArticle,
    /// Readers see an article.
    PublishArticle,
    /// Readers see an article no more.
    UnpublishArticle,
}

codes!(Action {
    SignUp = "signUp",
    UpdateProfile = "updateProfile",
    SetRole = "setRole",
    CreateProduct = "createProduct",
    UpdateProduct = "updateProduct",
    AdjustStock = "adjustStock",
    PlaceOrder = "placeOrder",
    PayOrder = "payOrder",
    ShipOrder = "shipOrder",
    CancelOrder = "cancelOrder",
    CreateArticle = "createArticle",
    UpdateArticle = "updateArticle",
    PublishArticle = "publishArticle",
    UnpublishArticle = "unpublishArticle",
});

/// One entry of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// The id, a UUID of version 7: entries are read in its order, which is that of their times.
    pub id: AuditId,
    /// When the change was asked for: the time in the id.
    pub at: Timestamp,
    /// Whose account asked for it; `None`: a visitor, or the person at the terminal.
    pub actor: Option<CustomerId>,
    /// What the account could do at that time.
    pub role: Option<AccountRole>,
    /// The code of an [`Action`], or that of one which only a newer program knows.
    pub action: String,
    /// What was changed, by its id's text (`order_01h…`).
    pub subject: String,
    /// The request that asked, by the id that its answer and its lines in the log have.
    pub request: Option<String>,
    /// From where it came, as far as that is known.
    pub client: Option<IpAddr>,
    /// A small JSON object: what was asked and what came of it, see [`asked`] and [`outcome`].
    pub details: Value,
}

/// Who asks, as far as the log is to know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asking<'a> {
    /// Who; `None`: the person at the terminal.
    pub viewer: Option<Viewer>,
    /// In which request.
    pub request: Option<&'a str>,
    /// From where.
    pub client: Option<IpAddr>,
}

impl AuditEntry {
    /// An entry of this moment.
    pub fn new(asking: Asking<'_>, action: Action, subject: impl ToString, details: Value) -> Self {
        let id = Uuid::now_v7();
        Self {
            id: AuditId::from_uuid(id),
            at: time_of(id).unwrap_or_else(Timestamp::now),
            actor: asking.viewer.and_then(Viewer::customer_id),
            role: asking.viewer.and_then(Viewer::role),
            action: action.code().to_owned(),
            subject: subject.to_string(),
            request: asking.request.map(str::to_owned),
            client: asking.client,
            details,
        }
    }

    /// The same with what came of the change.
    pub fn with(&self, outcome: Value) -> Self {
        let mut entry = self.clone();
        match (&mut entry.details, outcome) {
            (Value::Object(details), Value::Object(outcome)) => details.extend(outcome),
            (details, outcome) => *details = outcome,
        }
        super::json::canonical(&mut entry.details);
        entry
    }
}

/// The milliseconds with which a UUID of version 7 begins.
fn time_of(id: Uuid) -> Option<Timestamp> {
    Timestamp::from_millis(i64::try_from(id.as_u128() >> 80).ok()?).ok()
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Not older than this.
    pub since: Option<Timestamp>,
    /// Only what comes behind this entry in the list, which is what is older.
    pub before: Option<AuditId>,
    /// Of this action.
    pub action: Option<String>,
    /// About this, by its id's text.
    pub subject: Option<String>,
}

impl AuditFilter {
    /// The ids that are wanted: from the first one on, and less than the second one.
    pub fn ids(&self) -> (Uuid, Uuid) {
        let millis = self.since.and_then(|since| u128::try_from(since.millis()).ok()).unwrap_or_default();
        (Uuid::from_u128(millis << 80), self.before.map_or(Uuid::max(), |before| before.uuid()))
    }
}

/// Where a write comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Provenance<'a> {
    /// The key under which it is done once; without one it is done each time that it is asked for.
    pub once: Option<&'a Once>,
    /// What the log is told if it is done; nothing about what nobody asked for, as a seed.
    pub audit: Option<&'a AuditEntry>,
}

impl<'a> Provenance<'a> {
    /// A change that the log is told of, under its key if it has one.
    pub fn new(once: Option<&'a Once>, audit: &'a AuditEntry) -> Self {
        Self { once, audit: Some(audit) }
    }
}

impl<'a> From<&'a Once> for Provenance<'a> {
    fn from(once: &'a Once) -> Self {
        Self { once: Some(once), audit: None }
    }
}

impl<'a> From<Option<&'a Once>> for Provenance<'a> {
    fn from(once: Option<&'a Once>) -> Self {
        Self { once, audit: None }
    }
}

/// What was asked, for [`AuditEntry::details`]: known before the change.
pub mod asked {
    use super::*;

    fn fields<const N: usize>(fields: [(&str, bool); N]) -> Value {
        json!({ "fields": fields.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect::<Vec<_>>() })
    }

    /// Nothing beside the action itself.
    pub fn plainly() -> Value {
        json!({})
    }

    /// Which fields of a product.
    pub fn of_product(change: &ProductChange) -> Value {
        fields([
            ("sku", change.sku.is_some()),
            ("slug", change.slug.is_some()),
            ("name", change.name.is_some()),
            ("description", change.description.is_some()),
            ("price", change.price.is_some()),
            ("categoryId", change.category_id.is_some()),
        ])
    }

    /// Which fields of a profile.
    pub fn of_profile(change: &ProfileChange) -> Value {
        fields([("name", change.name.is_some()), ("email", change.email.is_some())])
    }

    /// Which fields of an article differ.
    pub fn of_article(before: &Article, after: &Article) -> Value {
        fields([
            ("slug", before.slug != after.slug),
            ("title", before.title != after.title),
            ("tags", before.tags != after.tags),
            ("blocks", before.blocks != after.blocks),
            ("productIds", before.product_ids != after.product_ids),
        ])
    }

    /// How many pieces came or went.
    pub fn of_stock(delta: i64) -> Value {
        json!({ "delta": delta })
    }

    /// A role, and whether a password was set with it.
    pub fn of_role(role: AccountRole, password: bool) -> Value {
        json!({ "role": role.code(), "password": password })
    }
}

/// What came of it, for [`AuditEntry::details`]: known in the transaction.
pub mod outcome {
    use super::*;

    /// Nothing beside the change itself.
    pub fn plainly() -> Value {
        json!({})
    }

    /// A product as it is now.
    pub fn of_product(product: &Product) -> Value {
        let Product { stock, version, price, .. } = product;
        json!({ "stock": stock, "version": version, "priceMinor": price.minor, "currency": price.currency.code() })
    }

    /// A new order.
    pub fn of_placed(placed: &OrderWithItems) -> Value {
        let (order, pieces) = (&placed.order, placed.items.iter().map(|item| item.quantity).sum::<i64>());
        json!({ "totalMinor": order.total.minor, "currency": order.total.currency.code(), "pieces": pieces, "status": order.status.code() })
    }

    /// An order that went on.
    pub fn of_moved(order: &Order) -> Value {
        json!({
            "totalMinor": order.total.minor,
            "currency": order.total.currency.code(),
            "status": order.status.code(),
            "version": order.version,
        })
    }

    /// An article as it is now.
    pub fn of_article(article: &Article) -> Value {
        json!({ "status": article.status.code(), "version": article.version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_of_the_time_in_its_id_and_between_the_bounds_of_it() {
        let entry = AuditEntry::new(Asking::default(), Action::SignUp, "customer_1", asked::plainly());
        assert!(Timestamp::now().millis() - entry.at.millis() < 60_000);
        let from = |millis: i64| AuditFilter { since: Timestamp::from_millis(entry.at.millis() + millis).ok(), ..AuditFilter::default() };
        for (millis, seen) in [(-1, true), (0, true), (1, false)] {
            let (first, end) = from(millis).ids();
            assert_eq!(first <= entry.id.uuid() && entry.id.uuid() < end, seen, "{millis}");
        }
        let before = AuditFilter { before: Some(entry.id), ..AuditFilter::default() };
        assert!(entry.id.uuid() >= before.ids().1, "an entry is not behind itself");
    }

    #[test]
    fn what_was_asked_and_what_came_of_it_stand_together() {
        let entry = AuditEntry::new(Asking::default(), Action::AdjustStock, "product_1", asked::of_stock(-2));
        assert_eq!(entry.with(json!({ "stock": 3 })).details.to_string(), r#"{"delta":-2,"stock":3}"#);
        assert_eq!(entry.with(outcome::plainly()), entry);
    }

    #[test]
    fn details_name_fields_and_not_what_stands_in_them() {
        let change = ProfileChange { name: Some("Ada".into()), email: Some("ada@example.com".into()) };
        assert_eq!(asked::of_profile(&change), json!({ "fields": ["name", "email"] }));
        assert_eq!(asked::of_profile(&ProfileChange::default()), json!({ "fields": [] }));
        let change = ProductChange { description: Some("secret".into()), ..ProductChange::default() };
        assert_eq!(asked::of_product(&change), json!({ "fields": ["description"] }));
    }
}
