//! What a traced program may do to the machine's clock, and who meets its orphans: it sees what it would see without us.

use std::process::Command;
use std::time::Instant;

/// What a Python script writes under a trace.
fn written_by_python(script: &str) -> String {
    let args = ["trace", "-q", "--", "python3", "-c", script];
    let output = Command::new(env!("CARGO_BIN_EXE_grade")).args(args).output().expect("grade runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Whether this process may set the machine's clock: with `CAP_SYS_TIME`, in the first user namespace.
fn may_set_the_clock() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").expect("our status");
    let capabilities = status.lines().find_map(|line| line.strip_prefix("CapEff:")).expect("our capabilities");
    let namespace = std::fs::read_link("/proc/self/ns/user").expect("our namespace");
    u64::from_str_radix(capabilities.trim(), 16).expect("a set") & (1 << 25) != 0
        && namespace.as_os_str() == "user:[4026531837]"
}

#[test]
fn who_may_set_the_machines_clock_sets_the_runs_and_the_machines_stays() {
    let (machine, since) = (std::time::SystemTime::now(), Instant::now());
    let written = written_by_python(
        "
import os, subprocess, time
def hours(now): return round((float(now) - start) / 3600)
def set_clock():
    try:
        time.clock_settime(time.CLOCK_REALTIME, start + 7200)
        return 'set'
    except PermissionError:
        return 'may not'
start, uptime = time.time(), time.monotonic()
print(set_clock(), hours(time.time()), hours(subprocess.check_output(['date', '+%s'])), round(time.monotonic() - uptime))
if os.geteuid() == 0:
    os.setuid(65534)
print(set_clock())
for clock, value in (time.CLOCK_MONOTONIC, 1e9), (time.CLOCK_REALTIME, 1):
    try:
        time.clock_settime(clock, value)
    except OSError as error:
        print(error.strerror)
",
    );
    let mut written = written.lines();
    assert_eq!(written.next(), Some(if may_set_the_clock() { "set 2 2 0" } else { "may not 0 0 0" }));
    assert_eq!(written.next(), Some("may not"), "nobody's clock");
    assert_eq!(written.next(), Some("Invalid argument"), "a monotonic clock cannot be set");
    let refused = written.next();
    assert!(matches!(refused, Some("Operation not permitted" | "Invalid argument")), "{refused:?}");
    let passed = machine.elapsed().expect("the machine's time goes on");
    assert!(passed.abs_diff(since.elapsed()).as_secs() < 600, "the machine's clock was set");
}

#[test]
fn an_orphan_is_gone_when_it_has_ended_and_is_told_that_the_first_process_has_it() {
    let written = written_by_python(
        "
import os, time
reader, writer = os.pipe()
if os.fork() == 0:
    orphan = os.fork()
    if orphan == 0:
        time.sleep(1)
        os.write(writer, f'parent {os.getppid()}\\n'.encode())
        os._exit(0)
    os.write(writer, f'{orphan}\\n'.encode())
    os._exit(0)
os.wait()
told = os.fdopen(reader)
orphan = int(told.readline())
looks = 0
while looks < 1000:
    try:
        os.kill(orphan, 0)
    except ProcessLookupError:
        break
    looks += 1
    time.sleep(0.1)
print(told.readline().strip(), 'looks', looks)
",
    );
    let looks = written.strip_prefix("parent 1 looks ").unwrap_or_else(|| panic!("{written}"));
    let looks: u32 = looks.trim().parse().expect("a number");
    assert!((9..=12).contains(&looks), "a second is ten looks, and not {looks}");
}

#[test]
fn a_child_that_nobody_waited_for_is_gone_with_its_parent() {
    let written = written_by_python(
        "
import os, time
reader, writer = os.pipe()
if os.fork() == 0:
    child = os.fork()
    if child == 0:
        os._exit(0)
    time.sleep(1)
    os.write(writer, f'{child}'.encode())
    os._exit(0)
os.wait()
time.sleep(1)
print(os.path.exists('/proc/' + os.read(reader, 20).decode()))
",
    );
    assert_eq!(written, "False\n");
}

#[test]
fn a_file_system_whose_files_were_changed_can_be_unmounted() {
    let inside = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", script]);
        command
    };
    // Where nobody may mount, there is nothing to show.
    if !inside("mount -t tmpfs none /mnt").status().is_ok_and(|status| status.success()) {
        return;
    }
    let script = inside("mount -t tmpfs none /mnt && echo x >/mnt/a && sleep 1 && umount /mnt");
    let mut command = Command::new(env!("CARGO_BIN_EXE_grade"));
    let output = command.args(["trace", "-q", "--"]).arg(script.get_program()).args(script.get_args()).output();
    let output = output.expect("grade runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
