//! A picture's markup, a shape at a time.

use std::fmt::Write as _;

/// A picture that is being written. What comes from outside is text alone, and is escaped.
pub(super) struct Drawing {
    out: String,
}

/// What stands at a picture's head.
pub(super) struct Head<'a> {
    /// Of this picture alone on its page: letters, digits and hyphens.
    pub(super) id: &'a str,
    pub(super) class: &'a str,
    /// Its own width and height; `None`: as wide as its place, in pixels.
    pub(super) view: Option<(f64, f64)>,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
}

/// Boxes of one look, as one path: a year of them stays light.
#[derive(Debug, Default)]
pub(super) struct Boxes(String);

impl Drawing {
    pub(super) fn new(head: &Head<'_>) -> Self {
        let Head { id, class, .. } = head;
        let mut out =
            format!("<svg class=\"{class}\" role=\"img\" aria-labelledby=\"{id}-title {id}-text\"");
        if let Some((width, height)) = head.view {
            let (width, height) = (unit(width), unit(height));
            let _ = write!(
                out,
                " viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\""
            );
        }
        let _ = write!(
            out,
            "><title id=\"{id}-title\">{}</title><desc id=\"{id}-text\">{}</desc>",
            escaped(head.title),
            escaped(head.description)
        );
        Self { out }
    }

    /// Hatching for [`hatched`](Self::hatched), by a name of this picture's own.
    pub(super) fn define_hatching(&mut self, id: &str) {
        let _ = write!(
            self.out,
            "<defs><pattern id=\"{id}-hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M0 0v5\"/></pattern></defs>"
        );
    }

    pub(super) fn path(&mut self, class: &str, data: &str) {
        if !data.is_empty() {
            let _ = write!(self.out, "<path class=\"{class}\" d=\"{data}\"/>");
        }
    }

    pub(super) fn boxes(&mut self, class: &str, boxes: &Boxes) {
        self.path(class, &boxes.0);
    }

    /// Boxes filled with this picture's hatching.
    pub(super) fn hatched(&mut self, id: &str, boxes: &Boxes) {
        if !boxes.0.is_empty() {
            let _ = write!(
                self.out,
                "<path class=\"weekend\" fill=\"url(#{id}-hatch)\" d=\"{}\"/>",
                boxes.0
            );
        }
    }

    pub(super) fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        let _ = write!(
            self.out,
            "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
            unit(x),
            unit(y),
            escaped(text)
        );
    }

    /// Text at a part of the width.
    pub(super) fn text_at_part(&mut self, class: &str, part: f64, y: f64, text: &str) {
        let _ = write!(
            self.out,
            "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
            percent(part),
            unit(y),
            escaped(text)
        );
    }

    /// A box between two parts of the width.
    pub(super) fn box_of_parts(&mut self, class: &str, [from, to]: [f64; 2], y: f64, height: f64) {
        let _ = write!(
            self.out,
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            percent(from),
            unit(y),
            percent((to - from).max(0.0)),
            unit(height)
        );
    }

    /// An upright line at a part of the width.
    pub(super) fn line_at_part(&mut self, class: &str, part: f64, [from, to]: [f64; 2]) {
        let x = percent(part);
        let (from, to) = (unit(from), unit(to));
        let _ = write!(
            self.out,
            "<line class=\"{class}\" x1=\"{x}\" x2=\"{x}\" y1=\"{from}\" y2=\"{to}\"/>"
        );
    }

    pub(super) fn finish(mut self) -> String {
        self.out.push_str("</svg>");
        self.out
    }
}

impl Boxes {
    pub(super) fn add(&mut self, x: f64, y: f64, width: f64, height: f64) {
        if width > 0.0 && height > 0.0 {
            // A look at a phone in the night is not made to vanish by rounding.
            let (width, height) = (unit(width.max(0.3)), unit(height));
            let _ = write!(
                self.0,
                "M{} {}h{width}v{height}h-{width}z",
                unit(x),
                unit(y)
            );
        }
    }
}

/// A length to a tenth, without a trailing `.0`.
pub(super) fn unit(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn percent(part: f64) -> String {
    format!("{:.3}%", part * 100.0)
}

/// As text and in quoted values. Characters that XML has no place for are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}
