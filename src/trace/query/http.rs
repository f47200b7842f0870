use std::collections::BTreeMap;

use super::Moment;
use crate::trace::{EventKind, HttpPhase, Trace};

/// One request that the HTTP fixture saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'t> {
    /// Its number, from 1.
    pub id: u64,
    /// Its method.
    pub method: &'t str,
    /// Its path and query.
    pub path: &'t str,
    /// When its head was read.
    pub began: Moment,
    /// When it was answered or given up; none: never.
    pub ended: Option<Moment>,
    /// The status that it was answered with.
    pub status: Option<u16>,
}

/// Every request, in the order in which they came. A `close` with a request's number is that request given up by the
/// client; any other is a connection's.
pub fn requests(trace: &Trace) -> Vec<Request<'_>> {
    let mut found: Vec<Request<'_>> = Vec::new();
    let mut places: BTreeMap<u64, usize> = BTreeMap::new();
    for event in &trace.events {
        let EventKind::Http { id, phase, method, path, status } = &event.kind else { continue };
        match phase {
            HttpPhase::Open => {}
            HttpPhase::Request => {
                places.insert(*id, found.len());
                found.push(Request {
                    id: *id,
                    method: method.as_deref().unwrap_or("GET"),
                    path: path.as_deref().unwrap_or("/"),
                    began: Moment::of(event),
                    ended: None,
                    status: None,
                });
            }
            HttpPhase::Response | HttpPhase::Close => {
                if let Some(place) = places.get(id) {
                    let request = &mut found[*place];
                    request.ended.get_or_insert(Moment::of(event));
                    request.status = request.status.or(*status);
                }
            }
        }
    }
    found
}
