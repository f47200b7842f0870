use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::probe::Search;
use super::store::Store;
use super::tools::Tools;
use super::{BuildError, CacheDir, Containment, python, rust};
use crate::course::model::Language;
use crate::event::EventSink;
use crate::wire;

/// The largest source that is looked at: far more than anyone writes, far less than would hurt.
const LARGEST_SOURCE: u64 = 1 << 20;

/// Builds submissions; shared between threads, and safe beside other processes that use the same cache.
pub struct Builder<'a> {
    pub(super) cache: CacheDir,
    pub(super) store: Store,
    pub(super) events: &'a dyn EventSink,
    pub(super) interrupt: Arc<AtomicBool>,
    pub(super) search: Search,
    pub(super) containment: Option<Containment>,
    rust: Tools<rust::Rust>,
    python: Tools<python::Python>,
}

/// What a builder goes by, as plain data: it travels as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuilderSettings {
    /// The cache folder.
    #[serde(with = "wire::path")]
    pub(super) cache: PathBuf,
    /// `PATH`, where tools are looked for.
    #[serde(with = "wire::os_string")]
    pub(super) path: Option<OsString>,
    /// `RUSTC`: the compiler that the person wants instead.
    #[serde(with = "wire::os_string")]
    pub(super) rustc: Option<OsString>,
    /// How compiles are contained; none: not at all.
    #[serde(default)]
    pub(super) containment: Option<Containment>,
}

impl BuilderSettings {
    /// Removes what a process left in the cache that died while it built by these settings.
    pub fn clear_up_after(&self, pid: u32) {
        CacheDir::at(self.cache.clone()).clear_up_after(pid);
    }
}

/// What is to be built.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Submission {
    /// Its language.
    pub language: Language,
    /// Its file, as the student gave it: messages show it so.
    #[serde(with = "wire::path")]
    pub path: PathBuf,
    /// The exercise's id, for messages.
    pub exercise: String,
}

/// What building a submission came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BuildOutcome {
    /// It can be run.
    Ready(Program),
    /// It does not compile: the student's verdict `build-failed`.
    Failed {
        /// What the compiler or the interpreter said, as it drew it.
        output: String,
        /// How long it took, in real time.
        took: Duration,
    },
}

/// Something that can be run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Program {
    /// The program and its first arguments; a case's arguments follow.
    #[serde(with = "wire::os_strings")]
    pub argv: Vec<OsString>,
    /// The whole environment.
    #[serde(with = "wire::os_pairs")]
    pub env: Vec<(OsString, OsString)>,
    /// Whether it was built before, from the same source by the same tools.
    pub cached: bool,
    /// How long it took, in real time.
    pub took: Duration,
    /// What the compiler had to say beside; shown on request only.
    pub warnings: String,
    /// The copy of the source that runs (Python), and the student's file that it was made from.
    #[serde(with = "wire::path_pair")]
    pub copy_of: Option<(PathBuf, PathBuf)>,
}

impl Program {
    /// A text of the run (such as a traceback) with the student's path in it instead of our copy's.
    pub fn with_own_path<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.copy_of {
            Some((copy, own)) => match copy.to_str() {
                Some(copy) if text.contains(copy) => Cow::Owned(text.replace(copy, &own.to_string_lossy())),
                _ => Cow::Borrowed(text),
            },
            None => Cow::Borrowed(text),
        }
    }
}

impl<'a> Builder<'a> {
    /// A builder that keeps what it makes in this folder and tells of long set-ups. It does nothing yet.
    pub fn new(cache: CacheDir, events: &'a dyn EventSink) -> Self {
        Self {
            store: Store::new(cache.clone()),
            cache,
            events,
            interrupt: Arc::default(),
            search: Search::from_environment(),
            containment: None,
            rust: Tools::default(),
            python: Tools::default(),
        }
    }

    /// Ends children and gives up when this flag is set (Ctrl-C).
    #[must_use]
    pub fn with_interrupt(mut self, interrupt: Arc<AtomicBool>) -> Self {
        self.interrupt = interrupt;
        self
    }

    /// Contains the compiles of submissions; none: whatever a source names on this machine is read with the caller's rights.
    #[must_use]
    pub fn with_containment(mut self, containment: Option<Containment>) -> Self {
        self.containment = containment;
        self
    }

    /// A builder as another one's settings say, for a process that shall build in its stead.
    pub fn with_settings(settings: BuilderSettings, events: &'a dyn EventSink) -> Self {
        let BuilderSettings { cache, path, rustc, containment } = settings;
        Self { search: Search { path, rustc }, containment, ..Self::new(CacheDir::at(cache), events) }
    }

    /// This builder as plain data.
    pub fn settings(&self) -> BuilderSettings {
        let Search { path, rustc } = self.search.clone();
        let containment = self.containment.clone();
        BuilderSettings { cache: self.cache.root().to_owned(), path, rustc, containment }
    }

    /// Whether the person asked for the end.
    pub fn is_interrupted(&self) -> bool {
        self.interrupt.load(Ordering::SeqCst)
    }

    /// Builds a submission, or finds it built. With `colour` the messages hold ANSI escapes.
    ///
    /// # Errors
    /// Only for what is ours or the machine's; a submission that does not compile is [`BuildOutcome::Failed`].
    pub fn build(&self, submission: &Submission, colour: bool) -> Result<BuildOutcome, BuildError> {
        let Some(source) = read(&submission.path)? else { return Ok(too_large(submission)) };
        self.build_source(submission, &source, colour)
    }

    /// Builds a source that is at hand; the submission's path is what messages call it, and nothing is read from there.
    ///
    /// # Errors
    /// As [`Builder::build`].
    pub fn build_source(
        &self,
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Result<BuildOutcome, BuildError> {
        let started = Instant::now();
        if source.len() as u64 > LARGEST_SOURCE {
            return Ok(too_large(submission));
        }
        let mut outcome = match submission.language {
            Language::Rust => self.rust.build(self, submission, source, colour)?,
            Language::Python => self.python.build(self, submission, source, colour)?,
        };
        match &mut outcome {
            BuildOutcome::Ready(Program { took, .. }) | BuildOutcome::Failed { took, .. } => *took = started.elapsed(),
        }
        Ok(outcome)
    }

    /// What this source was built to before, if it was. On the way the tools and libraries that it needs are made ready,
    /// with their events, so that whoever builds it then finds them.
    ///
    /// # Errors
    /// As [`Builder::build`].
    pub fn find_source(
        &self,
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Result<Option<BuildOutcome>, BuildError> {
        let started = Instant::now();
        if source.len() as u64 > LARGEST_SOURCE {
            return Ok(Some(too_large(submission)));
        }
        let mut found = match submission.language {
            Language::Rust => self.rust.find(self, submission, source, colour)?,
            Language::Python => self.python.find(self, submission, source, colour)?,
        };
        if let Some(program) = &mut found {
            program.took = started.elapsed();
        }
        Ok(found.map(BuildOutcome::Ready))
    }

    /// What decides, beside the source, which program it becomes: compiler or interpreter, options, and the libraries
    /// where it mentions them. Builds nothing.
    ///
    /// # Errors
    /// When the tools cannot be found.
    pub fn identity(&self, language: Language, source: &[u8]) -> Result<String, BuildError> {
        match language {
            Language::Rust => self.rust.identity(self, source),
            Language::Python => self.python.identity(self, source),
        }
    }

    /// Makes the libraries of a language ready, as the first submission that needs them would.
    ///
    /// # Errors
    /// As [`Builder::build`].
    pub fn prepare(&self, language: Language) -> Result<(), BuildError> {
        match language {
            Language::Rust => self.rust.prepare(self),
            Language::Python => self.python.prepare(self),
        }
    }
}

fn too_large(submission: &Submission) -> BuildOutcome {
    let path = submission.path.display();
    let output = format!("error: {path} is larger than {} KiB\n", LARGEST_SOURCE >> 10);
    BuildOutcome::Failed { output, took: Duration::ZERO }
}

/// The whole source; none when it is too large.
fn read(path: &Path) -> Result<Option<Vec<u8>>, BuildError> {
    let failed = |cause| BuildError::Submission { path: path.to_owned(), cause };
    // Asked before it is opened: opening a named pipe would wait for ever.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file")));
    }
    let mut source = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(LARGEST_SOURCE + 1).read_to_end(&mut source).map_err(failed)?;
    Ok((source.len() as u64 <= LARGEST_SOURCE).then_some(source))
}
