use crate::engine::Engine;

/// The engines that a grading may use.
pub struct Engines {
    /// The one that is used.
    pub first: Box<dyn Engine>,
    /// The one on the machine's clock, on which a submission is run again when the first cannot give it the whole truth
    /// about time; none when the first is that one, or the person insists on the first.
    pub wall: Option<Box<dyn Engine>>,
    /// Why the first is not the best there is.
    pub note: Option<String>,
}
