//! An explanation as it is shown on a terminal: a head, and the levels as a tree in a table.
//!
//! Without numbers that were measured, each call is one line. With them, what is asked stands in a line of its own below its field, and below that how
//! the store went about it.

use super::table::{self, Side, WIDTH, cut, number, wrapped};
use crate::graphql::explain::{Asked, Beside, Explained, Level, Measured, Ran};

/// Colours, or none.
#[derive(Clone, Copy, Debug)]
pub struct Paint(bool);

impl Paint {
    /// With colours, if `colours`.
    pub fn new(colours: bool) -> Self {
        Self(colours)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    fn call(self, text: &str) -> String {
        self.with("36", text)
    }

    fn wrong(self, text: &str) -> String {
        self.with("31", text)
    }
}

/// An operation's explanation.
pub fn operation(explained: &Explained, paint: Paint) -> String {
    let mut lines = head(explained, paint);
    lines.push(String::new());
    let mut rows = Vec::new();
    tree(&explained.levels, "", true, &mut rows);
    match &explained.ran {
        Some(ran) => measured(explained, ran, &rows, paint, &mut lines),
        None => predicted(explained, &rows, paint, &mut lines),
    }
    lines.extend(notes(explained).iter().flat_map(|note| wrapped("", note)).map(|line| paint.dim(&line)));
    lines.into_iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Name and kind, whether there is a plan, and how the run ended.
fn head(explained: &Explained, paint: Paint) -> Vec<String> {
    let Explained { name, kind, why, points, .. } = explained;
    let plural = |count: u64, what: &str| format!("{} {what}{}", number(count), if count == 1 { "" } else { "s" });
    let mut facts = vec![(*kind).to_owned()];
    match why {
        None => {
            facts.push("compiled".to_owned());
            facts.push(plural(explained.depth() as u64, "level"));
            facts.push(format!("at most {}", plural(explained.calls(), "call")));
        }
        Some(_) => facts.push("no plan".to_owned()),
    }
    facts.push(plural(*points, "point"));
    let name = name.as_deref().unwrap_or("(no name)");
    let mut lines = vec![format!("{}  {}", paint.bold(name), facts.join(" · "))];
    if let Some(why) = why {
        lines.extend(wrapped("", &format!("The library executes it field by field, over the same batches: {why}.")));
    }
    if let Some(Ran { planned, time, errors, .. }) = &explained.ran {
        let who = match (planned, why) {
            (true, _) => "Answered by the plan",
            (false, Some(_)) => "Answered by the library",
            (false, None) => "Answered by the library, not by the plan: plans are off, or something was not as usual; it took",
        };
        lines.extend(wrapped("", &format!("{who} in {} ms.", millis(*time))));
        lines.extend(errors.iter().flat_map(|error| wrapped("", &format!("error: {error}"))).map(|line| paint.wrong(&line)));
    }
    lines
}

/// A level, and where it hangs in the tree.
struct Row<'l> {
    level: &'l Level,
    /// The field with the branch that it hangs on.
    label: String,
    /// What stands before lines that belong to it.
    before: String,
}

/// The levels from top to bottom. `before` is what stands before all of them; those at the top hang on nothing.
fn tree<'l>(levels: &'l [Level], before: &str, top: bool, into: &mut Vec<Row<'l>>) {
    for (place, level) in levels.iter().enumerate() {
        let (branch, below) = match (top, place + 1 == levels.len()) {
            (true, _) => ("", ""),
            (false, true) => ("└─ ", "   "),
            (false, false) => ("├─ ", "│  "),
        };
        let below = format!("{before}{below}");
        let trunk = if level.below.is_empty() { "   " } else { "│  " };
        into.push(Row { level, label: format!("{before}{branch}{}", level.field), before: format!("{below}{trunk}") });
        tree(&level.below, &below, false, into);
    }
}

/// The calls, rows and points of a level.
fn foreseen(level: &Level) -> [String; 3] {
    [level.calls().map_or_else(|| "-".to_owned(), number), number(level.predicted.rows), number(level.predicted.points)]
}

fn sums(explained: &Explained) -> [String; 3] {
    fn rows(levels: &[Level]) -> u64 {
        levels.iter().fold(0, |sum, level| sum.saturating_add(level.predicted.rows).saturating_add(rows(&level.below)))
    }
    let calls = if explained.why.is_none() { number(explained.calls()) } else { "-".to_owned() };
    [calls, number(rows(&explained.levels)), number(explained.points)]
}

fn method(asked: &Asked) -> String {
    format!("{}.{}", asked.asks.role.name(), asked.asks.method)
}

fn rule(wide: usize) -> String {
    "─".repeat(wide)
}

/// One line for each call, if that fits; or what is asked below its field.
fn predicted(explained: &Explained, rows: &[Row<'_>], paint: Paint, lines: &mut Vec<String>) {
    let texts = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<String>>();
    let mut cells = vec![texts(&["field", "asks", "by", "on", "calls", "rows", "points"])];
    for Row { level, label, before } in rows {
        let mut numbers = foreseen(level).to_vec();
        let mut label = label.clone();
        for asked in &level.asks {
            let asks = [method(asked), asked.asks.by.unwrap_or("-").to_owned(), asked.engine.name().to_owned()];
            // a second call of the same field
            let label = std::mem::replace(&mut label, before.clone());
            let numbers = std::mem::replace(&mut numbers, vec![String::new(); 3]);
            cells.push([vec![label], asks.to_vec(), numbers].concat());
        }
        if level.asks.is_empty() {
            cells.push([vec![label], texts(&["-", "-", "-"]), numbers].concat());
        }
    }
    cells.push([texts(&["total", "", "", ""]), sums(explained).to_vec()].concat());
    let sides = [[Side::Left; 4].as_slice(), &[Side::Right; 3]].concat();
    let widths = table::widths(&cells);
    if explained.why.is_none() && table::total(&widths) <= WIDTH {
        let last = cells.len() - 1;
        for (place, cells) in cells.iter().enumerate() {
            let line = table::line(cells, &widths, &sides);
            match place {
                0 => lines.push(paint.dim(&line)),
                _ if place == last => lines.extend([paint.dim(&rule(table::total(&widths))), paint.bold(&line)]),
                _ => lines.push(coloured(&line, &cells[1], paint)),
            }
        }
        return;
    }
    let numbers = [6, 8, 10];
    let line = |label: &str, cells: &[String]| numbered(label, cells, &numbers);
    lines.push(paint.dim(&line("field", &texts(&["calls", "rows", "points"]))));
    for Row { level, label, before } in rows {
        lines.push(line(label, &foreseen(level)));
        level
            .asks
            .iter()
            .for_each(|asked| lines.extend(wrapped(before, &asks(asked)).iter().map(|line| coloured(line, &method(asked), paint))));
    }
    lines.extend([paint.dim(&rule(WIDTH)), paint.bold(&line("total", &sums(explained)))]);
}

/// What is asked, in a line.
fn asks(asked: &Asked) -> String {
    let by = asked.asks.by.map(|by| format!(" by {by}")).unwrap_or_default();
    format!("{}{by} on {}", method(asked), asked.engine)
}

/// A line in which a call stands out.
fn coloured(line: &str, call: &str, paint: Paint) -> String {
    if call.is_empty() { line.to_owned() } else { line.replacen(call, &paint.call(call), 1) }
}

/// A line whose numbers end at the right edge.
fn numbered(label: &str, cells: &[String], widths: &[usize]) -> String {
    let numbers: String = cells.iter().zip(widths).map(|(cell, wide)| table::pad(cell, *wide, Side::Right)).collect();
    table::pad(label, WIDTH - widths.iter().sum::<usize>(), Side::Left) + &numbers
}

/// Columns of numbers: calls, rows and points that were predicted; calls, keys, rows and milliseconds that were measured.
const MEASURED: [usize; 7] = [6, 7, 8, 9, 7, 7, 9];

fn measured(explained: &Explained, ran: &Ran, rows: &[Row<'_>], paint: Paint, lines: &mut Vec<String>) {
    let foreseen_wide: usize = MEASURED[..3].iter().sum();
    let measured_wide: usize = MEASURED[3..].iter().sum();
    let label_wide = WIDTH - foreseen_wide - measured_wide;
    let groups = [table::pad("predicted", foreseen_wide, Side::Right), table::pad("measured", measured_wide, Side::Right)].concat();
    let heads = ["calls", "rows", "points", "calls", "keys", "rows", "ms"].map(str::to_owned);
    lines.push(paint.dim(&format!("{}{groups}", " ".repeat(label_wide))));
    lines.push(paint.dim(&numbered("field", &heads, &MEASURED)));
    let mut all = Measured::default();
    for Row { level, label, before } in rows {
        let mut here = Measured::default();
        let known = level.asks.iter().filter_map(|asked| asked.measured.as_ref());
        known.for_each(|measured| add(&mut here, measured));
        add(&mut all, &here);
        let asked = level.asks.iter().any(|asked| asked.measured.is_some());
        let cells = if asked { numbers(&here) } else { [(); 4].map(|()| "-".to_owned()) };
        lines.push(numbered(label, &[foreseen(level).as_slice(), &cells].concat(), &MEASURED));
        for asked in &level.asks {
            let unasked = match (&asked.measured, &asked.with) {
                (Some(_), _) => String::new(),
                (None, Some(with)) => format!(", in one call with {with}"),
                (None, None) => ", nothing to ask".to_owned(),
            };
            let told = wrapped(before, &format!("{}{unasked}", asks(asked)));
            lines.extend(told.iter().map(|line| coloured(line, &method(asked), paint)));
            statements(asked.measured.as_ref(), before, paint, lines);
        }
    }
    for Beside { path, role, method, engine, measured } in &ran.beside {
        add(&mut all, measured);
        let label = if path.is_empty() { "(no field)" } else { path };
        let unknown = [(); 3].map(|()| "-".to_owned());
        lines.push(numbered(label, &[unknown.as_slice(), &numbers(measured)].concat(), &MEASURED));
        let call = format!("{}.{method}", role.name());
        lines.push(coloured(&format!("   {call} on {engine}, not foreseen"), &call, paint));
        statements(Some(measured), "   ", paint, lines);
    }
    let mut sum = [sums(explained).as_slice(), &numbers(&all)].concat();
    // calls overlap
    sum.pop();
    lines.extend([paint.dim(&rule(WIDTH)), paint.bold(&numbered("total", &sum, &MEASURED))]);
}

fn add(sum: &mut Measured, more: &Measured) {
    sum.calls += more.calls;
    sum.keys += more.keys;
    sum.rows += more.rows;
    sum.time += more.time;
}

fn numbers(measured: &Measured) -> [String; 4] {
    [number(measured.calls), number(measured.keys), number(measured.rows), millis(measured.time)]
}

fn millis(time: std::time::Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1_000.0)
}

/// How the store went about each statement; its text where a store has no plans.
fn statements(measured: Option<&Measured>, before: &str, paint: Paint, lines: &mut Vec<String>) {
    for statement in measured.into_iter().flat_map(|measured| &measured.statements) {
        let told = match statement.plan.as_slice() {
            [] => vec![cut(&statement.text, WIDTH - table::width(before) - 4)],
            plan => plan.to_vec(),
        };
        let mut sign = "• ";
        for line in told.iter().flat_map(|line| wrapped(&format!("{before}    "), line)) {
            // where the tree's trunk stands before it
            let rest: String = line.chars().skip(table::width(before) + 4).collect();
            lines.push(format!("{before}  {}", paint.dim(&format!("{sign}{rest}"))));
            sign = "  ";
        }
    }
}

/// What the points count beside the levels.
fn notes(explained: &Explained) -> Vec<String> {
    let mut notes = vec!["1 point is for any operation".to_owned()];
    for (path, predicted) in &explained.free {
        notes.push(format!("{} for {path}, which asks nothing of itself here", number(predicted.points)));
    }
    let beside = notes.join("; ");
    vec![format!("Points are the price at the front door: {beside}.")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        error::Engine,
        graphql::{
            explain::{Engines, explain},
            limits::Limits,
        },
        receipt::statements::Statement,
    };
    use std::time::Duration;

    const PLAIN: Paint = Paint(false);

    async fn explained(text: &str) -> Explained {
        let engines = Engines { relational: Engine::Postgres, documents: Engine::Mongodb, hot: Engine::Redis };
        explain(text, serde_json::Map::new(), None, &Limits::default(), engines).await.unwrap().remove(0)
    }

    const SHOP: &str = "query Shop {
        products(first: 2) { nodes { name category { name parent { name } } views } }
        trending(first: 3) { rank product { name } }
    }";

    #[tokio::test]
    async fn a_plan_is_a_tree_in_a_table() {
        let expected = "\
Shop  query · compiled · 3 levels · at most 6 calls · 89 points

field              asks                          by           on        calls  rows  points
products           relational.products_page      -            postgres      1     2      14
├─ nodes.category  relational.categories_by_ids  category id  postgres      1     2      14
│  └─ parent       relational.categories_by_ids  category id  postgres      1     2      24
└─ nodes.views     hot.counters_get              counter      redis         1     2       6
trending           hot.ranking_top               -            redis         1     3       7
└─ product         relational.products_by_ids    product id   postgres      1     3      16
───────────────────────────────────────────────────────────────────────────────────────────
total                                                                       6    14      89
Points are the price at the front door: 1 point is for any operation; 7 for trending.rank, which
    asks nothing of itself here.
";
        assert_eq!(operation(&explained(SHOP).await, PLAIN), expected);
    }

    #[tokio::test]
    async fn what_does_not_fit_beside_stands_below() {
        let text = "{ articles(first: 1) { nodes { products { articles(first: 1) { edges { node { comments(first: 1) { nodes { \
                    author { name } } } } } } } } } search(text: \"a\", first: 2) { ... on Product { views } } }";
        let told = operation(&explained(text).await, PLAIN);
        let expected = [
            "articles                                                                         1       1        13",
            "│  documents.articles_page on mongodb",
            "└─ nodes.products                                                                1      20        50",
            "   │  relational.products_by_ids by product id on postgres",
            "   └─ articles                                                                   1      20        70",
            "      │  documents.articles_page_by_products by product id on mongodb",
            "      └─ edges.node.comments                                                     1      20        80",
            "         │  documents.comments_page_by_articles by article id on mongodb",
            "         └─ nodes.author                                                         1      20        70",
            "               relational.customers_by_ids by customer id on postgres",
            "search                                                                           2       2        30",
            "│  relational.products_search on postgres",
            "│  documents.articles_search on mongodb",
            "└─ views                                                                         1       2         6",
            "      hot.counters_get by counter on redis",
        ];
        let lines: Vec<_> = told.lines().skip(3).take(expected.len()).collect();
        assert_eq!(lines, expected, "{told}");
        assert!(told.lines().all(|line| table::width(line) <= WIDTH), "{told}");
    }

    #[tokio::test]
    async fn without_a_plan_it_says_why_and_what_it_costs() {
        let told =
            operation(&explained("{ node(id: \"product_01h455vb4pex5vsknk084sn02q\") { ... on Order { items { line } } } }").await, PLAIN);
        let lines: Vec<_> = told.lines().collect();
        assert_eq!(lines[0], "(no name)  query · no plan · 34 points");
        assert_eq!(lines[1], "The library executes it field by field, over the same batches: Query.node is not compiled (at node).");
        assert_eq!(lines[4], "node                                                                             -       1        13");
        assert_eq!(lines[5], "└─ items                                                                         -       5        20");
        assert_eq!(lines[7], "total                                                                            -       6        34");
    }

    #[tokio::test]
    async fn what_was_measured_stands_beside_and_statements_below() {
        let mut shop = explained(SHOP).await;
        let measured = |keys, rows, plan: &[&str]| {
            let plan: Vec<_> = plan.iter().map(|line| (*line).to_owned()).collect();
            let statements = vec![Statement { text: "SELECT 1".to_owned(), plan }];
            Some(Measured { calls: 1, keys, rows, time: Duration::from_micros(1_234), statements })
        };
        shop.levels[0].asks[0].measured = measured(1, 2, &["Limit", "  ->  Index Scan"]);
        shop.levels[0].below[0].asks[0].measured = measured(2, 1_000, &[]);
        shop.levels[0].below[0].below[0].asks[0].with = Some("products.nodes.category".to_owned());
        shop.ran =
            Some(Ran { planned: true, time: Duration::from_millis(5), errors: vec!["a: broken (X)".to_owned()], beside: Vec::new() });
        let told = operation(&shop, PLAIN);
        let expected = [
            "Answered by the plan in 5.00 ms.",
            "error: a: broken (X)",
            "",
            "                                                           predicted                        measured",
            "field                                           calls   rows  points    calls   keys   rows       ms",
            "products                                            1      2      14        1      1      2     1.23",
            "│  relational.products_page on postgres",
            "│    • Limit",
            "│        -> Index Scan",
            "├─ nodes.category                                   1      2      14        1      2  1,000     1.23",
            "│  │  relational.categories_by_ids by category id on postgres",
            "│  │    • SELECT 1",
            "│  └─ parent                                        1      2      24        -      -      -        -",
            "│        relational.categories_by_ids by category id on postgres, in one call with",
            "│            products.nodes.category",
            "└─ nodes.views                                      1      2       6        -      -      -        -",
            "      hot.counters_get by counter on redis, nothing to ask",
        ];
        let lines: Vec<_> = told.lines().skip(1).take(expected.len()).collect();
        assert_eq!(lines, expected, "{told}");
        assert!(told.contains("\ntotal                                               6     14      89        2      3  1,002\n"), "{told}");
        assert!(told.lines().all(|line| table::width(line) <= WIDTH), "{told}");
    }

    #[tokio::test]
    async fn colours_change_nothing_but_colours() {
        for text in [SHOP, "{ server { name } }"] {
            let explained = explained(text).await;
            let (plain, painted) = (operation(&explained, PLAIN), operation(&explained, Paint(true)));
            let mut bare = painted.clone();
            while let Some(begin) = bare.find('\u{1b}') {
                let end = begin + bare[begin..].find('m').unwrap();
                bare.replace_range(begin..=end, "");
            }
            assert!(painted != plain && !plain.contains('\u{1b}'));
            assert_eq!(bare, plain);
        }
    }
}
