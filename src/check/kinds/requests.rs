use std::collections::BTreeMap;

use crate::check::bounds::{Range, Side, numbers};
use crate::check::finding::{Failure, Finding, Found};
use crate::check::run::{Run, plural};
use crate::check::verdict::Evidence;
use crate::course::model::Requests;
use crate::trace::query::{Request, peak, requests};

/// What the HTTP fixture saw: how many requests in all, in flight at once, and for each path.
pub(crate) fn check(run: &Run<'_>, asked: &Requests) -> Found {
    let total = numbers(run, &asked.total)?;
    let at_once = numbers(run, &asked.peak)?;
    let each = numbers(run, &asked.each)?;
    let all = requests(run.trace);
    let found: Vec<&Request<'_>> =
        all.iter().filter(|request| asked.path.as_ref().is_none_or(|path| path.is_match(request.path))).collect();
    let matching =
        asked.path.as_ref().map(|path| format!(" whose path matches `{}`", path.as_str())).unwrap_or_default();
    let none_is_right = !total.is_empty() && total.side(0) == Side::Within;
    if found.is_empty() && !none_is_right {
        let words = if total.is_empty() { "at least 1".to_owned() } else { total.words() };
        return Failure::new(format!("the server saw no request{matching}"))
            .open()
            .expected(words)
            .actual("none")
            .evidence(all.iter().map(show))
            .found();
    }
    let count = found.len() as u64;
    if let Some(failure) = judge(&total, count, || {
        format!(
            "the server saw {}{matching}, but it should see {}",
            plural(found.len(), "request", "requests"),
            total.words()
        )
    }) {
        return failure.evidence(found.iter().map(|request| show(request))).found();
    }
    let spans: Vec<_> = found.iter().map(|request| (request.began, request.ended)).collect();
    let highest = peak(&spans);
    let moment = highest.open.last().map(|place| found[*place].began.t.to_string()).unwrap_or_default();
    if let Some(failure) = judge(&at_once, highest.height as u64, || {
        let in_flight = plural(highest.height, "request was", "requests were");
        if at_once.side(highest.height as u64) == Side::Above {
            format!("{in_flight} in flight at once at {moment}, but it should be {}", at_once.words())
        } else {
            format!("never more than {in_flight} in flight at once, but it should be {}", at_once.words())
        }
    }) {
        let telling: Vec<_> = if at_once.side(highest.height as u64) == Side::Above {
            highest.open.iter().rev().map(|place| show(found[*place])).collect()
        } else {
            found.iter().map(|request| show(request)).collect()
        };
        return failure.evidence(telling).found();
    }
    let mut by_path: BTreeMap<&str, Vec<&Request<'_>>> = BTreeMap::new();
    for request in &found {
        by_path.entry(request.path).or_default().push(request);
    }
    for (path, of_path) in &by_path {
        if let Some(failure) = judge(&each, of_path.len() as u64, || {
            format!(
                "`{path}` was asked for {}, but it should be {}",
                plural(of_path.len(), "time", "times"),
                each.words()
            )
        }) {
            return failure.evidence(of_path.iter().map(|request| show(request))).found();
        }
    }
    let bounded_above = [&total, &at_once, &each].iter().any(|range| range.most().is_some());
    Ok(if bounded_above { Finding::HeldSoFar } else { Finding::Held })
}

fn judge(range: &Range<u64>, count: u64, message: impl Fn() -> String) -> Option<Failure> {
    let failure = |failure: Failure| failure.expected(range.words()).actual(count.to_string());
    match range.side(count) {
        Side::Within => None,
        Side::Below => Some(failure(Failure::new(message()).open())),
        Side::Above => Some(failure(Failure::new(message()))),
    }
}

fn show(request: &Request<'_>) -> Evidence {
    let how = match (request.ended, request.status) {
        (Some(ended), Some(status)) => format!("answered with {status} at {}", ended.t),
        (Some(ended), None) => format!("given up at {}", ended.t),
        (None, _) => "never answered".to_owned(),
    };
    Evidence {
        t: request.began.t.as_nanos(),
        pid: 0,
        tid: 0,
        text: format!("request {}: {} {}, {how}", request.id, request.method, request.path),
    }
}
