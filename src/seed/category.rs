//! Categories: eight roots with four shelves each, at every scale.

use super::{plan, rng::Stream};
use crate::shop::{Category, CategoryId};

/// Root, then its shelves. Each shelf sells four kinds of things: name, and a usual price in cents.
pub const TREE: [(&str, [Shelf; 4]); 8] = [
    (
        "Camping",
        [
            Shelf("Tents & Tarps", [("dome tent", 24_900), ("ridge tent", 31_900), ("tarp", 7_900), ("hammock", 5_900)]),
            Shelf("Sleeping Bags", [("sleeping bag", 14_900), ("camp blanket", 6_900), ("travel pillow", 2_400), ("sleeping mat", 8_900)]),
            Shelf("Camp Kitchen", [("gas stove", 6_500), ("mess kit", 3_900), ("fire grate", 4_500), ("water filter", 7_500)]),
            Shelf("Light & Fire", [("storm lantern", 4_900), ("headlamp", 3_500), ("fire steel", 1_500), ("candle box", 1_200)]),
        ],
    ),
    (
        "Hiking",
        [
            Shelf("Backpacks", [("day pack", 7_900), ("trekking pack", 18_900), ("hip bag", 3_200), ("dry bag", 2_200)]),
            Shelf("Navigation", [("compass", 3_400), ("map case", 1_900), ("trail map", 1_290), ("altimeter", 12_900)]),
            Shelf("Walking Sticks", [("walking stick", 4_400), ("trekking pole", 6_900), ("ice spike", 2_900), ("pole tip", 690)]),
            Shelf("Flasks", [("thermos flask", 3_600), ("water bottle", 1_900), ("hip flask", 2_800), ("drinking cup", 990)]),
        ],
    ),
    (
        "Clothing",
        [
            Shelf("Rainwear", [("rain cape", 6_400), ("rain jacket", 15_900), ("gaiters", 3_300), ("sou'wester", 2_700)]),
            Shelf("Base Layers", [("merino shirt", 6_900), ("long johns", 5_400), ("wool vest", 7_200), ("neck warmer", 1_900)]),
            Shelf("Hats & Gloves", [("felt hat", 4_900), ("wool cap", 2_200), ("work gloves", 2_600), ("mittens", 2_400)]),
            Shelf("Socks", [("hiking socks", 1_600), ("hut socks", 1_900), ("liner socks", 1_100), ("wool stockings", 2_300)]),
        ],
    ),
    (
        "Cookware",
        [
            Shelf("Pans & Skillets", [("skillet", 5_900), ("crêpe pan", 4_200), ("sauté pan", 7_400), ("griddle", 6_300)]),
            Shelf("Pots & Casseroles", [("casserole", 12_900), ("stock pot", 8_400), ("saucepan", 4_600), ("bean pot", 5_200)]),
            Shelf("Baking", [("baking tin", 1_900), ("proofing basket", 2_300), ("rolling pin", 2_100), ("cake ring", 1_700)]),
            Shelf("Kettles & Teapots", [("kettle", 5_400), ("teapot", 4_800), ("coffee press", 3_900), ("moka pot", 3_300)]),
        ],
    ),
    (
        "Kitchen Tools",
        [
            Shelf("Knives", [("bread knife", 5_600), ("paring knife", 2_400), ("chef's knife", 9_800), ("sharpening stone", 4_300)]),
            Shelf("Boards & Bowls", [("chopping board", 4_700), ("salad bowl", 5_300), ("mixing bowl", 2_900), ("mortar", 3_800)]),
            Shelf(
                "Mills & Graters",
                [("pepper mill", 3_700), ("nutmeg grater", 1_400), ("coffee grinder", 8_900), ("cheese grater", 1_900)],
            ),
            Shelf("Spoons & Whisks", [("ladle", 1_600), ("whisk", 1_500), ("porridge spoon", 1_100), ("spatula", 1_300)]),
        ],
    ),
    (
        "Pantry",
        [
            Shelf("Tea & Coffee", [("mountain tea", 890), ("breakfast coffee", 1_290), ("rosehip infusion", 750), ("chai blend", 990)]),
            Shelf("Preserves", [("plum jam", 650), ("pickled beans", 590), ("chestnut spread", 820), ("tomato relish", 690)]),
            Shelf("Spices", [("smoked salt", 540), ("curry blend", 720), ("juniper berries", 610), ("vanilla pods", 1_490)]),
            Shelf("Trail Food", [("oat bars", 480), ("fruit leather", 520), ("rye crackers", 430), ("soup cubes", 390)]),
        ],
    ),
    (
        "Books",
        [
            Shelf("Cookery", [("cook book", 3_200), ("bread book", 2_800), ("soup book", 2_400), ("spice atlas", 4_500)]),
            Shelf("Nature", [("bird guide", 2_600), ("mushroom guide", 2_700), ("weather almanac", 1_900), ("star chart", 1_490)]),
            Shelf("Travel", [("hut guide", 2_300), ("travel diary", 1_700), ("island reader", 1_990), ("rail atlas", 3_400)]),
            Shelf("Fiction", [("mountain novel", 1_690), ("sea novel", 1_690), ("short stories", 1_490), ("crime novel", 1_290)]),
        ],
    ),
    (
        "Workshop",
        [
            Shelf("Pocket Tools", [("pocket knife", 4_900), ("multi-tool", 8_700), ("folding saw", 4_100), ("tape measure", 1_200)]),
            Shelf("Repair Kits", [("sewing kit", 1_800), ("patch kit", 990), ("leather balm", 1_250), ("seam wax", 890)]),
            Shelf("Paper & Pens", [("field notebook", 1_150), ("pencil set", 1_350), ("fountain pen", 5_900), ("sketch pad", 1_450)]),
            Shelf("Storage", [("storage tin", 1_390), ("wooden crate", 3_100), ("roll-top bag", 2_900), ("tool roll", 3_600)]),
        ],
    ),
];

/// A shelf and what it sells.
pub struct Shelf(pub &'static str, pub [(&'static str, i64); 4]);

/// How many categories there are.
pub const COUNT: usize = 40;

/// The rows: all roots, then all shelves, in the order of [`TREE`].
pub fn rows(stream: &mut Stream) -> Vec<Category> {
    let mut row = |name: &str, parent_id: Option<CategoryId>| Category {
        id: stream.id(plan::at(plan::START)),
        slug: slug(name),
        name: name.to_owned(),
        parent_id,
    };
    let mut all: Vec<_> = TREE.iter().map(|(root, _)| row(root, None)).collect();
    for (i, (_, shelves)) in TREE.iter().enumerate() {
        let parent = all[i].id;
        all.extend(shelves.iter().map(|shelf| row(shelf.0, Some(parent))));
    }
    all
}

/// Lower-case letters, digits and single hyphens; what is not ASCII is left out, bar a few letters.
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'A'..='Z' => slug.push(c.to_ascii_lowercase()),
            'é' | 'ê' | 'è' => slug.push('e'),
            '\'' => {}
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::rng::For;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_forty_categories_with_slugs_of_their_own() {
        let rows = rows(&mut Stream::new(1, For::Category));
        let slugs: BTreeSet<_> = rows.iter().map(|row| row.slug.as_str()).collect();
        assert_eq!((rows.len(), slugs.len()), (COUNT, COUNT));
        assert_eq!(rows.iter().filter(|row| row.parent_id.is_none()).count(), 8);
        assert!(slugs.contains("tents-tarps") && slugs.contains("light-fire"), "{slugs:?}");
    }
}
