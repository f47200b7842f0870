//! Kinds that look at what the run used: `threads`, `processes`, `parallel`, `cpu`, `requests`.

use super::super::bounds::Possible;
use super::super::operand::{Reported, Writer};
use super::super::pattern;
use super::super::scalar;
use super::super::scene::Scene;
use crate::course::keys::OperandKind;
use crate::course::model::{Bounds, Cpu, CpuOf, Parallel, Quantified, Requests};
use crate::course::raw::Section;

/// More at once than any machine's.
const MOST_PARALLEL: f64 = 4096.0;

impl Scene<'_> {
    pub(super) fn quantified(&self, table: &Section<'_>) -> Option<Quantified> {
        let busy = scalar::duration_of(table, "busy");
        let busy_good = busy.is_some() || !table.has("busy");
        // Those that live one after another may be many, whatever the limit on those that live at once.
        let possible = if table.has("busy") { Possible::FROM_ZERO } else { Possible::FROM_ONE };
        let bounds = self.bounds(table, OperandKind::Count, possible);
        busy_good.then_some(())?;
        Some(Quantified { bounds: bounds?, busy: busy.map(toml::Spanned::into_inner) })
    }

    pub(super) fn parallel(&self, table: &Section<'_>) -> Option<Parallel> {
        if !["at_least", "at_most"].iter().any(|key| table.has(key)) && !table.has_unknown_keys() {
            let mistake = self.mistakes.error(table.span.clone(), "`parallel` claims nothing", "nothing here can fail");
            table.add_missing(mistake.help("add `at_least` or `at_most`: a number of more than 1"));
            return None;
        }
        let (at_least, at_most) = (self.ratio(table, "at_least"), self.ratio(table, "at_most"));
        let (at_least_milli, at_most_milli) = (at_least.ok()?, at_most.ok()?);
        if let (Some(low), Some(high), Some(span)) = (at_least_milli, at_most_milli, table.key_span("at_least"))
            && low > high
        {
            let mistake =
                self.mistakes.error(span, "`at_least` is more than `at_most`", "nothing is as much and as little");
            self.mistakes.add(mistake.help("swap the two bounds"));
        }
        Some(Parallel { at_least_milli, at_most_milli })
    }

    /// A bound of `parallel` in thousandths, if it is given.
    fn ratio(&self, table: &Section<'_>, key: &'static str) -> Result<Option<u64>, Reported> {
        if !table.has(key) {
            return Ok(None);
        }
        let value = table.value(key).and_then(|value| value.number()).ok_or(Reported)?;
        let number = *value.get_ref();
        let wrong = if number.is_nan() || number <= 1.0 {
            Some("one process alone gives 1, and nothing gives less")
        } else if number > MOST_PARALLEL {
            Some("no machine has as many processors")
        } else {
            None
        };
        if let Some(wrong) = wrong {
            let message = format!("`{key}` of `parallel` is a number between 1 and the number of processes");
            let mistake = self.mistakes.error(value.span(), message, wrong);
            self.mistakes.add(mistake.help(format!("for example `parallel = {{ {key} = 1.8 }}` for two processes")));
            return Err(Reported);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 4096, seen above")]
        let milli = (number * 1000.0).round() as u64;
        Ok(Some(milli))
    }

    pub(super) fn cpu(&self, table: &Section<'_>) -> Option<Cpu> {
        #[expect(clippy::cast_precision_loss, reason = "only compared with bounds that an author wrote")]
        let most = self.limits.cpu.as_nanos() as f64;
        let possible =
            Possible { most: Some((most, "the run is ended before that, by `limits.cpu`")), ..Possible::FROM_ZERO };
        let bounds = self.bounds(table, OperandKind::Duration, possible);
        let of = match table.choice("of") {
            Some("main") => CpuOf::Main,
            Some("children") => CpuOf::Children,
            None if table.has("of") => return None,
            _ => CpuOf::Tree,
        };
        Some(Cpu { bounds: bounds?, of })
    }

    pub(super) fn requests(&self, table: &Section<'_>) -> Option<Requests> {
        let path = match table.text("path") {
            Some(text) => pattern::regex(&text, self.mistakes).map(Some),
            None => (!table.has("path")).then_some(None),
        };
        let (total, peak, each) =
            (self.request_count(table, "total"), self.request_count(table, "peak"), self.request_count(table, "each"));
        if !["total", "peak", "each"].iter().any(|key| table.has(key)) && !table.has_unknown_keys() {
            let mistake = self.mistakes.error(table.span.clone(), "`requests` claims nothing", "nothing here can fail");
            table.add_missing(mistake.help("add `total`, `peak` or `each`: a number, or bounds in `{ }`"));
            return None;
        }
        let served = self.cases.iter().any(|case| case.case.http || !case.complete);
        if !served && !self.cases.is_empty() {
            let message = "no case that this check looks at has the HTTP fixture";
            let mistake = self.mistakes.error(table.span.clone(), message, "there will be no requests to count");
            self.mistakes.add_relative(mistake.help("give the case its address: `args = [\"$http\"]`"));
        }
        Some(Requests { path: path?, total: total?, peak: peak?, each: each? })
    }

    /// A number that is meant as `equals`, or a table of bounds.
    fn request_count(&self, table: &Section<'_>, key: &'static str) -> Option<Bounds> {
        let Some(value) = table.value(key) else { return (!table.has(key)).then(Bounds::default) };
        if let Some(bounds) = value.section() {
            return self.bounds(&bounds, OperandKind::Count, Possible::FROM_ZERO);
        }
        let tried = self.operand(value, OperandKind::Count, Writer::Unknown)?;
        Some(Bounds { equals: Some(tried.operand), ..Bounds::default() })
    }
}
