//! Every mutation, as a document that tests can send.

/// A mutation.
pub struct Mutation {
    pub name: &'static str,
    /// The type of its input; `None` if it takes none.
    pub input: Option<&'static str>,
    /// Whether it takes an idempotency key.
    pub keyed: bool,
    /// What is asked of its payload besides the refusals.
    pub shows: &'static str,
}

const fn mutation(name: &'static str, input: &'static str, keyed: bool, shows: &'static str) -> Mutation {
    Mutation { name, input: Some(input), keyed, shows }
}

const SESSION: &str = "customer { id email name tier } session { token expiresAt } userErrors { code field message }";
const PRODUCT: &str = "product { id version sku slug name description price { amount currency } stock createdAt category { id } }
    userErrors { code field message } propagation { store state }";
const ORDER: &str = "order { id status placedAt total { amount currency } balance { amount currency } customer { id }
        items { line product { id } quantity unitPrice { amount } lineTotal { amount } } }
    userErrors { code field message } propagation { store state }";
const ARTICLE: &str = "article { id slug title status tags publishedAt createdAt version author { id } products { id }
        blocks { __typename ... on Paragraph { text } ... on Heading { level heading: text } ... on Code { language source }
            ... on Image { url alt caption } ... on Quote { quote: text attribution } ... on ProductEmbed { note product { id } } } }
    userErrors { code field message } propagation { store state }";

/// All of them, in the order of the schema.
pub const MUTATIONS: [Mutation; 18] = [
    mutation("signUp", "SignUpData", true, SESSION),
    mutation("signIn", "SignInData", false, SESSION),
    Mutation { name: "signOut", input: None, keyed: false, shows: "signedOut" },
    mutation(
        "updateProfile",
        "UpdateProfileData",
        true,
        "customer { id email name } userErrors { code field message } propagation { store state }",
    ),
    mutation("createProduct", "CreateProductData", true, PRODUCT),
    mutation("updateProduct", "UpdateProductData", true, PRODUCT),
    mutation("adjustStock", "AdjustStockData", true, PRODUCT),
    mutation("placeOrder", "PlaceOrderData", true, ORDER),
    mutation("payOrder", "OrderData", true, ORDER),
    mutation("shipOrder", "OrderData", true, ORDER),
    mutation("cancelOrder", "OrderData", true, ORDER),
    mutation("createArticle", "CreateArticleData", true, ARTICLE),
    mutation("updateArticle", "UpdateArticleData", true, ARTICLE),
    mutation("publishArticle", "PublishArticleData", true, ARTICLE),
    mutation("unpublishArticle", "PublishArticleData", true, ARTICLE),
    mutation(
        "addComment",
        "AddCommentData",
        true,
        "comment { id body createdAt author { id } article { id } } userErrors { code field message } propagation { store state }",
    ),
    mutation(
        "setPreferences",
        "SetPreferencesData",
        false,
        "preferences { theme locale currency interests notifications { orders magazine offers } extra }
            userErrors { code field message } propagation { store state }",
    ),
    mutation("recordView", "RecordViewData", false, "views userErrors { code field message }"),
];

/// The mutation of this name.
pub fn named(name: &str) -> &'static Mutation {
    MUTATIONS.iter().find(|mutation| mutation.name == name).unwrap_or_else(|| panic!("there is no mutation {name}"))
}

impl Mutation {
    /// A document that sends `$input`, and `$key` where the mutation takes one.
    pub fn document(&self) -> String {
        let Self { name, shows, .. } = self;
        match (self.input, self.keyed) {
            (None, _) => format!("mutation {{ {name} {{ {shows} }} }}"),
            (Some(input), false) => format!("mutation($input: {input}!) {{ {name}(input: $input) {{ {shows} }} }}"),
            (Some(input), true) => {
                format!("mutation($input: {input}!, $key: String) {{ {name}(input: $input, idempotencyKey: $key) {{ {shows} }} }}")
            }
        }
    }
}
