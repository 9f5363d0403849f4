//! `SearchResult`: products and articles in turn, each with a selection of its own.

use super::{
    Bail, Run,
    compile::Asked,
    json,
    object::{Field, Loaded, Loading, Objects, Relation, Set},
    outline::Step,
    query::Root,
};
use crate::{
    graphql::ask,
    loaders::{Question, Row, article::ArticlesSearch, product::ProductsSearch},
    shop::{Article, Detail, Product, SearchText, Viewer},
};

/// Compiles `search`.
pub fn search(asked: &Asked<'_, '_>) -> Option<Field<Root>> {
    let detail = ask::detail(asked.selects("Article", "blocks")?);
    let search = Search { args: asked.args(), detail, products: asked.below()?, articles: asked.below()?, path: asked.path.clone() };
    Some(Field::Relation(Box::new(search)))
}

struct Search {
    args: super::args::Args,
    detail: Detail,
    products: Set<Product>,
    articles: Set<Article>,
    path: String,
}

/// What was found, by kind, and in which order it is told.
struct Found<'r> {
    turns: Vec<Turn>,
    products: Objects<'r, Product>,
    articles: Objects<'r, Article>,
}

#[derive(Clone, Copy)]
enum Turn {
    Product(usize),
    Article(usize),
}

impl Relation<Root> for Search {
    fn load<'r>(&'r self, run: &'r Run<'r>, _: &[Row<Root>]) -> Loading<'r> {
        let asking = self.asked(run).map(|(text, limit)| {
            let products = run.loads.load_all::<ProductsSearch>(vec![(text.clone(), limit)], &self.path);
            (limit, products, run.loads.load_all::<ArticlesSearch>(vec![(text, limit, self.detail)], &self.path))
        });
        Box::pin(async move {
            let (limit, products, articles) = asking?;
            let (mut products, mut articles) = futures::join!(products, articles);
            let products = products.answers.pop().ok_or(Bail)?.map_err(|_| Bail)?.unwrap_or_default();
            let articles = articles.answers.pop().ok_or(Bail)?.map_err(|_| Bail)?.unwrap_or_default();
            let turns = (0..products.len().max(articles.len())).flat_map(|turn| {
                let product = (turn < products.len()).then_some(Turn::Product(turn));
                product.into_iter().chain((turn < articles.len()).then_some(Turn::Article(turn)))
            });
            let turns: Vec<Turn> = turns.take(limit as usize).collect();
            // what is not told is not looked into
            let (mut told_products, mut told_articles) = (products, articles);
            told_products.truncate(turns.iter().filter(|turn| matches!(turn, Turn::Product(_))).count());
            told_articles.truncate(turns.iter().filter(|turn| matches!(turn, Turn::Article(_))).count());
            let (products, articles) = (self.products.begin(run, told_products), self.articles.begin(run, told_articles));
            let (products, articles) = futures::try_join!(products, articles)?;
            Ok(Box::new(Found { turns, products, articles }) as Box<dyn Loaded>)
        })
    }

    fn outline(&self, into: &mut Vec<Step>) {
        into.extend([ProductsSearch::ASKS, ArticlesSearch::ASKS].map(|asks| Step::at(&self.path, asks)));
        self.products.outline(into);
        self.articles.outline(into);
    }
}

impl Search {
    fn asked(&self, run: &Run<'_>) -> Result<(SearchText, u32), Bail> {
        let limit = ask::rows_within(run.limits, "first", self.args.get(run, "first")?, ask::DEFAULT_FIRST).map_err(|_| Bail)?;
        Ok((SearchText::parse(&self.args.get::<String>(run, "text")?).map_err(|_| Bail)?, limit))
    }
}

impl Loaded for Found<'_> {
    fn write(&self, _: usize, viewer: Viewer, out: &mut Vec<u8>) {
        json::list(&self.turns, out, |turn, out| match *turn {
            Turn::Product(place) => self.products.write(place, viewer, out),
            Turn::Article(place) => self.articles.write(place, viewer, out),
        });
    }
}
