//! The reader of ids.

use polystore::shop::{CustomerId, OrderId, ProductId};

/// An id has one form: what is read is written as it came, and belongs to one entity only.
pub fn id(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = [
        text.parse::<ProductId>().ok().map(|id| id.to_string()),
        text.parse::<OrderId>().ok().map(|id| id.to_string()),
        text.parse::<CustomerId>().ok().map(|id| id.to_string()),
    ];
    assert!(read.iter().flatten().count() < 2, "{text} is the id of two entities");
    read.iter().flatten().for_each(|written| assert_eq!(written, text));
}
