//! From the text of a setting to its value, or to what is wrong with it.

use super::{BadSetting, Config, Profile, Secret, SessionCookie, StatusProfile, redacted};
use crate::{error::Engine, graphql::documents::trusted::Mode, shop::Viewer};
use std::{net::SocketAddr, path::PathBuf, str::FromStr};

/// A setting that has two names.
pub(super) fn one_of<'a>(
    main: (&'a str, Option<String>),
    alias: (&'a str, Option<String>),
) -> Result<(&'a str, Option<String>), BadSetting> {
    match (&main.1, &alias.1) {
        (Some(a), Some(b)) if a != b && !a.is_empty() && !b.is_empty() => Err(BadSetting {
            setting: format!("{} and {}", main.0, alias.0),
            value: format!("{} and {}", redacted(a), redacted(b)),
            allowed: "only one of the two, since they mean the same".to_owned(),
        }),
        (None, _) => Ok(alias),
        (Some(text), Some(_)) if text.is_empty() => Ok(alias),
        _ => Ok(main),
    }
}

pub(super) fn bad(setting: &str, value: &str, allowed: impl Into<String>) -> BadSetting {
    BadSetting { setting: setting.to_owned(), value: value.chars().take(200).collect(), allowed: allowed.into() }
}

pub(super) fn number<N>(setting: &str, given: Option<String>, allowed: std::ops::RangeInclusive<N>, into: &mut N) -> Result<(), BadSetting>
where
    N: FromStr + PartialOrd + std::fmt::Display,
{
    let Some(text) = given.filter(|text| !text.is_empty()) else { return Ok(()) };
    match text.parse() {
        Ok(number) if allowed.contains(&number) => *into = number,
        _ => return Err(bad(setting, &text, format!("a whole number from {} to {}", allowed.start(), allowed.end()))),
    }
    Ok(())
}

pub(super) fn switch(setting: &str, given: Option<String>, default: bool) -> Result<bool, BadSetting> {
    match given.as_deref() {
        None | Some("") => Ok(default),
        Some("off") => Ok(false),
        Some("on") => Ok(true),
        Some(text) => Err(bad(setting, text, "on or off")),
    }
}

/// Tells whether the setting was given.
pub(super) fn flag(setting: &str, given: Option<String>, into: &mut bool) -> Result<bool, BadSetting> {
    match given.as_deref() {
        None | Some("") => return Ok(false),
        Some("true") => *into = true,
        Some("false") => *into = false,
        Some(text) => return Err(bad(setting, text, "true or false")),
    }
    Ok(true)
}

pub(super) fn demo(given: Option<String>, profile: Profile) -> Result<bool, BadSetting> {
    let (setting, mut demo) = ("--demo / POLYSTORE_DEMO", profile == Profile::Development);
    flag(setting, given, &mut demo)?;
    let refused = demo && profile == Profile::Production;
    if refused { Err(bad(setting, "true", "false, since POLYSTORE_PROFILE is production")) } else { Ok(demo) }
}

pub(super) fn listen(given: Option<String>) -> Result<SocketAddr, BadSetting> {
    let text = given.filter(|text| !text.is_empty()).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let allowed = "an address and a port, for example 127.0.0.1:8000";
    text.parse().map_err(|_| bad("--listen / POLYSTORE_LISTEN", &text, allowed))
}

pub(super) fn secret(given: Option<String>) -> Result<Option<Secret>, BadSetting> {
    match given.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(secret) if secret.chars().count() >= 32 => Ok(Some(Secret(secret))),
        Some(_) => Err(bad("--secret / POLYSTORE_SECRET", "…", "at least 32 characters")),
    }
}

pub(super) fn anonymous(given: Option<String>, config: &Config) -> Result<Viewer, BadSetting> {
    let production = config.profile == Profile::Production;
    match given.as_deref() {
        Some("visitor") => Ok(Viewer::Visitor),
        Some("reader") if production => {
            Err(bad("--anonymous / POLYSTORE_ANONYMOUS", "reader", "visitor, since POLYSTORE_PROFILE is production"))
        }
        Some("reader") => Ok(Viewer::Reader),
        Some(text) if !text.is_empty() => Err(bad("--anonymous / POLYSTORE_ANONYMOUS", text, "visitor or reader")),
        // nobody's data but the demo's, and nobody but who sits here: real stores, or a way in from outside, and it is closed
        _ if !production && config.embedded() && config.hot.engine == Engine::Memory && config.listen.ip().is_loopback() => {
            Ok(Viewer::Reader)
        }
        _ => Ok(Viewer::Visitor),
    }
}

pub(super) fn trusted(mode: Option<String>, manifest: Option<String>) -> Result<(Mode, Option<PathBuf>), BadSetting> {
    let text = mode.filter(|text| !text.is_empty()).unwrap_or_else(|| "off".to_owned());
    let mode = Mode::ALL.into_iter().find(|mode| mode.name() == text);
    let mode = mode.ok_or_else(|| bad("--trusted-documents / POLYSTORE_TRUSTED_DOCUMENTS", &text, "off, prefer or only"))?;
    let manifest = manifest.filter(|text| !text.is_empty()).map(PathBuf::from);
    if mode != Mode::Off && manifest.is_none() {
        let allowed = format!("the file that `polystore documents build` wrote, since POLYSTORE_TRUSTED_DOCUMENTS is {text}");
        return Err(bad("--trusted-manifest / POLYSTORE_TRUSTED_MANIFEST", "", allowed));
    }
    Ok((mode, manifest))
}

pub(super) fn status_profile(given: Option<String>) -> Result<StatusProfile, BadSetting> {
    let Some(text) = given.filter(|text| !text.is_empty()) else { return Ok(StatusProfile::default()) };
    StatusProfile::named(&text).ok_or_else(|| bad("--http-status-profile / POLYSTORE_HTTP_STATUS_PROFILE", &text, "suite or draft"))
}

pub(super) fn session_cookie(given: Option<String>, profile: Profile) -> Result<Option<SessionCookie>, BadSetting> {
    let name = "--session-cookie / POLYSTORE_SESSION_COOKIE";
    match given.as_deref() {
        None | Some("" | "off") => Ok(None),
        Some("plain") if profile == Profile::Production => Err(bad(name, "plain", "off or on, since POLYSTORE_PROFILE is production")),
        Some(text) => SessionCookie::named(text).map(Some).ok_or_else(|| bad(name, text, "off, on or plain")),
    }
}

pub(super) fn prefix(given: Option<String>) -> Result<String, BadSetting> {
    let text = given.filter(|text| !text.is_empty()).unwrap_or_else(|| "polystore".to_owned());
    let fits = text.len() <= 50 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let allowed = "at most 50 letters, digits, and the characters - _ .";
    if fits { Ok(text) } else { Err(bad("--redis-prefix / POLYSTORE_REDIS_PREFIX", &text, allowed)) }
}

/// The items of a list with commas.
pub(super) fn items(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

pub(super) fn origins(given: Option<String>) -> Result<Vec<String>, BadSetting> {
    let text = given.unwrap_or_default();
    let origins = items(&text);
    let fits = |origin: &String| {
        let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).unwrap_or_default();
        !authority.is_empty() && authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte))
    };
    let allowed = "a list of origins with commas between them, for example https://shop.example, without a path";
    if origins.iter().all(fits) { Ok(origins) } else { Err(bad("--origins / POLYSTORE_ORIGINS", &text, allowed)) }
}

pub(super) fn roles(given: Option<String>) -> Result<Vec<String>, BadSetting> {
    let text = given.unwrap_or_default();
    let names = items(&text);
    let known = |name: &String| ["relational", "documents", "hot"].contains(&name.as_str());
    let allowed = "a list of relational, documents and hot, with commas between them";
    if names.iter().all(known) { Ok(names) } else { Err(bad("--ready-requires / POLYSTORE_READY_REQUIRES", &text, allowed)) }
}
