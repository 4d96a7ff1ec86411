//! Plots of how things grow, as SVG; both axes are logarithmic.

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use super::figures::{Figures, Point};
use super::rows::{PLOTS, Plot};

const SIZE: (u32, u32) = (720, 420);
const COLORS: [RGBColor; 4] =
    [RGBColor(0, 90, 181), RGBColor(220, 50, 32), RGBColor(0, 130, 80), RGBColor(120, 80, 160)];

/// Every plot that has points: its file name and its text.
///
/// # Errors
/// When a plot cannot be drawn.
pub(crate) fn all(figures: &Figures) -> Result<Vec<(String, String)>> {
    let mut plots = Vec::new();
    for plot in PLOTS {
        let points: Vec<&Point> = figures.points.iter().filter(|point| point.plot == plot.name).collect();
        if !points.is_empty() && plots.iter().all(|(name, _)| *name != file(plot)) {
            plots.push((file(plot), draw(plot, &points).map_err(|error| anyhow!("`{}`: {error}", plot.name))?));
        }
    }
    Ok(plots)
}

/// The plot's file name.
pub(crate) fn file(plot: &Plot) -> String {
    format!("{}.svg", plot.name)
}

fn draw(plot: &Plot, points: &[&Point]) -> Result<String, Box<dyn std::error::Error>> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&root)
            .caption(plot.title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(70)
            .build_cartesian_2d(
                around(points, |point| point.x, 1.2).log_scale(),
                around(points, |point| point.y, 2.0).log_scale(),
            )?;
        let mut mesh = chart.configure_mesh();
        mesh.x_desc(plot.x).y_desc(plot.y).x_label_formatter(&number).y_label_formatter(&number).draw()?;
        for (series, color) in series(points).into_iter().zip(COLORS.iter().cycle()) {
            let line: Vec<(f64, f64)> =
                points.iter().filter(|point| point.series == series).map(|point| (point.x, point.y)).collect();
            chart
                .draw_series(LineSeries::new(line.clone(), color.stroke_width(2)))?
                .label(series)
                .legend(|(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2)));
            chart.draw_series(line.into_iter().map(|at| Circle::new(at, 3, color.filled())))?;
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .background_style(WHITE.mix(0.9))
            .border_style(BLACK.mix(0.3))
            .draw()?;
        root.present()?;
    }
    Ok(text)
}

/// The names of the lines, in the order of their first points.
fn series<'a>(points: &[&'a Point]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for point in points {
        if !names.contains(&point.series.as_str()) {
            names.push(&point.series);
        }
    }
    names
}

/// From a little below the least to a little above the greatest.
fn around(points: &[&Point], of: impl Fn(&Point) -> f64, room: f64) -> std::ops::Range<f64> {
    let values = || points.iter().map(|point| of(point));
    let least = values().fold(f64::INFINITY, f64::min);
    let greatest = values().fold(0.0, f64::max);
    least / room..greatest * room
}

fn number(value: &f64) -> String {
    let digits = if *value < 1.0 { 2 } else { 0 };
    super::document::grouped(*value, digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::machine::Machine;

    #[test]
    fn a_plot_has_its_lines_and_their_names() {
        let point = |series: &str, x: f64| {
            format!(r#"{{"point":{{"plot":"verdicts","series":"{series}","x":{x},"y":{}}}}}"#, x * 3.0)
        };
        let mut figures = Figures::default();
        let lines = [point("one", 1.0), point("other", 1.0), point("one", 100_000.0)].join("\n");
        figures.take(&lines, Machine::default(), false).unwrap();
        let plots = all(&figures).unwrap();
        assert_eq!(plots.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["verdicts.svg"]);
        let text = &plots[0].1;
        assert!(["Verdicts in one call", "one", "other", "100,000", "</svg>"].iter().all(|part| text.contains(part)));
    }
}
