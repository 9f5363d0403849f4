//! A history and a content that fit each other, and the harm that can be done to them: each invariant is shown to be looked at.

pub const ALL: &[(&str, fn())] = &[];
