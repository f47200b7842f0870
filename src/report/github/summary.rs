use crate::report::markdown;
use crate::report::single::Single;

/// The most bytes that GitHub takes for one step's summary: 1 MiB.
pub const MOST_SUMMARY: usize = 1 << 20;

const REST: &str = "\n*The rest does not fit into a summary; the log and `--format json` have all of it.*\n";

/// What goes to the file that `GITHUB_STEP_SUMMARY` names, when `taken` bytes of it are written already. Whole results
/// only; what does not fit is left out, and that is said.
pub fn summary(singles: &[Single<'_>], taken: usize) -> String {
    let room = MOST_SUMMARY.saturating_sub(taken).saturating_sub(REST.len());
    let mut text = String::new();
    for single in singles {
        let one = markdown::document(&single.facts.title, single.result);
        if text.len() + one.len() + 1 > room {
            if taken + text.len() + REST.len() <= MOST_SUMMARY {
                text.push_str(REST);
            }
            break;
        }
        text.push_str(&one);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{MOST_SUMMARY, summary};
    use crate::report::samples::{facts, failed_result, single};

    #[test]
    fn a_summary_never_outgrows_what_github_takes() {
        let (facts, result) = (facts(), failed_result());
        let one = single(&facts, &result);
        assert!(summary(&[one], 0).contains("The lost update"));
        let many = vec![one; 4_000];
        for taken in [0, 1_000, MOST_SUMMARY - 200, MOST_SUMMARY - 10, MOST_SUMMARY, MOST_SUMMARY + 5] {
            let text = summary(&many, taken);
            assert!(text.is_empty() || taken + text.len() <= MOST_SUMMARY, "{taken}");
        }
        assert!(summary(&many, 0).ends_with("has all of it.*\n") || summary(&many, 0).contains("does not fit"));
    }
}
