//! The log: lines on stderr, filtered as the settings say.

use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, fmt, util::SubscriberInitExt};

/// Starts the log. A filter that cannot be read is told, not ignored.
pub fn start(filter: &str) -> Result<(), String> {
    let allowed = "a level or a list of target=level, for example info or polystore=debug,warn";
    let filter = EnvFilter::try_new(filter).map_err(|_| format!("--log / POLYSTORE_LOG: {filter:?} cannot be used: expected {allowed}"))?;
    let colours = std::io::stderr().is_terminal();
    let subscriber = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).with_target(false).compact().finish();
    subscriber.try_init().map_err(|error| error.to_string())
}
