//! The magazine: drafts, versions, readers, comments.

use super::SHOPS;
use crate::support::{
    mutations::named,
    shop::{As, Shop, refusals},
    wiring::{block_on, operation},
};
use serde_json::{Value, json};

fn blocks(product: &Value) -> Value {
    json!([
        { "heading": { "level": 2, "text": "Why" } },
        { "paragraph": { "text": "Because it \u{202e}rusts\u{202c} 🦀." } },
        { "code": { "language": "c", "source": "printf(\"\\\\u0000\");" } },
        { "image": { "url": "https://example.com/pan.png", "alt": "A pan", "caption": null } },
        { "quote": { "text": "Oil it.", "attribution": "Granny" } },
        { "productEmbed": { "productId": product, "note": "this one" } },
    ])
}

fn seen(shop: &Shop, who: As, id: &Value) -> bool {
    let query = "query($id: ID!) { article(id: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id } }";
    let data = shop.data(who, query, json!({ "id": id }));
    let found = [&data["article"], &data["node"], &data["nodes"][0]].map(|found| !found.is_null());
    assert!(found.iter().all(|one| *one == found[0]), "{data}");
    found[0]
}

#[test]
fn a_draft_is_its_authors_and_the_editors_until_it_is_published() {
    for shop in &*SHOPS {
        let product = shop.product("written-about", "1.00", 1);
        let input = json!({ "title": "On pans", "slug": "on-pans", "tags": ["pans", "küche"], "blocks": blocks(&product),
            "productIds": [product] });
        let payload = shop.done(As::Editor, "createArticle", input);
        let article = &payload["article"];
        let (id, at) = (&article["id"], &article["createdAt"]);
        let shown = json!({ "id": id, "slug": "on-pans", "title": "On pans", "status": "DRAFT", "tags": ["pans", "küche"],
            "publishedAt": null, "createdAt": at, "version": 1, "author": { "id": shop.person(As::Editor).id },
            "products": [{ "id": product }],
            "blocks": [
                { "__typename": "Heading", "level": 2, "heading": "Why" },
                { "__typename": "Paragraph", "text": "Because it \u{202e}rusts\u{202c} 🦀." },
                { "__typename": "Code", "language": "c", "source": "printf(\"\\\\u0000\");" },
                { "__typename": "Image", "url": "https://example.com/pan.png", "alt": "A pan", "caption": null },
                { "__typename": "Quote", "quote": "Oil it.", "attribution": "Granny" },
                { "__typename": "ProductEmbed", "note": "this one", "product": { "id": product } },
            ] });
        assert_eq!(*article, shown, "{}", shop.name);
        let propagation = json!([{ "store": "DOCUMENTS", "state": "DONE" }, { "store": "HOT", "state": "PENDING" }]);
        assert_eq!(payload["propagation"], propagation);
        let sees = |expected: [bool; 6]| assert_eq!(As::ALL.map(|who| seen(shop, who, id)), expected, "{}", shop.name);
        sees([false, true, false, false, true, true]);
        let about = "query($id: ID!) { product(id: $id) { articles { nodes { id } } } }";
        let of_product = || shop.data(As::Editor, about, json!({ "id": product }))["product"]["articles"]["nodes"].take();
        assert_eq!(of_product(), json!([]));

        let published = shop.done(As::Editor, "publishArticle", json!({ "id": id, "version": 1 }))["article"].take();
        assert_eq!((&published["status"], &published["version"]), (&json!("PUBLISHED"), &json!(2)));
        let since = published["publishedAt"].clone();
        assert!(!since.is_null());
        sees([true; 6]);
        assert_eq!(of_product(), json!([{ "id": id }]));
        assert_eq!(shop.data(As::Visitor, "{ article(slug: \"on-pans\") { id } }", json!({}))["article"]["id"], *id);
        // published once more, it is published since when it was
        let again = shop.done(As::Editor, "publishArticle", json!({ "id": id, "version": 2 }))["article"].take();
        assert_eq!((&again["publishedAt"], &again["version"]), (&since, &json!(3)));

        let back = shop.done(As::Admin, "unpublishArticle", json!({ "id": id, "version": 3 }))["article"].take();
        assert_eq!((&back["status"], &back["publishedAt"], &back["version"]), (&json!("DRAFT"), &Value::Null, &json!(4)));
        sees([false, true, false, false, true, true]);
        assert_eq!(shop.data(As::Visitor, "{ article(slug: \"on-pans\") { id } }", json!({}))["article"], Value::Null);
    }
}

#[test]
fn every_earlier_version_stays_readable_for_editors() {
    for shop in &*SHOPS {
        let id = shop.draft("First title");
        let text = |text: &str| json!([{ "paragraph": { "text": text } }]);
        shop.done(As::Editor, "updateArticle", json!({ "id": id, "version": 1, "blocks": text("one"), "tags": ["a"] }));
        shop.done(As::Editor, "publishArticle", json!({ "id": id, "version": 2 }));
        let input = json!({ "id": id, "version": 3, "title": "Last title", "slug": "versions-last", "blocks": text("two") });
        let article = shop.done(As::Admin, "updateArticle", input)["article"].take();
        let now = [&article["title"], &article["slug"], &article["tags"], &article["status"], &article["version"]];
        assert_eq!(now, [&json!("Last title"), &json!("versions-last"), &json!(["a"]), &json!("PUBLISHED"), &json!(4)]);
        assert_eq!(article["author"]["id"], json!(shop.person(As::Editor).id), "who changes it does not become its author");

        let query = "query($id: ID!, $first: Int, $after: String) { article(id: $id) { revisions(first: $first, after: $after) {
            nodes { version title slug status tags blocks { ... on Paragraph { text } } } pageInfo { hasNextPage endCursor } totalCount } } }";
        let read = |who, variables: Value| shop.data(who, query, variables)["article"]["revisions"].take();
        let revisions = read(As::Editor, json!({ "id": id }));
        let slug = id.as_str().unwrap().replace('_', "-");
        let version = |version: i32, status: &str, tags: Value, blocks: Value| json!({ "version": version, "title": "First title", "slug": slug, "status": status, "tags": tags, "blocks": blocks });
        let expected = json!([
            version(3, "PUBLISHED", json!(["a"]), json!([{ "text": "one" }])),
            version(2, "DRAFT", json!(["a"]), json!([{ "text": "one" }])),
            version(1, "DRAFT", json!([]), json!([])),
        ]);
        assert_eq!(revisions["nodes"], expected, "{}", shop.name);
        assert_eq!(revisions["totalCount"], json!(3), "{}", shop.name);
        // page by page the same
        let (mut found, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = read(As::Admin, json!({ "id": id, "first": 1, "after": after }));
            found.extend(page["nodes"].as_array().unwrap().clone());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
        }
        assert_eq!(Value::Array(found), expected, "{}", shop.name);
        for who in [As::Visitor, As::Ada] {
            assert_eq!(read(who, json!({ "id": id }))["nodes"], json!([]), "{who:?} on {}", shop.name);
        }
    }
}

#[test]
fn a_change_of_an_old_version_is_a_conflict() {
    for shop in &*SHOPS {
        let id = shop.draft("Contested");
        shop.done(As::Editor, "updateArticle", json!({ "id": id, "version": 1, "title": "Mine" }));
        for (mutation, input) in [
            ("updateArticle", json!({ "id": id, "version": 1, "title": "Yours" })),
            ("updateArticle", json!({ "id": id, "version": 3, "title": "Yours" })),
            ("updateArticle", json!({ "id": id, "version": 0, "title": "Yours" })),
            ("updateArticle", json!({ "id": id, "version": -1, "title": "Yours" })),
            ("publishArticle", json!({ "id": id, "version": 1 })),
            ("unpublishArticle", json!({ "id": id, "version": 2_147_483_647 })),
        ] {
            for key in [Value::Null, json!(format!("stale {mutation} {}", input["version"]))] {
                let variables = json!({ "input": input, "key": key });
                let answer = shop.answer(As::Admin, &named(mutation).document(), variables);
                assert_eq!(refusals(&answer), [("CONFLICT".to_owned(), "version".to_owned())], "{mutation} {input} {key} on {}", shop.name);
            }
        }
        let unknown = json!({ "id": "article_00000000000000000000000000", "version": 1 });
        for mutation in ["updateArticle", "publishArticle", "unpublishArticle"] {
            assert_eq!(shop.refused(As::Editor, mutation, unknown.clone()), ("NOT_FOUND".into(), "id".into()));
        }
        let query = "query($id: ID!) { article(id: $id) { title version status } }";
        let now = shop.data(As::Editor, query, json!({ "id": id }));
        assert_eq!(now["article"], json!({ "title": "Mine", "version": 2, "status": "DRAFT" }), "{}", shop.name);
    }
}

#[test]
fn of_two_changes_of_one_version_one_is_a_conflict() {
    for shop in &*SHOPS {
        let id = shop.draft("Raced");
        let (document, token) = (named("updateArticle").document(), &shop.person(As::Editor).token);
        let answers = block_on(async {
            let one = async |n: i32| {
                let mut asked = operation(&document, json!({ "input": { "id": id, "version": 1, "title": format!("Number {n}") } }));
                asked.token = Some(token.clone());
                serde_json::from_slice::<Value>(&shop.graph.execute(asked).await.body("test")).unwrap()
            };
            futures::future::join_all((0..6).map(one)).await
        });
        let stale = answers.iter().filter(|answer| refusals(answer) == [("CONFLICT".to_owned(), "version".to_owned())]);
        assert_eq!(stale.count(), 5, "{answers:?} on {}", shop.name);
    }
}

#[test]
fn slugs_are_unique_and_what_is_wrong_has_its_place() {
    for shop in &*SHOPS {
        shop.done(As::Editor, "createArticle", json!({ "title": "One", "slug": "taken-slug" }));
        let taken = shop.refused(As::Editor, "createArticle", json!({ "title": "Two", "slug": "taken-slug" }));
        assert_eq!(taken, ("CONFLICT".into(), "slug".into()), "{}", shop.name);
        let id = shop.draft("Three");
        let taken = shop.refused(As::Editor, "updateArticle", json!({ "id": id, "version": 1, "slug": "taken-slug" }));
        assert_eq!(taken, ("CONFLICT".into(), "slug".into()), "{}", shop.name);
        // its own it may keep
        let own = id.as_str().unwrap().replace('_', "-");
        shop.done(As::Editor, "updateArticle", json!({ "id": id, "version": 1, "slug": own }));

        let product = "product_00000000000000000000000000";
        let input = json!({ "title": "", "slug": "A", "tags": ["ok", "Not"], "productIds": [product, product],
            "blocks": [{ "paragraph": { "text": "" } }, { "heading": { "level": 7, "text": "" } }] });
        let fields: Vec<_> = refusals(&shop.change(As::Editor, "createArticle", input)).into_iter().map(|(_, field)| field).collect();
        assert_eq!(fields, ["slug", "title", "tags.1", "blocks.1.heading.level", "productIds.1"], "{}", shop.name);
        for (mutation, input) in [
            ("createArticle", json!({ "title": "Not mine to write" })),
            ("updateArticle", json!({ "id": id, "version": 2, "title": "x" })),
            ("publishArticle", json!({ "id": id, "version": 2 })),
            ("unpublishArticle", json!({ "id": id, "version": 2 })),
        ] {
            for (who, code) in [(As::Visitor, "UNAUTHENTICATED"), (As::Reader, "UNAUTHENTICATED"), (As::Ada, "FORBIDDEN")] {
                assert_eq!(shop.failed(who, mutation, input.clone()), code, "{mutation} as {who:?} on {}", shop.name);
            }
        }
    }
}

#[test]
fn readers_comment_what_they_can_read() {
    for shop in &*SHOPS {
        let (article, draft) = (shop.article("To be discussed"), shop.draft("Not to be discussed"));
        let payload = shop.done(As::Ada, "addComment", json!({ "articleId": article, "body": "First\n\tpoint. <b>" }));
        let comment = &payload["comment"];
        let (id, at) = (&comment["id"], &comment["createdAt"]);
        let shown = json!({ "id": id, "body": "First\n\tpoint. <b>", "createdAt": at, "author": { "id": shop.person(As::Ada).id },
            "article": { "id": article } });
        assert_eq!(*comment, shown);
        assert_eq!(payload["propagation"], json!([{ "store": "DOCUMENTS", "state": "DONE" }]));
        let second = shop.done(As::Ben, "addComment", json!({ "articleId": article, "body": "Second" }))["comment"]["id"].clone();
        let query = "query($id: ID!) { article(id: $id) { comments { nodes { id } totalCount } } }";
        let expected = json!({ "nodes": [{ "id": second }, { "id": id }], "totalCount": 2 });
        assert_eq!(shop.data(As::Visitor, query, json!({ "id": article }))["article"]["comments"], expected, "{}", shop.name);
        // a draft is as if it were not there, also for who sees it
        for who in [As::Ben, As::Editor] {
            for id in [&draft, &json!("article_00000000000000000000000000")] {
                let refused = shop.refused(who, "addComment", json!({ "articleId": id, "body": "Hm" }));
                assert_eq!(refused, ("NOT_FOUND".into(), "articleId".into()), "{who:?} on {}", shop.name);
            }
        }
        for who in [As::Visitor, As::Reader] {
            assert_eq!(shop.failed(who, "addComment", json!({ "articleId": article, "body": "Hm" })), "UNAUTHENTICATED");
        }
    }
}
