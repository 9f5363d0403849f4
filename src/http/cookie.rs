//! The session in a cookie, for web pages that are not to hold its token in a script.
//!
//! Browsers send cookies for whatever page makes them ask. So the cookie is `HttpOnly` and `SameSite=Strict`, and a request whose session
//! comes from it must show that its page was allowed to ask: a header that no form can send, and an origin that is ours or listed.

use super::{credentials::TWICE, origin};
use crate::{
    config::SessionCookie,
    graphql::{error::Code, reply::Problem, who::SessionChange},
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Each makes a browser ask before it sends a foreign page's request.
const PREFLIGHT: [HeaderName; 3] = [
    HeaderName::from_static("graphql-require-preflight"),
    HeaderName::from_static("apollo-require-preflight"),
    HeaderName::from_static("x-apollo-operation-name"),
];
/// How long a browser keeps the cookie, in seconds: as long as a session lives at most. The server ends it sooner if it is not used.
const MAX_AGE: u64 = 90 * 24 * 3_600;

impl SessionCookie {
    /// Its name. Browsers take the first only over https, from the host itself and for all paths.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secure => "__Host-polystore",
            Self::Plain => "polystore",
        }
    }

    /// The token in the cookie. Two of one name may come from a neighbour: they are nobody's.
    pub fn token(self, headers: &HeaderMap) -> Option<String> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(name, _)| *name == self.name()).map(|(_, value)| value.trim_matches('"'));
        let value = values.next()?;
        Some(if values.next().is_some() { TWICE } else { value }.to_owned())
    }

    /// Why a request with the cookie is not answered; `None` if it is. (WebSockets cannot show a header: of them all only the origin is asked.)
    pub fn refusal(self, headers: &HeaderMap, listed: &[String]) -> Option<Problem> {
        let shown = PREFLIGHT.iter().any(|name| headers.get(name).is_some_and(|value| !value.is_empty()));
        if !shown {
            let message = "a request with the session's cookie needs the header GraphQL-Require-Preflight: 1";
            return Some(Problem::new(Code::Forbidden, message));
        }
        let message = "pages of this origin may not use the session's cookie";
        (!origin::allowed(headers, listed)).then(|| Problem::new(Code::Forbidden, message))
    }

    /// The header that tells a browser what became of its session.
    pub fn set(self, change: &SessionChange) -> Option<HeaderValue> {
        let (token, age) = match change {
            SessionChange::Begun(token) => (token.as_str(), MAX_AGE),
            SessionChange::Ended => ("", 0),
        };
        let secure = if self == Self::Secure { "; Secure" } else { "" };
        let text = format!("{}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}", self.name());
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_from_one_cookie_of_the_name_and_two_are_nobodys() {
        let of = |lines: &[&'static str]| {
            let headers = lines.iter().map(|line| (header::COOKIE, HeaderValue::from_static(line)));
            let mut map = HeaderMap::new();
            headers.for_each(|(name, value)| {
                map.append(name, value);
            });
            SessionCookie::Plain.token(&map)
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["a=b; polystore=t0ken; c=d"]).as_deref(), Some("t0ken"));
        assert_eq!(of(&["a=b", "polystore=\"t0ken\""]).as_deref(), Some("t0ken"));
        assert_eq!(of(&["xpolystore=1; polystorex=2; __Host-polystore=3; POLYSTORE=4; polystore"]), None);
        assert_eq!(of(&["polystore=a; polystore=b"]).as_deref(), Some(""));
        assert_eq!(of(&["polystore=a", "polystore=b"]).as_deref(), Some(""));
        assert_eq!(of(&["polystore="]).as_deref(), Some(""));
    }

    #[test]
    fn the_cookie_is_kept_from_scripts_from_other_sites_and_from_http() {
        let begun = SessionChange::Begun("t0ken".to_owned());
        let text = |cookie: SessionCookie, change| cookie.set(change).unwrap().to_str().unwrap().to_owned();
        let secure = "__Host-polystore=t0ken; Path=/; Max-Age=7776000; HttpOnly; SameSite=Strict; Secure";
        assert_eq!(text(SessionCookie::Secure, &begun), secure);
        assert_eq!(text(SessionCookie::Plain, &SessionChange::Ended), "polystore=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
        assert!(SessionCookie::Secure.set(&begun).unwrap().is_sensitive());
        assert_eq!(SessionCookie::Secure.set(&SessionChange::Begun("a\r\nb".to_owned())), None);
    }
}
