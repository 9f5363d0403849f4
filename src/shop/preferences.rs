//! Preferences: one flexible document for each customer.

use super::{Currency, CustomerId};
use serde::{Deserialize, Serialize};

/// The look of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Theme {
    /// As the device says.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

codes!(Theme {
    System = "SYSTEM",
    Light = "LIGHT",
    Dark = "DARK",
});

/// What the shop may write to the customer about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Notifications {
    /// About the customer's own orders.
    pub orders: bool,
    /// The magazine.
    pub magazine: bool,
    /// Offers.
    pub offers: bool,
}

/// A customer's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Preferences {
    /// Whose they are; there is at most one document each.
    pub customer_id: CustomerId,
    /// The look of the pages.
    pub theme: Theme,
    /// BCP 47, for example `de-CH`.
    pub locale: String,
    /// What prices are shown in.
    pub currency: Currency,
    /// Tags of the magazine, at most 50.
    pub interests: Vec<String>,
    /// What the shop may write about.
    pub notifications: Notifications,
    /// 1 at first, one more with each change.
    pub version: i64,
    /// Whatever a front end keeps: a JSON object as [`crate::shop::json::checked`] allows, keys sorted.
    pub extra: serde_json::Value,
}
