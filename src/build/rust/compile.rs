use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Libraries, Toolchain};
use crate::build::cache::failed;
use crate::build::contain::{self, Compile, FILE_SIZE};
use crate::build::fingerprint::Fingerprint;
use crate::build::spawn::{self, Ended, Finished, Policy};
use crate::build::store::Kept;
use crate::build::{BuildError, BuildOutcome, Builder, Program, Submission, environment, message, tail};

/// Said when there is nothing to link with.
pub(super) const NO_LINKER: &str = "Rust links with a C compiler: install one (Debian and Ubuntu: `sudo apt install gcc`; Fedora: `sudo dnf install gcc`)";
/// The name under which the source is compiled: what `file!()` and a panic's place say.
const SOURCE: &str = "main.rs";
/// The compiled program's name.
const PROGRAM: &str = "main";
/// What any compile may use: many times what an exercise needs, little enough to survive a bomb of macros.
const POLICY: Policy = Policy {
    // A backstop: what computes for ever meets the limit of CPU time first, also where many others compute.
    real: Duration::from_mins(20),
    cpu: Some(Duration::from_secs(30)),
    memory: Some(2 << 30),
    keep: 64 << 10,
    flood: 8 << 20,
};
/// Optimising would cost: a tokio exercise 0.21 s unoptimised, 0.47 s with `opt-level=1`; std 0.10 and 0.15 s.
/// Without debug information (also std's) a program is an eighth of the size.
const FLAGS: [&str; 15] = [
    "--edition=2024",
    "--crate-name=main",
    "--crate-type=bin",
    "--emit=link=main,dep-info=main.d",
    "--error-format=human",
    "--color=always",
    "--remap-path-scope=diagnostics",
    "-Copt-level=0",
    // More of them cost CPU time that other builds want, and gain nothing in a program of one file.
    "-Ccodegen-units=1",
    "-Coverflow-checks=on",
    "-Cdebug-assertions=on",
    "-Cdebuginfo=0",
    "-Cstrip=debuginfo",
    "-Cpanic=unwind",
    "-Cembed-bitcode=no",
];

/// What compilers and linkers say where no room is left. Linkers write into mapped memory, and die of it instead.
const SPACE_IS_OUT: [&str; 4] = [
    "No space left on device",
    "Disk quota exceeded",
    "ld terminated with signal",
    "linker command failed due to signal",
];

/// The program, if it was compiled before.
pub(super) fn find(
    builder: &Builder<'_>,
    toolchain: &Toolchain,
    libraries: Option<&Libraries>,
    submission: &Submission,
    source: &[u8],
    colour: bool,
) -> Option<Program> {
    let kept = builder.store.find(&key(toolchain, libraries, source))?;
    Some(ready(kept, true, submission, colour))
}

pub(super) fn compile(
    builder: &Builder<'_>,
    toolchain: &Toolchain,
    libraries: Option<&Libraries>,
    submission: &Submission,
    source: &[u8],
    colour: bool,
) -> Result<BuildOutcome, BuildError> {
    let key = key(toolchain, libraries, source);
    if let Some(kept) = builder.store.find(&key) {
        return Ok(BuildOutcome::Ready(ready(kept, true, submission, colour)));
    }
    let scratch = builder.cache.scratch()?;
    // A copy: the student may save the file again while we compile, and nothing stands beside it to be included.
    let copy = scratch.path().join(SOURCE);
    fs::write(&copy, source).map_err(failed("write", &copy))?;
    let once = || spawn::compile(builder, &call(builder, toolchain, libraries, scratch.path()), POLICY);
    let crashed = |complaint: &Result<_, BuildError>, finished: &Finished| {
        matches!(complaint, Err(BuildError::Crashed { .. })) && died_by_itself(finished)
    };
    let mut finished = once()?;
    let mut complaint = complaint_of(builder, toolchain, &finished);
    if crashed(&complaint, &finished) && is_well(builder, toolchain)? {
        // Once more: a disk may have been full only until others had ended.
        finished = once()?;
        complaint = complaint_of(builder, toolchain, &finished);
        if crashed(&complaint, &finished) {
            // A compiler that dies of this source, and of no other, dies of what is in it.
            complaint = complaint.or_else(|crash| Ok(Some(format!("error: {crash}\n"))));
        }
    }
    let complaint = complaint?;
    if let Some(output) = complaint {
        return Ok(BuildOutcome::Failed {
            output: message::shown(&output, &submission.path, colour),
            took: Duration::ZERO,
        });
    }
    if let Some(other) = file_beside(scratch.path())? {
        let output = format!(
            "error: the submission reads another file while it is compiled: `{other}`\n --> {}\n  = help: a submission is one file: put what it needs into it\n",
            submission.path.display()
        );
        return Ok(BuildOutcome::Failed { output, took: Duration::ZERO });
    }
    let warnings = message::text(&finished.stderr);
    // What is kept is a folder that no compile could write to.
    let made = builder.cache.scratch()?;
    contain::collect(scratch.path(), PROGRAM, made.path())?;
    let kept = builder.store.keep(&key, made, PROGRAM, &warnings)?;
    Ok(BuildOutcome::Ready(ready(kept, false, submission, colour)))
}

fn key(toolchain: &Toolchain, libraries: Option<&Libraries>, source: &[u8]) -> String {
    tools(toolchain, libraries.map(|libraries| libraries.key.as_str())).bytes(source).finish()
}

/// Everything but the source.
pub(super) fn tools(toolchain: &Toolchain, libraries: Option<&str>) -> Fingerprint {
    FLAGS
        .iter()
        .fold(Fingerprint::new("rust/1"), Fingerprint::text)
        .text(&toolchain.verbose)
        .text(libraries.unwrap_or_default())
}

/// Whether neither we nor the kernel, for want of memory, killed it.
fn died_by_itself(finished: &Finished) -> bool {
    finished.ended.is_none() && finished.status.signal() != Some(nix::sys::signal::Signal::SIGKILL as i32)
}

/// Whether the compiler compiles at all.
fn is_well(builder: &Builder<'_>, toolchain: &Toolchain) -> Result<bool, BuildError> {
    let scratch = builder.cache.scratch()?;
    let source = scratch.path().join(SOURCE);
    fs::write(&source, "fn main() {}\n").map_err(failed("write", &source))?;
    Ok(spawn::compile(builder, &call(builder, toolchain, None, scratch.path()), POLICY)?.status.success())
}

fn call<'a>(
    builder: &Builder<'_>,
    toolchain: &Toolchain,
    libraries: Option<&Libraries>,
    folder: &'a Path,
) -> Compile<'a> {
    let mut argv: Vec<OsString> = vec![toolchain.rustc.clone().into()];
    argv.extend(FLAGS.map(OsString::from));
    argv.push(format!("--remap-path-prefix={SOURCE}={}", message::PLACE).into());
    let mut reads = vec![toolchain.sysroot.clone()];
    if let Some(libraries) = libraries {
        reads.push(libraries.dependencies.clone());
        let with = |option: &str, path: &Path| {
            let mut option = OsString::from(option);
            option.push(path);
            option
        };
        argv.push(with("-Ldependency=", &libraries.dependencies));
        argv.extend(libraries.externs.iter().map(|(name, file)| with(&format!("--extern={name}="), file)));
    }
    argv.push(SOURCE.into());
    // `env!` and `option_env!` see nothing of the grader's, and nothing that differs between machines where that can be.
    let mut path = OsString::new();
    if let Some(folder) = linker(builder, &mut reads) {
        path.push(folder);
        path.push(":");
    }
    path.push("/usr/local/bin:/usr/bin:/bin");
    let env = vec![("PATH".into(), path), ("LANG".into(), "C.UTF-8".into()), ("TMPDIR".into(), ".".into())];
    Compile { argv, env, folder, reads }
}

/// The folder of a linker that stands elsewhere than the system's (Nix, Conda), and what belongs to it.
fn linker(builder: &Builder<'_>, reads: &mut Vec<PathBuf>) -> Option<PathBuf> {
    let linker = builder.search.which("cc")?;
    let folder = linker.parent()?.to_owned();
    if ["/usr/local/bin", "/usr/bin", "/bin"].iter().any(|system| folder == Path::new(system)) {
        return None;
    }
    let real = fs::canonicalize(&linker).unwrap_or_else(|_| linker.clone());
    for tool in [&linker, &real] {
        reads.extend(tool.parent().filter(|folder| folder.ends_with("bin")).and_then(Path::parent).map(Path::to_owned));
        reads.push(tool.clone());
    }
    Some(folder)
}

/// What the compiler has against the source; none when it compiled.
fn complaint_of(
    builder: &Builder<'_>,
    toolchain: &Toolchain,
    finished: &Finished,
) -> Result<Option<String>, BuildError> {
    let said = message::text(&finished.stderr);
    if finished.ended == Some(Ended::Flood) {
        return Ok(Some(format!(
            "{said}\nerror: the compiler's messages are longer than {} MiB\n",
            POLICY.flood >> 20
        )));
    }
    if finished.status.success() && finished.ended.is_none() {
        return Ok(None);
    }
    if finished.status.signal() == Some(nix::sys::signal::Signal::SIGXCPU as i32) {
        return Ok(Some("error: compiling it takes more than 30 s of CPU time\n".to_owned()));
    }
    if finished.status.signal() == Some(nix::sys::signal::Signal::SIGXFSZ as i32) {
        return Ok(Some(format!("{said}\nerror: compiling it writes a file of more than {} MiB\n", FILE_SIZE >> 20)));
    }
    let plain = anstream::adapter::strip_str(&said).to_string();
    if finished.out_of_memory || plain.contains("memory allocation of") && finished.status.code() != Some(1) {
        return Ok(Some(format!("{said}\nerror: compiling it takes more than 2 GiB of memory\n")));
    }
    let out_of_space = SPACE_IS_OUT.iter().any(|words| plain.contains(words));
    if out_of_space && builder.cache.is_full() {
        return Err(BuildError::DiskFull { path: builder.cache.root().to_owned() });
    }
    // A source can print these words, too: then it does so again, and nothing else does.
    if finished.status.code() != Some(1) || out_of_space {
        return Err(BuildError::Crashed {
            program: toolchain.rustc.clone(),
            status: finished.status,
            output: tail(&plain),
        });
    }
    // The machine's fault only when the machine says so too: a source can print what it likes.
    if plain.contains("linker `cc` not found") && builder.search.which("cc").is_none() {
        return Err(BuildError::Missing { program: "cc", help: NO_LINKER });
    }
    Ok(Some(said))
}

/// The first file besides the source that went into the program, by rustc's own record (`include!`, `#[path]`, `mod`).
fn file_beside(folder: &Path) -> Result<Option<String>, BuildError> {
    let path = folder.join("main.d");
    let mut record = Vec::new();
    let read = contain::open_made(&path).and_then(|file| file.take(1 << 20).read_to_end(&mut record));
    read.map_err(failed("read", &path))?;
    let record = String::from_utf8_lossy(&record);
    // Beside the rules themselves, each file has a line of its own: its name and a colon.
    let mut files = record.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.strip_suffix(':'));
    Ok(files.find(|file| *file != SOURCE).map(|file| file.replace("\\ ", " ")))
}

fn ready(kept: Kept, cached: bool, submission: &Submission, colour: bool) -> Program {
    Program {
        argv: vec![kept.file.into_os_string()],
        env: environment::of_runs(),
        cached,
        took: Duration::ZERO,
        warnings: message::shown(&kept.warnings, &submission.path, colour),
        copy_of: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_compiler_other_libraries_and_other_content_are_other_programs() {
        let toolchain = |verbose: &str| Toolchain::fake(verbose, "/usr/bin/false".as_ref());
        let libraries = |key: &str| Libraries {
            key: key.to_owned(),
            dependencies: PathBuf::new(),
            externs: std::collections::BTreeMap::new(),
        };
        let keys = [
            key(&toolchain("1.95"), None, b"a"),
            key(&toolchain("1.96"), None, b"a"),
            key(&toolchain("1.95"), None, b"b"),
            key(&toolchain("1.95"), Some(&libraries("one")), b"a"),
            key(&toolchain("1.95"), Some(&libraries("two")), b"a"),
        ];
        let different: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
        assert_eq!(keys[0], key(&toolchain("1.95"), None, b"a"));
    }

    /// Compiles `fn main() {}` with this script as the compiler; it finds how often it was called in `$calls`.
    fn compiled_by(script: &str) -> (Result<BuildOutcome, BuildError>, usize) {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let compiler = folder.path().join("compiler");
        let counted = "echo >> \"$0.calls\"\ncalls=$(wc -l < \"$0.calls\")\n";
        let made = "printf '#!/bin/sh\\n' > main; chmod +x main; printf 'main: main.rs\\n\\nmain.rs:\\n' > main.d\n";
        fs::write(&compiler, format!("#!/bin/sh\n{counted}{script}\n{made}")).unwrap();
        fs::set_permissions(&compiler, fs::Permissions::from_mode(0o755)).unwrap();
        let mut toolchain = Toolchain::fake("1.95", "/usr/bin/false".as_ref());
        toolchain.rustc = compiler;
        let builder = Builder::new(crate::build::CacheDir::at(folder.path().join("cache")), &crate::event::Silent);
        let submission = Submission {
            language: crate::course::model::Language::Rust,
            path: PathBuf::from("main.rs"),
            exercise: "ex01_threads".to_owned(),
        };
        let outcome = compile(&builder, &toolchain, None, &submission, b"fn main() { /* its own */ }", false);
        let calls = fs::read_to_string(folder.path().join("compiler.calls")).unwrap().lines().count();
        (outcome, calls)
    }

    const FALLEN: &str = "echo 'collect2: fatal error: ld terminated with signal 7 [Bus error]' >&2; exit 1";

    #[test]
    fn a_linker_that_fell_for_a_moment_is_asked_again() {
        let (outcome, calls) = compiled_by(&format!("[ $calls = 1 ] && {{ {FALLEN}; }}"));
        assert!(matches!(outcome, Ok(BuildOutcome::Ready(_))), "{outcome:?}");
        assert_eq!(calls, 3, "the source, an empty one, the source");
    }

    #[test]
    fn a_linker_that_always_falls_is_not_the_submissions_fault() {
        let (outcome, _) = compiled_by(FALLEN);
        assert!(matches!(outcome, Err(BuildError::Crashed { .. } | BuildError::DiskFull { .. })), "{outcome:?}");
    }

    #[test]
    fn who_prints_that_the_disk_is_full_does_not_compile() {
        for words in ["echo 'error: No space left on device' >&2; exit 1", FALLEN] {
            let (outcome, _) = compiled_by(&format!("grep -q own main.rs && {{ {words}; }}"));
            assert!(matches!(outcome, Ok(BuildOutcome::Failed { .. })), "{outcome:?}");
        }
    }

    #[test]
    fn files_beside_the_source_are_read_from_the_compilers_record() {
        let folder = tempfile::tempdir().unwrap();
        let record = |text: &str| {
            fs::write(folder.path().join("main.d"), text).unwrap();
            file_beside(folder.path()).unwrap()
        };
        assert_eq!(record("main.d: main.rs\n\nmain: main.rs\n\nmain.rs:\n# env-dep:HOME\n"), None);
        let other = record("main: main.rs /a\\ b.txt\n\nmain.rs:\n/a\\ b.txt:\n");
        assert_eq!(other.as_deref(), Some("/a b.txt"));
    }
}
