//! A database of its own for each test.

use super::error;
use crate::error::{Kind, StoreError};

/// The same server under another database name: path replaced, credentials and options kept. MongoDB makes databases on first use.
pub fn fresh_database(server_url: &str, name: &str) -> Result<String, StoreError> {
    let (scheme, rest) = server_url.split_once("://").ok_or_else(|| error::new(Kind::Broken, "not a mongodb url: no scheme"))?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = place.split_once('/').unwrap_or((place, ""));
    // credentials belong to the database of the path unless the url says otherwise: they must not move with the path
    let has_source = query.split('&').any(|option| option.to_ascii_lowercase().starts_with("authsource="));
    let source = match (authority.contains('@') && !has_source, path) {
        (false, _) => None,
        (true, "") => Some("authSource=admin".to_owned()),
        (true, database) => Some(format!("authSource={database}")),
    };
    let options: Vec<&str> = [query, source.as_deref().unwrap_or_default()].into_iter().filter(|part| !part.is_empty()).collect();
    let query = if options.is_empty() { String::new() } else { format!("?{}", options.join("&")) };
    Ok(format!("{scheme}://{authority}/{name}{query}"))
}

#[cfg(test)]
mod tests {
    use super::fresh_database;

    #[test]
    fn the_path_is_replaced_and_credentials_keep_their_database() {
        for (server, fresh) in [
            ("mongodb://h:1", "mongodb://h:1/t"),
            ("mongodb://h:1/?replicaSet=rs0", "mongodb://h:1/t?replicaSet=rs0"),
            ("mongodb://h:1,i:2/old?a=b&c=d", "mongodb://h:1,i:2/t?a=b&c=d"),
            ("mongodb://u:p@h", "mongodb://u:p@h/t?authSource=admin"),
            ("mongodb://u:p@h/own?a=b", "mongodb://u:p@h/t?a=b&authSource=own"),
            ("mongodb://u:p@h/x?authsource=y", "mongodb://u:p@h/t?authsource=y"),
        ] {
            assert_eq!(fresh_database(server, "t").unwrap(), fresh);
        }
        assert!(fresh_database("nonsense", "t").is_err());
    }
}
