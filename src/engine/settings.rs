use serde::{Deserialize, Serialize};

use super::{Engine, TracedEngine, WallEngine};

/// An engine as plain data. What was found out once (the rung that works here) travels with it and is not tried again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineSettings {
    /// The traced one.
    Traced(TracedEngine),
    /// The one on the machine's clock.
    Wall(WallEngine),
}

impl EngineSettings {
    /// The engine, whose runs get these processors (numbers of CPUs); with none it chooses itself.
    pub fn engine(self, processors: &[usize]) -> Box<dyn Engine> {
        match self {
            Self::Traced(engine) => Box::new(engine.on(processors)),
            // It watches from outside, and its programs go where the system puts them.
            Self::Wall(engine) => Box::new(engine),
        }
    }
}
