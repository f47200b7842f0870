//! What a submission sees of the environment: the same on every machine, and nothing of the grader's.

use std::ffi::OsString;

/// The whole environment of a run. Nothing of ours is passed on: no secrets, no proxies, no `LD_PRELOAD`.
pub(super) fn of_runs() -> Vec<(OsString, OsString)> {
    [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/tmp"), ("TMPDIR", "/tmp"), ("LANG", "C.UTF-8"), ("TZ", "UTC")]
        .map(|(name, value)| (name.into(), value.into()))
        .to_vec()
}

/// What Python needs beyond [`of_runs`]. Variables rather than options, so that a program's children get them too.
pub(super) fn of_python_runs() -> Vec<(OsString, OsString)> {
    let mut all = of_runs();
    all.extend(
        [
            // Lines arrive when they are printed, also on a pipe.
            ("PYTHONUNBUFFERED", "1"),
            ("PYTHONHASHSEED", "0"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("PYTHONNOUSERSITE", "1"),
            // A file beside the submission cannot stand in for a module of the standard library.
            ("PYTHONSAFEPATH", "1"),
        ]
        .map(|(name, value)| (name.into(), value.into())),
    );
    all
}
