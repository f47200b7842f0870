//! How what JSON has no word for travels between our own processes: bytes, paths, errors of the system.
//!
//! Bytes go as text where they are UTF-8 (nearly always), else as a list of numbers: arguments, paths and input need not
//! be UTF-8 on Unix, and a derived form would refuse them or be unreadable. Used by the types that travel, in their
//! `serde` attributes; nothing here knows who talks to whom.

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

pub(crate) mod bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Bytes;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        Bytes(bytes).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        Ok(Bytes::deserialize(deserializer)?.0)
    }
}

pub(crate) mod path {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Bytes;

    pub(crate) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        Bytes(path.as_os_str().as_bytes()).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        Ok(PathBuf::from(OsString::from_vec(Bytes::deserialize(deserializer)?.0)))
    }
}

pub(crate) mod path_pair {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::path::PathBuf;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Bytes;

    #[expect(clippy::ref_option, reason = "serde's derive passes a reference to the field")]
    pub(crate) fn serialize<S: Serializer>(
        pair: &Option<(PathBuf, PathBuf)>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let bytes = |path: &PathBuf| Bytes(path.as_os_str().as_bytes().to_vec());
        pair.as_ref().map(|(one, other)| (bytes(one), bytes(other))).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<(PathBuf, PathBuf)>, D::Error> {
        let pair = Option::<(Bytes<Vec<u8>>, Bytes<Vec<u8>>)>::deserialize(deserializer)?;
        let path = |bytes: Bytes<Vec<u8>>| PathBuf::from(OsString::from_vec(bytes.0));
        Ok(pair.map(|(one, other)| (path(one), path(other))))
    }
}

pub(crate) mod os_string {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Bytes;

    #[expect(clippy::ref_option, reason = "serde's derive passes a reference to the field")]
    pub(crate) fn serialize<S: Serializer>(string: &Option<OsString>, serializer: S) -> Result<S::Ok, S::Error> {
        string.as_ref().map(|string| Bytes(string.as_bytes())).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<OsString>, D::Error> {
        Ok(Option::<Bytes<Vec<u8>>>::deserialize(deserializer)?.map(|bytes| OsString::from_vec(bytes.0)))
    }
}

pub(crate) mod os_strings {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    use serde::{Deserialize, Deserializer, Serializer};

    use super::Bytes;

    pub(crate) fn serialize<S: Serializer>(list: &[OsString], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(list.iter().map(|string| Bytes(string.as_bytes())))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<OsString>, D::Error> {
        let list = Vec::<Bytes<Vec<u8>>>::deserialize(deserializer)?;
        Ok(list.into_iter().map(|bytes| OsString::from_vec(bytes.0)).collect())
    }
}

pub(crate) mod os_pairs {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    use serde::{Deserialize, Deserializer, Serializer};

    use super::Bytes;

    pub(crate) fn serialize<S: Serializer>(pairs: &[(OsString, OsString)], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(pairs.iter().map(|(name, value)| (Bytes(name.as_bytes()), Bytes(value.as_bytes()))))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(OsString, OsString)>, D::Error> {
        let pairs = Vec::<(Bytes<Vec<u8>>, Bytes<Vec<u8>>)>::deserialize(deserializer)?;
        Ok(pairs.into_iter().map(|(name, value)| (OsString::from_vec(name.0), OsString::from_vec(value.0))).collect())
    }
}

/// An error of the system: its number where it has one, else its words.
pub(crate) mod io_error {
    use std::io;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Sent {
        Errno(i32),
        Words(String),
    }

    pub(crate) fn serialize<S: Serializer>(error: &io::Error, serializer: S) -> Result<S::Ok, S::Error> {
        let sent = error.raw_os_error().map_or_else(|| Sent::Words(error.to_string()), Sent::Errno);
        sent.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<io::Error, D::Error> {
        Ok(match Sent::deserialize(deserializer)? {
            Sent::Errno(number) => io::Error::from_raw_os_error(number),
            Sent::Words(words) => io::Error::other(words),
        })
    }
}

/// How a child ended: the number that `wait4(2)` gives.
pub(crate) mod exit_status {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's derive passes a reference")]
    pub(crate) fn serialize<S: Serializer>(status: &ExitStatus, serializer: S) -> Result<S::Ok, S::Error> {
        status.into_raw().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ExitStatus, D::Error> {
        Ok(ExitStatus::from_raw(i32::deserialize(deserializer)?))
    }
}

/// By this name serde's derive does not see a reference, and does not ask that its input live for ever.
pub(crate) type Operation = &'static str;

/// The name of an operation, or another fixed text of ours. They are our own code's words, so there are only so many to keep for good.
pub(crate) fn operation<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
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
