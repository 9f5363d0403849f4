//! What the server is for. In production nothing is shown that only developers need, and what a shop must not start without is asked for.

use super::{BadSetting, Config, bad, read::switch};
use clap::Args;

/// What the server is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// To be looked at: console, introspection and demo are there, and nothing has to be set.
    #[default]
    Development,
    /// To be used by strangers.
    Production,
}

impl Profile {
    /// The name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// The settings as they are given.
#[derive(Args, Clone, Debug, Default)]
pub struct ProfileSettings {
    /// What the server is for: development, or production (console, introspection and demo are off, nobody reads everything, secret and
    /// stores must be given) [default: development]
    #[arg(long, env = "POLYSTORE_PROFILE", value_name = "NAME", help_heading = "Profile", global = true)]
    pub profile: Option<String>,
    /// Show the console at /graphiql: on or off [default: on, in production off]
    #[arg(long, env = "POLYSTORE_CONSOLE", value_name = "SWITCH", help_heading = "Profile", global = true)]
    pub console: Option<String>,
    /// Answer __schema and __type, show /schema.graphql, and suggest names like one that is unknown: on or off [default: on, in production off]
    #[arg(long, env = "POLYSTORE_INTROSPECTION", value_name = "SWITCH", help_heading = "Profile", global = true)]
    pub introspection: Option<String>,
}

/// What the settings come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub profile: Profile,
    pub console: bool,
    pub introspection: bool,
}

impl ProfileSettings {
    pub(super) fn decided(self) -> Result<Shown, BadSetting> {
        let profile = match self.profile.as_deref() {
            None | Some("" | "development") => Profile::Development,
            Some("production") => Profile::Production,
            Some(text) => return Err(bad("--profile / POLYSTORE_PROFILE", text, "development or production")),
        };
        let open = profile == Profile::Development;
        Ok(Shown {
            profile,
            console: switch("--console / POLYSTORE_CONSOLE", self.console, open)?,
            introspection: switch("--introspection / POLYSTORE_INTROSPECTION", self.introspection, open)?,
        })
    }
}

impl Config {
    /// Whether the stores may be used. In production a store that nobody named is a mistake, and no wish for an empty shop in a folder.
    pub fn stores_are_named(&self) -> Result<(), BadSetting> {
        if self.profile == Profile::Development || self.unnamed_stores.is_empty() {
            return Ok(());
        }
        let allowed = "the URL of a store, since POLYSTORE_PROFILE is production: sqlite:FILE and memory: have to be named, too";
        Err(bad(&self.unnamed_stores.join(" and "), "", allowed))
    }

    /// Whether the server may be started.
    pub fn fit_to_serve(&self) -> Result<(), BadSetting> {
        self.stores_are_named()?;
        if self.profile == Profile::Production && self.secret.is_none() {
            let allowed = "at least 32 characters, the same for all servers of the shop, since POLYSTORE_PROFILE is production";
            return Err(bad("--secret / POLYSTORE_SECRET", "", allowed));
        }
        Ok(())
    }
}
