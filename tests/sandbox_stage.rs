//! The sandbox's stage by itself, without a tracer: what a contained program can and cannot do, on every rung.

use std::fs::{self, File};
use std::io::{Read, Seek};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use grade::course::model::Limits;
use grade::engine::{Engine, Interrupt, RunRequest, TracedEngine};
use grade::sandbox::{Identity, Plan, ProcessLimits, Rung, SandboxError, View, probe, start};
use grade::trace::Ended;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

fn grade_binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_grade"))
}

/// As root a run gets a user of its own.
fn identity() -> Option<Identity> {
    nix::unistd::geteuid().is_root().then_some(Identity { uid: 60_000, gid: 60_000 })
}

fn plan(rung: Rung, script: &str) -> Plan {
    let system = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/ld.so.cache"];
    // Without a user of its own it would be counted with all else that this user runs: cargo's threads and ours.
    let processes = (identity().is_some() || rung == Rung::Namespaces).then_some(16);
    Plan {
        rung,
        argv: ["/bin/sh", "-c", script].map(Into::into).to_vec(),
        env: vec![("PATH".into(), "/usr/bin:/bin".into())],
        cwd: if rung == Rung::Namespaces { "/work".into() } else { "/".into() },
        view: View {
            read_only: system.map(PathBuf::from).to_vec(),
            read_write: Vec::new(),
            fresh_bytes: 1 << 20,
            fresh_files: 64,
        },
        limits: ProcessLimits { open_files: Some(64), processes, ..ProcessLimits::default() },
        identity: identity(),
        tracer_filters: Vec::new(),
        trap_cycle_counter: false,
        fixed_addresses: false,
        outlives: false,
        group: None,
    }
}

/// Runs a script to its end and gives its exit status and what it wrote to both streams.
fn run(plan: &Plan) -> Result<(i32, String), SandboxError> {
    let mut output = tempfile::tempfile().expect("a temporary file");
    let null = File::open("/dev/null").expect("/dev/null");
    let staged = start(plan, grade_binary(), [null.as_fd(), output.as_fd(), output.as_fd()])?;
    staged.open_gate()?;
    let status = waitpid(staged.child(), Some(WaitPidFlag::__WALL)).expect("our child");
    if let Some(error) = staged.failure(&plan.argv[0].to_string_lossy()) {
        return Err(error);
    }
    let mut text = String::new();
    output.rewind().expect("a rewound file");
    output.read_to_string(&mut text).expect("text");
    let code = match status {
        WaitStatus::Exited(_, code) => code,
        WaitStatus::Signaled(_, signal, _) => 128 + signal as i32,
        other => panic!("an end, not {other:?}"),
    };
    Ok((code, text))
}

fn output_of(rung: Rung, script: &str) -> String {
    let (code, text) = run(&plan(rung, script)).expect("a run");
    assert!(code < 125, "the stage itself is well: {code}, {text}");
    text
}

#[test]
fn this_machine_offers_the_best_rung() {
    let probed = probe(grade_binary(), identity());
    assert_eq!(probed.best, Rung::Namespaces, "{:?}", probed.refused);
}

#[test]
fn the_program_is_not_the_first_process_and_sees_only_its_own() {
    let text =
        output_of(Rung::Namespaces, "echo $$; ls /proc | grep -c '^[0-9]'; tr -d '\\0' < /proc/1/environ | wc -c");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "2");
    assert!(lines[1].parse::<u32>().expect("a count") <= 5, "{text}");
    assert!(text.contains("Permission denied") || lines.last() == Some(&"0"), "{text}");
}

#[test]
fn the_network_is_a_loopback_of_its_own() {
    let text = output_of(Rung::Namespaces, "cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' '");
    assert_eq!(text, "lo\n");
}

#[test]
fn only_what_is_shown_can_be_read_and_nothing_of_it_written() {
    let secret = tempfile::NamedTempFile::new().expect("a file");
    fs::write(secret.path(), "a secret").expect("written");
    let script = format!(
        "cat {0}; cat /etc/shadow; echo x > /usr/canary; echo x > /canary; ls /root /home; echo mine > /tmp/ok && cat /tmp/ok",
        secret.path().display()
    );
    let text = output_of(Rung::Namespaces, &script);
    assert!(!text.contains("a secret"), "{text}");
    assert!(text.contains("mine"), "{text}");
    assert!(!Path::new("/usr/canary").exists());
    assert_eq!(text.matches("Read-only file system").count(), 2, "{text}");
}

#[test]
fn fresh_folders_are_small_and_writable() {
    let text = output_of(
        Rung::Namespaces,
        "pwd; echo here > file && cat file; head -c 2000000 /dev/zero > /tmp/big; i=0; while [ $i -lt 100 ]; do (: > /tmp/f$i) 2>/dev/null || break; i=$((i+1)); done; echo $((i < 64))",
    );
    assert!(text.starts_with("/work\nhere\n"), "{text}");
    assert!(text.contains("No space left on device"), "{text}");
    assert!(text.ends_with("1\n"), "{text}");
}

#[test]
fn rights_are_gone() {
    for rung in [Rung::Namespaces, Rung::Landlock] {
        let text = output_of(rung, "grep -E '^(Cap(Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp):' /proc/self/status; id -u");
        for line in text.lines().filter(|line| line.starts_with("Cap") && !line.starts_with("CapBnd")) {
            assert!(line.ends_with("0000000000000000"), "{rung:?}: {text}");
        }
        assert!(text.contains("NoNewPrivs:\t1") && text.contains("Seccomp:\t2"), "{rung:?}: {text}");
        assert!(!text.ends_with("\n0\n"), "{rung:?}: {text}");
    }
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let mut plan = plan(Rung::Namespaces, "");
    plan.argv = vec!["/no/such/program".into()];
    let error = run(&plan).expect_err("no program");
    assert_eq!(error.to_string(), "failed to start `/no/such/program`: No such file or directory (os error 2)");
}

#[test]
fn landlock_closes_files_and_signals() {
    let mut victim = std::process::Command::new("/bin/sleep").arg("60").spawn().expect("a victim");
    let script = format!("kill -9 {}; cat /etc/passwd; echo x > /tmp/grade-landlock-canary; echo alive", victim.id());
    let text = output_of(Rung::Landlock, &script);
    assert!(victim.try_wait().expect("our child").is_none(), "the victim lives");
    victim.kill().expect("killed by us");
    victim.wait().expect("our child");
    assert!(text.ends_with("alive\n") && !text.contains("root:"), "{text}");
    assert!(!Path::new("/tmp/grade-landlock-canary").exists());
}

#[test]
fn a_contained_program_takes_turns_under_a_schedule() {
    for rung in [Rung::Namespaces, Rung::Landlock] {
        let folder = tempfile::tempdir().expect("a folder");
        let request = RunRequest {
            argv: ["/bin/sh", "-c", "sleep 1 & sleep 2; wait; echo done"].map(Into::into).to_vec(),
            env: vec![("PATH".into(), "/usr/bin:/bin".into())],
            cwd: folder.path().to_owned(),
            stdin: Vec::new(),
            limits: Limits::default(),
            real_limit: std::time::Duration::from_mins(1),
            schedule: 7,
            places: Vec::new(),
            http: false,
            interrupt: Interrupt::default(),
        };
        let engine = TracedEngine::with_executable(grade_binary()).contained_by(rung);
        let trace = engine.run(&request).expect("a run");
        assert_eq!(trace.end.ended, Ended::Exit, "{rung:?}: {:?}", trace.end);
    }
}

#[test]
fn orphans_end_with_the_program() {
    let marker = format!("4{:05}", std::process::id() % 100_000);
    let text = output_of(Rung::Namespaces, &format!("setsid sleep {marker} & (sleep {marker} &) ; echo started"));
    assert_eq!(text, "started\n");
    let left = fs::read_dir("/proc").expect("/proc").filter_map(Result::ok).filter(|entry| {
        fs::read(entry.path().join("cmdline"))
            .is_ok_and(|line| line.windows(marker.len()).any(|w| w == marker.as_bytes()))
    });
    assert_eq!(left.count(), 0);
}
