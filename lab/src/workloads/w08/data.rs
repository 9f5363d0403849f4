//! The documents, and which of their shapes a case is about.

use crate::{Case, CaseKind, LabError, Load, Result, canonical, draw::Draw, result::Tier};
use serde_json::{Value, json};

/// What views begin with. Not zero: SQLite keeps 0 and 1 in no bytes at all, so that the first change would be of another kind than the rest.
pub const VIEWS: i64 = 1_000;

/// Sizes of bodies in KiB.
const SIZES: [usize; 4] = [2, 8, 32, 128];

/// The documents of a case, and in which state they are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// KiB of a body.
    pub kib: usize,
    /// Words that compress to a third; noise that hardly compresses at all if not.
    pub words: bool,
    /// Each change is the document's first since the store wrote everything to its place; later ones if not.
    pub first: bool,
}

impl Shape {
    /// All that are looked at.
    pub fn all() -> impl Iterator<Item = Self> {
        let of = |(words, first)| SIZES.map(|kib| Self { kib, words, first });
        [(false, false), (false, true), (true, false)].into_iter().flat_map(of)
    }

    /// The case of this shape.
    pub fn case(self) -> Case {
        let Self { kib, words, first } = self;
        let id = format!("kib-{kib}{}{}", if words { "-words" } else { "" }, if first { "-first" } else { "" });
        let filler = if words { "of words" } else { "that does not compress" };
        let state = if first { "first change after a checkpoint" } else { "later changes" };
        Case::read(&id, &format!("One counter in {kib} KiB {filler}, {state}")).writes(Tier::D1).kind(CaseKind::Counted)
    }

    /// The shape of a case.
    pub fn of(case: &Case) -> Result<Self> {
        Self::all().find(|shape| shape.case().id == case.id).ok_or_else(|| LabError::Unsupported(format!("W08 has no case {}", case.id)))
    }

    /// The bodies of all documents, by number from 0.
    pub fn bodies(self, load: &Load) -> impl Iterator<Item = String> + Send + use<> {
        let mut draw = Draw::new(load.seed, &format!("W08 {} {}", self.kib, self.words));
        let Self { kib, words, .. } = self;
        (0..load.size).map(move |_| if words { draw.words(kib * 1_024) } else { noise(&mut draw, kib * 1_024) })
    }

    /// The bodies in pieces of at most 4 MiB, with the number of each piece's first.
    pub fn pieces(self, load: &Load) -> Vec<(i64, Vec<String>)> {
        let most = (4_096 / self.kib).max(1);
        let (mut bodies, mut pieces, mut first) = (self.bodies(load), Vec::new(), 0);
        loop {
            let piece: Vec<String> = bodies.by_ref().take(most).collect();
            if piece.is_empty() {
                return pieces;
            }
            let count = piece.len() as i64;
            pieces.push((first, piece));
            first += count;
        }
    }
}

/// Text that hardly compresses, as [`Draw::noise`] makes it, with ten signs from each draw: there are megabytes of it.
fn noise(draw: &mut Draw, bytes: usize) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes + 10);
    while text.len() < bytes {
        let bits = draw.bits();
        text.extend((0..10).map(|sign| char::from(SIGNS[(bits >> (6 * sign) & 63) as usize])));
    }
    text.truncate(bytes);
    text
}

/// A document as the end state tells it: the body as its digest.
pub fn told(doc: i64, views: i64, body: &str) -> Value {
    json!({ "doc": doc, "views": views, "bytes": body.len(), "body": canonical::sha256(body.as_bytes()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_knows_its_shape_and_a_body_its_size() {
        let load = Load { size: 40, seed: 1 };
        for shape in Shape::all() {
            assert_eq!(Shape::of(&shape.case()).unwrap(), shape);
            let pieces = shape.pieces(&load);
            assert_eq!(pieces.iter().map(|(_, bodies)| bodies.len()).sum::<usize>(), 40);
            assert!(pieces.iter().flat_map(|(_, bodies)| bodies).all(|body| body.len() == shape.kib * 1_024));
        }
        assert_eq!(Shape::all().count(), 12);
    }
}
