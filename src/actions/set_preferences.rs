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
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Changes at the same time are rare: one person's two windows.
const ATTEMPTS: usize = 5;
/// Most interests.
const MAX_INTERESTS: usize = 50;

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

/// The settings after a patch, which [`free_json::checked`] has let through.
pub fn patched(current: &Preferences, patch: &Value) -> Outcome<Preferences> {
    let mut merged = json!({
        "theme": current.theme,
        "locale": current.locale,
        "currency": current.currency,
        "interests": current.interests,
        "notifications": current.notifications,
        "extra": current.extra,
    });
    json_patch::merge(&mut merged, patch);
    canonical(&mut merged);
    let mut faults = Faults::default();
    let Value::Object(mut settings) = merged else { return Err(ActionError::Internal) };
    let theme = part::<Theme>(&mut faults, "patch", &mut settings, "theme");
    let locale = part(&mut faults, "patch", &mut settings, "locale");
    let locale = locale.and_then(|locale| faults.check("patch.locale", rules::locale(locale)));
    let currency = part::<String>(&mut faults, "patch", &mut settings, "currency");
    let currency = currency.and_then(|code| faults.check("patch.currency", code.parse::<Currency>().map_err(BrokenRule::new)));
    let interests = part(&mut faults, "patch", &mut settings, "interests");
    let interests = interests.and_then(|interests| faults.check("patch.interests", rules::tags(interests, MAX_INTERESTS)));
    let notifications = part(&mut faults, "patch", &mut settings, "notifications");
    let notifications = notifications.and_then(|switches| notifications_of(&mut faults, switches));
    let extra = part(&mut faults, "patch", &mut settings, "extra");
    let extra = extra.and_then(|extra| faults.check("patch.extra", free_json::checked(extra).map_err(BrokenRule::new)));
    no_others(&mut faults, "patch", &settings);
    let preferences = (|| {
        Some(Preferences {
            customer_id: current.customer_id,
            theme: theme?,
            locale: locale?,
            currency: currency?,
            interests: interests?,
            notifications: notifications?,
            version: current.version,
            extra: extra?,
        })
    })();
    faults.done(preferences)
}

fn notifications_of(faults: &mut Faults, mut switches: Map<String, Value>) -> Option<Notifications> {
    let place = "patch.notifications";
    let [orders, magazine, offers] = ["orders", "magazine", "offers"].map(|name| part(faults, place, &mut switches, name));
    no_others(faults, place, &switches);
    Some(Notifications { orders: orders?, magazine: magazine?, offers: offers? })
}

/// A part of the settings, which is there unless the patch took it away, and of the right type unless the patch gave it another.
fn part<T: DeserializeOwned>(faults: &mut Faults, place: &str, settings: &mut Map<String, Value>, name: &str) -> Option<T> {
    let checked = match settings.remove(name) {
        Some(value) => serde_json::from_value(value).map_err(BrokenRule::new),
        None => Err(BrokenRule::new("cannot be taken away")),
    };
    faults.check(&format!("{place}.{name}"), checked)
}

/// Whatever else the patch has put there.
fn no_others(faults: &mut Faults, place: &str, left: &Map<String, Value>) {
    for name in left.keys() {
        faults.add(place, format_args!("{} is not the name of a setting", rules::shown(name)));
    }
}
