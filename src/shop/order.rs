//! Orders and their items.

use super::{CustomerId, Key, Money, OrderId, ProductId, SortKind, SortValue, Timestamp, money::MAX_AMOUNT};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// The most pieces that one line holds.
pub const MAX_QUANTITY: i64 = 1_000_000;

/// The most lines that a new order has.
pub const MAX_LINES: usize = 100;

/// Where an order is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderStatus {
    /// Taken, stock reserved, not paid.
    Placed,
    /// Paid, not sent.
    Paid,
    /// Sent.
    Shipped,
    /// Called off; its stock is back on the shelf.
    Cancelled,
}

codes!(OrderStatus {
    Placed = "PLACED",
    Paid = "PAID",
    Shipped = "SHIPPED",
    Cancelled = "CANCELLED",
});

/// A purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The id.
    pub id: OrderId,
    /// Who bought.
    pub customer_id: CustomerId,
    /// Where it is on its way.
    pub status: OrderStatus,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// The sum of its items' line totals, at most [`MAX_AMOUNT`].
    pub total: Money,
    /// 1 at first, one more with each change.
    pub version: i64,
}

/// One line of an order. Price and discount are what was agreed on that day; the product may cost something else now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// The order it is a line of.
    pub order_id: OrderId,
    /// 1, 2, 3 … within the order.
    pub line: i32,
    /// What was bought.
    pub product_id: ProductId,
    /// How many, from 1 to [`MAX_QUANTITY`].
    pub quantity: i64,
    /// Price of one piece, from zero to [`MAX_AMOUNT`], in the order's currency. So is the price of all pieces together.
    pub unit_price: Money,
    /// Taken off the whole line, from zero to the line's price.
    pub discount: Money,
}

impl OrderItem {
    /// `quantity * unit price - discount`, or `None` beyond 64 bits.
    pub fn line_total(&self) -> Option<Money> {
        let gross = self.unit_price.minor.checked_mul(self.quantity)?;
        Some(Money::new(gross.checked_sub(self.discount.minor)?, self.unit_price.currency))
    }
}

/// An order with its lines: how orders enter the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderWithItems {
    /// The head.
    pub order: Order,
    /// The lines, at least one, numbered from 1.
    pub items: Vec<OrderItem>,
}

/// Why an order is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadOrder {
    /// There must be something in it.
    #[error("an order needs at least one line")]
    Empty,
    /// The line names another order, or the numbers do not count up from 1.
    #[error("line {0} does not belong at its place in this order")]
    Line(i32),
    /// A quantity, a price, the price of the whole line or a discount is not within its bounds.
    #[error("line {0} has an amount that is out of range")]
    Amount(i32),
    /// The line, or its discount, is in another currency than the order.
    #[error("line {0} is not in the order's currency")]
    Currency(i32),
    /// The total is not the sum of the lines.
    #[error("the total is not the sum of the lines")]
    Total,
    /// The lines together are more than an order may be.
    #[error("the total is above {MAX_AMOUNT} minor units")]
    TooLarge,
}

impl OrderWithItems {
    /// The rules between an order and its lines, which no column constraint can hold; engines refuse what breaks them.
    pub fn check(&self) -> Result<(), BadOrder> {
        if self.items.is_empty() {
            return Err(BadOrder::Empty);
        }
        let mut sum = 0_i64;
        for (item, line) in self.items.iter().zip(1..) {
            if item.order_id != self.order.id || item.line != line {
                return Err(BadOrder::Line(item.line));
            }
            if item.unit_price.currency != self.order.total.currency || item.discount.currency != self.order.total.currency {
                return Err(BadOrder::Currency(line));
            }
            let amounts = 0..=MAX_AMOUNT;
            let gross = item.unit_price.minor.checked_mul(item.quantity).filter(|gross| amounts.contains(gross));
            let bounded = (1..=MAX_QUANTITY).contains(&item.quantity) && amounts.contains(&item.unit_price.minor);
            let gross = gross.filter(|gross| bounded && (0..=*gross).contains(&item.discount.minor)).ok_or(BadOrder::Amount(line))?;
            // each line is small, so this cannot run over before it is too large
            sum += gross - item.discount.minor;
            if sum > MAX_AMOUNT {
                return Err(BadOrder::TooLarge);
            }
        }
        if sum == self.order.total.minor { Ok(()) } else { Err(BadOrder::Total) }
    }
}

/// What a customer asks to buy. Prices are not part of it: they are read in the transaction that takes the stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrder {
    /// The id.
    pub id: OrderId,
    /// Who buys.
    pub customer_id: CustomerId,
    /// When.
    pub placed_at: Timestamp,
    /// Products and pieces, each from 1 to [`MAX_QUANTITY`]; 1 to [`MAX_LINES`] lines, no product twice. The order's lines in this order.
    pub lines: Vec<(ProductId, i64)>,
}

/// Why an order is not placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderRefusal {
    /// The line at this index names a product that is not sold.
    UnknownProduct(usize),
    /// There are fewer pieces than the line at this index asks for.
    OutOfStock {
        /// The line, counted from 0.
        line: usize,
        /// Pieces at hand.
        available: i64,
    },
    /// The lines together, or one of them, are more than an order may be ([`MAX_AMOUNT`]).
    TooLarge,
}

/// What a new order needs to know of a product: read when nobody else can change it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The product.
    pub product_id: ProductId,
    /// What one piece costs.
    pub price: Money,
    /// Pieces at hand.
    pub stock: i64,
}

impl NewOrder {
    /// The order of version 1 at the prices of these offers, or why it is refused: the first line that cannot be had decides.
    /// An order that its caller should not have asked for (no lines, a quantity out of bounds) is an error and no refusal.
    pub fn priced(&self, offers: &[Offer]) -> Result<Result<OrderWithItems, OrderRefusal>, BadOrder> {
        let mut left: HashMap<_, _> = offers.iter().map(|offer| (offer.product_id, *offer)).collect();
        let (mut items, mut sum) = (Vec::with_capacity(self.lines.len()), 0_i64);
        for ((index, &(product_id, quantity)), line) in self.lines.iter().enumerate().zip(1..) {
            if !(1..=MAX_QUANTITY).contains(&quantity) {
                return Err(BadOrder::Amount(line));
            }
            let Some(offer) = left.get_mut(&product_id) else { return Ok(Err(OrderRefusal::UnknownProduct(index))) };
            if offer.stock < quantity {
                return Ok(Err(OrderRefusal::OutOfStock { line: index, available: offer.stock }));
            }
            offer.stock -= quantity;
            sum = match offer.price.minor.checked_mul(quantity).and_then(|gross| sum.checked_add(gross)) {
                Some(sum) if sum <= MAX_AMOUNT => sum,
                _ => return Ok(Err(OrderRefusal::TooLarge)),
            };
            let (unit_price, discount) = (offer.price, Money::new(0, offer.price.currency));
            items.push(OrderItem { order_id: self.id, line, product_id, quantity, unit_price, discount });
        }
        let currency = items.first().ok_or(BadOrder::Empty)?.unit_price.currency;
        let Self { id, customer_id, placed_at, .. } = *self;
        let order = Order { id, customer_id, status: OrderStatus::Placed, placed_at, total: Money::new(sum, currency), version: 1 };
        let placed = OrderWithItems { order, items };
        placed.check()?;
        Ok(Ok(placed))
    }
}

/// Pieces of each product, lines of the same product added up, in the order of the product ids.
pub fn pieces(items: &[OrderItem]) -> Vec<(ProductId, i64)> {
    let mut pieces = BTreeMap::new();
    for item in items {
        *pieces.entry(item.product_id).or_insert(0) += item.quantity;
    }
    pieces.into_iter().collect()
}

/// A step of an order on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderMove {
    /// Which order.
    pub id: OrderId,
    /// Whose it must be; `None` if any may be moved. Another customer's order answers as an unknown one.
    pub owner: Option<CustomerId>,
    /// Where it goes.
    pub to: OrderStatus,
    /// When.
    pub at: Timestamp,
}

/// Why an order is not moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveRefusal {
    /// There is no such order, for this owner.
    NotFound,
    /// It does not go there from where it is now.
    NotFrom(OrderStatus),
}

impl OrderStatus {
    /// Whether an order of this status may be moved to that one.
    pub fn may_become(self, to: Self) -> bool {
        matches!((self, to), (Self::Placed, Self::Paid) | (Self::Paid, Self::Shipped) | (Self::Placed | Self::Paid, Self::Cancelled))
    }
}

/// Which orders a list holds; `None` means any, several mean all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OrderFilter {
    /// Only this status.
    pub status: Option<OrderStatus>,
    /// Only this customer's.
    pub customer_id: Option<CustomerId>,
    /// Placed at this time or later.
    pub from: Option<Timestamp>,
    /// Placed before this time.
    pub to: Option<Timestamp>,
}

/// How a list of orders is sorted; equal values by id in the same direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OrderOrder {
    /// Latest first.
    #[default]
    PlacedDesc,
    /// Earliest first.
    PlacedAsc,
    /// Largest total first.
    TotalDesc,
    /// Smallest total first.
    TotalAsc,
}

impl OrderOrder {
    /// The row's place in a list of this order.
    pub fn key(self, order: &Order) -> Key {
        let value = match self {
            Self::PlacedDesc | Self::PlacedAsc => SortValue::Time(order.placed_at),
            Self::TotalDesc | Self::TotalAsc => SortValue::Number(order.total.minor),
        };
        Key { value, id: order.id.uuid() }
    }

    /// What the list is sorted by.
    pub fn sorted_by(self) -> SortKind {
        match self {
            Self::PlacedDesc | Self::PlacedAsc => SortKind::Time,
            Self::TotalDesc | Self::TotalAsc => SortKind::Number,
        }
    }

    /// Whether the list runs from large to small.
    pub fn descending(self) -> bool {
        matches!(self, Self::PlacedDesc | Self::TotalDesc)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Currency;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    /// An order of these lines: quantity, price, discount.
    fn order(lines: &[(i64, i64, i64)]) -> OrderWithItems {
        let (id, product_id) = (OrderId::from(uuid::Uuid::nil()), ProductId::from(uuid::Uuid::nil()));
        let item = |(&(quantity, price, discount), line)| OrderItem {
            order_id: id,
            line,
            product_id,
            quantity,
            unit_price: eur(price),
            discount: eur(discount),
        };
        let items: Vec<_> = lines.iter().zip(1..).map(item).collect();
        let total = items.iter().fold(0_i64, |sum, item| sum.wrapping_add(item.line_total().map_or(0, |total| total.minor)));
        let placed_at = Timestamp::from_millis(0).unwrap();
        let (customer_id, status) = (CustomerId::from(uuid::Uuid::nil()), OrderStatus::Placed);
        OrderWithItems { order: Order { id, customer_id, status, placed_at, total: eur(total), version: 1 }, items }
    }

    #[test]
    fn a_new_order_is_priced_line_by_line_and_the_first_line_that_cannot_be_had_decides() {
        let product = |n| ProductId::from(uuid::Uuid::from_u128(n));
        let offer = |n, price, stock| Offer { product_id: product(n), price: eur(price), stock };
        let offers = [offer(1, 250, 5), offer(2, MAX_AMOUNT, 10), offer(3, 100, 0)];
        let (id, customer_id) = (OrderId::from(uuid::Uuid::nil()), CustomerId::from(uuid::Uuid::nil()));
        let placed_at = Timestamp::from_millis(7).unwrap();
        let priced = |lines: &[(u128, i64)]| {
            let lines = lines.iter().map(|&(n, quantity)| (product(n), quantity)).collect();
            NewOrder { id, customer_id, placed_at, lines }.priced(&offers)
        };
        let placed = priced(&[(1, 4)]).unwrap().unwrap();
        assert_eq!((placed.order.total, placed.order.status, placed.order.version), (eur(1_000), OrderStatus::Placed, 1));
        assert_eq!(placed.order.placed_at, placed_at);
        assert_eq!(placed.check(), Ok(()));
        assert_eq!(pieces(&priced(&[(1, 1), (1, 3)]).unwrap().unwrap().items), [(product(1), 4)]);
        for (lines, refusal) in [
            (&[(1, 1), (9, 1), (3, 1)][..], OrderRefusal::UnknownProduct(1)),
            (&[(3, 1), (9, 1)], OrderRefusal::OutOfStock { line: 0, available: 0 }),
            (&[(1, 3), (1, 3)], OrderRefusal::OutOfStock { line: 1, available: 2 }),
            (&[(2, 1), (1, 1)], OrderRefusal::TooLarge),
            (&[(2, 10)], OrderRefusal::TooLarge),
        ] {
            assert_eq!(priced(lines), Ok(Err(refusal)), "{lines:?}");
        }
        assert_eq!(priced(&[]), Err(BadOrder::Empty));
        for quantity in [0, -1, MAX_QUANTITY + 1, i64::MAX] {
            assert_eq!(priced(&[(1, 1), (9, quantity)]), Err(BadOrder::Amount(2)), "{quantity}");
        }
    }

    #[test]
    fn amounts_up_to_the_bounds_are_an_order_and_amounts_beyond_them_are_none() {
        for good in [(MAX_QUANTITY, 0, 0), (MAX_QUANTITY, MAX_AMOUNT / MAX_QUANTITY, 0), (1, MAX_AMOUNT, MAX_AMOUNT)] {
            assert_eq!(order(&[good]).check(), Ok(()), "{good:?}");
        }
        for bad in [
            (i64::MAX, 0, 0),
            (MAX_QUANTITY + 1, 0, 0),
            (0, 1, 0),
            (1, i64::MAX, 0),
            (1, MAX_AMOUNT + 1, MAX_AMOUNT),
            (2, MAX_AMOUNT, MAX_AMOUNT),
            (1, 5, 6),
            (1, 5, -1),
            (-1, -5, 0),
        ] {
            assert_eq!(order(&[(1, 1, 0), bad]).check(), Err(BadOrder::Amount(2)), "{bad:?}");
        }
        assert_eq!(order(&[(1, MAX_AMOUNT, 0), (1, 1, 1)]).check(), Ok(()));
        assert_eq!(order(&[(1, MAX_AMOUNT, 0), (1, 1, 0)]).check(), Err(BadOrder::TooLarge));
    }
}
