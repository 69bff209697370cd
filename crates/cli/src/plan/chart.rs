//! Line charts as SVG, without scripts. The colours are classes, which the page defines for light
//! and dark.

use std::fmt::Write as _;

/// A chart.
pub(super) struct Chart<'a> {
    pub(super) title: &'a str,
    pub(super) x: &'a str,
    pub(super) y: &'a str,
    /// Whether the vertical axis is logarithmic.
    pub(super) logarithmic: bool,
    pub(super) lines: Vec<Line<'a>>,
    /// Horizontal lines: a label and the value.
    pub(super) levels: Vec<(String, f64)>,
    /// Vertical lines: a label and the value.
    pub(super) places: Vec<(String, f64)>,
}

/// A line with its name. Points whose value is not known are left out.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 56.0;
const BOTTOM: f64 = 48.0;

/// An axis: its range, and the position of a value from 0 to 1.
struct Axis {
    from: f64,
    to: f64,
    logarithmic: bool,
    ticks: Vec<f64>,
}

impl Axis {
    fn linear(most: f64) -> Self {
        let step = step(most / 6.0);
        let to = (most / step).ceil().max(1.0) * step;
        let count = (to / step).round() as u32;
        Self {
            from: 0.0,
            to,
            logarithmic: false,
            ticks: (0..=count).map(|tick| f64::from(tick) * step).collect(),
        }
    }

    fn logarithmic(least: f64, most: f64) -> Self {
        let from = least.max(0.1).log10().floor();
        let to = most.log10().ceil().max(from + 1.0);
        let decades = (to - from) as i32;
        let ticks = (0..=decades).map(|decade| 10_f64.powf(from + f64::from(decade)));
        Self {
            from,
            to,
            logarithmic: true,
            ticks: ticks.collect(),
        }
    }

    fn at(&self, value: f64) -> f64 {
        let value = if self.logarithmic {
            value.max(1e-9).log10()
        } else {
            value
        };
        ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }
}

/// A step of 1, 2 or 5 times a power of ten that is at least this large.
fn step(least: f64) -> f64 {
    let power = 10_f64.powf(least.max(1e-9).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    steps
        .into_iter()
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

impl Chart<'_> {
    pub(super) fn svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|line| line.points.iter());
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
        let levels = || self.levels.iter().map(|(_, value)| *value);
        let x = Axis::linear(most(&mut points().map(|point| point.0)));
        let highest = most(&mut points().map(|point| point.1).chain(levels()));
        let y = if self.logarithmic {
            let values = points().map(|point| point.1).chain(levels());
            let least = values.filter(|value| *value > 0.0).fold(highest, f64::min);
            Axis::logarithmic(least, highest)
        } else {
            Axis::linear(1.05 * highest)
        };
        let horizontal = |value| LEFT + x.at(value) * (WIDTH - LEFT - RIGHT);
        let vertical = |value| HEIGHT - BOTTOM - y.at(value) * (HEIGHT - TOP - BOTTOM);
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{0}\">\n\
             <title>{0}</title>\n",
            escaped(self.title)
        );
        let mut add = |args: std::fmt::Arguments<'_>| {
            // Writing to a string cannot fail.
            let _ = svg.write_fmt(args);
            svg.push('\n');
        };
        for tick in &y.ticks {
            let at = vertical(*tick);
            add(format_args!(
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                 <text class=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                LEFT - 8.0,
                at + 4.0,
                shown(*tick)
            ));
        }
        for tick in &x.ticks {
            let at = horizontal(*tick);
            add(format_args!(
                "<text class=\"middle\" x=\"{at:.1}\" y=\"{:.1}\">{}</text>",
                bottom + 18.0,
                shown(*tick)
            ));
        }
        add(format_args!(
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{bottom}\" y2=\"{bottom}\"/>\
             <text class=\"middle\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\
             <text x=\"8\" y=\"{:.1}\">{}</text>",
            f64::midpoint(LEFT, right),
            HEIGHT - 8.0,
            escaped(self.x),
            TOP - 14.0,
            escaped(self.y)
        ));
        for (label, value) in &self.levels {
            let at = vertical(*value);
            add(format_args!(
                "<line class=\"limit\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                 <text class=\"limit-text\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                LEFT + 6.0,
                at - 5.0,
                escaped(label)
            ));
        }
        for (number, (label, value)) in self.places.iter().enumerate() {
            let at = horizontal(*value);
            // Labels do not cover each other, and do not leave the chart.
            let line = TOP + 12.0 + 16.0 * number as f64;
            let (class, offset) = match at > f64::midpoint(LEFT, right) {
                true => ("place-text end", -5.0),
                false => ("place-text", 5.0),
            };
            add(format_args!(
                "<line class=\"place\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{bottom}\"/>\
                 <text class=\"{class}\" x=\"{:.1}\" y=\"{line:.1}\">{}</text>",
                at + offset,
                escaped(label)
            ));
        }
        let mut legend = LEFT;
        for (number, line) in self.lines.iter().enumerate() {
            let path: Vec<String> = line
                .points
                .iter()
                .map(|(px, py)| format!("{:.1},{:.1}", horizontal(*px), vertical(*py)))
                .collect();
            let name = escaped(line.name);
            add(format_args!(
                "<polyline class=\"line line-{number}\" points=\"{}\"/>\
                 <line class=\"line line-{number}\" x1=\"{legend:.1}\" x2=\"{:.1}\" y1=\"14\" y2=\"14\"/>\
                 <text x=\"{:.1}\" y=\"18\">{name}</text>",
                path.join(" "),
                legend + 22.0,
                legend + 28.0,
            ));
            legend += 44.0 + 6.6 * line.name.chars().count() as f64;
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// A number of a scale.
fn shown(value: f64) -> String {
    let text = match value {
        value if value >= 1.0 => format!("{value:.0}"),
        value => format!("{value:.4}"),
    };
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// Text for HTML.
pub(super) fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_have_round_numbers_and_hold_all_values() {
        for (most, to, ticks) in [
            (95.0, 100.0, 6),
            (1.0, 1.0, 6),
            (0.031, 0.04, 5),
            (7000.0, 8000.0, 5),
        ] {
            let axis = Axis::linear(most);
            assert!((axis.to - to).abs() < 1e-9, "{most}: {}", axis.to);
            assert_eq!(axis.ticks.len(), ticks, "{most}");
            assert!(axis.at(most) <= 1.0 && axis.at(0.0) == 0.0);
        }
        let axis = Axis::logarithmic(12.0, 30_000.0);
        assert_eq!(axis.ticks, [10.0, 100.0, 1000.0, 10_000.0, 100_000.0]);
        assert_eq!(axis.at(1000.0), 0.5);
        assert_eq!([0.0, 0.005, 20.0].map(shown), ["0", "0.005", "20"]);
    }

    #[test]
    fn text_cannot_leave_its_element() {
        assert_eq!(
            escaped("<a href=\"x\">&"),
            "&lt;a href=&quot;x&quot;&gt;&amp;"
        );
    }
}
