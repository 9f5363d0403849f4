//! Short plausible sentences: templates, and words to fill them with.

use super::{rng::Stream, words};

/// `%a` adjective, `%m` material, `%g` gear, `%k` kitchen thing, `%f` food, `%p` place, `%s` season, `%t` time, `%b` book.
const SENTENCES: [&str; 30] = [
    "We carried the %g from %p to %p, and it never let us down.",
    "After %t over an open fire the %k still looks new.",
    "Take a %a %k, add %f, and leave it alone for %t.",
    "Nobody at %p believed that a %a %g would survive %s.",
    "%b belongs in every %g: it weighs little and lasts %t.",
    "The handle is made of %m, the rest of %m, and nothing of plastic.",
    "In %s a %a %k and some %f are worth more than good advice.",
    "Rub it with a cloth, dry it well, and %m will outlive its owner.",
    "The path to %p takes %t; the way back takes longer.",
    "Ask three cooks about %f and you will hear four answers.",
    "Keep the %g dry in %s, and it will keep you dry for the rest of the year.",
    "Most of us read %b twice: once at home, and once at %p.",
    "For a group of six, pack one %g, one %k and twice as much %f as you think.",
    "Our first attempt ended with burnt %f and a %a lesson.",
    "If the %g squeaks, a drop of oil and %t of patience help.",
    "The old %k came from a kitchen near %p and was repaired with %m.",
    "There is no bad weather at %p, only a forgotten %g.",
    "Serve %f straight from the %k, with dark bread and butter.",
    "What makes a %g %a is the stitching, not the colour.",
    "The author of %b lives near %p and answers every letter.",
    "Weigh everything: %t of walking turns grams into kilograms.",
    "We tested nine of them in %s; the %a one with %m won.",
    "Heat the %k slowly, or the %m will not forgive you.",
    "Children carve, adults stir %f, and the %g keeps the wind away.",
    "A %a map and a %g are lighter than any excuse.",
    "Good %f needs %t, a %k, and somebody who does not lift the lid.",
    "Every reader of %b asks the same question about %p.",
    "Buy the %g once, mend it often, and hand it on.",
    "It was %s when we reached %p with wet boots and warm %f.",
    "Pack %m for the night and %f for the morning.",
];

const HEADINGS: [&str; 12] = [
    "What to pack for %p",
    "Before %s",
    "The case for the %a %g",
    "How long does %m last?",
    "%t with a %k",
    "Notes from %p",
    "A word about %f",
    "Reading list: %b",
    "Care and repair",
    "Things we got wrong",
    "The short answer",
    "Ingredients",
];

const TITLES: [&str; 16] = [
    "A %a %g for %s",
    "%t at %p",
    "How we cook %f at %p",
    "The %k that stayed",
    "In praise of %m",
    "Reading %b in %s",
    "Five ways to ruin %f",
    "From %p to %p with one %g",
    "Choosing a %a %k",
    "Why the %g comes home wet",
    "Letters about %f",
    "Repairing a %g of %m",
    "“Never again”: %t in a %a tent",
    "What %b gets right about %p",
    "%f, the patient way",
    "The last %g of %s",
];

const REMARKS: [&str; 12] = [
    "Mine has lasted %t and counting.",
    "We tried this with %f at %p, and it worked.",
    "Does that also hold for %m?",
    "I disagree: a %a %g beats any %k.",
    "Thank you, this saved %s for us!",
    "You forgot the %k. One always forgets the %k.",
    "My grandmother's copy of %b says the opposite.",
    "Greetings from %p, where the %g hangs by the door.",
    "Bought the %g because of this; it's every bit as %a as you say.",
    "The link between %f and %b was new to me 😀",
    "Half the salt, twice the %f, otherwise perfect.",
    "Could you say more about %p in %s?",
];

fn fill(out: &mut String, template: &str, stream: &mut Stream) {
    let start = out.len();
    let mut parts = template.split('%');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let list: &[&str] = match part.as_bytes().first() {
            Some(b'a') => &words::ADJECTIVES,
            Some(b'm') => &words::MATERIALS,
            Some(b'g') => &words::GEAR,
            Some(b'k') => &words::KITCHEN,
            Some(b'f') => &words::FOOD,
            Some(b'p') => &words::PLACES,
            Some(b's') => &words::SEASONS,
            Some(b't') => &words::TIMES,
            _ => &words::BOOKS,
        };
        out.push_str(stream.pick(list));
        out.push_str(&part[1..]);
    }
    if let Some(first) = out.get_mut(start..=start) {
        first.make_ascii_uppercase();
    }
}

fn one(templates: &[&str], stream: &mut Stream) -> String {
    let mut text = String::with_capacity(80);
    fill(&mut text, stream.pick(templates), stream);
    text
}

pub fn heading(stream: &mut Stream) -> String {
    one(&HEADINGS, stream)
}

pub fn title(stream: &mut Stream) -> String {
    one(&TITLES, stream)
}

pub fn sentence(stream: &mut Stream) -> String {
    one(&SENTENCES, stream)
}

/// `count` sentences about the shop's world.
pub fn paragraph(stream: &mut Stream, count: u64) -> String {
    several(&SENTENCES, stream, count)
}

/// What a reader says.
pub fn remark(stream: &mut Stream) -> String {
    let count = 1 + stream.below(3);
    several(&REMARKS, stream, count)
}

fn several(templates: &[&str], stream: &mut Stream, count: u64) -> String {
    let mut text = String::with_capacity(80 * usize::try_from(count).unwrap_or(1));
    for i in 0..count {
        if i > 0 {
            text.push(' ');
        }
        fill(&mut text, stream.pick(templates), stream);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::rng::For;

    #[test]
    fn sentences_have_no_gaps_left_and_start_with_a_capital() {
        let mut stream = Stream::new(3, For::Article);
        for _ in 0..2_000 {
            for text in [sentence(&mut stream), heading(&mut stream), title(&mut stream), remark(&mut stream)] {
                assert!(!text.contains('%') && !text.starts_with(|c: char| c.is_ascii_lowercase()), "{text}");
                assert!(text.chars().count() <= 400, "{text}");
            }
        }
    }
}
