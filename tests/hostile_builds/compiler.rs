use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use grade::build::{BuildOutcome, Builder, BuilderSettings, Submission};
use grade::course::model::Language;
use grade::event::Silent;
use grade::sandbox::Rung;

use super::yard::{SECRET, Yard, sysroot};

/// A compiler that a source has taken over, as far as anybody can imagine: it does what it wants and says what it
/// reached. Asked what it is, it tells the truth.
const SCRIPT: &str = r#"#!/bin/sh
case "$*" in
*--print*) echo OWN; exit 0 ;;
-vV) exec REAL -vV ;;
esac
try() { what="$1"; shift; if "$@" >/dev/null 2>&1; then echo "BREACH: $what" >&2; fi; }
try "the secret" cat SECRET
try "a list of the secret's folder" ls FOLDER
try "the users' passwords" cat /etc/shadow
for folder in FOLDER CACHE/programs CACHE OWN/bin; do
    # In a root of its own there may be folders of these names; whether anything came of it is seen outside.
    sh -c "echo x >$folder/planted" 2>/dev/null
done
try "another build" ls CACHE/tmp/build-of-another
try "another toolchain" ls SYSROOT
try "the system" sh -c 'echo x >/usr/planted'
try "the tests" kill -0 PARENT
test "RUNG" = landlock || try "a server of the machine" bash -c 'exec 3<>/dev/tcp/127.0.0.1/PORT'
try "to be root" sh -c 'test "$(id -u)" = 0'
try "new namespaces" unshare --user --map-root-user true
try "another's memory" cat /proc/PARENT/environ
env >&2
echo "it ran" >&2
# What it leaves running must not outlive it.
sleep 7PORT &
exit 1
"#;

pub(crate) fn check(yard: &Yard, rung: Rung) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    let folder = tempfile::tempdir().map_err(failed)?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).map_err(failed)?;
    let (own, cache) = (folder.path().join("toolchain"), folder.path().join("cache"));
    for made in ["programs", "tmp/build-of-another"] {
        fs::create_dir_all(cache.join(made)).map_err(failed)?;
    }
    let sysroot = sysroot()?;
    let server = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    let port = server.local_addr().map_err(failed)?.port();
    let script = [
        ("OWN", own.to_string_lossy().into_owned()),
        ("REAL", sysroot.join("bin/rustc").to_string_lossy().into_owned()),
        ("SECRET", yard.secret().to_string_lossy().into_owned()),
        ("FOLDER", yard.path("").to_string_lossy().into_owned()),
        ("CACHE", cache.to_string_lossy().into_owned()),
        ("SYSROOT", sysroot.to_string_lossy().into_owned()),
        ("PARENT", std::process::id().to_string()),
        ("PORT", port.to_string()),
        ("RUNG", rung.name().to_owned()),
    ]
    .iter()
    .fold(SCRIPT.to_owned(), |script, (word, value)| script.replace(word, value));
    let compiler = own.join("bin/rustc");
    fs::create_dir_all(own.join("bin")).map_err(failed)?;
    fs::write(&compiler, script).map_err(failed)?;
    fs::set_permissions(&compiler, fs::Permissions::from_mode(0o755)).map_err(failed)?;

    let builder = with_compiler(&yard.builder(rung, &cache), &compiler)?;
    let submission =
        Submission { language: Language::Rust, path: "main.rs".into(), exercise: "ex01_threads".to_owned() };
    let said = match builder.build_source(&submission, b"fn main() {}", false).map_err(|error| error.to_string())? {
        BuildOutcome::Failed { output, .. } => output,
        BuildOutcome::Ready(_) => return Err("it compiles nothing".to_owned()),
    };
    if !said.contains("it ran") || said.contains("BREACH") || said.contains(SECRET) {
        return Err(said);
    }
    let variables: Vec<&str> = said.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    if let Some(more) =
        variables.iter().find(|name| !["PATH", "LANG", "TMPDIR", "PWD", "SHLVL", "_", "OLDPWD"].contains(name))
    {
        return Err(format!("it has the variable {more}: {said}"));
    }
    let planted =
        [cache.join("planted"), cache.join("programs/planted"), own.join("bin/planted"), yard.path("planted")];
    if let Some(planted) = planted.iter().find(|planted| planted.exists()) {
        return Err(format!("it wrote {}", planted.display()));
    }
    let sleeper = format!("sleep\x007{port}");
    let left = || {
        let processes = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
        let mut lines = processes.map(|process| process.path().join("cmdline"));
        lines.find(|line| fs::read(line).is_ok_and(|line| line.starts_with(sleeper.as_bytes())))
    };
    // What was killed may be on its way out.
    for _ in 0..100 {
        if left().is_none() {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    Err(format!("it left a process: {:?}", left()))
}

/// The same builder with another compiler than the machine's.
fn with_compiler(builder: &Builder<'_>, compiler: &Path) -> Result<Builder<'static>, String> {
    let failed = |error: serde_json::Error| error.to_string();
    let mut settings = serde_json::to_value(builder.settings()).map_err(failed)?;
    settings["rustc"] = serde_json::json!(compiler);
    let settings: BuilderSettings = serde_json::from_value(settings).map_err(failed)?;
    Ok(Builder::with_settings(settings, &Silent))
}
