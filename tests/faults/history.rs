//! What the clients did and saw: the witness that the checker trusts. Nothing in it comes from the server's own books.

use serde::Serialize;
use std::collections::BTreeMap;

/// Microseconds since the load began.
pub type Micros = u64;

/// A run as its clients saw it.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub shop: Shop,
    /// Who acts: the index is the session of an entry.
    pub people: Vec<Person>,
    /// In the order of the answers.
    pub entries: Vec<Entry>,
    pub allowed: Allowed,
}

/// What the clients know of the shop.
#[derive(Clone, Debug, Default)]
pub struct Shop {
    /// Ids and the stocks that they began with.
    pub products: Vec<(String, i64)>,
    /// The product whose price in minor units counts up with each change: what a reader saw tells how old it was.
    pub dial: usize,
    /// One of these stands in every order as its last line: of whoever orders, each time another quantity. By it an order in the store is
    /// told from every other, whatever key it came with. Several, because whoever orders waits for others who take of the same product.
    pub markers: Vec<usize>,
    /// The dial's first price.
    pub first_price: i64,
}

#[derive(Clone, Debug, Default)]
pub struct Person {
    pub email: String,
    /// Known once the account is made; readers have none.
    pub customer: Option<String>,
}

/// What the fault that is injected excuses.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// Requests without an answer: the server itself was killed. Without it, only those that the client itself hung up on.
    pub lost: bool,
    /// From when to when the server was told to stop and not there again: requests that were sent meanwhile may be without an answer.
    pub stops: Vec<(Micros, Micros)>,
    /// Longest that a request may take.
    pub patience: Micros,
    /// How old a value may be that somebody else changed.
    pub age: Micros,
}

/// One request.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    pub session: usize,
    pub server: usize,
    pub op: Op,
    /// The idempotency key; the same one stands at every sending of the same operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub sent: Micros,
    /// When it was answered, or given up.
    pub at: Micros,
    pub answer: Answer,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Op {
    SignUp,
    SignIn,
    /// Products by their index, and how many; a marker is the last.
    Place {
        lines: Vec<(usize, i64)>,
    },
    Move {
        order: String,
        to: Status,
    },
    Adjust {
        product: usize,
        delta: i64,
    },
    /// Sets the dial to this price.
    Price {
        minor: i64,
    },
    /// Reads the dial.
    ReadPrice,
    ReadOrder {
        order: String,
    },
    View {
        product: usize,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Status {
    Placed,
    Paid,
    Shipped,
    Cancelled,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Answer {
    /// Acknowledged, or read.
    Done(Seen),
    /// Not done, and nothing changed: a refusal of the payload.
    Refused(String),
    /// An error with this code.
    Failed(String),
    /// Sent, and no answer came: nobody knows.
    Lost(String),
    /// The client itself hung up.
    HungUp,
    /// It could not be sent.
    Unsent(String),
}

/// What an answer showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Seen {
    Customer(String),
    Order(Order),
    /// There is no such thing, for this viewer.
    Nothing,
    Price(i64),
    Stock(i64),
    Views,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Order {
    pub id: String,
    pub status: Status,
    pub total: i64,
    /// Product, quantity, unit price; none where they were not asked for, or could not be read.
    pub lines: Option<Vec<(String, i64, i64)>>,
}

impl Status {
    pub fn code(self) -> &'static str {
        match self {
            Self::Placed => "PLACED",
            Self::Paid => "PAID",
            Self::Shipped => "SHIPPED",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Placed, Self::Paid, Self::Shipped, Self::Cancelled].into_iter().find(|status| status.code() == code)
    }
}

impl Order {
    /// Whether two answers say the same, as far as they say anything.
    pub fn agrees(&self, other: &Self) -> bool {
        let lines = self.lines.is_none() || other.lines.is_none() || self.lines == other.lines;
        (&self.id, self.status, self.total) == (&other.id, other.status, other.total) && lines
    }
}

impl Op {
    /// Changes something that may not be lost or doubled.
    pub fn is_write(&self) -> bool {
        matches!(self, Self::SignUp | Self::Place { .. } | Self::Move { .. } | Self::Adjust { .. } | Self::Price { .. })
    }
}

impl Answer {
    pub fn order(&self) -> Option<&Order> {
        if let Self::Done(Seen::Order(order)) = self { Some(order) } else { None }
    }

    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }

    /// Whether it tells what became of the operation: it need not be sent again.
    pub fn settles(&self) -> bool {
        match self {
            Self::Done(_) | Self::Refused(_) => true,
            Self::Failed(code) => !RETRIED.contains(&&**code),
            Self::Lost(_) | Self::HungUp | Self::Unsent(_) => false,
        }
    }
}

/// Codes after which the same is sent again. A session that is gone is made anew by signing in.
pub const RETRIED: [&str; 8] = [
    "UNKNOWN_OUTCOME",
    "IDEMPOTENCY_IN_PROGRESS",
    "STORE_UNAVAILABLE",
    "OVERLOADED",
    "SHUTTING_DOWN",
    "RATE_LIMITED",
    "DEADLINE_EXCEEDED",
    "UNAUTHENTICATED",
];

/// All sendings of one operation under one key, in the order of their answers.
pub struct Sendings<'a> {
    pub session: usize,
    pub op: &'a Op,
    pub entries: Vec<&'a Entry>,
}

impl History {
    /// The writes, each with all its sendings.
    pub fn writes(&self) -> Vec<Sendings<'_>> {
        let mut writes: BTreeMap<(usize, &str), Sendings<'_>> = BTreeMap::new();
        for entry in &self.entries {
            let Some(key) = entry.key.as_deref().filter(|_| entry.op.is_write()) else { continue };
            let new = || Sendings { session: entry.session, op: &entry.op, entries: Vec::new() };
            writes.entry((entry.session, key)).or_insert_with(new).entries.push(entry);
        }
        writes.into_values().collect()
    }
}

impl Sendings<'_> {
    /// The first acknowledgement.
    pub fn done(&self) -> Option<&Entry> {
        self.entries.iter().copied().find(|entry| entry.answer.is_done())
    }

    /// Whether the client knows what became of it.
    pub fn is_settled(&self) -> bool {
        self.entries.iter().any(|entry| entry.answer.settles())
    }

    /// Whether some sending may have been done although it was not acknowledged.
    pub fn is_unknown(&self) -> bool {
        self.entries.iter().any(|entry| match &entry.answer {
            Answer::Failed(code) => code == "UNKNOWN_OUTCOME",
            Answer::Lost(_) | Answer::HungUp => true,
            _ => false,
        })
    }

    pub fn key(&self) -> &str {
        self.entries[0].key.as_deref().unwrap_or_default()
    }
}
