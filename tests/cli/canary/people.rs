//! The people of the shop, and what they keep in it.

use super::{
    planted::{Planted, canary},
    talk::{body, exchange, with_lines},
};
use crate::{account::typed_with, home::Home, support::mutations::named};
use serde_json::{Value, json};

/// Whose secrets the canaries are, and who looks for them.
pub struct People {
    /// The header line of another customer.
    pub ben: String,
    /// Of the customer to whom the private things belong.
    pub ada: String,
    /// Ids and names by which strangers look for Ada's things.
    pub known: Known,
}

/// What a stranger may have got hold of.
pub struct Known {
    pub customer: String,
    pub email: String,
    pub order: String,
    pub product: String,
    pub draft: String,
    pub slug: String,
}

/// The data of an answer that has to come.
fn data(address: &str, lines: &str, mutation: &str, input: &Value, key: Option<&str>) -> Value {
    let variables = json!({ "input": input, "key": key });
    let answer = exchange(address, &with_lines(lines, &named(mutation).document(), &variables));
    let body = body(&answer);
    let payload = body["data"][mutation].clone();
    assert!(payload.is_object() && payload.get("userErrors").is_none_or(|refusals| *refusals == json!([])), "{mutation}: {answer}");
    payload
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn bearer(planted: &mut Planted, who: &str, payload: &Value) -> String {
    let token = planted.secret(&format!("the session of {who}"), text(&payload["session"]["token"]));
    format!("authorization: Bearer {token}\r\n")
}

/// Accounts of those who run the shop, made at the terminal.
pub fn staff(home: &Home, variables: &[(&str, &str)], planted: &mut Planted) -> [(String, String); 2] {
    [("admin", "adam"), ("editor", "edith")].map(|(role, name)| {
        let password = planted.secret(&format!("the password of {name}"), canary(&format!("password-of-{name}")));
        let email = planted.private(&format!("the e-mail of {name}"), format!("{}@example.com", canary(name)));
        let (code, out, err) = typed_with(home, variables, &["account", &email, "--role", role, "--password-stdin"], &password);
        assert_eq!(code, Some(0), "{err}");
        // who typed the e-mail is told it again
        assert_eq!(planted.in_print(&out.replace(&email, "")), [""; 0]);
        assert_eq!(planted.in_print(&err), [""; 0]);
        (email, password)
    })
}

/// Ada and Ben sign up, and Ada fills the stores.
pub fn move_in(address: &str, staff: &[(String, String); 2], planted: &mut Planted) -> People {
    let [admin, editor] = staff.each_ref().map(|(email, password)| {
        let payload = data(address, "", "signIn", &json!({ "email": email, "password": password }), None);
        bearer(planted, email, &payload)
    });
    let mut sign_up = |name: &str| {
        let password = planted.secret(&format!("the password of {name}"), canary(&format!("password-of-{name}")));
        let email = planted.private(&format!("the e-mail of {name}"), format!("{}@example.com", canary(name)));
        let full = planted.private(&format!("the name of {name}"), canary(&format!("name-of-{name}")));
        let key = planted.secret(&format!("the key of {name}"), canary(&format!("key-of-{name}")));
        let input = json!({ "email": email, "name": full, "password": password });
        let payload = data(address, "", "signUp", &input, Some(&key));
        // the same again: the second session is as good as the first one
        let again = data(address, "", "signUp", &input, Some(&key));
        bearer(planted, name, &payload);
        (planted.id(&format!("the id of {name}"), text(&payload["customer"]["id"])), email, bearer(planted, name, &again))
    };
    let (customer, email, ada) = sign_up("ada");
    let (_, _, ben) = sign_up("ben");

    let shelf = body(&exchange(address, &with_lines("", "{ categories { id } }", &json!({}))));
    let product = json!({ "sku": "CANARY", "slug": "canary-bird", "name": "A bird", "categoryId": shelf["data"]["categories"][0]["id"],
        "price": { "amount": "7.30", "currency": "EUR" }, "stock": 100 });
    let product = text(&data(address, &admin, "createProduct", &product, None)["product"]["id"]);
    let key = planted.secret("the key of an order", canary("key-of-order"));
    let lines = json!({ "items": [{ "productId": product, "quantity": 3 }] });
    let order = data(address, &ada, "placeOrder", &lines, Some(&key));
    let order = planted.id("an order's id", text(&order["order"]["id"]));
    let header = planted.secret("the key of a payment", canary("key-in-header"));
    data(address, &format!("{ada}idempotency-key: {header}\r\n"), "payOrder", &json!({ "orderId": order }), None);
    let (name, wish) = (planted.private("a setting's name", canary("setting")), planted.private("a setting", canary("wish")));
    let interest = planted.private("an interest", canary("interest"));
    data(address, &ada, "setPreferences", &json!({ "patch": { "interests": [interest], "extra": { name: wish } } }), None);
    let title = planted.private("the title of a draft", canary("title"));
    let words = planted.private("the words of a draft", canary("words"));
    let slug = planted.private("the slug of a draft", canary("slug"));
    let draft = json!({ "title": title, "slug": slug, "tags": [canary("tag")], "blocks": [{ "paragraph": { "text": words } }] });
    let draft = data(address, &editor, "createArticle", &draft, None);
    let draft = planted.id("the id of a draft", text(&draft["article"]["id"]));

    let access = exchange(address, &with_lines(&ada, "{ accessToken }", &json!({})));
    planted.secret("an access token", text(&body(&access)["data"]["accessToken"]));
    People { ben, ada, known: Known { customer, email, order, product, draft, slug } }
}
