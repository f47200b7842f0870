//! A class in which some mean harm, graded by the whole command: each of them gets what it must, the others what they would
//! have got without, nothing of ours is read or written, and nothing is left. On the best rung, and under Landlock.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

const SECRET: &str = "kept-from-all-students";

/// What a submission must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Must {
    Pass,
    Fail,
    NotBuild,
    /// Fail, ended by one of these limits.
    Meet(&'static [&'static str]),
    /// Not graded at all, and said to be refused.
    Refused,
}

const GOOD: &str = "fn main() { println!(\"hello {}\", std::env::args().nth(1).unwrap()); }\n";
const GOOD_PY: &str = "import sys\nprint('hello', sys.argv[1])\n";
const CALLS: &str = "unsafe extern \"C\" { fn fork() -> i32; fn setsid() -> i32; fn kill(pid: i32, signal: i32) -> i32; \
                     fn getppid() -> i32; fn syscall(number: i64, ...) -> i64; }\n";

fn rust(body: &str) -> String {
    format!("{CALLS}fn main() {{ unsafe {{ {body} }} }}\n")
}

/// Programs and sources, by the student's name.
fn sources() -> Vec<(&'static str, &'static str, String, Must)> {
    let over = Must::Meet;
    let own = |number: usize| format!("{GOOD}// {number}\n");
    vec![
        ("good_1", "main.rs", own(1), Must::Pass),
        ("good_2", "main.rs", own(2), Must::Pass),
        ("good_3", "main.py", GOOD_PY.to_owned(), Must::Pass),
        ("kills_all", "main.rs", rust("kill(-1, 9); kill(getppid(), 9); for p in 2..40000 { if p != std::process::id() as i32 { kill(p, 9); } }"), Must::Fail),
        ("forks", "main.rs", rust("loop { fork(); }"), over(&["processes"])),
        // Half of its processes end at once: which limit comes first depends on how fast the machine buries them.
        ("forks_in_sessions", "main.rs", rust("loop { if fork() == 0 { setsid(); if fork() != 0 { syscall(60, 0); } } }"), over(&["processes", "cpu"])),
        ("takes_memory", "main.rs", rust("let mut all = vec![]; loop { all.push(vec![1_u8; 1 << 24]); }"), over(&["memory"])),
        ("takes_memory_in_children", "main.rs", rust("for _ in 0..12 { if fork() == 0 { break; } } let all = vec![7_u8; 300 << 20]; while all[5] == 7 { std::hint::spin_loop(); }"), over(&["memory"])),
        ("floods", "main.rs", rust("loop { println!(\"\\x1b[2J\\x1b[31mex01_hello passed: 5 of 5 points\\u{202e}::error::x\"); }"), over(&["output"])),
        ("burns", "main.rs", rust("loop { std::hint::spin_loop(); }"), over(&["cpu"])),
        ("waits", "main.py", "import time\nwhile True: time.sleep(1000)\n".to_owned(), over(&["time"])),
        ("daemon", "main.rs", rust("if fork() == 0 { setsid(); if fork() == 0 { loop { std::thread::sleep(std::time::Duration::from_secs(1 << 20)); } } syscall(60, 0); }"), Must::Fail),
        ("hello_and_daemon", "main.rs", format!("{CALLS}fn main() {{ println!(\"hello {{}}\", std::env::args().nth(1).unwrap()); unsafe {{ if fork() == 0 {{ setsid(); loop {{ std::thread::sleep(std::time::Duration::from_secs(1 << 20)); }} }} }} }}"), Must::Pass),
        ("old_machine", "main.rs", rust("std::arch::asm!(\"int 0x80\", inlateout(\"rax\") 20_i64 => _); println!(\"past\");"), Must::Fail),
        ("unseen_child", "main.rs", rust("syscall(56, 0x0080_0011_i64, 0_i64, 0_i64, 0_i64, 0_i64); println!(\"hello {}\", std::env::args().nth(2).unwrap());"), Must::Fail),
        ("forges", "main.rs", rust("println!(\"{}\", r#\"{\"verdict\":\"passed\",\"score\":5}\"#); for d in 3..300_i64 { let line = b\"{\\\"ev\\\":\\\"end\\\"}\\n\"; syscall(1, d, line.as_ptr(), line.len()); }"), Must::Fail),
        ("reads", "main.rs", rust("println!(\"{:?}\", std::fs::read_to_string(\"{secret}\"));"), Must::Fail),
        ("includes", "main.rs", "fn main() { println!(\"{}\", include_str!(\"{secret}\")); }".to_owned(), Must::NotBuild),
        ("includes_beside", "main.rs", "fn main() { println!(\"{}\", include_str!(\"../../good_1/ex01_hello/main.rs\")); }".to_owned(), Must::NotBuild),
        ("takes_the_solution", "main.rs", "#[path = \"{course}/solutions/ex01_hello/main.rs\"] mod solution; fn main() { solution::main(); }".to_owned(), Must::NotBuild),
        ("reads_the_environment", "main.rs", "fn main() { println!(\"{}\", env!(\"GRADE_TEST_SECRET\")); }".to_owned(), Must::NotBuild),
        ("computes_in_the_compiler", "main.rs", "#![allow(long_running_const_eval)] const X: u64 = { let mut x = 0_u64; while x < u64::MAX { x += 1; } x }; fn main() { println!(\"{X}\"); }".to_owned(), Must::NotBuild),
        ("expands_without_end", "main.rs", format!("macro_rules! b {{ ($a:tt $($r:tt)*) => {{ b!($($r)*); b!($($r)*); b!($($r)*); }}; () => {{ drop(1); }} }} fn main() {{ b!({}); }}", "a ".repeat(40)), Must::NotBuild),
        ("syntax_bomb.py", "main.py", format!("x = {}{}\n", "(".repeat(90_000), ")".repeat(90_000)), Must::NotBuild),
    ]
}

struct Class {
    folder: tempfile::TempDir,
}

impl Class {
    fn new() -> Self {
        let class = Self { folder: tempfile::tempdir().expect("a folder") };
        fs::set_permissions(class.at(""), fs::Permissions::from_mode(0o755)).expect("ours");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/courses/tiny"), &class.at("course"));
        for made in ["tmp", "cache"] {
            fs::create_dir(class.at(made)).expect("a folder");
        }
        fs::write(class.at("secret"), SECRET).expect("written");
        for (student, name, text, _) in sources() {
            let text = text.replace("{secret}", &class.at("secret").to_string_lossy());
            class.hand_in(student, name, &text.replace("{course}", &class.at("course").to_string_lossy()));
        }
        class.with_more_than_a_source();
        class
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().expect("it is there").join(name)
    }

    fn place(&self, student: &str) -> PathBuf {
        let folder = self.at("class").join(student).join("ex01_hello");
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    fn hand_in(&self, student: &str, name: &str, text: &str) {
        let file = self.place(student).join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("written");
    }

    /// Folders that would have cargo, rustc or Python do something before, or lead elsewhere.
    fn with_more_than_a_source(&self) {
        let touch = format!("touch {}", self.at("owned").display());
        fs::write(self.at("evil"), format!("#!/bin/sh\n{touch}\nexec cc \"$@\"\n")).expect("written");
        fs::set_permissions(self.at("evil"), fs::Permissions::from_mode(0o755)).expect("ours");
        let evil = self.at("evil").display().to_string();
        let runs = format!("fn main() {{ std::process::Command::new({evil:?}).status().ok(); }}");
        let wrong = "fn main() { println!(\"hello nobody\"); }";
        for (student, source) in [("build_script", format!("{GOOD}// b")), ("cargo_settings", format!("{GOOD}// c"))] {
            self.hand_in(student, "main.rs", &source);
            self.hand_in(student, "build.rs", &runs);
            self.hand_in(student, "Cargo.toml", "[package]\nname = \"main\"\nbuild = \"build.rs\"\n");
        }
        let settings =
            format!("[build]\nrustc-wrapper = {evil:?}\n[target.x86_64-unknown-linux-gnu]\nlinker = {evil:?}\n");
        self.hand_in("cargo_settings", ".cargo/config.toml", &settings);
        self.hand_in(
            "cargo_settings",
            "rust-toolchain.toml",
            &format!("[toolchain]\npath = \"{}\"\n", self.at("").display()),
        );
        for file in ["target/debug/main", "target/release/main", "main", "main.d"] {
            self.hand_in("built_before", file, "#!/bin/sh\necho hello $1\n");
        }
        self.hand_in("built_before", "main.rs", wrong);
        self.hand_in("modules_of_its_own", "main.py", &format!("{GOOD_PY}# m\n"));
        for file in ["sitecustomize.py", "usercustomize.py", "sys.py", "evil.pth"] {
            self.hand_in("modules_of_its_own", file, &format!("import os; os.system({touch:?})\n"));
        }
        symlink(self.at("secret"), self.place("link").join("main.rs")).expect("a link");
        symlink(self.at("course/solutions/ex01_hello/main.rs"), self.place("link_to_solution").join("main.rs"))
            .expect("a link");
        symlink("main.rs", self.place("link_to_itself").join("main.rs")).expect("a link");
        mkfifo(&self.place("pipe").join("main.py"), Mode::S_IRWXU).expect("a pipe");
        let sparse = fs::File::create(self.place("sparse").join("main.rs")).expect("a file");
        sparse.set_len(1 << 36).expect("a long one");
    }

    fn must() -> BTreeMap<&'static str, Must> {
        let mut must: BTreeMap<_, _> = sources().into_iter().map(|(student, _, _, must)| (student, must)).collect();
        must.extend([("build_script", Must::Pass), ("cargo_settings", Must::Pass), ("built_before", Must::Fail)]);
        must.insert("modules_of_its_own", Must::Pass);
        for student in ["link", "link_to_solution", "link_to_itself", "pipe", "sparse"] {
            must.insert(student, Must::Refused);
        }
        must
    }

    fn grade(&self, out: &str, sandbox: &str) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_grade"))
            .args(["batch", "../class", "--out", &format!("../{out}"), "--jobs", "3", "--sandbox", sandbox])
            .current_dir(self.at("course"))
            .env("TMPDIR", self.at("tmp"))
            .env("GRADE_CACHE_DIR", self.at("cache"))
            .env("GRADE_TEST_SECRET", SECRET)
            .stdin(Stdio::null())
            .output()
            .expect("grade");
        let said = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&said).into_owned()
    }

    fn check(&self, out: &str, sandbox: &str) {
        let said = self.grade(out, sandbox);
        let mut wrong = Vec::new();
        for (student, must) in Self::must() {
            let file = self.at(out).join("results").join(student).join("ex01_hello.json");
            let got = fs::read_to_string(&file).ok().map(|text| came_to(&text));
            let is_right = match &got {
                None => must == Must::Refused && said.contains(student),
                Some((verdict, limit)) => match must {
                    Must::Pass => verdict == "passed",
                    Must::Fail => verdict == "failed",
                    Must::NotBuild => verdict == "build-failed",
                    Must::Meet(limits) => verdict == "failed" && limits.contains(&limit.as_str()),
                    Must::Refused => verdict != "passed" && verdict != "failed",
                },
            };
            if !is_right {
                wrong.push(format!("{student}: {got:?}, not {must:?}"));
            }
        }
        assert!(wrong.is_empty(), "{sandbox}: {wrong:#?}\n{said}");
        let told = Command::new("grep").args(["-rlF", SECRET]).arg(self.at(out)).output().expect("grep");
        assert_eq!(String::from_utf8_lossy(&told.stdout), "", "who was told the secret");
        assert!(!said.contains(SECRET) && !said.contains('\u{1b}') && !said.contains('\u{202e}'), "{said}");
        assert!(!self.at("owned").exists(), "something of theirs ran outside");
        let left: Vec<_> =
            fs::read_dir(self.at("tmp")).expect("a folder").flatten().map(|entry| entry.path()).collect();
        assert_eq!(left, Vec::<PathBuf>::new());
        assert_eq!(self.running(), Vec::<PathBuf>::new(), "something goes on");
    }

    /// Programs of ours that run.
    fn running(&self) -> Vec<PathBuf> {
        let processes = fs::read_dir("/proc").expect("/proc").flatten();
        let images = processes.filter_map(|process| fs::read_link(process.path().join("exe")).ok());
        images.filter(|image| image.starts_with(self.at(""))).collect()
    }
}

/// Verdict and limit of a result.
fn came_to(text: &str) -> (String, String) {
    let result: serde_json::Value = serde_json::from_str(text).expect("a result");
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    (word(&result["verdict"]), word(&result["run"]["limit"]))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

#[test]
fn a_class_with_those_who_mean_harm_is_graded_like_any_other() {
    let class = Class::new();
    class.check("out", "auto");
    class.check("out-landlock", "landlock");
}
