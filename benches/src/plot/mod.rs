//! Plots as SVG, written by hand: small files without scripts that stand by themselves, readable on light and dark pages, and with a text for
//! those who cannot see them.

pub mod axis;

use axis::{Axis, Fitted, written};
use std::fmt::Write as _;

/// The drawing, in its own units.
const WIDTH: f64 = 760.0;
/// Room for the numbers on the left, and for the names of lines on the right.
const LEFT: f64 = 70.0;
const RIGHT: f64 = 170.0;
/// Room above the first panel, between panels, and for a line of notes.
const TOP: f64 = 34.0;
const BETWEEN: f64 = 58.0;
const NOTE: f64 = 15.0;
/// How high a panel is.
const PANEL: f64 = 220.0;
/// Characters of a line of notes.
const NOTED: usize = 118;
/// How far apart the names of lines are at least.
const GAP: f64 = 14.0;
/// Colours of the style below.
const COLOURS: usize = 5;
/// The page's own colours are not known to a picture, so it brings a background.
const STYLE: &str = "<style>
svg{font:12px system-ui,sans-serif}
.page{fill:#fff}text{fill:#1f2328}.small{fill:#59636e;font-size:11px}.title{font-size:15px;font-weight:600}
.grid{stroke:#d1d9e0;stroke-width:1}.line{fill:none;stroke-width:2}.dashed{stroke-dasharray:5 4}
.c0{stroke:#0969da;fill:#0969da}.c1{stroke:#bc4c00;fill:#bc4c00}.c2{stroke:#1a7f37;fill:#1a7f37}
.c3{stroke:#8250df;fill:#8250df}.c4{stroke:#6e7781;fill:#6e7781}polyline.line{fill:none}text.name{stroke:none}
@media(prefers-color-scheme:dark){
.page{fill:#0d1117}text{fill:#e6edf3}.small{fill:#9198a1}.grid{stroke:#30363d}
.c0{stroke:#58a6ff;fill:#58a6ff}.c1{stroke:#f0883e;fill:#f0883e}.c2{stroke:#3fb950;fill:#3fb950}
.c3{stroke:#bc8cff;fill:#bc8cff}.c4{stroke:#8b949e;fill:#8b949e}}
</style>";

/// A picture: panels below each other, and what the numbers hold for.
pub struct Plot {
    pub title: &'static str,
    pub panels: Vec<Panel>,
    /// Lines below the panels: the machine, the day, how it was measured.
    pub notes: Vec<String>,
}

/// Lines over the same two axes.
pub struct Panel {
    pub x: Axis,
    pub y: Axis,
    pub series: Vec<Series>,
}

/// One line.
pub struct Series {
    pub name: String,
    pub colour: usize,
    pub dashed: bool,
    pub points: Vec<(f64, f64)>,
}

impl Plot {
    /// The file.
    pub fn svg(&self) -> String {
        let panels = self.panels.len() as f64;
        let below = (PANEL + BETWEEN).mul_add(panels, TOP);
        let notes: Vec<String> = self.notes.iter().flat_map(|note| broken(note, NOTED)).collect();
        let height = NOTE.mul_add(notes.len() as f64, below + 10.0);
        let (title, description) = (escaped(self.title), escaped(&self.description()));
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" width=\"{WIDTH}\" height=\"{height:.0}\" \
             role=\"img\">\n<title>{title}</title>\n<desc>{description}</desc>\n{STYLE}\n\
             <rect class=\"page\" width=\"{WIDTH}\" height=\"{height:.0}\"/>\n"
        );
        text(&mut out, (14.0, 22.0), "title", "start", self.title);
        for (place, panel) in self.panels.iter().enumerate() {
            panel.draw(&mut out, (PANEL + BETWEEN).mul_add(place as f64, TOP + 14.0));
        }
        for (place, note) in notes.iter().enumerate() {
            text(&mut out, (14.0, NOTE.mul_add(place as f64, below + 8.0)), "small", "start", note);
        }
        out.push_str("</svg>\n");
        out
    }

    /// Where each line begins and ends, in words.
    fn description(&self) -> String {
        let all = self.panels.iter().flat_map(|panel| {
            panel.series.iter().filter_map(|series| {
                let (first, last) = (series.points.first()?, series.points.last()?);
                let (x, y) = (panel.x.label, panel.y.label);
                let at = |point: &(f64, f64)| format!("{} at {}", told(point.1), told(point.0));
                Some(format!("{}: {y} over {x}, {} to {}", series.name, at(first), at(last)))
            })
        });
        all.collect::<Vec<_>>().join("; ")
    }
}

/// A text in lines of so many characters at most, if its words allow it.
fn broken(words: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Three digits are enough to hear.
fn told(value: f64) -> String {
    let digits = if value.abs() >= 100.0 || value == 0.0 { 0 } else { (2.0 - value.abs().log10().floor()).clamp(0.0, 6.0) as usize };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

impl Panel {
    fn draw(&self, out: &mut String, top: f64) {
        let (left, right, bottom) = (LEFT, WIDTH - RIGHT, top + PANEL);
        let points = || self.series.iter().flat_map(|series| &series.points);
        let fitted = Fitted::over(self.x.scale, points().map(|point| point.0), (left, right)).zip(Fitted::over(
            self.y.scale,
            points().map(|point| point.1),
            (bottom, top),
        ));
        text(out, (left, top - 6.0), "small", "start", self.y.label);
        text(out, (f64::midpoint(left, right), bottom + 32.0), "small", "middle", self.x.label);
        let Some((x, y)) = fitted else { return text(out, (left + 10.0, top + 30.0), "small", "start", "nothing was measured") };
        for (tick, at) in x.ticks().into_iter().filter_map(|tick| Some((tick, x.at(tick)?))) {
            line(out, (at, top), (at, bottom));
            text(out, (at, bottom + 16.0), "small", "middle", &written(tick));
        }
        for (tick, at) in y.ticks().into_iter().filter_map(|tick| Some((tick, y.at(tick)?))) {
            line(out, (left, at), (right, at));
            text(out, (left - 8.0, at + 4.0), "small", "end", &written(tick));
        }
        let mut ends = Vec::new();
        for series in &self.series {
            let class = format!("c{}", series.colour % COLOURS);
            let places: Vec<(f64, f64)> = series.points.iter().filter_map(|point| x.at(point.0).zip(y.at(point.1))).collect();
            let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let dashed = if series.dashed { " dashed" } else { "" };
            let _ = writeln!(out, "<polyline class=\"line {class}{dashed}\" points=\"{}\"/>", path.join(" "));
            if !series.dashed {
                for (x, y) in &places {
                    let _ = writeln!(out, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>");
                }
            }
            if let Some((_, end)) = places.last() {
                ends.push((*end, class, &series.name));
            }
        }
        ends.sort_by(|one, other| one.0.total_cmp(&other.0));
        let wanted: Vec<f64> = ends.iter().map(|end| end.0).collect();
        for (at, (_, class, name)) in apart(&wanted, top, bottom).into_iter().zip(&ends) {
            text(out, (right + 10.0, at + 4.0), &format!("name {class}"), "start", name);
        }
    }
}

/// Places as near as possible to those that are wanted, in the same order, none over another; above `top` only if there are too many.
fn apart(wanted: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut places: Vec<f64> = Vec::with_capacity(wanted.len());
    for want in wanted {
        let least = places.last().map_or(top, |last| last + GAP);
        places.push(want.max(least));
    }
    let mut most = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - GAP;
    }
    places
}

fn line(out: &mut String, from: (f64, f64), to: (f64, f64)) {
    let _ = writeln!(out, "<line class=\"grid\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>", from.0, from.1, to.0, to.1);
}

fn text(out: &mut String, (x, y): (f64, f64), class: &str, anchor: &str, words: &str) {
    let _ = writeln!(out, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>", escaped(words));
}

/// Text that may stand in a page.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axis::Scale;

    fn plot(points: Vec<(f64, f64)>) -> Plot {
        let axis = |label| Axis { label, scale: Scale::Log };
        let series = Series { name: "a < b & \"c\"".to_owned(), colour: 1, dashed: false, points };
        Plot {
            title: "CPU & nodes",
            panels: vec![Panel { x: axis("nodes"), y: axis("ms"), series: vec![series] }],
            notes: vec!["a note".to_owned()],
        }
    }

    #[test]
    fn a_plot_is_well_formed_and_has_no_script() {
        let svg = plot(vec![(1.0, 0.1), (10.0, 1.0)]).svg();
        let mut open: Vec<&str> = Vec::new();
        for tag in svg.split('<').skip(1) {
            let name = tag.split([' ', '>', '/']).find(|name| !name.is_empty()).unwrap();
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name));
            } else if !tag.split('>').next().unwrap().ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?} are not closed");
        assert!(!svg.contains("script") && !svg.contains("href"));
        assert!(svg.contains("a &lt; b &amp; &quot;c&quot;") && !svg.contains("a < b"));
    }

    #[test]
    fn a_plot_says_in_words_where_its_lines_go() {
        let svg = plot(vec![(1.0, 0.12345), (10_000.0, 70.5)]).svg();
        assert!(svg.contains("ms over nodes, 0.123 at 1 to 70.5 at 10000"), "{svg}");
        assert!(svg.contains("prefers-color-scheme:dark"));
    }

    #[test]
    fn each_point_is_drawn_once_and_what_has_no_place_is_not() {
        let circles = |points| plot(points).svg().matches("<circle").count();
        assert_eq!(circles(vec![(1.0, 1.0), (2.0, 2.0), (3.0, 0.0)]), 2);
        assert!(plot(Vec::new()).svg().contains("nothing was measured"));
    }

    #[test]
    fn a_long_note_goes_on_in_the_next_line() {
        assert_eq!(broken("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(broken("one two", 7), ["one two"]);
        assert_eq!(broken("unbreakable", 3), ["unbreakable"]);
    }

    #[test]
    fn names_of_lines_that_end_together_do_not_lie_over_each_other() {
        assert_eq!(apart(&[10.0, 100.0], 0.0, 200.0), [10.0, 100.0]);
        assert_eq!(apart(&[10.0, 10.0, 12.0], 0.0, 200.0), [10.0, 24.0, 38.0]);
        assert_eq!(apart(&[198.0, 199.0, 200.0], 0.0, 200.0), [172.0, 186.0, 200.0]);
    }
}
