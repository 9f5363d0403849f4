//! The bounds of free JSON.

use polystore::shop::json::{MAX_BYTES, checked};

/// What is kept is within its bounds, and is kept again as it is.
pub fn json(data: &[u8]) {
    let Ok(value) = serde_json::from_slice(data) else { return };
    if let Ok(kept) = checked(value) {
        assert!(kept.to_string().len() <= MAX_BYTES);
        let text = kept.to_string();
        let again = checked(serde_json::from_str(&text).unwrap_or_default()).map(|again| again.to_string());
        assert_eq!(again, Ok(text));
    }
}
