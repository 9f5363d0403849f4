//! `Preferences`.

use super::{enums::Theme, scalars::Json};
use crate::shop::{Notifications, Preferences};
use async_graphql::Object;

/// A customer's settings.
#[Object]
impl Preferences {
    /// The look of the pages.
    async fn theme(&self) -> Theme {
        self.theme.into()
    }

    /// BCP 47, for example `de-CH`.
    async fn locale(&self) -> &str {
        &self.locale
    }

    /// What prices are shown in.
    async fn currency(&self) -> &'static str {
        self.currency.code()
    }

    /// Tags of the magazine.
    async fn interests(&self) -> &[String] {
        &self.interests
    }

    /// What the shop may write about.
    async fn notifications(&self) -> Notifications {
        self.notifications
    }

    /// Whatever a front end keeps, keys sorted.
    async fn extra(&self) -> Json {
        Json(self.extra.clone())
    }
}

/// What the shop may write to the customer about.
#[Object]
impl Notifications {
    /// About the customer's own orders.
    async fn orders(&self) -> bool {
        self.orders
    }

    /// The magazine.
    async fn magazine(&self) -> bool {
        self.magazine
    }

    /// Offers.
    async fn offers(&self) -> bool {
        self.offers
    }
}
