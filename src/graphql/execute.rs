//! From a request to the bytes of its answer: tokens, parse, guard, library, selection order.

use super::{
    Graph, absent,
    error::Code,
    guard, merge,
    mutation::KeyHeader,
    reply::{Problem, Reply},
    selection, tokens,
    who::Who,
};
use crate::{layers::cached::own_writes, loaders::Loads, receipt::Receipt};
use async_graphql::{
    Name, Request, Variables,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
    },
};
use std::sync::Arc;

/// What a client asks.
#[derive(Debug, Default)]
pub struct Operation {
    /// The document.
    pub query: String,
    /// Which of its operations, if it has several.
    pub operation_name: Option<String>,
    /// A JSON object.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// Whether the client wants to know what the answer cost.
    pub receipt: bool,
    /// Whether anything but queries is refused (a GET request).
    pub only_queries: bool,
    /// The token of `Authorization: Bearer …`.
    pub token: Option<String>,
    /// The `Idempotency-Key` header.
    pub idempotency_key: Option<String>,
}

impl Graph {
    /// Answers one operation.
    pub async fn execute(&self, operation: Operation) -> Reply {
        let receipt = operation.receipt.then(|| Arc::new(Receipt::default()));
        let mut reply = match self.answer(operation, receipt.clone()).await {
            Ok(reply) => reply,
            Err(problem) => Reply::refused(problem),
        };
        reply.receipt = receipt;
        reply
    }

    async fn answer(&self, asked: Operation, receipt: Option<Arc<Receipt>>) -> Result<Reply, Problem> {
        let mut document = self.parse(&asked.query)?;
        let mut variables = variables(asked.variables)?;
        guard::check(&document, &variables, &self.limits).map_err(|refusal| Problem::new(refusal.code, refusal.message))?;
        let chosen = choose(&document, asked.operation_name.as_deref())?;
        if asked.only_queries && chosen.ty != OperationType::Query {
            let problem = Problem::new(Code::BadUserInput, "a GET request may only run queries: send mutations by POST");
            let mut reply = Reply::refused(problem);
            reply.needs_post = true;
            return Ok(reply);
        }
        all_given(chosen, &variables)?;
        merge::check(&document, chosen).map_err(|refusal| Problem::new(refusal.code, refusal.message))?;
        absent::complete(&document, chosen, &mut variables);
        let mutation = chosen.ty == OperationType::Mutation;
        selection::add_hidden_types(&mut document);

        let who = match asked.token {
            None => Who::anonymous(self.anonymous),
            Some(token) => Who::of_token(&token, &self.stores)
                .await
                .map_err(|_| Problem::new(Code::Unauthenticated, "the token is not, or not any more, that of a session: sign in"))?,
        };
        let customer = who.customer_id();
        let loads = Loads::new(Arc::clone(&self.stores), receipt);
        let mut request = Request::new(asked.query).variables(variables.clone()).data(Arc::clone(&loads)).data(Arc::new(who));
        if let Some(key) = asked.idempotency_key {
            request = request.data(KeyHeader(key));
        }
        request.operation_name.clone_from(&asked.operation_name);
        request.set_parsed_query(document.clone());
        let executed = own_writes::on_behalf_of(customer, loads.drive(self.library.execute(request)));
        let within_time = tokio::time::timeout(self.limits.time, executed).await;
        let response = within_time.map_err(|_| {
            let seconds = self.limits.time.as_secs_f64();
            if mutation {
                let message = format!(
                    "not answered within {seconds} seconds, and nobody knows what was done: send it again with the same idempotency key"
                );
                return Problem::new(Code::UnknownOutcome, message);
            }
            Problem::new(Code::DeadlineExceeded, format!("the request took longer than {seconds} seconds"))
        })?;
        let chosen = choose(&document, asked.operation_name.as_deref())?;
        Ok(Reply::executed(response, &document, chosen, &variables))
    }

    fn parse(&self, query: &str) -> Result<ExecutableDocument, Problem> {
        if query.trim().is_empty() {
            return Err(Problem::new(Code::BadUserInput, "the request has no query"));
        }
        tokens::check(query, self.limits.tokens).map_err(|too_much| match too_much {
            tokens::TooMuch::Tokens => {
                Problem::new(Code::QueryTooComplex, format!("the document has more than {} tokens", self.limits.tokens))
            }
            tokens::TooMuch::Nesting => Problem::new(Code::QueryTooDeep, "the document's brackets are nested too deeply"),
        })?;
        parse_query(query).map_err(|error| {
            let at = error.positions().next().map(|at| (at.line, at.column));
            // the library's message repeats the line; the position says the same in a few bytes
            let message = match at {
                Some((line, column)) => format!("the document cannot be parsed: unexpected text at line {line}, column {column}"),
                None => "the document cannot be parsed".to_owned(),
            };
            Problem::new(Code::GraphqlParseFailed, message).at(at)
        })
    }
}

/// The operation to run.
fn choose<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, Problem> {
    let unknown = |message: &str| Problem::new(Code::GraphqlValidationFailed, message);
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(&operation.node),
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get(name).map(|operation| &operation.node).ok_or_else(|| unknown("there is no operation of this name"))
        }
        // a single operation may have a name: the parser then files it under `Multiple`
        (DocumentOperations::Multiple(operations), None) => match operations.values().next() {
            Some(operation) if operations.len() == 1 => Ok(&operation.node),
            _ => Err(unknown("the document has several operations: say which in operationName")),
        },
        (DocumentOperations::Single(_), Some(_)) => Err(unknown("there is no operation of this name")),
    }
}

/// Variables that must be given are: the library would execute the operation and fail field by field.
fn all_given(operation: &OperationDefinition, variables: &Variables) -> Result<(), Problem> {
    for variable in &operation.variable_definitions {
        let (variable, at) = (&variable.node, variable.pos);
        let given = variables.get(&variable.name.node).is_some_and(|value| *value != async_graphql::Value::Null);
        if !given && !variable.var_type.node.nullable && variable.default_value.is_none() {
            let message = format!("the variable ${} of type {} is not given", variable.name.node, variable.var_type.node);
            return Err(Problem::new(Code::BadUserInput, message).at(Some((at.line, at.column))));
        }
    }
    Ok(())
}

fn variables(given: serde_json::Map<String, serde_json::Value>) -> Result<Variables, Problem> {
    let mut nodes = 0;
    given.values().try_for_each(|value| bounded(value, 1, &mut nodes))?;
    let mut variables = Variables::default();
    for (name, value) in given {
        let value = async_graphql::Value::from_json(value)
            .map_err(|_| Problem::new(Code::BadUserInput, "variables hold a value that is not JSON"))?;
        variables.insert(Name::new(name), value);
    }
    Ok(variables)
}

fn bounded(value: &serde_json::Value, depth: usize, nodes: &mut usize) -> Result<(), Problem> {
    *nodes += 1;
    if depth > super::limits::NESTING || *nodes > super::limits::VARIABLE_NODES {
        return Err(Problem::new(Code::QueryTooComplex, "variables hold too many values, or nest them too deeply"));
    }
    match value {
        serde_json::Value::Array(items) => items.iter().try_for_each(|item| bounded(item, depth + 1, nodes)),
        serde_json::Value::Object(map) => map.values().try_for_each(|item| bounded(item, depth + 1, nodes)),
        _ => Ok(()),
    }
}
