//! From a guest's source to something that can be run.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The command line of the guest whose source stands beside `expected`.
pub(crate) fn command(expected: &Path) -> Result<Vec<OsString>, String> {
    let name = expected.file_stem().ok_or("a guest has a name")?.to_string_lossy().into_owned();
    let folder = expected.parent().ok_or("a guest stands in a folder")?;
    let language = folder.file_name().ok_or("a guest's folder has a name")?.to_string_lossy().into_owned();
    let source = |extension: &str| folder.join(format!("{name}.{extension}"));
    let interpreted = |interpreter: &[&str], source: PathBuf| {
        Ok(interpreter.iter().map(OsString::from).chain([source.into_os_string()]).collect())
    };
    match language.as_str() {
        "tokio" => {
            let this = std::env::current_exe().map_err(|error| format!("failed to find this test: {error}"))?;
            Ok(vec![this.into(), "--as-guest".into(), name.into()])
        }
        // Unbuffered: a pipe's lines would all come at the end, under us as without us.
        "python" => interpreted(&["/usr/bin/python3", "-u"], source("py")),
        "bash" => interpreted(&["bash"], source("sh")),
        "node" => interpreted(&[tool("node", "nodejs")?.as_str()], source("js")),
        "c" => compiled(&name, &source("c"), "gcc", "gcc", &|source, program| {
            let static_link = name.ends_with("_static");
            let mut args: Vec<OsString> =
                vec!["-O1".into(), "-pthread".into(), "-o".into(), program.into(), source.into()];
            args.push(if static_link { "-static".into() } else { "-lrt".into() });
            args
        }),
        "rust" => compiled(&name, &source("rs"), "rustc", "rustup", &|source, program| {
            vec!["--edition=2024".into(), "-O".into(), "-o".into(), program.into(), source.into()]
        }),
        "go" => compiled(&name, &source("go"), "go", "golang-go", &|source, program| {
            vec!["build".into(), "-o".into(), program.into(), source.into()]
        }),
        other => Err(format!("no guests are written in {other}")),
    }
}

/// A tool's path, or how to get it. A guest without its language must not pass.
fn tool(name: &str, package: &str) -> Result<String, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .map(|path| path.to_string_lossy().into_owned())
        .ok_or_else(|| format!("this guest needs {name}: apt-get install {package}"))
}

type Arguments<'a> = &'a dyn Fn(&Path, &Path) -> Vec<OsString>;

fn compiled(
    name: &str,
    source: &Path,
    compiler: &str,
    package: &str,
    args: Arguments,
) -> Result<Vec<OsString>, String> {
    let language = source.extension().unwrap_or_default();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guests").join(language);
    fs::create_dir_all(&folder).map_err(|error| format!("failed to make {}: {error}", folder.display()))?;
    let program = folder.join(name);
    if is_newer(&program, source) {
        return Ok(vec![program.into()]);
    }
    // Beside itself first: two tests may build the same guest.
    let fresh = folder.join(format!("{name}.{}", std::process::id()));
    let output = Command::new(tool(compiler, package)?)
        .args(args(source, &fresh))
        .env("GOCACHE", folder.join("cache"))
        .env("GO111MODULE", "off")
        .output()
        .map_err(|error| format!("failed to start {compiler}: {error}"))?;
    if !output.status.success() {
        return Err(format!("failed to build {}:\n{}", source.display(), String::from_utf8_lossy(&output.stderr)));
    }
    fs::rename(&fresh, &program).map_err(|error| format!("failed to rename {}: {error}", fresh.display()))?;
    Ok(vec![program.into()])
}

fn is_newer(program: &Path, source: &Path) -> bool {
    let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
    matches!((modified(program), modified(source)), (Ok(program), Ok(source)) if program > source)
}
