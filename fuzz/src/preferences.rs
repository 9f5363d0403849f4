//! The merge patch of settings.

use polystore::{
    actions::patched,
    shop::{
        Currency, CustomerId, Notifications, Preferences, Theme,
        json::{MAX_BYTES, checked},
    },
};
use serde_json::{Value, json};

/// A patch is refused, or gives settings that the bounds allow, and gives the same settings when it comes again.
pub fn preferences(data: &[u8]) {
    let Ok(Ok(patch)) = serde_json::from_slice::<Value>(data).map(checked) else { return };
    let before = Preferences {
        customer_id: CustomerId::from_uuid(uuid::Uuid::from_u128(7)),
        theme: Theme::Dark,
        locale: "de-CH".to_owned(),
        currency: Currency::EUR,
        interests: vec!["hiking".to_owned()],
        notifications: Notifications { orders: true, magazine: false, offers: true },
        version: 3,
        extra: json!({ "kept": { "a": 1, "b": [true, null] }, "other": "x" }),
    };
    if let Ok(after) = patched(&before, &patch) {
        assert_eq!((after.customer_id, after.version), (before.customer_id, before.version));
        assert!(after.extra.is_object() && after.extra.to_string().len() <= MAX_BYTES);
        assert!(patched(&after, &patch).is_ok_and(|again| again == after), "the patch is another one the second time");
    }
}
