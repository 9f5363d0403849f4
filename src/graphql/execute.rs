//! From a request to the bytes of its answer: tokens, parse, guard, library, selection order.

use super::{
    Graph, absent,
    admission::Class,
    answers::Answers,
    cacheable,
    cost::{self, Told},
    documents::{Found, document::Document, hash::Sha},
    error::Code,
    explain::{Engines, Explained},
    guard, limits,
    mutation::{CameFrom, KeyHeader},
    plan,
    reply::{Problem, Reply},
    throttle::{Address, Paid, Standing},
    who::{BadToken, Who},
};
use crate::{
    layers::cached::own_writes,
    loaders::Loads,
    receipt::Receipt,
    shop::{Timestamp, Viewer},
};
use async_graphql::{
    Name, Request, Response, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};
use std::{net::IpAddr, sync::Arc, time::Duration};

/// What a client asks.
#[derive(Debug, Default)]
pub struct Operation {
    /// The document; empty if another part of the request names it.
    pub query: String,
    /// Names a document that is known here.
    pub document_id: Option<String>,
    /// What clients and servers agreed on beside the specification; `persistedQuery` names a document.
    pub extensions: serde_json::Map<String, serde_json::Value>,
    /// Which of its operations, if it has several.
    pub operation_name: Option<String>,
    /// A JSON object.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// Whether the client wants to know which calls the answer took.
    pub receipt: bool,
    /// Whether the client wants to know what the answer cost, in points.
    pub cost: bool,
    /// Whether the client wants to know by which questions the answer was found.
    pub plan: bool,
    /// From where it comes, as far as that is known.
    pub address: Option<IpAddr>,
    /// Whether mutations are refused (a GET request).
    pub only_queries: bool,
    /// What the client shows to prove who asks.
    pub token: Option<String>,
    /// Whether that came in a cookie, which a browser also sends when its session is over: then it is nobody's, and not refused.
    pub by_cookie: bool,
    /// Which program asks.
    pub api_key: Option<String>,
    /// Who it was a short while ago, signed by a server: counts while the session store is down.
    pub access_token: Option<String>,
    /// Under which key a mutation is done once, where its input names none.
    pub idempotency_key: Option<String>,
    /// The id of the request that it came in.
    pub request_id: Option<String>,
}

/// An operation that passed every check before the library's own.
pub(super) struct Prepared {
    asked: Operation,
    known: Arc<Document>,
    document: Arc<ExecutableDocument>,
    variables: Variables,
    /// What it is.
    pub(super) kind: OperationType,
    /// What it is predicted to cost.
    pub(super) cost: u64,
}

impl Operation {
    /// Whether it names a document rather than only sending one.
    pub fn names_a_document(&self) -> bool {
        self.document_id.is_some() || self.extensions.contains_key("persistedQuery")
    }
}

impl Graph {
    /// Answers one query or mutation.
    pub async fn execute(&self, operation: Operation) -> Reply {
        let receipt = self.account(&operation);
        self.execute_on(operation, receipt).await
    }

    /// The same on an account that somebody keeps.
    pub(super) async fn execute_on(&self, operation: Operation, receipt: Option<Arc<Receipt>>) -> Reply {
        let mut reply = match self.admit(operation).await {
            Ok(prepared) if prepared.kind == OperationType::Subscription => {
                let how = "subscriptions are answered as a stream: use a WebSocket, or accept text/event-stream";
                Reply::refused(Problem::new(Code::BadUserInput, how))
            }
            Ok(prepared) => {
                let age = self.age(&prepared);
                let place = age.and_then(|age| Some((self.answers.as_ref()?, prepared.place()?, age)));
                if let Some(reply) = place.and_then(|(answers, place, _)| answers.get(&place)) {
                    return reply;
                }
                let mut reply = self.run(&prepared, receipt.clone()).await;
                if let Some((answers, place, age)) = place {
                    answers.keep(place, &reply, age);
                }
                reply.age = age;
                reply.plan = self.plan_told(&prepared, &reply);
                reply
            }
            Err(problem) => Reply::refused(problem),
        };
        reply.receipt = receipt.filter(|receipt| receipt.is_itemized());
        reply
    }

    /// What keeps account of an operation: of each call if the client wants to know, of their number if that is needed.
    pub(super) fn account(&self, asked: &Operation) -> Option<Arc<Receipt>> {
        match asked {
            Operation { receipt: true, .. } => Some(Arc::default()),
            Operation { cost: true, .. } => Some(Arc::new(Receipt::counting())),
            _ => self.throttle.is_some().then(|| Arc::new(Receipt::counting())),
        }
    }

    /// Finds the document if it is only named, and does all checks.
    pub(super) async fn admit(&self, mut asked: Operation) -> Result<Prepared, Problem> {
        let found = self.documents.find(&mut asked).await?;
        let prepared = self.prepare(asked, found)?;
        self.documents.store(found, &prepared.asked.query).await;
        Ok(prepared)
    }

    /// All checks that need no store.
    fn prepare(&self, mut asked: Operation, found: Found) -> Result<Prepared, Problem> {
        let document = self.documents.read(&asked.query, found, &self.limits)?;
        let mut variables = variables(std::mem::take(&mut asked.variables))?;
        let costs = document.guarded(&variables, &self.limits).map_err(refused)?;
        self.documents.keep(&document);
        let chosen = choose(document.written(), asked.operation_name.as_deref())?;
        let (kind, cost) = (chosen.ty, costs.of(asked.operation_name.as_deref()));
        if asked.only_queries && kind == OperationType::Mutation {
            let problem = Problem::new(Code::BadUserInput, "a GET request may only run queries: send mutations by POST");
            return Err(problem.needs_post());
        }
        all_given(chosen, &variables)?;
        document.mergeable(chosen).map_err(refused)?;
        absent::complete(document.written(), chosen, &mut variables);
        let settled = document.settled().map_err(refused)?;
        Ok(Prepared { asked, known: document, document: settled, variables, kind, cost })
    }

    /// Who asks, by the token that was shown.
    pub(super) async fn who(&self, prepared: &Prepared) -> Result<Who, Problem> {
        let Some(token) = &prepared.asked.token else { return Ok(Who::anonymous(self.anonymous)) };
        let mut who = match Who::of_token(token, &self.stores).await {
            Ok(who) => who,
            Err(BadToken) if prepared.asked.by_cookie => return Ok(Who::stale(self.anonymous)),
            Err(BadToken) => {
                return Err(Problem::new(Code::Unauthenticated, "the token is not, or not any more, that of a session: sign in"));
            }
        };
        if let Some(access) = &prepared.asked.access_token {
            who.or_signed(|| self.access_key.read(access, Timestamp::now()));
        }
        Ok(who)
    }

    /// Runs a query or mutation.
    pub(super) async fn run(&self, prepared: &Prepared, receipt: Option<Arc<Receipt>>) -> Reply {
        let work = async {
            let who = match self.who(prepared).await {
                Ok(who) => Arc::new(who),
                Err(problem) => return Reply::refused(problem),
            };
            let paid = match self.pay(prepared, &who).await {
                Ok(paid) => paid,
                Err(reply) => return *reply,
            };
            let (stores, account) = (Arc::clone(&self.stores), receipt.clone());
            let loads = if self.loaders { Loads::new(stores, account) } else { Loads::singly(stores, account) };
            let customer = who.customer_id();
            let answer = async {
                if let Some(reply) = self.planned(prepared, &who, &loads).await {
                    return reply;
                }
                let request = self.request(prepared, Arc::clone(&who), paid.as_ref()).data(Arc::clone(&loads));
                // on the heap: it is large, and what holds it would be as large where a plan answers, too
                prepared.reply(Box::pin(self.library.execute(request)).await)
            };
            let mut reply = own_writes::on_behalf_of(customer, loads.drive(answer)).await;
            let actual = receipt.as_deref().map_or(prepared.cost, cost::actual);
            reply.standing = paid.zip(self.throttle.as_ref()).map(|(paid, throttle)| throttle.settle(paid, actual));
            reply.cost = prepared.told(actual, reply.standing.as_ref());
            reply.session = who.session_change();
            reply
        };
        match tokio::time::timeout(self.limits.time, work).await {
            Ok(reply) => reply,
            Err(_) if prepared.kind == OperationType::Mutation => Reply::refused(Problem::new(
                Code::UnknownOutcome,
                "not answered in time, and nobody knows what was done: send it again with the same idempotency key",
            )),
            Err(_) => Reply::refused(self.too_late("the request")),
        }
    }

    /// Answers by the operation's plan; `None` if there is none, or anything is not as usual: then the library does it.
    async fn planned(&self, prepared: &Prepared, who: &Who, loads: &Loads) -> Option<Reply> {
        if !self.plans || prepared.kind != OperationType::Query {
            return None;
        }
        let (name, variables) = (prepared.asked.operation_name.as_deref(), &prepared.variables);
        let chosen = choose(&prepared.document, name).ok()?;
        let known = prepared.known.plan(&prepared.document, name, chosen, variables)?;
        let viewer = who.viewer().ok()?;
        if !known.is_sound() {
            let response = Box::pin(self.checking.execute(prepared.unasked())).await;
            if !response.errors.is_empty() {
                return Some(prepared.reply(response));
            }
            known.found_sound();
        }
        let run = plan::Run { loads, variables, limits: &self.limits, viewer };
        known.plan.run(chosen, &run).await.ok().map(Reply::planned)
    }

    /// The plan, for clients that want to know it, where the schema is told, too.
    pub(super) fn plan_told(&self, prepared: &Prepared, reply: &Reply) -> Option<serde_json::Value> {
        let query = prepared.kind == OperationType::Query && reply.refusal().is_none();
        let wanted = prepared.asked.plan && self.limits.introspection && query;
        let name = prepared.asked.operation_name.as_deref();
        let chosen = choose(&prepared.document, name).ok().filter(|_| wanted)?;
        let (documents, within) = ((&*prepared.known, &*prepared.document), (&self.limits, Engines::of(&self.stores)));
        let explained = Explained::of(documents, (name, chosen), &prepared.variables, within, prepared.cost);
        Some(explained.extension(reply.planned, self.plans))
    }

    /// Takes what the operation is predicted to cost from whoever asks; `None` where nothing is limited.
    pub(super) async fn pay(&self, prepared: &Prepared, who: &Who) -> Result<Option<Paid>, Box<Reply>> {
        let key = match (&prepared.asked.api_key, &self.keys) {
            (Some(given), Some(keys)) => Some(keys.find(given).ok_or_else(|| {
                let message = "the key in X-API-Key is not, or not any more, one of a program that is known here";
                Box::new(Reply::refused(Problem::new(Code::Unauthenticated, message)))
            })?),
            _ => None,
        };
        let Some(throttle) = &self.throttle else { return Ok(None) };
        throttle.pay(who, key.as_ref(), prepared.asked.address, prepared.cost).await.map(Some).map_err(|refused| {
            let (problem, standing) = *refused;
            let mut reply = Reply::refused(problem);
            reply.cost = prepared.told(0, Some(&standing));
            reply.standing = Some(standing);
            Box::new(reply)
        })
    }

    /// The operation as the library takes it, with what was paid for it.
    pub(super) fn request(&self, prepared: &Prepared, who: Arc<Who>, paid: Option<&Paid>) -> Request {
        let request = prepared.request(who);
        match paid {
            Some(paid) => request.data(paid.standing).data(Address(prepared.asked.address)),
            None => request,
        }
    }

    /// The deadline is over.
    pub(super) fn too_late(&self, what: &str) -> Problem {
        let seconds = self.limits.time.as_secs_f64();
        Problem::new(Code::DeadlineExceeded, format!("{what} took longer than {seconds} seconds"))
    }

    /// How long the answer may be kept on the way: only if everybody without a token gets the same one.
    fn age(&self, prepared: &Prepared) -> Option<Duration> {
        let asked = &prepared.asked;
        let visitor = self.anonymous == Viewer::Visitor && asked.token.is_none() && asked.access_token.is_none();
        let chosen = choose(&prepared.document, asked.operation_name.as_deref()).ok().filter(|_| visitor && asked.only_queries)?;
        cacheable::age(&prepared.document, chosen)
    }
}

impl Prepared {
    /// Where its answer may be kept; `None` if the client wants to know more than the answer, or shows a key.
    fn place(&self) -> Option<Sha> {
        let asked = &self.asked;
        let plain = !asked.receipt && !asked.cost && !asked.plan && asked.api_key.is_none() && asked.names_a_document();
        Answers::place(self.known.hash().filter(|_| plain)?, asked.operation_name.as_deref(), &self.variables)
    }

    /// The operation as the library takes it, without the loads of its fields.
    fn request(&self, who: Arc<Who>) -> Request {
        let mut request = self.unasked().data(who);
        if let Some(key) = &self.asked.idempotency_key {
            request = request.data(KeyHeader(key.clone()));
        }
        if self.kind == OperationType::Mutation {
            request = request.data(CameFrom { request: self.asked.request_id.clone(), client: self.asked.address });
        }
        request
    }

    /// The operation without anybody who asks: to be looked at.
    fn unasked(&self) -> Request {
        let mut request = Request::new(self.asked.query.as_str()).variables(self.variables.clone());
        request.operation_name.clone_from(&self.asked.operation_name);
        request.set_parsed_query(ExecutableDocument::clone(&self.document));
        request
    }

    /// What the library answered, as it goes to the client.
    pub(super) fn reply(&self, response: Response) -> Reply {
        match choose(&self.document, self.asked.operation_name.as_deref()) {
            Ok(chosen) => Reply::executed(response, &self.document, chosen, &self.variables),
            Err(problem) => Reply::refused(problem),
        }
    }

    /// What it is worth when there is not room for all.
    pub(super) fn class(&self) -> Class {
        if self.kind == OperationType::Mutation { Class::Keyed } else { Class::Ordinary }
    }

    /// What the client asked.
    pub(super) fn asked(&self) -> &Operation {
        &self.asked
    }

    /// What the client is told of the cost, if it wants to know.
    pub(super) fn told(&self, actual: u64, standing: Option<&Standing>) -> Option<Told> {
        let throttle_status = standing.map(Standing::status);
        self.asked.cost.then_some(Told { requested_query_cost: self.cost, actual_query_cost: actual, throttle_status })
    }
}

fn refused(refusal: guard::Refusal) -> Problem {
    Problem::new(refusal.code, refusal.message)
}

/// The operation to run.
pub(super) fn choose<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, Problem> {
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

pub(super) fn variables(given: serde_json::Map<String, serde_json::Value>) -> Result<Variables, Problem> {
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
    if depth > limits::NESTING || *nodes > limits::VARIABLE_NODES {
        return Err(Problem::new(Code::QueryTooComplex, "variables hold too many values, or nest them too deeply"));
    }
    match value {
        serde_json::Value::Array(items) => items.iter().try_for_each(|item| bounded(item, depth + 1, nodes)),
        serde_json::Value::Object(map) => map.values().try_for_each(|item| bounded(item, depth + 1, nodes)),
        _ => Ok(()),
    }
}
