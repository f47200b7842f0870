use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use grade::build::{BuildError, BuildOutcome, Builder, CacheDir, Containment, Submission};
use grade::course::model::Language;
use grade::event::Silent;
use grade::sandbox::{Rung, probe_each};
use tempfile::TempDir;

/// Set where the tests run as another user: the folder where everything is laid out for it.
const AS_ANOTHER: &str = "GRADE_TEST_LAID_OUT";
/// The user that they then are: one that owns nothing.
const ANOTHER: u32 = 65_534;
/// What no source may learn.
pub(crate) const SECRET: &str = "s3cret-of-the-instructor";

/// The place of the tests: a secret that any user may read, and a cache that is not the tests' own business.
pub(crate) struct Yard {
    folder: TempDir,
    grade: PathBuf,
}

impl Yard {
    pub(crate) fn open() -> Self {
        let laid_out = std::env::var_os(AS_ANOTHER).map(PathBuf::from);
        let grade = laid_out.map_or_else(|| env!("CARGO_BIN_EXE_grade").into(), |folder| folder.join("grade"));
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("open to all");
        let text = format!("pub const SECRET: &str = \"{SECRET}\";\n");
        fs::write(folder.path().join("secret.rs"), text).expect("the secret");
        let yard = Self { folder, grade };
        // A library that a linker would gladly take.
        let output = Command::new("ar").arg("rc").args([yard.path("libsecret.a"), yard.secret()]).output();
        drop(output);
        yard
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn secret(&self) -> PathBuf {
        self.path("secret.rs")
    }

    pub(crate) fn rungs(&self) -> Vec<Rung> {
        let own = grade::sandbox::own_identity();
        let rungs: Vec<Rung> =
            probe_each(&self.grade, own).into_iter().filter(|(_, why)| why.is_none()).map(|(rung, _)| rung).collect();
        assert!(!rungs.is_empty(), "this machine has no rung to test");
        rungs
    }

    /// A builder on this rung with a cache of its own.
    pub(crate) fn build(&self, rung: Rung, language: Language, source: &str) -> Result<BuildOutcome, BuildError> {
        let cache = tempfile::tempdir().expect("a cache");
        let builder = self.builder(rung, cache.path());
        let path = Path::new("student").join(language.file_name());
        let submission = Submission { language, path, exercise: "ex01_threads".to_owned() };
        let outcome = builder.build_source(&submission, source.as_bytes(), false);
        if let Ok(BuildOutcome::Ready(program)) = &outcome {
            self.knows_nothing(&program.argv);
        }
        let left: Vec<_> = fs::read_dir(cache.path().join("tmp")).into_iter().flatten().collect();
        assert!(left.is_empty(), "a build leaves nothing behind: {left:?}");
        outcome
    }

    pub(crate) fn builder(&self, rung: Rung, cache: &Path) -> Builder<'static> {
        let containment = Containment::by(rung, &self.grade).expect("a rung");
        Builder::new(CacheDir::at(cache.to_owned()), &Silent).with_containment(Some(containment))
    }

    /// The secret is neither in the program nor in what it says.
    fn knows_nothing(&self, argv: &[std::ffi::OsString]) {
        let file = fs::read(argv.last().expect("a program")).expect("a program that is there");
        assert!(!contains(&file, SECRET.as_bytes()), "the program holds the secret");
        let run = Command::new(&argv[0]).args(&argv[1..]).env_clear().current_dir(self.folder.path()).output();
        let said = run.expect("a program that runs").stdout;
        let said = String::from_utf8_lossy(&said);
        assert!(!said.contains(SECRET) && !said.contains("BREACH"), "the program says {said}");
    }

    /// The same tests as another user, for whom the binaries are laid out where it can read them.
    pub(crate) fn as_another_user(&self, filter: Option<&str>) -> Result<(), String> {
        let failed = |error: std::io::Error| error.to_string();
        let at = |name: &str| self.path(name);
        fs::copy(&self.grade, at("grade")).map_err(failed)?;
        fs::copy(std::env::current_exe().map_err(failed)?, at("tests")).map_err(failed)?;
        let temporary = at("tmp");
        fs::create_dir_all(&temporary).map_err(failed)?;
        fs::set_permissions(&temporary, fs::Permissions::from_mode(0o777)).map_err(failed)?;
        let toolchain = at("toolchain");
        fs::create_dir_all(&toolchain).map_err(failed)?;
        // Root's own toolchain mostly stands in root's home: it is shown where anybody can come, in these mounts only.
        let show = "mount --bind \"$1\" \"$2\" && shift 2 && exec setpriv --reuid \"$1\" --regid \"$1\" --clear-groups \
                    -- \"$2\" --test-threads=2 $3";
        let output = Command::new("unshare")
            .args(["--mount", "--", "sh", "-c", show, "sh"])
            .args([sysroot()?, toolchain.clone()])
            .arg(ANOTHER.to_string())
            .arg(at("tests"))
            .args(filter)
            .env(AS_ANOTHER, self.folder.path())
            .env("TMPDIR", &temporary)
            .env("HOME", &temporary)
            .env("RUSTC", toolchain.join("bin/rustc"))
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin")
            .current_dir("/")
            .output()
            .map_err(failed)?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
    }
}

/// The compiler's own folder.
pub(crate) fn sysroot() -> Result<PathBuf, String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(rustc).args(["--print", "sysroot"]).output().map_err(|error| error.to_string())?;
    fs::canonicalize(String::from_utf8_lossy(&said.stdout).trim()).map_err(|error| error.to_string())
}

pub(crate) fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}
