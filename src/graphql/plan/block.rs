//! `Block`: the pieces of an article, each of one of six types.

use super::{
    compile::{Asked, Planned},
    json,
    object::{Field, Loaded, Loading, Objects, Relation, Set},
    outline::Step,
    relation::leaf,
};
use crate::{
    loaders::{Row, product::ProductById},
    shop::{Article, Block, ProductId, Viewer},
};

/// Compiles `blocks`.
pub fn blocks(asked: &Asked<'_, '_>) -> Option<Field<Article>> {
    let set = |name, field: fn(&Asked<'_, '_>) -> Option<Field<Block>>| Some(Set::new(asked.fields(name, field)?));
    let blocks = Blocks {
        paragraph: set("Paragraph", paragraph)?,
        heading: set("Heading", heading)?,
        code: set("Code", code)?,
        image: set("Image", image)?,
        quote: set("Quote", quote)?,
        embed: asked.below()?,
    };
    Some(Field::Relation(Box::new(blocks)))
}

/// A text of a block. What a set of another type's block is never asked.
fn text(of: impl Fn(&Block) -> Option<&str> + Send + Sync + 'static) -> Option<Field<Block>> {
    leaf(move |block: &Block, out| match of(block) {
        Some(text) => json::text(text, out),
        None => json::null(out),
    })
}

fn paragraph(asked: &Asked<'_, '_>) -> Option<Field<Block>> {
    match asked.name {
        "text" => text(|block| if let Block::Paragraph { text } = block { Some(text) } else { None }),
        _ => None,
    }
}

fn heading(asked: &Asked<'_, '_>) -> Option<Field<Block>> {
    match asked.name {
        "level" => leaf(|block: &Block, out| {
            if let Block::Heading { level, .. } = block {
                json::bare(level, out);
            }
        }),
        "text" => text(|block| if let Block::Heading { text, .. } = block { Some(text) } else { None }),
        _ => None,
    }
}

fn code(asked: &Asked<'_, '_>) -> Option<Field<Block>> {
    match asked.name {
        "language" => text(|block| if let Block::Code { language, .. } = block { Some(language) } else { None }),
        "source" => text(|block| if let Block::Code { source, .. } = block { Some(source) } else { None }),
        _ => None,
    }
}

fn image(asked: &Asked<'_, '_>) -> Option<Field<Block>> {
    match asked.name {
        "url" => text(|block| if let Block::Image { url, .. } = block { Some(url) } else { None }),
        "alt" => text(|block| if let Block::Image { alt, .. } = block { Some(alt) } else { None }),
        "caption" => text(|block| if let Block::Image { caption, .. } = block { caption.as_deref() } else { None }),
        _ => None,
    }
}

fn quote(asked: &Asked<'_, '_>) -> Option<Field<Block>> {
    match asked.name {
        "text" => text(|block| if let Block::Quote { text, .. } = block { Some(text) } else { None }),
        "attribution" => text(|block| if let Block::Quote { attribution, .. } = block { attribution.as_deref() } else { None }),
        _ => None,
    }
}

/// A product within the text.
struct Embed {
    product_id: ProductId,
    note: Option<String>,
}

impl Planned for Embed {
    const NAME: &'static str = "ProductEmbed";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "note" => leaf(|embed: &Self, out| match &embed.note {
                Some(note) => json::text(note, out),
                None => json::null(out),
            }),
            "product" => {
                let detail = asked.detail_of_product()?;
                asked.one::<Self, ProductById, _>(move |embed, _| Ok(Some((embed.product_id, detail))))
            }
            _ => None,
        }
    }
}

/// A selection on blocks of each type.
struct Blocks {
    paragraph: Set<Block>,
    heading: Set<Block>,
    code: Set<Block>,
    image: Set<Block>,
    quote: Set<Block>,
    embed: Set<Embed>,
}

struct FoundBlocks<'r> {
    set: &'r Blocks,
    articles: Vec<Row<Article>>,
    /// Of each article: where its embeds begin.
    begins: Vec<usize>,
    embeds: Objects<'r, Embed>,
}

impl Relation<Article> for Blocks {
    fn load<'r>(&'r self, run: &'r super::Run<'r>, objects: &[Row<Article>]) -> Loading<'r> {
        let articles = objects.to_vec();
        let (mut embeds, mut begins) = (Vec::new(), Vec::with_capacity(articles.len()));
        for article in &articles {
            begins.push(embeds.len());
            embeds.extend(article.blocks.iter().filter_map(|block| match block {
                Block::ProductEmbed { product_id, note } => Some(Row::from(Embed { product_id: *product_id, note: note.clone() })),
                _ => None,
            }));
        }
        // its questions are put now, beside those of the other fields
        let loading = self.embed.begin(run, embeds);
        Box::pin(async move {
            let embeds = loading.await?;
            Ok(Box::new(FoundBlocks { set: self, articles, begins, embeds }) as Box<dyn Loaded>)
        })
    }

    fn outline(&self, into: &mut Vec<Step>) {
        // blocks come with their article
        self.embed.outline(into);
    }
}

impl Loaded for FoundBlocks<'_> {
    fn write(&self, place: usize, viewer: Viewer, out: &mut Vec<u8>) {
        let mut embed = self.begins[place];
        json::list(&self.articles[place].blocks, out, |block, out| {
            let set = match block {
                Block::Paragraph { .. } => &self.set.paragraph,
                Block::Heading { .. } => &self.set.heading,
                Block::Code { .. } => &self.set.code,
                Block::Image { .. } => &self.set.image,
                Block::Quote { .. } => &self.set.quote,
                Block::ProductEmbed { .. } => {
                    self.embeds.write(embed, viewer, out);
                    embed += 1;
                    return;
                }
            };
            set.write_leaves(block, viewer, out);
        });
    }
}
