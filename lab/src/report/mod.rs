//! A record as people read it: on the terminal, as Markdown, and as a page. All three show the same tables and sentences.

mod html;
mod markdown;
mod plot;
mod table;
mod terminal;

pub use html::html;
pub use markdown::markdown;
pub use table::{Table, arms_table, chain, counter_lines, fit_lines, noise_line, provenance};
pub use terminal::{case_text, terminal};
