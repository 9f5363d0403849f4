//! `polystore account`: gives an account a role; how the first administrator comes to be.

use super::Failure;
use crate::{
    actions::{self, ActionError, Passwords},
    config::Config,
    shop::AccountRole,
};
use clap::Args;
use std::io::Read as _;

/// Which account, and what it may do.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The account's e-mail
    #[arg(value_name = "EMAIL")]
    email: String,
    /// What it may do: customer, editor or admin
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// Read the password from standard input: for an account that does not exist yet, or to change it
    #[arg(long)]
    password_stdin: bool,
}

/// Sets the role, and the password if one is given.
pub async fn run(config: &Config, options: Options) -> Result<(), Failure> {
    let role = AccountRole::from_code(&options.role.to_uppercase())
        .ok_or_else(|| Failure::Told(format!("--role: {:?} cannot be used: expected customer, editor or admin", options.role)))?;
    let password = if options.password_stdin { Some(password()?) } else { None };
    let connected = super::connected(config).await?;
    let stores = connected.layered();
    let changed = actions::set_role(&*stores.relational, &Passwords::default(), &options.email, role, password).await;
    connected.close().await;
    let customer = changed.map_err(told)?;
    super::print(&format!("{} ({}) is {}\n", customer.email, customer.id, role.code()))
}

fn password() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().take(4_096).read_to_string(&mut text);
    read.map_err(|error| Failure::Told(format!("--password-stdin: cannot read standard input: {error}")))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn told(error: ActionError) -> Failure {
    match error {
        ActionError::Refused(refusals) => {
            let line = |refusal: actions::Refusal| format!("{}: {}", refusal.field.unwrap_or_default(), refusal.message);
            Failure::Told(refusals.into_iter().map(line).collect::<Vec<_>>().join("; "))
        }
        ActionError::Store(error) | ActionError::Write(error) => Failure::Store(error),
        other => Failure::Told(format!("the account was not changed: {other:?}")),
    }
}
