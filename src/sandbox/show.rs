use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::View;

/// What every program may read: what the system is made of, and nothing of its users.
const SYSTEM: [&str; 18] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/pki/tls/certs",
    "/sys/devices/system/cpu",
];
/// Bytes of each folder that begins empty.
const FRESH_BYTES: u64 = 64 << 20;
/// Files of each folder that begins empty.
const FRESH_FILES: u64 = 10_000;

impl View {
    /// The system, and nothing else.
    pub fn system() -> Self {
        Self {
            read_only: SYSTEM.map(PathBuf::from).to_vec(),
            read_write: Vec::new(),
            fresh_bytes: FRESH_BYTES,
            fresh_files: FRESH_FILES,
        }
    }

    /// What this command needs to run beside the system: the program, its interpreter's own files, its virtual
    /// environment, and each file that an argument names by its whole path.
    pub fn of(argv: &[OsString]) -> Self {
        let mut view = Self::system();
        if let Some(program) = argv.first().map(Path::new).filter(|program| program.is_absolute()) {
            view.read_only.extend(parts_of(program));
        }
        let named = argv.iter().skip(1).map(PathBuf::from).filter(|path| path.is_absolute() && path.is_file());
        view.read_only.extend(named);
        view.read_only.sort();
        view.read_only.dedup();
        view
    }
}

impl View {
    /// Whether any user can reach all of it by the permissions of the folders on the way.
    pub fn is_open_to_all(&self) -> bool {
        use std::os::unix::fs::PermissionsExt;
        let passes = |folder: &Path| fs::metadata(folder).is_ok_and(|data| data.permissions().mode() & 1 != 0);
        let shown = self.read_only.iter().chain(&self.read_write).filter(|path| path.exists());
        shown.flat_map(|path| path.ancestors().skip(1)).all(passes)
    }
}

/// The program's file; for an interpreter `PREFIX/bin/python…` what it needs of `PREFIX`, too.
fn parts_of(program: &Path) -> Vec<PathBuf> {
    let mut parts = Vec::new();
    let real = fs::canonicalize(program).unwrap_or_else(|_| program.to_owned());
    if let Some(environment) = prefix(program).filter(|prefix| prefix.join("pyvenv.cfg").is_file()) {
        parts.push(environment.to_owned());
        // Its `bin/python` is a link, perhaps by way of other links.
        parts.extend(links_of(program));
    } else {
        parts.push(program.to_owned());
    }
    // `pyenv/shims/NAME` and its like look in the whole of their manager's folder for what they then execute.
    parts
        .extend(program.parent().filter(|folder| folder.ends_with("shims")).and_then(Path::parent).map(Path::to_owned));
    let interpreter = real.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python"));
    if interpreter && let Some(prefix) = prefix(&real) {
        parts.extend(["bin", "lib", "lib64"].map(|folder| prefix.join(folder)));
    }
    parts.push(real);
    parts
}

/// `PREFIX` of `PREFIX/bin/NAME`.
fn prefix(program: &Path) -> Option<&Path> {
    program.parent().filter(|folder| folder.ends_with("bin")).and_then(Path::parent)
}

/// The paths that a link leads over.
fn links_of(program: &Path) -> Vec<PathBuf> {
    let mut over = Vec::new();
    let mut at = program.to_owned();
    while let Ok(next) = fs::read_link(&at)
        && over.len() < 40
    {
        at = at.parent().map_or_else(|| next.clone(), |folder| folder.join(&next));
        over.push(at.clone());
    }
    over
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn an_environment_is_shown_with_the_interpreter_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        for made in ["base/bin", "base/lib", "env/bin"] {
            fs::create_dir_all(at(made)).unwrap();
        }
        for file in ["base/bin/python3.11", "env/pyvenv.cfg", "main.py", "secret"] {
            fs::write(at(file), "").unwrap();
        }
        symlink(at("base/bin/python3.11"), at("env/bin/python")).unwrap();
        let view = View::of(&[at("env/bin/python").into(), at("main.py").into(), "3".into()]);
        for shown in ["env", "base/lib", "base/bin/python3.11", "main.py"] {
            assert!(view.read_only.contains(&at(shown)), "{shown}: {view:?}");
        }
        assert!(!view.read_only.iter().any(|path| at("secret").starts_with(path)), "{view:?}");
    }

    #[test]
    fn a_shim_is_shown_with_all_that_its_manager_has() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("pyenv/shims")).unwrap();
        fs::write(at("pyenv/shims/python3"), "").unwrap();
        assert!(View::of(&[at("pyenv/shims/python3").into()]).read_only.contains(&at("pyenv")));
    }

    #[test]
    fn of_a_compiled_program_nothing_but_its_file_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("bin");
        fs::write(&program, "").unwrap();
        let view = View::of(&[program.clone().into()]);
        let beside: Vec<_> = view.read_only.iter().filter(|path| path.starts_with(folder.path())).collect();
        assert_eq!(beside, [&program]);
    }
}
