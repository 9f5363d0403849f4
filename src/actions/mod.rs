//! Use cases: one verb a file. Who may do what is decided here, what may be given is checked here, and everything that is refused is
//! refused here or by the store's own predicates; resolvers only translate.

mod access_token;
mod add_comment;
mod adjust_stock;
mod article_input;
mod create_article;
mod create_product;
mod move_order;
mod password;
mod place_order;
mod product_input;
mod rebuild_hot;
mod record_view;
mod refusal;
mod set_preferences;
mod set_role;
mod sign_in;
mod sign_up;
mod tries;
mod update_article;
mod update_product;
mod update_profile;
mod who;

pub use access_token::{ACCESS_TTL, AccessKey};
pub use add_comment::{CommentInput, add_comment};
pub use adjust_stock::adjust_stock;
pub use article_input::ArticleInput;
pub use create_article::create_article;
pub use create_product::create_product;
pub use move_order::move_order;
pub use password::Passwords;
pub use place_order::place_order;
pub use product_input::ProductInput;
pub use rebuild_hot::{Rebuilt, rebuild_hot};
pub use record_view::{Views, record_view};
pub use refusal::{ActionError, Outcome, Refusal, RefusalCode};
pub use set_preferences::{patched, set_preferences};
pub use set_role::set_role;
pub use sign_in::{NewSession, SESSION_TTL, SignInInput, sign_in, sign_out};
pub use sign_up::{SignUpInput, sign_up};
pub use update_article::{publish_article, unpublish_article, update_article};
pub use update_product::update_product;
pub use update_profile::{ProfileInput, update_profile};
pub use who::{Asker, hash_of, who};
