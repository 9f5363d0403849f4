//! The status of an answer, where the operator's profile decides: what was refused, and what was executed.

use super::accept::Media;
use crate::{
    config::StatusProfile,
    graphql::{
        error::Code,
        reply::{Malformed, Reply},
    },
};
use axum::http::StatusCode;

/// Data and errors in one answer. Not registered; whoever does not know it takes it for 200.
const PARTIAL_SUCCESS: u16 = 294;

/// Of a request that was refused, if it is refused with no status of its own.
pub fn refused(profile: StatusProfile, media: Media, malformed: Option<Malformed>, code: &str) -> StatusCode {
    match profile {
        StatusProfile::Suite if malformed.is_some() || media == Media::Response => StatusCode::BAD_REQUEST,
        // clients of old take any other status for a proxy's
        StatusProfile::Suite => StatusCode::OK,
        StatusProfile::Draft if malformed == Some(Malformed::Unreadable) => StatusCode::BAD_REQUEST,
        StatusProfile::Draft if code == Code::GraphqlParseFailed.name() => StatusCode::BAD_REQUEST,
        StatusProfile::Draft => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Of a request that was executed.
pub fn executed(profile: StatusProfile, media: Media, reply: &Reply) -> StatusCode {
    match profile {
        // who takes JSON alone knows nothing of it
        StatusProfile::Draft if media == Media::Response && reply.is_partial() => {
            StatusCode::from_u16(PARTIAL_SUCCESS).unwrap_or(StatusCode::OK)
        }
        _ => StatusCode::OK,
    }
}

/// The type of an answer with this status. By the draft JSON is the type of successes alone: of another status it may be anybody's.
pub fn media(profile: StatusProfile, status: StatusCode, media: Media) -> Media {
    if profile == StatusProfile::Draft && !status.is_success() { Media::Response } else { media }
}
