//! What the pool and a worker say to each other: JSON in frames of a four-byte length (big-endian) and that many bytes.
//!
//! Down go [`Order`]s, one at a time; up come [`Report`]s: a hello once, then one answer for each order. Beside this
//! socket there is a second one, the lifeline: up it come single bytes, one a second while a job is done; down it goes
//! the id of a job that shall end early. When it closes, the other side is gone.

use std::io::{self, Read, Write};
use std::time::Duration;

use bytes::BytesMut;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio_util::codec::{Decoder, Encoder, LengthDelimitedCodec};

use crate::build::{BuildError, BuildOutcome, BuilderSettings, Submission};
use crate::engine::{EngineError, EngineSettings, Places, RunRequest};
use crate::trace::Trace;
use crate::wire;

/// The version of what is said here.
pub(super) const VERSION: u32 = 1;
/// The longest frame, in bytes. A trace's size is bounded by the output and the steps that a run may have.
pub(super) const LONGEST: usize = 256 << 20;
/// How often a worker that does a job says that it lives.
pub(super) const BEAT: Duration = Duration::from_secs(1);

/// One piece of work for a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// What its answer will be called.
    pub(super) id: u64,
    /// The work.
    pub(super) job: Job,
}

/// What a worker can do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Job {
    /// Build a submission.
    Build {
        builder: BuilderSettings,
        submission: Submission,
        #[serde(with = "wire::bytes")]
        source: Vec<u8>,
        colour: bool,
    },
    /// Run one case under one schedule. A request without a working directory gets a fresh one, which goes with it.
    Run {
        engine: EngineSettings,
        request: Box<RunRequest>,
        /// How many processors are set aside for it.
        processors: usize,
    },
    /// Look where the threads of a case touch the same memory.
    Survey {
        engine: EngineSettings,
        request: Box<RunRequest>,
        /// How many processors are set aside for it.
        processors: usize,
    },
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Report {
    /// It is ready for its first order.
    Hello(Hello),
    /// It has done its job.
    Answer {
        /// The order's id.
        id: u64,
        /// What came of it.
        answer: Box<Answer>,
        /// Bytes of memory that the worker has now.
        memory: u64,
    },
    /// It has a bug. It takes no more orders.
    Panicked(String),
}

/// Who a worker is. Both sides are the same program, unless its file was replaced in between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hello {
    pub(super) protocol: u32,
    pub(super) build: String,
}

impl Hello {
    /// What this program says.
    pub(super) fn own() -> Self {
        Self { protocol: VERSION, build: crate::engine::BUILD.to_owned() }
    }
}

/// What came of a job.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Answer {
    /// A build.
    Built(Result<BuildOutcome, BuildError>),
    /// A run.
    Ran(Result<Trace, EngineError>),
    /// A survey.
    Surveyed(Result<Places, EngineError>),
}

impl Answer {
    /// Whether it is an answer to this.
    pub(super) const fn fits(&self, job: &Job) -> bool {
        matches!(
            (self, job),
            (Self::Built(_), Job::Build { .. })
                | (Self::Ran(_), Job::Run { .. })
                | (Self::Surveyed(_), Job::Survey { .. })
        )
    }
}

/// Why a frame makes no sense.
#[derive(Debug, thiserror::Error)]
pub(super) enum FrameError {
    #[error("a frame that is too long")]
    TooLong,
    #[error("a frame that is no message: {0}")]
    NoMessage(#[from] serde_json::Error),
}

/// Takes messages out of bytes as they come, and makes bytes of messages.
#[derive(Debug)]
pub(super) struct Frames {
    codec: LengthDelimitedCodec,
    unread: BytesMut,
}

impl Frames {
    pub(super) fn new() -> Self {
        let codec = LengthDelimitedCodec::builder().max_frame_length(LONGEST).new_codec();
        Self { codec, unread: BytesMut::new() }
    }

    /// Takes note of bytes that came.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
    }

    /// The next whole message.
    pub(super) fn next<M: DeserializeOwned>(&mut self) -> Result<Option<M>, FrameError> {
        // The codec fails for one reason only: the announced length.
        match self.codec.decode(&mut self.unread).map_err(|_| FrameError::TooLong)? {
            Some(frame) => Ok(Some(serde_json::from_slice(&frame)?)),
            None => Ok(None),
        }
    }

    /// A message as bytes.
    pub(super) fn encode<M: Serialize>(message: &M) -> io::Result<BytesMut> {
        let json = serde_json::to_vec(message)?;
        let mut frame = BytesMut::with_capacity(json.len() + 4);
        let mut codec = LengthDelimitedCodec::builder().max_frame_length(LONGEST).new_codec();
        codec.encode(json.as_slice(), &mut frame)?;
        Ok(frame)
    }

    /// Waits for the next message of a socket that blocks; none when the other side is gone.
    pub(super) fn receive<M: DeserializeOwned>(&mut self, mut socket: impl Read) -> io::Result<Option<M>> {
        let mut buffer = vec![0; 1 << 16];
        loop {
            if let Some(message) = self.next().map_err(io::Error::other)? {
                return Ok(Some(message));
            }
            match socket.read(&mut buffer) {
                Ok(0) => return Ok(None),
                Ok(length) => self.feed(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Sends a message through a socket that blocks.
pub(super) fn send<M: Serialize>(mut socket: impl Write, message: &M) -> io::Result<()> {
    socket.write_all(&Frames::encode(message)?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::path::PathBuf;
    use std::process::ExitStatus;

    use super::{Answer, FrameError, Frames, Hello, LONGEST, Report};
    use crate::build::BuildError;
    use crate::engine::EngineError;

    #[test]
    fn messages_come_out_whole_however_their_bytes_come() {
        let bytes: Vec<u8> = (0..3).flat_map(|_| Frames::encode(&Report::Hello(Hello::own())).unwrap()).collect();
        let mut frames = Frames::new();
        let mut came = 0;
        for byte in bytes {
            frames.feed(&[byte]);
            while let Some(Report::Hello(hello)) = frames.next().unwrap() {
                assert_eq!(hello, Hello::own());
                came += 1;
            }
        }
        assert_eq!(came, 3);
    }

    #[test]
    fn a_frame_that_announces_too_much_is_refused_before_it_comes() {
        let mut frames = Frames::new();
        frames.feed(&u32::try_from(LONGEST + 1).unwrap().to_be_bytes());
        assert!(matches!(frames.next::<Report>(), Err(FrameError::TooLong)));
    }

    #[test]
    fn a_frame_of_nonsense_is_refused() {
        let mut frames = Frames::new();
        frames.feed(&[0, 0, 0, 3]);
        frames.feed(b"no!");
        assert!(matches!(frames.next::<Report>(), Err(FrameError::NoMessage(_))));
    }

    #[test]
    fn errors_say_the_same_behind_the_way_through_json() {
        let cause = || std::io::Error::from_raw_os_error(libc::ENOENT);
        let errors = [
            BuildError::NoCacheFolder,
            BuildError::Cache { operation: "write", path: PathBuf::from("/cache"), cause: cause() },
            BuildError::Missing { program: "cc", help: "install one" },
            BuildError::Crashed {
                program: PathBuf::from("/usr/bin/rustc"),
                status: ExitStatus::from_raw(11),
                output: "oh".to_owned(),
            },
            BuildError::SetUp { operation: "compile", network: true, output: String::new(), help: "wait" },
        ];
        for error in errors {
            let words = (error.to_string(), error.help());
            let json = serde_json::to_string(&Answer::Built(Err(error))).unwrap();
            let Answer::Built(Err(back)) = serde_json::from_str(&json).unwrap() else { panic!("{json}") };
            assert_eq!((back.to_string(), back.help()), words);
        }
        let json = serde_json::to_string(&Answer::Ran(Err(EngineError::Unsupported("x".into())))).unwrap();
        assert!(
            matches!(serde_json::from_str(&json).unwrap(), Answer::Ran(Err(EngineError::Unsupported(_)))),
            "{json}"
        );
    }
}
