//! A customer changes settings: a JSON merge patch (RFC 7396) over the settings document.

use super::{
    refusal::{ActionError, Faults, Outcome, Refusal, RefusalCode},
    who::Asker,
};
use crate::{
    roles::PreferenceStore,
    shop::{
        Currency, CustomerId, Notifications, Preferences, Theme,
        json::{self as free_json, canonical},
        rules::{self, BrokenRule},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Changes at the same time are rare: one person's two windows.
const ATTEMPTS: usize = 5;
/// Most interests.
const MAX_INTERESTS: usize = 50;

/// The document that patches are applied to.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    theme: Theme,
    locale: String,
    currency: String,
    interests: Vec<String>,
    notifications: Notifications,
    extra: Value,
}

/// Applies the patch to the viewer's own settings. `null` takes a key of `extra` away; the named settings cannot be taken away.
pub async fn set_preferences(preferences: &dyn PreferenceStore, asker: &Asker, patch: Value) -> Outcome<Preferences> {
    let customer_id = asker.customer()?;
    // bounds before anything is merged: depth, size, keys that stores would misread
    let patch = free_json::checked(patch).map_err(|bad| Refusal::of(RefusalCode::BadUserInput, "patch", bad))?;
    for _ in 0..ATTEMPTS {
        let current = preferences.preferences_by_customers(&[customer_id]).await?.pop();
        let version = current.as_ref().map_or(0, |current| current.version);
        let current = current.unwrap_or_else(|| fresh(customer_id));
        let mut next = patched(&current, &patch)?;
        if version > 0 && next == current {
            return Ok(current);
        }
        next.version = version + 1;
        if preferences.preferences_replace(&next).await.map_err(ActionError::Write)? {
            return Ok(next);
        }
    }
    Err(Refusal::of(RefusalCode::Conflict, "patch", "the settings are being changed at this moment: try again").into())
}

fn fresh(customer_id: CustomerId) -> Preferences {
    Preferences {
        customer_id,
        theme: Theme::System,
        locale: "en".to_owned(),
        currency: Currency::EUR,
        interests: Vec::new(),
        notifications: Notifications { orders: true, magazine: false, offers: false },
        version: 1,
        extra: Value::Object(serde_json::Map::new()),
    }
}

fn patched(current: &Preferences, patch: &Value) -> Outcome<Preferences> {
    let document = Document {
        theme: current.theme,
        locale: current.locale.clone(),
        currency: current.currency.code().to_owned(),
        interests: current.interests.clone(),
        notifications: current.notifications,
        extra: current.extra.clone(),
    };
    let mut merged = serde_json::to_value(document).map_err(|_| ActionError::Internal)?;
    json_patch::merge(&mut merged, patch);
    canonical(&mut merged);
    let wrong = |reason: &dyn std::fmt::Display| Refusal::of(RefusalCode::BadUserInput, "patch", reason);
    let merged: Document = serde_json::from_value(merged).map_err(|error| wrong(&error))?;
    let mut faults = Faults::default();
    let locale = faults.check("patch.locale", rules::locale(merged.locale));
    let currency = faults.check("patch.currency", merged.currency.parse::<Currency>().map_err(|error| BrokenRule(error.to_string())));
    let interests = faults.check("patch.interests", rules::tags(merged.interests, MAX_INTERESTS));
    let extra = faults.check("patch.extra", free_json::checked(merged.extra).map_err(|error| BrokenRule(error.to_string())));
    let preferences = (|| {
        Some(Preferences {
            customer_id: current.customer_id,
            theme: merged.theme,
            locale: locale?,
            currency: currency?,
            interests: interests?,
            notifications: merged.notifications,
            version: current.version,
            extra: extra?,
        })
    })();
    faults.done(preferences)
}
