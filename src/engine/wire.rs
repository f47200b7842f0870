//! How bytes travel in JSON: as text where they are UTF-8 (nearly always), else as a list of numbers.
//!
//! Arguments, paths and input need not be UTF-8 on Unix, and a derived form would refuse them or be unreadable.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// Bytes in their JSON form.
struct Bytes<B>(B);

impl<B: AsRef<[u8]>> Serialize for Bytes<B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.0.as_ref();
        match std::str::from_utf8(bytes) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => serializer.collect_seq(bytes),
        }
    }
}

impl<'de> Deserialize<'de> for Bytes<Vec<u8>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BytesVisitor).map(Self)
    }
}

struct BytesVisitor;

impl<'de> Visitor<'de> for BytesVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or a list of bytes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.as_bytes().to_vec())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(text.into_bytes())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut bytes = Vec::with_capacity(list.size_hint().unwrap_or(0).min(1 << 16));
        while let Some(byte) = list.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes)
    }
}

pub(super) mod bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Bytes;

    pub(in crate::engine) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        Bytes(bytes).serialize(serializer)
    }

    pub(in crate::engine) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        Ok(Bytes::deserialize(deserializer)?.0)
    }
}

pub(super) mod path {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Bytes;

    pub(in crate::engine) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        Bytes(path.as_os_str().as_bytes()).serialize(serializer)
    }

    pub(in crate::engine) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        Ok(PathBuf::from(OsString::from_vec(Bytes::deserialize(deserializer)?.0)))
    }
}

pub(super) mod os_strings {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    use serde::{Deserialize, Deserializer, Serializer};

    use super::Bytes;

    pub(in crate::engine) fn serialize<S: Serializer>(list: &[OsString], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(list.iter().map(|string| Bytes(string.as_bytes())))
    }

    pub(in crate::engine) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<OsString>, D::Error> {
        let list = Vec::<Bytes<Vec<u8>>>::deserialize(deserializer)?;
        Ok(list.into_iter().map(|bytes| OsString::from_vec(bytes.0)).collect())
    }
}

pub(super) mod os_pairs {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    use serde::{Deserialize, Deserializer, Serializer};

    use super::Bytes;

    pub(in crate::engine) fn serialize<S: Serializer>(
        pairs: &[(OsString, OsString)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(pairs.iter().map(|(name, value)| (Bytes(name.as_bytes()), Bytes(value.as_bytes()))))
    }

    pub(in crate::engine) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(OsString, OsString)>, D::Error> {
        let pairs = Vec::<(Bytes<Vec<u8>>, Bytes<Vec<u8>>)>::deserialize(deserializer)?;
        Ok(pairs.into_iter().map(|(name, value)| (OsString::from_vec(name.0), OsString::from_vec(value.0))).collect())
    }
}

/// An error of the system: its number where it has one, else its words.
pub(super) mod io_error {
    use std::io;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Sent {
        Errno(i32),
        Words(String),
    }

    pub(in crate::engine) fn serialize<S: Serializer>(error: &io::Error, serializer: S) -> Result<S::Ok, S::Error> {
        let sent = error.raw_os_error().map_or_else(|| Sent::Words(error.to_string()), Sent::Errno);
        sent.serialize(serializer)
    }

    pub(in crate::engine) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<io::Error, D::Error> {
        Ok(match Sent::deserialize(deserializer)? {
            Sent::Errno(number) => io::Error::from_raw_os_error(number),
            Sent::Words(words) => io::Error::other(words),
        })
    }
}

/// By this name serde's derive does not see a reference, and does not ask that its input live for ever.
pub(super) type Operation = &'static str;

/// The name of an operation. They are our own code's words, so there are only so many to keep for good.
pub(super) fn operation<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    const MOST: usize = 1000;
    let name = String::deserialize(deserializer)?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kept) = known.get(name.as_str()) {
        return Ok(kept);
    }
    if known.len() >= MOST {
        return Ok("do its work");
    }
    let kept: &'static str = name.leak();
    known.insert(kept);
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    use std::path::PathBuf;
    use std::time::Duration;

    use crate::course::model::Limits;
    use crate::engine::{EngineError, Interrupt, RunRequest};

    #[test]
    fn an_error_says_the_same_behind_the_way_through_json() {
        let cause = || std::io::Error::from_raw_os_error(libc::ENOENT);
        for error in [
            EngineError::Start { program: "python3".into(), cause: cause() },
            EngineError::System { operation: "read the pipe", pid: Some(7), cause: cause() },
            EngineError::System { operation: "read the pipe", pid: None, cause: std::io::Error::other("words") },
            EngineError::Fixture("gone".into()),
        ] {
            let json = serde_json::to_string(&error).unwrap();
            let back: EngineError = serde_json::from_str(&json).unwrap();
            assert_eq!((back.to_string(), serde_json::to_string(&back).unwrap()), (error.to_string(), json));
        }
    }

    #[test]
    fn a_request_survives_the_way_through_json_also_when_it_is_not_utf_8() {
        let odd = OsString::from_vec(vec![b'a', 0xff]);
        let request = RunRequest {
            argv: vec!["echo".into(), odd.clone()],
            env: vec![("PATH".into(), "/bin".into()), ("ODD".into(), odd.clone())],
            cwd: PathBuf::from(odd),
            stdin: vec![0, 159, 146, 150],
            limits: Limits::default(),
            real_limit: Duration::from_mins(1),
            schedule: 7,
            http: true,
            interrupt: Interrupt::default(),
        };
        let json = serde_json::to_string(&request).unwrap();
        assert!(json.contains(r#""echo""#), "text stays readable: {json}");
        let back: RunRequest = serde_json::from_str(&json).unwrap();
        assert_eq!(format!("{back:?}"), format!("{request:?}"));
    }
}
