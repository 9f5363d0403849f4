//! What was planted, and who may see it.

/// Ends every canary, so that no two texts meet by chance.
const MARK: &str = "7f3a9c";

/// The texts that must not be seen where they do not belong.
#[derive(Default)]
pub struct Planted {
    /// Passwords, tokens, keys: in no answer, whoever asked and whatever they sent, and in no line that the program prints.
    secrets: Vec<(String, String)>,
    /// What belongs to one customer: in no answer to others, unless they sent it themselves, and in no line that the program prints.
    private: Vec<(String, String)>,
    /// The names by which the program itself speaks of what is private: in no answer to others.
    ids: Vec<(String, String)>,
    /// How the program is built, and where its stores are: in no answer.
    inner: Vec<String>,
}

/// A text for this purpose that nothing else holds: letters, digits and hyphens.
pub fn canary(what: &str) -> String {
    format!("canary-{what}-{MARK}")
}

/// The same in 43 characters of base64url, as a token has them.
pub fn token_like(what: &str) -> String {
    let text = format!("canary-{what}-{MARK}-");
    text.chars().chain(std::iter::repeat('x')).take(42).chain(['A']).collect()
}

impl Planted {
    /// With the words that stores and their drivers use.
    pub fn new() -> Self {
        let inner = [
            "SELECT ",
            "INSERT INTO",
            "RETURNING ",
            "duplicate key",
            "violates",
            "E11000",
            "_unique",
            "_pkey",
            "no such table",
            "\" does not exist",
            "relation \"",
            "sqlx",
            "panicked",
            ".rs:",
            "$argon2",
            "Connection refused",
            "os error",
            "WRONGTYPE",
            "polystore.db",
        ];
        Self { inner: inner.map(str::to_owned).to_vec(), ..Self::default() }
    }

    /// A secret; gives the text.
    pub fn secret(&mut self, what: &str, text: impl Into<String>) -> String {
        let text = text.into();
        self.secrets.push((what.to_owned(), text.to_lowercase()));
        text
    }

    /// Something of one customer's; gives the text.
    pub fn private(&mut self, what: &str, text: impl Into<String>) -> String {
        let text = text.into();
        self.private.push((what.to_owned(), text.to_lowercase()));
        text
    }

    /// An id of something private; gives the text.
    pub fn id(&mut self, what: &str, text: impl Into<String>) -> String {
        let text = text.into();
        self.ids.push((what.to_owned(), text.to_lowercase()));
        text
    }

    /// Something that only operators may read.
    pub fn inner(&mut self, text: impl Into<String>) {
        self.inner.push(text.into());
    }

    /// What a stranger's answer holds although it should not.
    pub fn in_answer(&self, sent: &str, answer: &str) -> Vec<String> {
        let (sent, lower) = (sent.to_lowercase(), answer.to_lowercase());
        let mut found = self.in_own_answer(answer);
        let theirs = self.private.iter().chain(&self.ids).filter(|(_, text)| lower.contains(text) && !sent.contains(text));
        found.extend(theirs.map(|(what, _)| what.clone()));
        found
    }

    /// What an answer to the owner of everything private holds although it should not.
    pub fn in_own_answer(&self, answer: &str) -> Vec<String> {
        let lower = answer.to_lowercase();
        let secrets = self.secrets.iter().filter(|(_, text)| lower.contains(text)).map(|(what, _)| what.clone());
        let inner = self.inner.iter().filter(|text| answer.contains(&**text)).map(|text| format!("inner {text:?}"));
        secrets.chain(inner).collect()
    }

    /// The lines that the program printed although it should not, with what is in them.
    pub fn in_print(&self, printed: &str) -> Vec<String> {
        let all = || self.secrets.iter().chain(&self.private);
        let told = |line: &str| {
            let lower = line.to_lowercase();
            all().find(|(_, text)| lower.contains(text)).map(|(what, _)| format!("{what} in {line:?}"))
        };
        printed.lines().filter_map(told).collect()
    }
}

#[test]
fn what_is_planted_is_found_where_it_does_not_belong_and_only_there() {
    let mut planted = Planted::new();
    let (word, mail) = (planted.secret("a password", "Canary-1"), planted.private("an e-mail", "ada@example.com"));
    assert_eq!(planted.in_answer("", "nothing"), [""; 0]);
    assert_eq!(planted.in_answer(&word, &format!("a CANARY-1 {mail}")), ["a password", "an e-mail"]);
    assert_eq!(planted.in_answer("ADA@example.com", &mail), [""; 0], "one's own words");
    assert_eq!(planted.in_own_answer(&format!("{mail} INSERT INTO x")), ["inner \"INSERT INTO\""]);
    assert_eq!(planted.in_print(&format!("fine\n{mail}\nx {word}\n")).len(), 2);
    assert_eq!(token_like("token").len(), 43);
}
