//! The reader of cursors.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use polystore::shop::{
    SortKind,
    cursor::{decode, encode},
};

const LIST: &str = "products/NAME_ASC";

/// A text as a client sends it, and one that a client wrapped as we do. What is read is written and read again as the same key.
pub fn cursor(data: &[u8]) {
    let sent = std::str::from_utf8(data).unwrap_or_default().to_owned();
    let wrapped = URL_SAFE_NO_PAD.encode(data);
    let forged = URL_SAFE_NO_PAD.encode([format!("1|{LIST}|").as_bytes(), data].concat());
    for text in [sent, wrapped, forged] {
        for kind in [SortKind::Time, SortKind::Number, SortKind::Text] {
            if let Ok(key) = decode(LIST, kind, &text) {
                assert_eq!(decode(LIST, kind, &encode(LIST, &key)), Ok(key));
            }
        }
    }
}
