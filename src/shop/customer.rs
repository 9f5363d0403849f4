//! Customers: who buys, and who writes in the magazine.

use super::{CustomerId, Timestamp};
use serde::{Deserialize, Serialize};

/// How valued a customer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Tier {
    /// Everyone starts here.
    Standard,
    /// Regular customers.
    Silver,
    /// The best ones.
    Gold,
}

codes!(Tier {
    Standard = "STANDARD",
    Silver = "SILVER",
    Gold = "GOLD",
});

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The id.
    pub id: CustomerId,
    /// Lower case, unique in the shop, at most 254 bytes.
    pub email: String,
    /// As the customer writes it, 1 to 200 characters.
    pub name: String,
    /// How valued the customer is.
    pub tier: Tier,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// Which customers a list holds; `None` means any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CustomerFilter {
    /// Only this tier.
    pub tier: Option<Tier>,
}
