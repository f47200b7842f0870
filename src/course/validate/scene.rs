use toml::Spanned;

use super::cases::KnownCase;
use super::events::Events;
use super::operand::Reported;
use crate::course::model::{GroupBy, Limits, Selector};
use crate::course::raw::Section;
use crate::diag::Mistakes;

/// All that a check may refer to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    /// The file's mistakes.
    pub mistakes: &'a Mistakes,
    /// The events.
    pub events: &'a Events,
    /// The cases that this check looks at.
    pub cases: &'a [&'a KnownCase],
    /// The limits, where they could be read.
    pub limits: &'a Limits,
}

impl Scene<'_> {
    /// The event that a key names.
    pub(super) fn event(&self, section: &Section<'_>, key: &'static str) -> Option<Spanned<String>> {
        self.events.find(section.filled_text(key), self.mistakes)
    }

    /// The lines that `event` and `only` name.
    pub(super) fn selector(&self, section: &Section<'_>) -> Option<(Spanned<String>, Selector)> {
        let event = self.event(section, "event");
        let only = self.only(section, &event.as_ref().into_iter().collect::<Vec<_>>());
        let event = event?;
        let select = Selector { event: event.get_ref().clone(), only: only? };
        Some((event, select))
    }

    /// What `by` says, for these events (those among them that exist). `None` without it; an `Err` is reported.
    pub(super) fn group_by(
        &self,
        section: &Section<'_>,
        events: &[Option<&Spanned<String>>],
    ) -> Result<Option<GroupBy>, Reported> {
        if !section.has("by") {
            return Ok(None);
        }
        let by = section.filled_text("by").ok_or(Reported)?;
        match by.get_ref().as_str() {
            "thread" => return Ok(Some(GroupBy::Thread)),
            "process" => return Ok(Some(GroupBy::Process)),
            _ => {}
        }
        let near = crate::course::suggest::nearest(by.get_ref(), &["thread", "process"]);
        let events: Vec<&Spanned<String>> = events.iter().copied().flatten().collect();
        let known = events.iter().any(|event| self.events.surely_has_field(event.get_ref(), by.get_ref()));
        if let (Some(near), false) = (near, known) {
            let message = format!("`by` cannot be {}", crate::course::raw::excerpt(by.get_ref()));
            let label = "neither `thread` nor `process` nor a field of the events";
            let mistake = self.mistakes.error(by.span(), message, label);
            self.mistakes.add(mistake.help(format!("did you mean `{near}`?")));
            return Err(Reported);
        }
        if self.events.field_of_all(&events, &by, self.mistakes) {
            Ok(Some(GroupBy::Field(by.into_inner())))
        } else {
            Err(Reported)
        }
    }
}
