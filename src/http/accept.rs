//! Which of our media types a client takes.

use axum::http::{HeaderMap, header};

/// The two media types of single answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/json`: refused requests are 200, for old clients.
    Json,
    /// `application/graphql-response+json`: refused requests are 400.
    Response,
}

/// How a client wants to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The type of a single answer, also of one that says why there are no events.
    pub media: Media,
    /// Whether it wants a stream of events rather than a single answer.
    pub events: bool,
}

const EVENTS: &str = "text/event-stream";

/// What the client takes; `None` if it is nothing that we have.
pub fn accepted(headers: &HeaderMap) -> Option<Accepted> {
    let ranges: Vec<&str> = ranges(headers).collect();
    if ranges.is_empty() {
        return Some(Accepted { media: Media::Json, events: false });
    }
    // with its place in the list; the first name is the most specific one: it decides where it is given
    let quality = |names: &[&str]| {
        let of = |name: &&str| ranges.iter().enumerate().find_map(|(place, range)| Some((quality_of(range, name)?, place)));
        names.iter().find_map(of).unwrap_or((0.0, usize::MAX))
    };
    let (json, json_place) = quality(&["application/json", "application/*", "*/*"]);
    let (response, response_place) = quality(&["application/graphql-response+json", "application/*", "*/*"]);
    let named = ranges.iter().any(|range| quality_of(range, "application/graphql-response+json").is_some());
    let media = match (json > 0.0, response > 0.0) {
        (false, false) => None,
        // equal qualities: the newer type only for those who name it
        (_, true) if response > json || (named && response >= json) => Some(Media::Response),
        (true, _) => Some(Media::Json),
        (false, true) => Some(Media::Response),
    };
    // only for those who name it; some name everything that they can read, what they like best first
    let (events, place) = quality(&[EVENTS]);
    let single = json.max(response);
    let events = events > 0.0 && (events > single || (events >= single && place < json_place.min(response_place)));
    media.or(events.then_some(Media::Json)).map(|media| Accepted { media, events })
}

/// Whether it is a browser that somebody looks with: it names pages, and takes nothing of ours rather.
pub fn wants_page(headers: &HeaderMap) -> bool {
    let ranges: Vec<&str> = ranges(headers).collect();
    let best = |name| ranges.iter().filter_map(|range| quality_of(range, name)).fold(0.0, f32::max);
    let page = best("text/html");
    page > 0.0 && ["application/json", "application/graphql-response+json", EVENTS].into_iter().all(|name| page > best(name))
}

fn ranges(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|range| !range.is_empty())
}

/// The quality of a range if it is for this media type.
fn quality_of(range: &str, name: &str) -> Option<f32> {
    let mut parts = range.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case(name) {
        return None;
    }
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some(quality.and_then(|quality| quality.parse().ok()).unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn accept(value: &'static str) -> Option<Accepted> {
        accepted(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(value))]))
    }

    #[test]
    fn clients_get_the_media_type_that_they_ask_for() {
        assert_eq!(accepted(&HeaderMap::new()), Some(Accepted { media: Media::Json, events: false }));
        for (value, media) in [
            ("*/*", Some(Media::Json)),
            ("application/json", Some(Media::Json)),
            ("application/graphql-response+json", Some(Media::Response)),
            ("application/graphql-response+json, application/json;q=0.9", Some(Media::Response)),
            ("application/json, application/graphql-response+json;q=0.5", Some(Media::Json)),
            ("application/json;q=0, */*", Some(Media::Response)),
            ("application/*", Some(Media::Json)),
            ("text/html", None),
            ("text/*", None),
        ] {
            assert_eq!(accept(value), media.map(|media| Accepted { media, events: false }), "{value}");
        }
    }

    #[test]
    fn the_page_is_for_browsers_and_not_for_their_scripts() {
        for (value, page) in [
            ("text/html", true),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", true),
            ("application/json;q=0.5, text/html", true),
            ("application/json, text/html;q=0.5", false),
            ("application/json, text/html", false),
            ("text/html;q=0", false),
            ("application/graphql-response+json, */*", false),
            ("*/*", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(value))]);
            assert_eq!(wants_page(&headers), page, "{value}");
        }
    }

    #[test]
    fn events_are_for_those_who_name_them_and_like_nothing_better() {
        for (value, events) in [
            ("text/event-stream", true),
            ("text/event-stream, */*", true),
            ("text/event-stream, application/graphql-response+json, application/json;q=0.9", true),
            ("application/graphql-response+json, application/json, text/event-stream, multipart/mixed", false),
            ("application/json;q=0.5, text/event-stream", true),
            ("text/event-stream;q=0.5, application/json", false),
            ("text/event-stream;q=0, application/json", false),
            ("*/*", false),
        ] {
            assert_eq!(accept(value).map(|accepted| accepted.events), Some(events), "{value}");
        }
        assert_eq!(accept("text/event-stream;q=0"), None);
    }
}
