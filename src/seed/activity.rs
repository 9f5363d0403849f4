//! Activity of the last 120 days: what follows from accounts, orders and comments, then views.

use super::{
    comment, order,
    plan::{ACTIVITY_SINCE, END, at},
    rng::{For, Stream},
    world::World,
};
use crate::shop::{ActivityEvent, ActivityKind, CustomerId, Timestamp};
use serde_json::{Map, Value};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Every event, views last and among them the newest ones last.
pub fn rows(world: &World) -> impl Iterator<Item = ActivityEvent> + Send {
    let views = world.plan.activity().saturating_sub(consequences(world).count());
    consequences(world).chain(self::views(world, views))
}

fn event(stream: &mut Stream, kind: ActivityKind, customer_id: CustomerId, at: Timestamp) -> ActivityEvent {
    let data = Value::Object(Map::new());
    ActivityEvent { id: stream.id(at), customer_id, kind, at, order_id: None, product_id: None, article_id: None, data }
}

fn with(key: &str, value: &str) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), Value::String(value.to_owned()))]))
}

/// Events that agree with the rows of other kinds, all of them within the activity log's days.
fn consequences(world: &World) -> impl Iterator<Item = ActivityEvent> + Send {
    let recent = |at: &Timestamp| at.millis() >= ACTIVITY_SINCE;
    let mut stream = world.stream(For::Activity);
    let people = world.people.iter().filter(move |person| recent(&person.since));
    let orders = order::heads(world).filter(move |head| recent(&head.placed));
    let comments = comment::heads(world).filter(move |head| recent(&head.at));
    let signed_up = people.map(|person| Cause::Account(person.id, person.since));
    let all = signed_up.chain(orders.flat_map(steps)).chain(comments.map(Cause::Comment));
    all.map(move |cause| match cause {
        Cause::Account(customer, at) => event(&mut stream, ActivityKind::SignedUp, customer, at),
        Cause::Order(kind, head, at) => {
            let data = match kind {
                ActivityKind::OrderPlaced => with("channel", stream.pick(&["web", "web", "phone", "shop"])),
                ActivityKind::OrderPaid => with("method", stream.pick(&["card", "invoice", "transfer"])),
                ActivityKind::OrderShipped => with("carrier", stream.pick(&["Fjord & Fell", "Pigeon Post", "Zürich \"Express\""])),
                _ => with("reason", stream.pick(&["changed my mind", "found it elsewhere", "it's too late now"])),
            };
            ActivityEvent { order_id: Some(head.id), data, ..event(&mut stream, kind, head.customer, at) }
        }
        Cause::Comment(head) => {
            ActivityEvent { article_id: Some(head.article), ..event(&mut stream, ActivityKind::Commented, head.author, head.at) }
        }
    })
}

enum Cause {
    Account(CustomerId, Timestamp),
    Order(ActivityKind, order::Head, Timestamp),
    Comment(comment::Head),
}

fn steps(head: order::Head) -> impl Iterator<Item = Cause> + Send {
    let placed = Some((ActivityKind::OrderPlaced, head.placed));
    let paid = head.paid.map(|at| (ActivityKind::OrderPaid, at));
    let shipped = head.shipped.map(|at| (ActivityKind::OrderShipped, at));
    let cancelled = head.cancelled.map(|at| (ActivityKind::OrderCancelled, at));
    [placed, paid, shipped, cancelled].into_iter().flatten().map(move |(kind, at)| Cause::Order(kind, head, at))
}

/// A stretch of time with its share of the views, and with a fashion: part of its views go to other products than usual, so
/// that the boards of the last hour, day and week differ.
struct Stretch {
    percent: usize,
    from: i64,
    to: i64,
    fashion: usize,
}

const STRETCHES: [Stretch; 4] = [
    Stretch { percent: 45, from: ACTIVITY_SINCE, to: END - 7 * DAY, fashion: 0 },
    Stretch { percent: 25, from: END - 7 * DAY, to: END - DAY, fashion: 1 },
    Stretch { percent: 18, from: END - DAY, to: END - 60 * MINUTE, fashion: 2 },
    Stretch { percent: 12, from: END - 55 * MINUTE, to: END, fashion: 3 },
];

fn views(world: &World, count: usize) -> impl Iterator<Item = ActivityEvent> + Send {
    let mut stream = world.stream(For::Views);
    let mut start = 0;
    let shares = STRETCHES.iter().enumerate().map(move |(i, stretch)| {
        let end = if i + 1 == STRETCHES.len() { count } else { start + count * stretch.percent / 100 };
        let share = end - start;
        start = end;
        (stretch, share)
    });
    shares.flat_map(|(stretch, share)| std::iter::repeat_n(stretch, share)).map(move |stretch| {
        let at = at(stream.between(stretch.from, stretch.to));
        let viewer = world.person(&mut stream, at).id;
        let piece = if stream.chance(20) { world.piece(&mut stream, at) } else { None };
        match piece {
            Some(piece) => ActivityEvent { article_id: Some(piece.id), ..event(&mut stream, ActivityKind::ArticleViewed, viewer, at) },
            None => {
                let fashion = if stream.chance(40) { stretch.fashion } else { 0 };
                let good = &world.goods[world.good(&mut stream, at, fashion)];
                ActivityEvent { product_id: Some(good.id), ..event(&mut stream, ActivityKind::ProductViewed, viewer, at) }
            }
        }
    })
}
