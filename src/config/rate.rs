//! Settings of rate limits: what clients may spend, and where they are known by.

use super::{BadSetting, bad, number};
use crate::{
    graphql::{limits::Rates, throttle::keys::of_points},
    shop::Rate,
};
use clap::Args;
use std::path::PathBuf;

/// The settings as they are given.
#[derive(Args, Clone, Debug, Default)]
pub struct RateSettings {
    /// Limit what clients may spend, in points of store work: on or off [default: on]
    #[arg(long, env = "POLYSTORE_RATE_LIMIT", value_name = "SWITCH", help_heading = "Rate limits", global = true)]
    pub rate_limit: Option<String>,
    /// Points that come back in a second to an address whose visitors are not signed in, 1 to 1000000 [default: 20000]
    #[arg(long, env = "POLYSTORE_VISITOR_POINTS", value_name = "N", help_heading = "Rate limits", global = true)]
    pub visitor_points: Option<String>,
    /// Points that such an address may spend at once, 100 to 100000000 [default: 400000]
    #[arg(long, env = "POLYSTORE_VISITOR_BURST", value_name = "N", help_heading = "Rate limits", global = true)]
    pub visitor_burst: Option<String>,
    /// Points that come back in a second to a customer who signed in, 1 to 1000000 [default: 10000]
    #[arg(long, env = "POLYSTORE_VIEWER_POINTS", value_name = "N", help_heading = "Rate limits", global = true)]
    pub viewer_points: Option<String>,
    /// Points that such a customer may spend at once, 100 to 100000000 [default: 200000]
    #[arg(long, env = "POLYSTORE_VIEWER_BURST", value_name = "N", help_heading = "Rate limits", global = true)]
    pub viewer_burst: Option<String>,
    /// The API keys of programs, whose visitors are limited by key and not by address: a file that `polystore api-keys create` adds to. At
    /// SIGHUP it is read again [default: none]
    #[arg(long, env = "POLYSTORE_API_KEYS", value_name = "FILE", help_heading = "Rate limits", global = true)]
    pub api_keys: Option<String>,
    /// Points that come back in a second to a program with an API key, if its line says nothing else, 1 to 1000000 [default: 50000]
    #[arg(long, env = "POLYSTORE_KEY_POINTS", value_name = "N", help_heading = "Rate limits", global = true)]
    pub key_points: Option<String>,
    /// Points that such a program may spend at once, 100 to 100000000 [default: 1000000]
    #[arg(long, env = "POLYSTORE_KEY_BURST", value_name = "N", help_heading = "Rate limits", global = true)]
    pub key_burst: Option<String>,
    /// How many proxies in front of the server add the address that they see to X-Forwarded-For, 0 to 10 [default: 0: the header is not read]
    #[arg(long, env = "POLYSTORE_TRUSTED_PROXIES", value_name = "N", help_heading = "Rate limits", global = true)]
    pub trusted_proxies: Option<String>,
}

impl RateSettings {
    /// What clients may spend, the file of API keys, and how many proxies are trusted.
    pub(super) fn decided(self) -> Result<(Option<Rates>, Option<PathBuf>, usize), BadSetting> {
        let on = match self.rate_limit.as_deref() {
            None | Some("" | "on") => true,
            Some("off") => false,
            Some(text) => return Err(bad("--rate-limit / POLYSTORE_RATE_LIMIT", text, "on or off")),
        };
        let names = ["--visitor-points / POLYSTORE_VISITOR_POINTS", "--visitor-burst / POLYSTORE_VISITOR_BURST"];
        let visitors = rate(names, [self.visitor_points, self.visitor_burst], (20_000, 400_000))?;
        let names = ["--viewer-points / POLYSTORE_VIEWER_POINTS", "--viewer-burst / POLYSTORE_VIEWER_BURST"];
        let viewers = rate(names, [self.viewer_points, self.viewer_burst], (10_000, 200_000))?;
        let names = ["--key-points / POLYSTORE_KEY_POINTS", "--key-burst / POLYSTORE_KEY_BURST"];
        let keys = rate(names, [self.key_points, self.key_burst], (50_000, 1_000_000))?;
        let mut proxies = 0;
        number("--trusted-proxies / POLYSTORE_TRUSTED_PROXIES", self.trusted_proxies, 0..=10, &mut proxies)?;
        let file = self.api_keys.filter(|text| !text.is_empty()).map(PathBuf::from);
        Ok((on.then_some(Rates { visitors, viewers, keys }), file, proxies))
    }
}

fn rate(names: [&str; 2], [points, burst]: [Option<String>; 2], default: (u32, u32)) -> Result<Rate, BadSetting> {
    let (mut per_second, mut most) = default;
    number(names[0], points, 1..=1_000_000, &mut per_second)?;
    number(names[1], burst, 100..=100_000_000, &mut most)?;
    of_points(per_second, most).map_err(|_| bad(names[1], &most.to_string(), "at most what comes back in a day"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_defaults_are_those_of_the_graph() {
        assert_eq!(RateSettings::default().decided().unwrap(), (Some(Rates::default()), None, 0));
    }

    #[test]
    fn points_and_burst_make_a_rate_or_are_refused() {
        let of = |points: &str, burst: &str| {
            let given = RateSettings { visitor_points: Some(points.into()), visitor_burst: Some(burst.into()), ..RateSettings::default() };
            given.decided().map(|(rates, ..)| rates.unwrap().visitors).map_err(|error| error.to_string())
        };
        assert_eq!(of("50", "100"), Ok(Rate { burst: 100, period: Duration::from_secs(2) }));
        assert_eq!(of("1000000", "100"), Ok(Rate { burst: 100, period: Duration::from_millis(1) }));
        assert!(of("1", "100000000").unwrap_err().contains("POLYSTORE_VISITOR_BURST: \"100000000\" cannot be used: expected at most what"));
        assert!(of("0", "100").unwrap_err().contains("a whole number from 1 to 1000000"));
        let off = RateSettings { rate_limit: Some("off".into()), ..RateSettings::default() };
        assert_eq!(off.decided().unwrap().0, None);
        let wrong = RateSettings { rate_limit: Some("yes".into()), ..RateSettings::default() };
        assert!(wrong.decided().unwrap_err().to_string().ends_with("expected on or off"));
    }
}
