//! A history and a content that fit each other, and the harm that can be done to them: each invariant is shown to be looked at.

use crate::{
    checker::{Harm, check},
    content::{Content, Sessions, StoredEvent, StoredOrder, StoredProduct},
    history::{Allowed, Answer, Entry, History, Micros, Op, Order, Person, Seen, Shop, Status},
};

macro_rules! harms {
    ($($name:ident)+) => { &[("checker::content_with_no_harm_passes", passes as fn()), $((concat!("checker::finds_", stringify!($name)), $name)),+] };
}

pub const ALL: &[(&str, fn())] = harms!(
    a_lost_order a_lost_line a_lost_account a_lost_move a_lost_price a_move_that_nobody_made
    a_second_order_of_one_key a_second_answer_to_one_key a_refusal_after_the_acknowledgement an_order_that_nobody_placed
    stock_below_zero pieces_taken_twice pieces_not_taken pieces_brought_and_lost
    a_lost_entry_in_the_ledger an_entry_that_stands_twice an_entry_of_no_order
    a_lost_event an_event_told_twice events_out_of_order an_event_that_was_given_up a_board_that_counted_twice views_that_were_counted_twice
    a_read_that_is_too_old an_older_read_after_a_newer_one a_read_of_what_nobody_wrote an_order_at_an_old_price
    a_session_that_does_not_read_its_own_write a_session_that_does_not_see_its_order_move a_session_whose_order_is_not_there
    an_undeclared_code a_request_that_hangs a_request_without_an_answer an_operation_that_is_never_settled
    a_transaction_that_was_left too_many_connections
);

const SECOND: Micros = 1_000_000;

/// Two customers and a visitor: A orders twice and pays the first order; B orders and cancels; a keeper turns the dial.
struct World {
    history: History,
    content: Content,
}

const MINE: &str = "order_a1";
const OTHER: &str = "order_a2";
const CANCELLED: &str = "order_b1";

fn line(product: &str, quantity: i64, price: i64) -> (String, i64, i64) {
    (product.to_owned(), quantity, price)
}

fn order(id: &str, status: Status, lines: &[(&str, i64, i64)]) -> Order {
    let total = lines.iter().map(|(_, quantity, price)| quantity * price).sum();
    let lines = lines.iter().map(|(product, quantity, price)| line(product, *quantity, *price)).collect();
    Order { id: id.to_owned(), status, total, lines: Some(lines) }
}

impl World {
    fn new() -> Self {
        let products = [("bread", 10), ("dial", 10), ("marker", 100)].map(|(id, stock)| (id.to_owned(), stock)).to_vec();
        let person = |name: &str| Person { email: format!("{name}@example.com"), customer: Some(format!("customer_{name}")) };
        let history = History {
            shop: Shop { products, dial: 1, markers: vec![2], first_price: 100 },
            people: vec![person("a"), person("b"), Person::default(), Person::default()],
            entries: Vec::new(),
            allowed: Allowed { patience: 5 * SECOND, age: SECOND, ..Allowed::default() },
        };
        let mut world = Self { history, content: Content::default() };
        world.act();
        world.store();
        world
    }

    fn say(&mut self, second: Micros, session: usize, op: Op, key: Option<&str>, answer: Answer) {
        let (sent, key) = (second * SECOND, key.map(str::to_owned));
        self.history.entries.push(Entry { session, server: 0, op, key, sent, at: sent + SECOND / 100, answer });
    }

    fn place(&mut self, second: Micros, session: usize, key: &str, lines: Vec<(usize, i64)>, answer: Answer) {
        self.say(second, session, Op::Place { lines }, Some(key), answer);
    }

    fn act(&mut self) {
        for (session, name) in [(0, "a"), (1, "b")] {
            self.say(0, session, Op::SignUp, Some("account"), Answer::Done(Seen::Customer(format!("customer_{name}"))));
        }
        let first = order(MINE, Status::Placed, &[("bread", 2, 50), ("marker", 1, 1)]);
        self.place(1, 0, "k1", vec![(0, 2), (2, 1)], Answer::Failed("UNKNOWN_OUTCOME".into()));
        self.place(2, 0, "k1", vec![(0, 2), (2, 1)], Answer::Done(Seen::Order(first.clone())));
        self.place(3, 0, "k1", vec![(0, 2), (2, 1)], Answer::Done(Seen::Order(first)));
        self.say(4, 3, Op::Price { minor: 101 }, Some("p1"), Answer::Done(Seen::Price(101)));
        self.say(5, 3, Op::ReadPrice, None, Answer::Done(Seen::Price(101)));
        self.say(6, 2, Op::ReadPrice, None, Answer::Done(Seen::Price(101)));
        let second = order(OTHER, Status::Placed, &[("dial", 1, 101), ("marker", 2, 1)]);
        self.place(7, 0, "k2", vec![(1, 1), (2, 2)], Answer::Done(Seen::Order(second)));
        let paid = Order { lines: None, ..order(MINE, Status::Paid, &[("bread", 2, 50), ("marker", 1, 1)]) };
        self.say(8, 0, Op::Move { order: MINE.into(), to: Status::Paid }, Some("k3"), Answer::Done(Seen::Order(paid.clone())));
        self.say(9, 0, Op::ReadOrder { order: MINE.into() }, None, Answer::Done(Seen::Order(paid)));
        let other = order(CANCELLED, Status::Placed, &[("bread", 1, 50), ("marker", 1, 1)]);
        self.place(9, 1, "k1", vec![(0, 1), (2, 1)], Answer::Done(Seen::Order(other)));
        let gone = Order { lines: None, ..order(CANCELLED, Status::Cancelled, &[("bread", 1, 50), ("marker", 1, 1)]) };
        self.say(10, 1, Op::Move { order: CANCELLED.into(), to: Status::Cancelled }, Some("k2"), Answer::Done(Seen::Order(gone)));
        self.say(11, 3, Op::Adjust { product: 0, delta: 5 }, Some("p2"), Answer::Done(Seen::Stock(13)));
        self.say(12, 2, Op::View { product: 0 }, None, Answer::Done(Seen::Views));
        self.place(13, 1, "k3", vec![(0, 50), (2, 2)], Answer::Refused("OUT_OF_STOCK".into()));
    }

    fn store(&mut self) {
        let content = &mut self.content;
        let mut put = |id: &str, customer: &str, status, version, lines: &[(&str, i64, i64)], kinds: &[&str]| {
            let Order { total, lines, .. } = order(id, status, lines);
            let customer = format!("customer_{customer}");
            let stored = StoredOrder { customer: customer.clone(), status, version, total, lines: lines.unwrap() };
            content.orders.insert(id.to_owned(), stored);
            for kind in kinds {
                let event = StoredEvent { kind: (*kind).to_owned(), customer: customer.clone(), order: Some(id.to_owned()) };
                content.activity.push(event);
            }
        };
        put(MINE, "a", Status::Paid, 2, &[("bread", 2, 50), ("marker", 1, 1)], &["ORDER_PLACED", "ORDER_PAID"]);
        put(OTHER, "a", Status::Placed, 1, &[("dial", 1, 101), ("marker", 2, 1)], &["ORDER_PLACED"]);
        put(CANCELLED, "b", Status::Cancelled, 2, &[("bread", 1, 50), ("marker", 1, 1)], &["ORDER_PLACED", "ORDER_CANCELLED"]);
        for (id, stock, price) in [("bread", 13, 50), ("dial", 9, 101), ("marker", 97, 1)] {
            content.products.insert(id.to_owned(), StoredProduct { stock, price });
            content.views.insert(id.to_owned(), i64::from(id == "bread"));
        }
        for name in ["a", "b"] {
            let customer = format!("customer_{name}");
            content.customers.insert(format!("{name}@example.com"), customer.clone());
            content.activity.push(StoredEvent { kind: "SIGNED_UP".into(), customer, order: None });
        }
        let entries =
            [(MINE, "RECEIVABLE", 101), (MINE, "SALES", -101), (MINE, "RECEIVABLE", -101), (MINE, "CASH", 101), (OTHER, "RECEIVABLE", 103)];
        let entries = entries.into_iter().chain([(OTHER, "SALES", -103), (CANCELLED, "RECEIVABLE", 51), (CANCELLED, "SALES", -51)]);
        let entries = entries.chain([(CANCELLED, "RECEIVABLE", -51), (CANCELLED, "SALES", 51)]);
        content.ledger = entries.map(|(order, account, amount)| (order.to_owned(), account.to_owned(), amount)).collect();
        content.best_sellers = Some([("bread", 2), ("dial", 1), ("marker", 3)].map(|(id, sold)| (id.to_owned(), sold)).into());
        content.sessions = Sessions { in_transaction: 0, most: [8, 3, 1], allowed: [9, 9, 4] };
    }

    fn entry(&mut self, wanted: impl Fn(&Entry) -> bool) -> &mut Entry {
        self.history.entries.iter_mut().find(|entry| wanted(entry)).unwrap()
    }
}

/// The harm must be found under this invariant.
fn found(invariant: &str, harm: Harm, change: impl FnOnce(&mut World)) {
    let mut world = World::new();
    change(&mut world);
    let violations = check(&world.history, &world.content);
    let right = violations.iter().any(|violation| (violation.invariant, violation.harm) == (invariant, harm));
    assert!(right, "{invariant} ({harm:?}) was not found: {violations:#?}");
}

fn passes() {
    let World { history, content } = World::new();
    assert_eq!(check(&history, &content), []);
}

fn a_lost_order() {
    found("I1", Harm::Lost, |world| {
        world.content.orders.remove(OTHER);
    });
}

fn a_lost_line() {
    found("I1", Harm::Lost, |world| {
        world.content.orders.get_mut(OTHER).unwrap().lines.pop();
    });
}

fn a_lost_account() {
    found("I1", Harm::Lost, |world| {
        world.content.customers.remove("a@example.com");
    });
}

fn a_lost_move() {
    found("I1", Harm::Lost, |world| {
        let order = world.content.orders.get_mut(MINE).unwrap();
        (order.status, order.version) = (Status::Placed, 1);
    });
}

fn a_lost_price() {
    found("I1", Harm::Lost, |world| world.content.products.get_mut("dial").unwrap().price = 100);
}

fn a_move_that_nobody_made() {
    found("I1", Harm::Other, |world| world.content.orders.get_mut(OTHER).unwrap().status = Status::Cancelled);
}

fn a_second_order_of_one_key() {
    found("I2", Harm::Doubled, |world| {
        let copy = world.content.orders[OTHER].clone();
        world.content.orders.insert("order_a3".into(), copy);
    });
}

fn a_second_answer_to_one_key() {
    found("I2", Harm::Doubled, |world| {
        let entry = world.entry(|entry| entry.sent == 3 * SECOND);
        entry.answer = Answer::Done(Seen::Order(order("order_a9", Status::Placed, &[])));
    });
}

fn a_refusal_after_the_acknowledgement() {
    found("I2", Harm::Other, |world| world.entry(|entry| entry.sent == 3 * SECOND).answer = Answer::Refused("OUT_OF_STOCK".into()));
}

fn an_order_that_nobody_placed() {
    found("I2", Harm::Other, |world| world.content.orders.get_mut(OTHER).unwrap().lines[1].1 = 77);
}

fn stock_below_zero() {
    found("I3", Harm::Other, |world| world.content.products.get_mut("dial").unwrap().stock = -1);
}

fn pieces_taken_twice() {
    found("I3", Harm::Doubled, |world| world.content.products.get_mut("bread").unwrap().stock -= 2);
}

fn pieces_not_taken() {
    found("I3", Harm::Lost, |world| world.content.products.get_mut("bread").unwrap().stock += 2);
}

fn pieces_brought_and_lost() {
    found("I3", Harm::Doubled, |world| world.content.products.get_mut("bread").unwrap().stock -= 5);
}

fn a_lost_entry_in_the_ledger() {
    found("I4", Harm::Lost, |world| world.content.ledger.retain(|(order, account, _)| (&**order, &**account) != (OTHER, "SALES")));
}

fn an_entry_that_stands_twice() {
    found("I4", Harm::Doubled, |world| world.content.ledger.push((MINE.into(), "CASH".into(), 101)));
}

fn an_entry_of_no_order() {
    found("I4", Harm::Other, |world| world.content.ledger.push(("order_x".into(), "CASH".into(), 1)));
}

fn a_lost_event() {
    found("I5", Harm::Lost, |world| world.content.activity.retain(|event| event.kind != "ORDER_PAID"));
}

fn an_event_told_twice() {
    found("I5", Harm::Doubled, |world| {
        let copy = world.content.activity[0].clone();
        world.content.activity.push(copy);
    });
}

fn events_out_of_order() {
    found("I5", Harm::Other, |world| world.content.activity.swap(0, 1));
}

fn an_event_that_was_given_up() {
    found("I5", Harm::Lost, |world| world.content.outbox = (0, 1));
}

fn a_board_that_counted_twice() {
    found("I5", Harm::Doubled, |world| *world.content.best_sellers.as_mut().unwrap().get_mut("bread").unwrap() += 2);
}

fn views_that_were_counted_twice() {
    found("I5", Harm::Doubled, |world| *world.content.views.get_mut("bread").unwrap() += 1);
}

fn a_read_that_is_too_old() {
    found("I6", Harm::Other, |world| world.say(20, 2, Op::ReadPrice, None, Answer::Done(Seen::Price(100))));
}

fn an_older_read_after_a_newer_one() {
    found("I6", Harm::Other, |world| {
        // within the bound: only the order of the reads is wrong
        world.history.allowed.age = 100 * SECOND;
        world.say(20, 2, Op::ReadPrice, None, Answer::Done(Seen::Price(100)));
    });
}

fn a_read_of_what_nobody_wrote() {
    found("I6", Harm::Other, |world| world.say(20, 2, Op::ReadPrice, None, Answer::Done(Seen::Price(102))));
}

fn an_order_at_an_old_price() {
    found("I6", Harm::Other, |world| {
        let old = order(OTHER, Status::Placed, &[("dial", 1, 100), ("marker", 2, 1)]);
        let stored = world.content.orders.get_mut(OTHER).unwrap();
        (stored.total, stored.lines) = (old.total, old.lines.clone().unwrap());
        world.entry(|entry| entry.key.as_deref() == Some("k2")).answer = Answer::Done(Seen::Order(old));
    });
}

fn a_session_that_does_not_read_its_own_write() {
    found("I7", Harm::Other, |world| world.entry(|entry| entry.sent == 5 * SECOND).answer = Answer::Done(Seen::Price(100)));
}

fn a_session_that_does_not_see_its_order_move() {
    found("I7", Harm::Other, |world| {
        let old = Answer::Done(Seen::Order(order(MINE, Status::Placed, &[("bread", 2, 50), ("marker", 1, 1)])));
        world.entry(|entry| matches!(entry.op, Op::ReadOrder { .. })).answer = old;
    });
}

fn a_session_whose_order_is_not_there() {
    found("I7", Harm::Other, |world| world.entry(|entry| matches!(entry.op, Op::ReadOrder { .. })).answer = Answer::Done(Seen::Nothing));
}

fn an_undeclared_code() {
    for code in ["INTERNAL", "MY_OWN_CODE"] {
        found("I8", Harm::Other, |world| world.say(20, 2, Op::ReadPrice, None, Answer::Failed(code.into())));
    }
}

fn a_request_that_hangs() {
    found("I8", Harm::Other, |world| world.entry(|entry| matches!(entry.op, Op::ReadPrice)).at += 6 * SECOND);
}

fn a_request_without_an_answer() {
    found("I8", Harm::Other, |world| world.say(20, 2, Op::ReadPrice, None, Answer::Lost("reset".into())));
    let mut world = World::new();
    world.history.allowed.stops.push((20 * SECOND, 21 * SECOND));
    world.say(20, 2, Op::ReadPrice, None, Answer::Lost("reset".into()));
    assert_eq!(check(&world.history, &world.content), [], "the server was told to stop before");
}

fn an_operation_that_is_never_settled() {
    found("I8", Harm::Other, |world| world.place(20, 1, "k9", vec![(0, 1), (2, 9)], Answer::Failed("UNKNOWN_OUTCOME".into())));
}

fn a_transaction_that_was_left() {
    found("I9", Harm::Other, |world| world.content.sessions.in_transaction = 1);
}

fn too_many_connections() {
    for store in 0..3 {
        found("I9", Harm::Other, |world| world.content.sessions.most[store] = 10);
    }
}
