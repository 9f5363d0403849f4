//! The prediction for documents that nobody sent: for `polystore cost`.

use super::super::{documents::document::Document, execute::variables, limits::Limits};
use serde_json::{Map, Value};

/// What each operation of a document is predicted to cost, by name, or why it would be refused. Whether it fits the schema is not looked at:
/// a field that is not known costs nothing.
pub fn predict(document: &str, given: Map<String, Value>, limits: &Limits) -> Result<Vec<(Option<String>, u64)>, String> {
    let document = Document::parse(document, None, limits).map_err(|problem| problem.message().to_owned())?;
    let variables = variables(given).map_err(|problem| problem.message().to_owned())?;
    let costs = document.guarded(&variables, limits).map_err(|refusal| refusal.message)?;
    Ok(costs.all().into_iter().map(|(name, cost)| (name.map(|name| name.to_string()), cost)).collect())
}
