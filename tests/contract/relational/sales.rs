use super::Store;
use crate::{contract, support::engines::relational, support::sample};
use libtest_mimic::Trial;
use polystore::shop::{
    CategoryId, Customer, CustomerId, Order, OrderStatus, OrderWithItems, Product, SalesBy, SalesPeriod, SalesRow, Tier, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "sales", relational;
        without_orders_the_report_is_empty,
        each_key_has_its_order_its_running_total_and_its_ranks,
        a_period_holds_its_start_and_not_its_end,
        days_are_calendar_days_in_utc,
        ranks_and_running_totals_are_over_all_rows_also_those_behind_the_limit,
        the_report_equals_one_added_up_by_hand,
    )
}

const KEYS: [SalesBy; 4] = [SalesBy::Day, SalesBy::Category, SalesBy::Customer, SalesBy::Tier];
const TIERS: [Tier; 3] = [Tier::Standard, Tier::Silver, Tier::Gold];

fn tier_of(customer: u128) -> Tier {
    TIERS[usize::try_from(customer).unwrap() % 3]
}

fn category_of(product: u128) -> u128 {
    1 + product % 3
}

/// Customers and products 1 to 6 of all tiers and three categories; product 5 costs five euros.
async fn shop(store: &Store) {
    let customers: Vec<_> = (1..=6).map(|n| Customer { tier: tier_of(n), ..sample::customer(n) }).collect();
    store.customers_put(&customers).await.unwrap();
    store.categories_put(&(1..=3).map(sample::category).collect::<Vec<_>>()).await.unwrap();
    let products: Vec<_> = (1..=6).map(|n| sample::product(n, category_of(n))).collect();
    store.products_put(&products).await.unwrap();
}

fn always(by: SalesBy) -> SalesPeriod {
    let to = Timestamp::from_millis(polystore::shop::time::MAX_MILLIS).unwrap();
    SalesPeriod { from: Timestamp::from_millis(0).unwrap(), to, by, limit: 1_000 }
}

fn placed(minutes: i64, row: OrderWithItems) -> OrderWithItems {
    OrderWithItems { order: Order { placed_at: sample::at(minutes), ..row.order }, ..row }
}

fn cancelled(row: OrderWithItems) -> OrderWithItems {
    OrderWithItems { order: Order { status: OrderStatus::Cancelled, ..row.order }, ..row }
}

fn row(key: &str, label: &str, counts: (i64, i64), revenue: i64, running: i64, rank: i64, previous: Option<i64>) -> SalesRow {
    SalesRow {
        key: key.into(),
        label: label.into(),
        orders: counts.0,
        units: counts.1,
        revenue: sample::eur(revenue),
        running_total: sample::eur(running),
        rank,
        previous: previous.map(sample::eur),
    }
}

async fn without_orders_the_report_is_empty(store: Store) {
    for by in KEYS {
        assert_eq!(store.sales_report(&always(by)).await.unwrap(), []);
    }
    shop(&store).await;
    store.orders_put(&[cancelled(sample::order(1, 1, &[(1, 1)]))]).await.unwrap();
    for by in KEYS {
        assert_eq!(store.sales_report(&always(by)).await.unwrap(), [], "{by:?}");
    }
}

async fn each_key_has_its_order_its_running_total_and_its_ranks(store: Store) {
    shop(&store).await;
    const DAY: i64 = 24 * 60;
    let mut reduced = sample::order(4, 3, &[(1, 1), (1, 2)]);
    reduced.items[0].discount = sample::eur(50);
    reduced.order.total = sample::eur(250);
    let orders = [
        placed(0, sample::order(1, 1, &[(3, 1), (1, 1)])),
        placed(DAY - 1, sample::order(2, 2, &[(4, 1)])),
        placed(2 * DAY, sample::order(3, 1, &[(5, 1), (3, 1)])),
        placed(5 * DAY, reduced),
        placed(5 * DAY, cancelled(sample::order(5, 3, &[(6, 9)]))),
        placed(6 * DAY, sample::order(6, 4, &[(4, 2)])),
    ];
    store.orders_put(&orders).await.unwrap();

    let days = [
        row("2026-01-01", "2026-01-01", (2, 3), 800, 800, 1, None),
        row("2026-01-03", "2026-01-03", (1, 2), 800, 1_600, 1, Some(800)),
        row("2026-01-06", "2026-01-06", (1, 3), 250, 1_850, 4, Some(800)),
        row("2026-01-07", "2026-01-07", (1, 2), 800, 2_650, 1, Some(250)),
    ];
    assert_eq!(store.sales_report(&always(SalesBy::Day)).await.unwrap(), days);

    // products 3 and 6 are in category 1, 1 and 4 in 2, 2 and 5 in 3
    let category = |n| sample::id::<CategoryId>(n).to_string();
    let categories = [
        row(&category(2), "Category 002", (4, 7), 1_550, 1_550, 1, None),
        row(&category(1), "Category 001", (2, 2), 600, 2_150, 2, Some(1_550)),
        row(&category(3), "Category 003", (1, 1), 500, 2_650, 3, Some(600)),
    ];
    assert_eq!(store.sales_report(&always(SalesBy::Category)).await.unwrap(), categories);

    let customer = |n| sample::id::<CustomerId>(n).to_string();
    let customers = [
        row(&customer(1), "Customer 1", (2, 4), 1_200, 1_200, 1, None),
        row(&customer(4), "Customer 4", (1, 2), 800, 2_000, 2, Some(1_200)),
        row(&customer(2), "Customer 2", (1, 1), 400, 2_400, 3, Some(800)),
        row(&customer(3), "Customer 3", (1, 3), 250, 2_650, 4, Some(400)),
    ];
    assert_eq!(store.sales_report(&always(SalesBy::Customer)).await.unwrap(), customers);

    let tiers = [
        row("SILVER", "SILVER", (3, 6), 2_000, 2_000, 1, None),
        row("GOLD", "GOLD", (1, 1), 400, 2_400, 2, Some(2_000)),
        row("STANDARD", "STANDARD", (1, 3), 250, 2_650, 3, Some(400)),
    ];
    assert_eq!(store.sales_report(&always(SalesBy::Tier)).await.unwrap(), tiers);
}

async fn a_period_holds_its_start_and_not_its_end(store: Store) {
    shop(&store).await;
    let orders: Vec<_> = (1..=4).map(|n| sample::order(n, 1, &[(1, 1)])).collect();
    store.orders_put(&orders).await.unwrap();
    for by in KEYS {
        let units = async |from, to| {
            let period = SalesPeriod { from: sample::at(from), to: sample::at(to), ..always(by) };
            store.sales_report(&period).await.unwrap().iter().map(|row| row.units).sum::<i64>()
        };
        assert_eq!(units(2, 4).await, 2, "{by:?}");
        assert_eq!(units(2, 2).await, 0, "{by:?}");
        assert_eq!(units(4, 2).await, 0, "{by:?}");
        assert_eq!(units(0, 100).await, 4, "{by:?}");
    }
}

async fn days_are_calendar_days_in_utc(store: Store) {
    shop(&store).await;
    let times = ["1970-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z", "2024-03-01T00:00:00.000Z", "9999-12-31T23:00:00.000Z"];
    let rows = (1..).zip(times).map(|(n, time): (u128, &str)| {
        let mut row = sample::order(n, 1, &[(1, 1)]);
        row.order.placed_at = time.parse().unwrap();
        row
    });
    store.orders_put(&rows.collect::<Vec<_>>()).await.unwrap();
    let report = store.sales_report(&always(SalesBy::Day)).await.unwrap();
    let days: Vec<_> = report.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(days, ["1970-01-01", "2024-02-29", "2024-03-01", "9999-12-31"]);
}

async fn ranks_and_running_totals_are_over_all_rows_also_those_behind_the_limit(store: Store) {
    shop(&store).await;
    store.orders_put(&made_up(60)).await.unwrap();
    for by in KEYS {
        let whole = store.sales_report(&always(by)).await.unwrap();
        for limit in [1, 2] {
            let cut = store.sales_report(&SalesPeriod { limit, ..always(by) }).await.unwrap();
            assert_eq!(cut, whole[..limit as usize], "{by:?}");
        }
    }
}

/// Orders of many shapes, the same ones every time.
fn made_up(count: u128) -> Vec<OrderWithItems> {
    let mut state = 7_u128;
    let mut dice = move |sides: u128| {
        state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % (1 << 64);
        (state >> 33) % sides
    };
    let rows = (1..=count).map(|n| {
        let lines: Vec<_> = (0..=dice(3)).map(|_| (1 + dice(6), 1 + i64::try_from(dice(2)).unwrap())).collect();
        let row = placed(i64::try_from(dice(9) * 700).unwrap(), sample::order(n, 1 + dice(6), &lines));
        if dice(5) == 0 { cancelled(row) } else { row }
    });
    rows.collect()
}

async fn the_report_equals_one_added_up_by_hand(store: Store) {
    shop(&store).await;
    let orders = made_up(200);
    store.orders_put(&orders).await.unwrap();
    for by in KEYS {
        for (from, to) in [(0, 1_000_000), (700, 4_200)] {
            let period = SalesPeriod { from: sample::at(from), to: sample::at(to), ..always(by) };
            let report = store.sales_report(&period).await.unwrap();
            assert_eq!(report, by_hand(&orders, &period), "{by:?}");
            assert!(report.len() > 1);
        }
    }
}

/// Key, label, orders, pieces and revenue of each row, then the report's order, then what runs along it.
fn by_hand(orders: &[OrderWithItems], period: &SalesPeriod) -> Vec<SalesRow> {
    let mut sums: BTreeMap<String, (String, BTreeSet<_>, i64, i64)> = BTreeMap::new();
    let counted = orders.iter().filter(|row| row.order.status != OrderStatus::Cancelled);
    for row in counted.filter(|row| row.order.placed_at >= period.from && row.order.placed_at < period.to) {
        for item in &row.items {
            let customer = (1..=6).find(|n| sample::id::<CustomerId>(*n) == row.order.customer_id).unwrap();
            let product: Product = (1..=6).map(|n| sample::product(n, category_of(n))).find(|p| p.id == item.product_id).unwrap();
            let (key, label) = match period.by {
                SalesBy::Day => {
                    let day = row.order.placed_at.to_string()[..10].to_owned();
                    (day.clone(), day)
                }
                SalesBy::Category => {
                    let category = (1..=3).map(sample::category).find(|c| c.id == product.category_id).unwrap();
                    (category.id.to_string(), category.name)
                }
                SalesBy::Customer => (row.order.customer_id.to_string(), sample::customer(customer).name),
                SalesBy::Tier => (tier_of(customer).code().to_owned(), tier_of(customer).code().to_owned()),
            };
            let sum = sums.entry(key).or_insert((label, BTreeSet::new(), 0, 0));
            sum.1.insert(row.order.id);
            sum.2 += item.quantity;
            sum.3 += item.line_total().unwrap().minor;
        }
    }
    let mut rows: Vec<_> = sums.into_iter().collect();
    if period.by != SalesBy::Day {
        rows.sort_by(|a, b| b.1.3.cmp(&a.1.3).then_with(|| a.0.cmp(&b.0)));
    }
    let revenues: Vec<i64> = rows.iter().map(|(_, sum)| sum.3).collect();
    let mut running = 0;
    let finished = rows.into_iter().enumerate().map(|(i, (key, (label, orders, units, revenue)))| {
        running += revenue;
        let rank = 1 + revenues.iter().filter(|other| **other > revenue).count();
        let counts = (i64::try_from(orders.len()).unwrap(), units);
        row(&key, &label, counts, revenue, running, i64::try_from(rank).unwrap(), i.checked_sub(1).map(|i| revenues[i]))
    });
    finished.collect()
}
