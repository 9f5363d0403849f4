//! `polystore schema`: the graph in GraphQL's schema language.

/// What `graphql/schema.graphql` holds.
pub fn text() -> String {
    let sdl = crate::graphql::sdl();
    format!("# Written by `polystore schema`; a test compares.\n\n{}\n", sdl.trim())
}
