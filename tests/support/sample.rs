//! Small rows to put into stores. Ids count up from a number, so that tests can name them.

use polystore::shop::{
    Account, AccountRole, AuditEntry, Category, CategoryId, Currency, Customer, CustomerId, Money, NewAccount, Once, Order, OrderId,
    OrderItem, OrderStatus, OrderWithItems, Product, ProductId, Tier, Timestamp,
};
use uuid::Uuid;

/// 2026-01-01T00:00:00Z plus `minutes`.
pub fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(1_767_225_600_000 + minutes * 60_000).unwrap()
}

/// Euro cents.
pub fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// The id number `n` of any entity.
pub fn id<T: From<Uuid>>(n: u128) -> T {
    Uuid::from_u128((0x0190_0000_0000_7000_8000 << 48) | n).into()
}

/// A key of somebody's for request number `request`.
pub fn once(key: &str, request: u32) -> Once {
    Once::new("somebody", key, "operation", &serde_json::json!({ "request": request }))
}

/// An entry for the audit log about this subject, asked for by customer number 7 `n` minutes into 2026.
pub fn audit(n: u128, action: &str, subject: impl ToString) -> AuditEntry {
    let at = at(i64::try_from(n).unwrap());
    // a UUID of version 7 with this time
    let uuid = Uuid::from_u128(u128::try_from(at.millis()).unwrap() << 80 | 0x7 << 76 | 0x8 << 60 | n);
    AuditEntry {
        id: uuid.into(),
        at,
        actor: Some(id(7)),
        role: Some(AccountRole::Editor),
        action: action.to_owned(),
        subject: subject.to_string(),
        request: Some(format!("request-{n}")),
        client: Some("2001:db8::7".parse().unwrap()),
        details: serde_json::json!({ "asked": u64::try_from(n).unwrap() }),
    }
}

/// The account of customer number `n`. The hash is none that a password has.
pub fn account(n: u128) -> NewAccount {
    let customer = customer(n);
    let account = Account {
        customer_id: customer.id,
        role: AccountRole::Customer,
        password_hash: format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$secret{n}"),
    };
    NewAccount { customer, account }
}

/// Customer number `n`, made `n` minutes into 2026.
pub fn customer(n: u128) -> Customer {
    Customer {
        id: id::<CustomerId>(n),
        email: format!("customer{n}@example.com"),
        name: format!("Customer {n}"),
        tier: Tier::Standard,
        created_at: at(i64::try_from(n).unwrap()),
    }
}

/// Category number `n`, a root.
pub fn category(n: u128) -> Category {
    Category { id: id::<CategoryId>(n), slug: format!("category-{n}"), name: format!("Category {n:03}"), parent_id: None }
}

/// Product number `n` in category number `category`: `n` euros, ten in stock, made `n` minutes into 2026.
pub fn product(n: u128, category: u128) -> Product {
    let small = i64::try_from(n).unwrap();
    Product {
        id: id::<ProductId>(n),
        sku: format!("SKU-{n}"),
        slug: format!("product-{n}"),
        name: format!("Product {n:03}"),
        description: format!("The description of product number {n}"),
        price: eur(small * 100),
        stock: 10,
        category_id: id::<CategoryId>(category),
        created_at: at(small),
        version: 1,
    }
}

/// Order number `n` of customer number `customer`, placed `n` minutes into 2026, with lines of (product number, quantity) at the price of [`product`].
pub fn order(n: u128, customer: u128, lines: &[(u128, i64)]) -> OrderWithItems {
    let items: Vec<_> = lines
        .iter()
        .zip(1..)
        .map(|((product, quantity), line)| OrderItem {
            order_id: id::<OrderId>(n),
            line,
            product_id: id::<ProductId>(*product),
            quantity: *quantity,
            unit_price: eur(i64::try_from(*product).unwrap() * 100),
            discount: eur(0),
        })
        .collect();
    let total = items.iter().map(|item| item.line_total().unwrap().minor).sum();
    let order = Order {
        id: id::<OrderId>(n),
        customer_id: id::<CustomerId>(customer),
        status: OrderStatus::Placed,
        placed_at: at(i64::try_from(n).unwrap()),
        total: eur(total),
        version: 1,
    };
    OrderWithItems { order, items }
}
