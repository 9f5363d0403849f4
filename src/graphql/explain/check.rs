//! Operations of a text, without any store: for `polystore explain`.

use super::{
    super::{
        absent,
        documents::check::{Checker, Fault},
        execute::{choose, variables},
        limits::Limits,
    },
    Engines, Explained,
};
use serde_json::{Map, Value};

/// The operations of a text in its order, or the one of them that is wanted; or all that is wrong with it. A variable that must be given may be
/// missing, as long as nobody runs it.
pub async fn explain(
    text: &str,
    given: Map<String, Value>,
    wanted: Option<&str>,
    limits: &Limits,
    engines: Engines,
) -> Result<Vec<Explained>, Vec<Fault>> {
    let checker = Checker::new(*limits);
    let document = checker.check(text).await?;
    let given = variables(given).map_err(|problem| vec![problem.fault()])?;
    let told = |message: String| vec![Fault { at: None, message }];
    let costs = document.guarded(&given, limits).map_err(|refusal| told(refusal.message))?;
    let settled = document.settled().map_err(|refusal| told(refusal.message))?;
    let mut operations: Vec<_> = document.written().operations.iter().collect();
    operations.sort_by_key(|(_, operation)| operation.pos);
    if let Some(wanted) = wanted
        && operations.iter().all(|(name, _)| name.is_none_or(|name| name != wanted))
    {
        let names: Vec<_> = operations.iter().filter_map(|(name, _)| name.map(|name| name.as_str())).collect();
        let known = if names.is_empty() { "its operation has no name".to_owned() } else { format!("it has {}", names.join(", ")) };
        return Err(told(format!("there is no operation of the name {wanted:?}: {known}")));
    }
    let mut explained = Vec::new();
    for (name, operation) in operations {
        let name = name.map(|name| name.as_str());
        if wanted.is_some() && name != wanted {
            continue;
        }
        let mut variables = given.clone();
        absent::complete(document.written(), &operation.node, &mut variables);
        let faults = checker.faults(text, &document, name, variables.clone()).await;
        if !faults.is_empty() {
            return Err(faults);
        }
        let chosen = choose(&settled, name).map_err(|problem| vec![problem.fault()])?;
        explained.push(Explained::of((&document, &settled), (name, chosen), &variables, (limits, engines), costs.of(name)));
    }
    Ok(explained)
}
