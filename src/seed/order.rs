//! Orders: heads first (who, when, what became of it), lines from a stream of their own, so that the activity log can walk the
//! heads again without making the lines.

use super::{
    plan::{END, SPAN, START, at},
    rng::{For, Stream},
    world::World,
};
use crate::shop::{Currency, CustomerId, Money, Order, OrderId, OrderItem, OrderStatus, OrderWithItems, Timestamp};

const HOUR: i64 = 3_600_000;

/// An order without its lines.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    pub id: OrderId,
    pub customer: CustomerId,
    pub placed: Timestamp,
    pub paid: Option<Timestamp>,
    pub shipped: Option<Timestamp>,
    pub cancelled: Option<Timestamp>,
}

impl Head {
    fn status(&self) -> OrderStatus {
        match (self.paid, self.shipped, self.cancelled) {
            (_, _, Some(_)) => OrderStatus::Cancelled,
            (_, Some(_), None) => OrderStatus::Shipped,
            (Some(_), None, None) => OrderStatus::Paid,
            (None, None, None) => OrderStatus::Placed,
        }
    }

    fn version(&self) -> i64 {
        1 + [self.paid, self.shipped, self.cancelled].iter().flatten().count() as i64
    }
}

/// The heads, in order of time; business grows steadily.
pub fn heads(world: &World) -> impl Iterator<Item = Head> + Send {
    let count = world.plan.orders();
    let mut stream = world.stream(For::OrderHead);
    (0..count).map(move |i| {
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "counts and milliseconds far below 2^53")]
        let offset = {
            // a square root is exact to the last bit on every machine, other powers are not
            let part = (i as f64 + stream.below(1_000) as f64 / 1_000.0) / count as f64;
            (part.sqrt() * SPAN as f64) as i64
        };
        let placed = START + offset;
        let customer = world.person(&mut stream, at(placed)).id;
        // things that would lie behind the end of the history have not happened
        let happened = |millis: i64| (millis <= END).then(|| at(millis));
        let paid = placed + stream.between(HOUR / 6, 36 * HOUR);
        let shipped = paid + stream.between(20 * HOUR, 120 * HOUR);
        let cancelled = placed + stream.between(HOUR, 48 * HOUR);
        let (id, placed) = (stream.id(at(placed)), at(placed));
        match stream.below(100) {
            0..2 => Head { id, customer, placed, paid: None, shipped: None, cancelled: None },
            2..8 => match happened(cancelled) {
                Some(end) => {
                    Head { id, customer, placed, paid: happened(paid).filter(|paid| *paid < end), shipped: None, cancelled: Some(end) }
                }
                None => Head { id, customer, placed, paid: happened(paid), shipped: None, cancelled: None },
            },
            _ => Head { id, customer, placed, paid: happened(paid), shipped: happened(shipped), cancelled: None },
        }
    })
}

/// The rows, in order of time, one to five lines each.
pub fn rows(world: &World) -> impl Iterator<Item = OrderWithItems> + Send {
    let mut stream = world.stream(For::Order);
    heads(world).map(move |head| {
        let count = 1 + stream.place(5);
        let mut items = Vec::with_capacity(count);
        let mut total = 0;
        let mut before = Vec::with_capacity(count);
        for _ in 0..count {
            let place = world.good(&mut stream, head.placed, 0);
            // popular products come up twice now and then: the order just gets shorter
            if before.contains(&place) {
                continue;
            }
            before.push(place);
            let item = line(&mut stream, head.id, &world.goods[place], items.len());
            total += item.unit_price.minor * item.quantity - item.discount.minor;
            items.push(item);
        }
        let order = Order {
            id: head.id,
            customer_id: head.customer,
            status: head.status(),
            placed_at: head.placed,
            total: Money::new(total, Currency::EUR),
            version: head.version(),
        };
        OrderWithItems { order, items }
    })
}

fn line(stream: &mut Stream, order_id: OrderId, good: &super::world::Good, place: usize) -> OrderItem {
    // now and then it was cheaper on that day
    let unit_price = if stream.chance(10) { good.price * 19 / 20 } else { good.price };
    let quantity = if stream.chance(70) { 1 } else { stream.between(2, 6) };
    let percent = if stream.chance(15) { stream.pick(&[5, 10, 20]) } else { 0 };
    OrderItem {
        order_id,
        line: i32::try_from(place + 1).unwrap_or(i32::MAX),
        product_id: good.id,
        quantity,
        unit_price: Money::new(unit_price, Currency::EUR),
        discount: Money::new((unit_price * quantity * percent + 50) / 100, Currency::EUR),
    }
}
