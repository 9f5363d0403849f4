//! A question for each field where reading and watching start. What is asked crosses from one store to the others.

/// Names as on the page, and documents over the variables of [`super::town::Town::things`].
pub const QUESTIONS: &[(&str, &str)] = &[
    ("Query.node", "query($order: ID!) { node(id: $order) { id ... on Order { total { amount } customer { name } timeline { kind } } } }"),
    ("Query.node of a product", "query($product: ID!) { node(id: $product) { id ... on Product { name views } } }"),
    ("Query.node of a draft", "query($draft: ID!) { node(id: $draft) { id ... on Article { title } } }"),
    ("Query.nodes", "query($product: ID!, $article: ID!) { nodes(ids: [$product, $article]) { id } }"),
    (
        "Query.product",
        "query($product: ID!) { product(id: $product) { name stock views rank category { name }
            articles(first: 1) { nodes { title author { name } } } } }",
    ),
    ("Query.products", "{ products(first: 2) { totalCount nodes { name views articles(first: 1) { nodes { id } } } } }"),
    ("Query.category", "query($category: ID!) { category(id: $category) { name products(first: 2) { nodes { name views } } } }"),
    ("Query.categories", "{ categories { name children { name } } }"),
    (
        "Query.customer",
        "query($customer: ID!) { customer(id: $customer) { name email totalSpent { amount } preferences { theme }
            orders(first: 1) { nodes { id } } articles(first: 1) { nodes { id } } activity(first: 1) { nodes { kind } } } }",
    ),
    ("Query.me", "{ me { name email preferences { theme } orders(first: 1) { nodes { status } } } }"),
    ("Query.accessToken", "{ accessToken }"),
    ("Query.customers", "{ customers(first: 2) { totalCount nodes { name tier activity(first: 1) { nodes { kind } } } } }"),
    (
        "Query.order",
        "query($order: ID!) { order(id: $order) { status balance { amount } items { quantity product { name views } }
            timeline { kind } } }",
    ),
    ("Query.orders", "{ orders(first: 2) { totalCount nodes { status total { amount } timeline { kind } } } }"),
    (
        "Query.article",
        "query($article: ID!) { article(id: $article) { title views author { name } products { name }
            comments(first: 1) { nodes { body author { name } } } } }",
    ),
    (
        "Query.article of a draft",
        "query($draft: ID!) { article(id: $draft) { title status author { name } revisions { nodes { title } } } }",
    ),
    ("Query.articles", "{ articles(first: 2, where: { status: PUBLISHED }) { totalCount nodes { title views author { name } } } }"),
    ("Query.articles that are drafts", "{ articles(where: { status: DRAFT }, first: 2) { nodes { title author { name } } } }"),
    ("Query.search", "{ search(text: \"lamp\") { __typename ... on Product { name } ... on Article { title } } }"),
    ("Query.trending", "{ trending(first: 2) { rank score product { name } } }"),
    ("Query.bestSellers", "{ bestSellers(first: 2) { rank score product { name articles(first: 1) { nodes { id } } } } }"),
    ("Query.salesReport", "{ salesReport(from: \"2020-01-01T00:00:00Z\", to: \"2100-01-01T00:00:00Z\", by: TIER) { key orders } }"),
    ("Query.comparisons", "{ comparisons(first: 2) { id workloads { code } } }"),
    ("Query.comparison", "{ comparison(id: \"none\") { id } }"),
    ("Query.rateLimit", "{ rateLimit { limit } __typename }"),
    ("Query.server", "{ server { name stores { role engine } } }"),
    ("Subscription.orderStatusChanged", "subscription($order: ID!) { orderStatusChanged(orderId: $order) { resync order { status } } }"),
    ("Subscription.articlePublished", "subscription { articlePublished { resync article { title } } }"),
    ("Subscription.stockChanged", "subscription($product: ID!) { stockChanged(productId: $product) { resync product { stock } } }"),
    ("Subscription.trendingChanged", "subscription { trendingChanged { resync trending { rank } } }"),
];
