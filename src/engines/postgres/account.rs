//! Accounts in PostgreSQL.

use super::query::Binds;
use super::row::Cells;
use super::transaction::{Outcome, Tx, Work};
use super::{Postgres, row};
use crate::roles::{Accounts, Result};
use crate::shop::{
    Account, AccountRefusal, AccountRole, Customer, CustomerId, Event, NewAccount, ProfileChange, Provenance, Timestamp, Written,
    audit::outcome,
};
use async_trait::async_trait;
use sqlx::FromRow;
use sqlx::postgres::PgRow;

impl FromRow<'_, PgRow> for Account {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        Ok(Self {
            customer_id: row::id(row, "customer_id")?,
            role: row::code(row, "role", AccountRole::from_code)?,
            password_hash: row.try_get("password_hash")?,
        })
    }
}

impl FromRow<'_, PgRow> for NewAccount {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self { customer: Customer::from_row(row)?, account: Account::from_row(row)? })
    }
}

fn put(customer: CustomerId, account: &Account) -> Binds {
    Binds::new().with(customer.uuid()).with(account.role.code()).with(&*account.password_hash)
}

/// What a failed write of a customer means.
fn refusal(tx: &Tx<'_>) -> Option<AccountRefusal> {
    (tx.broken_rule() == Some("customers_email_unique")).then_some(AccountRefusal::EmailTaken)
}

struct Create(NewAccount);

impl Work for Create {
    type Answer = Customer;
    type Refusal = AccountRefusal;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let NewAccount { customer, account } = &self.0;
        let binds = Binds::new()
            .with(customer.id.uuid())
            .with(&*customer.email)
            .with(&*customer.name)
            .with(customer.tier.code())
            .with(customer.created_at.to_chrono());
        if let Err(error) = tx.run(sql!("customer_create"), binds).await {
            return refusal(tx).map(Err).ok_or(error);
        }
        tx.run(sql!("account_put"), put(customer.id, account)).await?;
        tx.tell(Event::signed_up(customer));
        tx.note(outcome::plainly());
        Ok(Ok(customer.clone()))
    }
}

struct Change {
    id: CustomerId,
    change: ProfileChange,
    at: Timestamp,
}

impl Work for Change {
    type Answer = Customer;
    type Refusal = AccountRefusal;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let found: Option<Customer> = tx.rows(sql!("customer_lock"), Binds::new().with(self.id.uuid())).await?.pop();
        let Some(before) = found else { return Ok(Err(AccountRefusal::NotFound)) };
        let customer = self.change.apply(&before);
        if customer == before {
            return Ok(Ok(customer));
        }
        let binds = Binds::new().with(customer.id.uuid()).with(&*customer.email).with(&*customer.name);
        if let Err(error) = tx.run(sql!("customer_change"), binds).await {
            return refusal(tx).map(Err).ok_or(error);
        }
        tx.tell(Event::customer_changed(&customer, self.at));
        tx.note(outcome::plainly());
        Ok(Ok(customer))
    }
}

struct Put(Account);

impl Work for Put {
    /// Whether there is such a customer.
    type Answer = bool;
    type Refusal = std::convert::Infallible;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let written = tx.run(sql!("account_put"), put(self.0.customer_id, &self.0)).await? > 0;
        if written {
            tx.note(outcome::plainly());
        }
        Ok(Ok(written))
    }
}

#[async_trait]
impl Accounts for Postgres {
    async fn accounts_by_customers(&self, customers: &[CustomerId]) -> Result<Vec<Account>> {
        self.by_ids(sql!("accounts_by_customers"), customers).await
    }

    async fn accounts_by_emails(&self, emails: &[String]) -> Result<Vec<NewAccount>> {
        if emails.is_empty() {
            return Ok(Vec::new());
        }
        self.look_up(sql!("accounts_by_emails"), Binds::new().with(emails)).await
    }

    async fn account_create(&self, new: &NewAccount, by: Provenance<'_>) -> Result<Written<Customer, AccountRefusal>> {
        self.once(by, Create(new.clone())).await
    }

    async fn account_put(&self, account: &Account, by: Provenance<'_>) -> Result<bool> {
        Ok(matches!(self.once(by, Put(account.clone())).await?, Written::Done(true) | Written::Replayed(true)))
    }

    async fn customer_change(
        &self,
        id: CustomerId,
        change: &ProfileChange,
        at: Timestamp,
        by: Provenance<'_>,
    ) -> Result<Written<Customer, AccountRefusal>> {
        self.once(by, Change { id, change: change.clone(), at }).await
    }
}
