//! Lines in columns, within the width of a terminal.

/// Columns of a line.
pub const WIDTH: usize = 100;
/// Between two columns.
const GAP: &str = "  ";

/// How a column is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Texts begin at the same place.
    Left,
    /// Numbers end at the same place.
    Right,
}

/// How wide a text is shown.
pub fn width(text: &str) -> usize {
    text.chars().count()
}

/// A text that fits, with a sign where it was cut.
pub fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// A text with blanks, so wide.
pub fn pad(text: &str, wide: usize, side: Side) -> String {
    let text = cut(text, wide);
    let blanks = " ".repeat(wide - width(&text));
    match side {
        Side::Left => text + &blanks,
        Side::Right => blanks + &text,
    }
}

/// The widths of columns that hold all these cells.
pub fn widths<'r>(rows: impl IntoIterator<Item = &'r Vec<String>>) -> Vec<usize> {
    let mut widths = Vec::new();
    for row in rows {
        widths.resize(widths.len().max(row.len()), 0);
        widths.iter_mut().zip(row).for_each(|(wide, cell)| *wide = width(cell).max(*wide));
    }
    widths
}

/// How wide a line of such columns is.
pub fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1)
}

/// The cells in their columns.
pub fn line(cells: &[String], widths: &[usize], sides: &[Side]) -> String {
    let cells = cells.iter().zip(widths).zip(sides).map(|((cell, wide), side)| pad(cell, *wide, *side));
    cells.collect::<Vec<_>>().join(GAP)
}

/// A text in lines that fit beside what stands before each; what goes on is indented a little more than the text itself.
pub fn wrapped(before: &str, text: &str) -> Vec<String> {
    let indent = width(text) - width(text.trim_start());
    let most = WIDTH.saturating_sub(width(before)).max(20);
    let (mut lines, mut line) = (Vec::new(), " ".repeat(indent));
    for word in text.split_whitespace() {
        let blank = usize::from(!line.trim_start().is_empty());
        if blank == 1 && width(&line) + blank + width(word) > most {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent + 4)));
        } else if blank == 1 {
            line.push(' ');
        }
        line.push_str(&cut(word, most.saturating_sub(width(&line)).max(20)));
    }
    lines.push(line);
    lines.into_iter().map(|line| format!("{before}{line}")).collect()
}

/// A number with a comma at each thousand.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut told = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_at_the_thousands() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn cells_stand_in_their_columns_and_too_much_is_cut() {
        let rows = [vec!["ä".to_owned(), "10".to_owned()], vec!["long".to_owned(), "9".to_owned()]];
        let widths = widths(&rows);
        assert_eq!((widths.clone(), total(&widths)), (vec![4, 2], 8));
        let sides = [Side::Left, Side::Right];
        assert_eq!(rows.map(|row| line(&row, &widths, &sides)), ["ä     10", "long   9"]);
        assert_eq!((cut("abc", 3), cut("abcd", 3)), ("abc".to_owned(), "ab…".to_owned()));
    }

    #[test]
    fn long_texts_go_on_below_themselves() {
        let text = format!("  SEARCH {}", "word ".repeat(30));
        let lines = wrapped("│  ", &text);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("│    SEARCH word") && lines[1].starts_with("│        word"), "{lines:?}");
        assert!(lines.iter().all(|line| width(line) <= WIDTH));
        let words: usize = lines.iter().map(|line| line.matches("word").count()).sum();
        assert_eq!(words, 30);
        assert_eq!(wrapped("", &"x".repeat(300)), [format!("{}…", "x".repeat(99))]);
    }
}
