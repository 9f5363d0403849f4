//! The operations of the load as GraphQL, and what their answers mean.

use crate::{
    history::{Answer, Op, Order, Seen, Shop, Status},
    http::{Connection, Tokens, Unanswered},
};
use serde_json::{Value, json};
use std::time::Duration;

pub const CREATE_PRODUCT: &str = "mutation($input: CreateProductData!) { createProduct(input: $input) {
    product { id } userErrors { code field message } } }";
const SIGN_UP: &str = "mutation($input: SignUpData!, $key: String) { answer: signUp(input: $input, idempotencyKey: $key) {
    customer { id } session { token } userErrors { code } } }";
const SIGN_IN: &str = "mutation($input: SignInData!) { answer: signIn(input: $input) {
    customer { id } session { token } userErrors { code } } }";
const ACCESS: &str = "{ accessToken }";
const PLACE: &str = "mutation($input: PlaceOrderData!, $key: String) { answer: placeOrder(input: $input, idempotencyKey: $key) {
    order { id status total { amount } items { quantity unitPrice { amount } product { id } } } userErrors { code } } }";
const PAY: &str = "mutation($input: OrderData!, $key: String) { answer: payOrder(input: $input, idempotencyKey: $key) {
    order { id status total { amount } } userErrors { code } } }";
const CANCEL: &str = "mutation($input: OrderData!, $key: String) { answer: cancelOrder(input: $input, idempotencyKey: $key) {
    order { id status total { amount } } userErrors { code } } }";
const ADJUST: &str = "mutation($input: AdjustStockData!, $key: String) { answer: adjustStock(input: $input, idempotencyKey: $key) {
    product { stock } userErrors { code } } }";
const PRICE: &str = "mutation($input: UpdateProductData!, $key: String) { answer: updateProduct(input: $input, idempotencyKey: $key) {
    product { price { amount } } userErrors { code } } }";
const READ_PRICE: &str = "query($id: ID!) { answer: product(id: $id) { price { amount } } }";
const READ_ORDER: &str = "query($id: ID!) { answer: order(id: $id) { id status total { amount } } }";
const VIEW: &str = "mutation($input: RecordViewData!) { answer: recordView(input: $input) { views userErrors { code } } }";

/// A connection, and who is signed in on it.
pub struct Client {
    connection: Connection,
    pub tokens: Tokens,
}

/// Name and password of whoever acts.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub email: String,
    pub password: String,
}

impl Client {
    pub fn new(address: &str) -> Self {
        Self { connection: Connection::new(address), tokens: Tokens::default() }
    }

    /// Sends one operation, and reads its answer.
    pub async fn send(&mut self, shop: &Shop, who: &Credentials, op: &Op, key: Option<&str>) -> Answer {
        let body = body(shop, who, op, key);
        let answered = self.connection.post(&self.tokens_for(op), &body).await;
        let (_, bytes) = match answered {
            Ok(answer) => answer,
            Err(Unanswered::Unsent(error)) => return Answer::Unsent(error.to_string()),
            Err(Unanswered::Lost(error)) => return Answer::Lost(error.to_string()),
        };
        let Ok(answer) = serde_json::from_slice::<Value>(&bytes) else {
            return Answer::Failed(format!("no JSON: {}", String::from_utf8_lossy(&bytes)));
        };
        if let Some(token) = answer.pointer("/data/answer/session/token").and_then(Value::as_str) {
            self.tokens = Tokens { session: Some(token.to_owned()), access: None };
            self.tokens.access = self.data(ACCESS, json!({})).await.ok().and_then(|data| data["accessToken"].as_str().map(str::to_owned));
        }
        read(op, &answer)
    }

    /// Sends it and hangs up after a while.
    pub async fn send_and_hang_up(&mut self, shop: &Shop, who: &Credentials, op: &Op, key: Option<&str>, after: Duration) -> Answer {
        let body = body(shop, who, op, key);
        let sent = self.connection.post_and_hang_up(&self.tokens_for(op), &body, after).await;
        if sent { Answer::HungUp } else { Answer::Unsent("no connection".to_owned()) }
    }

    /// Signs in; the code of why not.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Result<(), Answer> {
        let who = Credentials { email: email.to_owned(), password: password.to_owned() };
        match self.send(&Shop::default(), &who, &Op::SignIn, None).await {
            Answer::Done(_) => Ok(()),
            other => Err(other),
        }
    }

    /// `data` of an answer without errors.
    pub async fn data(&mut self, query: &str, variables: Value) -> Result<Value, String> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let (status, bytes) = self.connection.post(&self.tokens, body.as_bytes()).await.map_err(|error| format!("{error:?}"))?;
        let mut answer: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        if status == 200 && answer.get("errors").is_none() { Ok(answer["data"].take()) } else { Err(format!("{status} {answer}")) }
    }

    /// Who signs in or up is nobody yet; an old token would be refused.
    fn tokens_for(&self, op: &Op) -> Tokens {
        if matches!(op, Op::SignUp | Op::SignIn) { Tokens::default() } else { self.tokens.clone() }
    }
}

/// Minor units as an amount.
pub fn decimal(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

fn minor(amount: &Value) -> Option<i64> {
    let (major, cents) = amount.as_str()?.split_once('.').unwrap_or((amount.as_str()?, ""));
    let cents: i64 = format!("{cents:0<2}").parse().ok()?;
    Some(major.parse::<i64>().ok()? * 100 + cents)
}

fn body(shop: &Shop, who: &Credentials, op: &Op, key: Option<&str>) -> Vec<u8> {
    let product = |index: &usize| &shop.products[*index].0;
    let input = |input: Value| json!({ "input": input, "key": key });
    let (query, variables) = match op {
        Op::SignUp => (SIGN_UP, input(json!({ "email": who.email, "name": "A customer", "password": who.password }))),
        Op::SignIn => (SIGN_IN, json!({ "input": { "email": who.email, "password": who.password } })),
        Op::Place { lines } => {
            let items: Vec<_> = lines.iter().map(|(what, quantity)| json!({ "productId": product(what), "quantity": quantity })).collect();
            (PLACE, input(json!({ "items": items })))
        }
        Op::Move { order, to: Status::Cancelled } => (CANCEL, input(json!({ "orderId": order }))),
        Op::Move { order, .. } => (PAY, input(json!({ "orderId": order }))),
        Op::Adjust { product: what, delta } => (ADJUST, input(json!({ "productId": product(what), "delta": delta }))),
        Op::Price { minor } => {
            let price = json!({ "amount": decimal(*minor), "currency": "EUR" });
            (PRICE, input(json!({ "id": product(&shop.dial), "price": price })))
        }
        Op::ReadPrice => (READ_PRICE, json!({ "id": product(&shop.dial) })),
        Op::ReadOrder { order } => (READ_ORDER, json!({ "id": order })),
        Op::View { product: what } => (VIEW, json!({ "input": { "productId": product(what) } })),
    };
    json!({ "query": query, "variables": variables }).to_string().into_bytes()
}

fn read(op: &Op, answer: &Value) -> Answer {
    if let Some(errors) = answer["errors"].as_array() {
        let code = errors.first().and_then(|error| error["extensions"]["code"].as_str());
        let nothing_else = answer.pointer("/data/answer").is_none_or(Value::is_null);
        // what came back beside an error in a part of it: the order was placed, and its lines could not be read
        if nothing_else || !op.is_write() {
            return Answer::Failed(code.map_or_else(|| format!("no code: {answer}"), str::to_owned));
        }
    }
    let answer = &answer["data"]["answer"];
    if let Some(refusal) = answer["userErrors"].as_array().and_then(|all| all.first()) {
        return Answer::Refused(refusal["code"].as_str().unwrap_or_default().to_owned());
    }
    let seen = match op {
        Op::SignUp | Op::SignIn => answer["customer"]["id"].as_str().map(|id| Seen::Customer(id.to_owned())),
        Op::Place { .. } | Op::Move { .. } => order(&answer["order"]).map(Seen::Order),
        Op::ReadOrder { .. } => Some(order(answer).map_or(Seen::Nothing, Seen::Order)),
        Op::Adjust { .. } => answer["product"]["stock"].as_i64().map(Seen::Stock),
        Op::Price { .. } => minor(&answer["product"]["price"]["amount"]).map(Seen::Price),
        Op::ReadPrice => Some(minor(&answer["price"]["amount"]).map_or(Seen::Nothing, Seen::Price)),
        Op::View { .. } => Some(Seen::Views),
    };
    seen.map_or_else(|| Answer::Failed(format!("not understood: {answer}")), Answer::Done)
}

fn order(value: &Value) -> Option<Order> {
    let line = |item: &Value| {
        let product = item["product"]["id"].as_str()?.to_owned();
        Some((product, item["quantity"].as_i64()?, minor(&item["unitPrice"]["amount"])?))
    };
    Some(Order {
        id: value["id"].as_str()?.to_owned(),
        status: Status::from_code(value["status"].as_str()?)?,
        total: minor(&value["total"]["amount"])?,
        lines: value["items"].as_array().and_then(|items| items.iter().map(line).collect()),
    })
}
