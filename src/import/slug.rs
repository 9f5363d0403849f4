//! Slugs from names: `Gustaf's Knäckebröd` becomes `gustafs-knackebrod`.

/// Lower-case letters, digits and single hyphens; Latin letters lose their marks, apostrophes vanish, the rest separates.
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            '\'' | '’' | '\u{300}'..='\u{36f}' => {}
            _ => match plain(c) {
                Some(letters) => slug.push_str(letters),
                None if slug.ends_with('-') || slug.is_empty() => {}
                None => slug.push('-'),
            },
        }
    }
    if slug.ends_with('-') {
        slug.pop();
    }
    slug
}

fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' | 'ľ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => "o",
        'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn names_become_plain_ascii() {
        assert_eq!(slug("Gustaf's Knäckebröd"), "gustafs-knackebrod");
        assert_eq!(slug("  Grains/Cereals & more! "), "grains-cereals-more");
        assert_eq!(slug("Original Frankfurter grüne Soße"), "original-frankfurter-grune-sosse");
        assert_eq!(slug("Cafe\u{301} ŁÓDŹ"), "cafe-lodz");
        assert_eq!(slug("日本"), "");
    }
}
