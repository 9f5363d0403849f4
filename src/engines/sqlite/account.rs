//! Accounts in SQLite.

use super::{
    Sqlite, keys, row,
    transaction::{Outcome, Tx, Work},
};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{Accounts, Result},
    shop::{
        Account, AccountRefusal, AccountRole, Customer, CustomerId, Event, NewAccount, ProfileChange, Provenance, Timestamp, Written,
        audit::outcome,
    },
};
use async_trait::async_trait;
use sqlx::{
    FromRow,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

impl FromRow<'_, SqliteRow> for Account {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        Ok(Self {
            customer_id: row::id(row, "customer_id")?,
            role: row::code(row, "role", AccountRole::from_code)?,
            password_hash: row::text(row, "password_hash")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for NewAccount {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self { customer: Customer::from_row(row)?, account: Account::from_row(row)? })
    }
}

fn put(customer: CustomerId, account: &Account) -> Query<'static, sqlx::Sqlite, SqliteArguments> {
    let put = sqlx::query(include_str!("sql/account_put.sql"));
    put.bind(customer.uuid()).bind(account.role.code()).bind(account.password_hash.clone())
}

/// What a failed write of a customer means.
fn refusal(tx: &Tx<'_>) -> Option<AccountRefusal> {
    (tx.broken_rule() == Some("customers.email")).then_some(AccountRefusal::EmailTaken)
}

async fn known(tx: &mut Tx<'_>, id: CustomerId) -> Result<Option<Customer>> {
    let known = sqlx::query_as(include_str!("sql/customers_by_ids.sql")).bind(keys::ids(&[id]));
    Ok(tx.rows(known).await?.pop())
}

struct Create(NewAccount);

impl Work for Create {
    type Answer = Customer;
    type Refusal = AccountRefusal;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let NewAccount { customer, account } = &self.0;
        // of two broken rules the driver names either one
        if known(tx, customer.id).await?.is_some() {
            return Err(StoreError::new(Engine::Sqlite, Kind::Conflict, format!("{}: there is such a customer already", customer.id)));
        }
        let create = sqlx::query(include_str!("sql/customer_create.sql"))
            .bind(customer.id.uuid())
            .bind(customer.email.clone())
            .bind(customer.name.clone())
            .bind(customer.tier.code())
            .bind(customer.created_at.millis());
        if let Err(error) = tx.run(create).await {
            return refusal(tx).map(Err).ok_or(error);
        }
        tx.run(put(customer.id, account)).await?;
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
        let Some(before) = known(tx, self.id).await? else { return Ok(Err(AccountRefusal::NotFound)) };
        let customer = self.change.apply(&before);
        if customer == before {
            return Ok(Ok(customer));
        }
        let change = sqlx::query(include_str!("sql/customer_change.sql")).bind(customer.id.uuid());
        if let Err(error) = tx.run(change.bind(customer.email.clone()).bind(customer.name.clone())).await {
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
        let written = tx.run(put(self.0.customer_id, &self.0)).await? > 0;
        if written {
            tx.note(outcome::plainly());
        }
        Ok(Ok(written))
    }
}

#[async_trait]
impl Accounts for Sqlite {
    async fn accounts_by_customers(&self, customers: &[CustomerId]) -> Result<Vec<Account>> {
        if customers.is_empty() {
            return Ok(Vec::new());
        }
        self.all(sqlx::query_as(include_str!("sql/accounts_by_customers.sql")).bind(keys::ids(customers))).await
    }

    async fn accounts_by_emails(&self, emails: &[String]) -> Result<Vec<NewAccount>> {
        if emails.is_empty() {
            return Ok(Vec::new());
        }
        self.all(sqlx::query_as(include_str!("sql/accounts_by_emails.sql")).bind(keys::texts(emails))).await
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
