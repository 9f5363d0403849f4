//! Templates: text with columns in braces, `{customerID|lower}@northwind.example`.

use super::slug::slug;

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Column(String, Vec<Filter>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    Lower,
    Upper,
    Trim,
    Slug,
}

impl Template {
    /// Reads a template; says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let (inside, behind) = after.split_once('}').ok_or_else(|| format!("{text:?} has an opening brace without a closing one"))?;
            let mut names = inside.split('|');
            let column = names.next().unwrap_or_default();
            let filters = names.map(|name| match name.trim() {
                "lower" => Ok(Filter::Lower),
                "upper" => Ok(Filter::Upper),
                "trim" => Ok(Filter::Trim),
                "slug" => Ok(Filter::Slug),
                other => Err(format!("{other:?} is not a filter: expected lower, upper, trim or slug")),
            });
            parts.push(Part::Column(column.to_owned(), filters.collect::<Result<_, _>>()?));
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// A text that is the same for all rows, braces and all.
    pub fn constant(text: String) -> Self {
        Self(vec![Part::Text(text)])
    }

    /// Columns with `/` between them: a key of several parts.
    pub fn joined(columns: &[String]) -> Self {
        let mut parts = Vec::new();
        for column in columns {
            if !parts.is_empty() {
                parts.push(Part::Text("/".to_owned()));
            }
            parts.push(Part::Column(column.clone(), Vec::new()));
        }
        Self(parts)
    }

    /// The columns that it names.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Column(name, _) => Some(name.as_str()),
        })
    }

    /// The text for one row; null when any of its columns is.
    pub fn fill<'a>(&self, cell: impl Fn(&str) -> Option<std::borrow::Cow<'a, str>>) -> Option<String> {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Column(name, filters) => {
                    let value = filters.iter().fold(cell(name)?.into_owned(), |text, filter| match filter {
                        Filter::Lower => text.to_lowercase(),
                        Filter::Upper => text.to_uppercase(),
                        Filter::Trim => text.trim().to_owned(),
                        Filter::Slug => slug(&text),
                    });
                    out.push_str(&value);
                }
            }
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_filled_in_through_their_filters() {
        let template = Template::parse("{id|trim|lower}@{shop}.example").unwrap();
        assert_eq!(template.columns().collect::<Vec<_>>(), ["id", "shop"]);
        let full = template.fill(|name| Some(if name == "id" { " ALFKI " } else { "nord" }.into()));
        assert_eq!(full.as_deref(), Some("alfki@nord.example"));
        assert_eq!(template.fill(|name| (name == "id").then(|| "x".into())), None);
        assert!(Template::parse("{id").is_err() && Template::parse("{id|shout}").is_err());
    }
}
