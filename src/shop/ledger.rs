//! The ledger: append-only, double entry. What is owed and what was paid is the sum of its entries and stands nowhere else.

use super::OrderStatus;

/// An account of the shop's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LedgerAccount {
    /// What customers owe us.
    Receivable,
    /// What we were paid.
    Cash,
    /// What we sold; a sale is a negative amount.
    Sales,
}

codes!(LedgerAccount {
    Receivable = "RECEIVABLE",
    Cash = "CASH",
    Sales = "SALES",
});

/// The balances that an order of this status and total has, in minor units: receivable, cash, sales. They sum to zero.
/// What a change of status enters is the difference of two of these.
pub fn balances(status: OrderStatus, total_minor: i64) -> [(LedgerAccount, i64); 3] {
    let (receivable, cash, sales) = match status {
        OrderStatus::Placed => (total_minor, 0, -total_minor),
        OrderStatus::Paid | OrderStatus::Shipped => (0, total_minor, -total_minor),
        OrderStatus::Cancelled => (0, 0, 0),
    };
    [(LedgerAccount::Receivable, receivable), (LedgerAccount::Cash, cash), (LedgerAccount::Sales, sales)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_in_balance() {
        for &status in OrderStatus::ALL {
            assert_eq!(balances(status, 1_234).iter().map(|(_, amount)| amount).sum::<i64>(), 0, "{status:?}");
        }
    }
}
