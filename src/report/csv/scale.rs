/// The points of an exercise as the platform counts them: where its assignment has another maximum, in proportion, with two
/// digits behind the point at most. `theirs` is that maximum as the platform's own table has it.
pub(super) fn scaled(points: u32, max_score: u32, theirs: Option<&str>) -> String {
    let most =
        theirs.and_then(number).filter(|most| max_score > 0 && (most - f64::from(max_score)).abs() > f64::EPSILON);
    let Some(most) = most else { return points.to_string() };
    let text = format!("{:.2}", f64::from(points) * most / f64::from(max_score));
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A maximum, with a point or, as some languages have it, a comma; none for other words, such as Canvas' `(read only)`.
fn number(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse().ok().filter(|most: &f64| most.is_finite() && *most > 0.0)
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn points_are_in_proportion_to_the_platforms_maximum() {
        for (points, max_score, theirs, expected) in [
            (4, 10, None, "4"),
            (4, 10, Some("10.00"), "4"),
            (4, 10, Some("100.00"), "40"),
            (10, 10, Some("100,00"), "100"),
            (1, 3, Some("10"), "3.33"),
            (0, 10, Some("100"), "0"),
            (4, 10, Some(""), "4"),
            (4, 10, Some("(read only)"), "4"),
            (4, 10, Some("0"), "4"),
            (0, 0, Some("100"), "0"),
            (4, 10, Some("1,000.00"), "4"),
        ] {
            assert_eq!(scaled(points, max_score, theirs), expected, "{points} of {max_score} by {theirs:?}");
        }
    }
}
