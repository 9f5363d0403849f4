//! The file `.env`: read before the command line, whose variables may come from it. The environment wins over the file.

use std::path::Path;

/// Puts the file's variables into the environment where they are missing; no file is no mistake.
pub fn load(path: &Path) -> Result<(), String> {
    let Err(error) = dotenvy::from_path(path) else { return Ok(()) };
    match error {
        error if error.not_found() => Ok(()),
        // the library quotes the line, which may hold a password
        dotenvy::Error::LineParse(quoted, _) => {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let place = place(&text, &quoted).unwrap_or_default();
            let expected = "expected NAME=value, and single quotes round a value with spaces, quotes or dollar signs";
            Err(format!("{}{place} cannot be read: {expected}", path.display()))
        }
        error => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

/// Where the quoted part begins: the line's number and the variable's name.
fn place(text: &str, quoted: &str) -> Option<String> {
    let part = quoted.lines().next()?.trim();
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with('#'));
    let (number, line) = lines.find(|(_, line)| !part.is_empty() && line.trim_end().ends_with(part))?;
    let name = line.split_once('=').map_or("", |(name, _)| name.trim());
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    Some(if is_name { format!(", line {number} ({name})") } else { format!(", line {number}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_and_the_name_are_told_and_never_the_value() {
        let text = "# DATABASE_URL\nA=1\nDATABASE_URL=postgres://u:hunter2@h/my db\nNOTHING\n";
        assert_eq!(place(text, "postgres://u:hunter2@h/my db").unwrap(), ", line 3 (DATABASE_URL)");
        assert_eq!(place(text, "NOTHING").unwrap(), ", line 4");
        assert_eq!(place(text, "not there"), None);
    }
}
