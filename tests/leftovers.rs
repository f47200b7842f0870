//! A grader that is killed at any moment, alone or together with its workers, leaves nothing: no process, no mount, no object
//! of System V IPC; and no file and no control group once the next `grade` has begun.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How often each kind of grading is killed.
const TIMES: u64 = 15;
/// The latest moment of a kill after the start, in milliseconds.
const LATEST: u64 = 900;

/// A process by its id and the time of its start.
type Process = (i32, u64);

/// A copy of `grade`, by whose path its processes are known, and folders of its own.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder") };
        fs::set_permissions(place.folder.path(), fs::Permissions::from_mode(0o755)).expect("ours");
        fs::copy(env!("CARGO_BIN_EXE_grade"), place.at("grade")).expect("a copy");
        fs::create_dir(place.at("tmp")).expect("a folder");
        fs::set_permissions(place.at("tmp"), fs::Permissions::from_mode(0o755)).expect("ours");
        for student in ["ann", "bob", "eve"] {
            let folder = place.at("class").join(student).join("ex07_race");
            fs::create_dir_all(&folder).expect("a folder");
            let solution = Path::new(env!("CARGO_MANIFEST_DIR")).join("solutions/ex07_race/main.py");
            let source = fs::read_to_string(solution).expect("a solution");
            // No two are the same, so that each is graded.
            fs::write(folder.join("main.py"), format!("{source}\n# {student}\n")).expect("written");
        }
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn grade(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.at("grade"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("TMPDIR", self.at("tmp"))
            .env("XDG_CACHE_HOME", self.at("cache"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // It is its own process group, so that nothing reaches this test.
            .process_group(0);
        command
    }

    /// Processes that run our copy of `grade`, or a program that it was told of; the dead are not meant.
    fn ours(&self) -> BTreeMap<Process, String> {
        let mark = self.folder.path().as_os_str().as_encoded_bytes().to_owned();
        everything()
            .into_iter()
            .filter(|seen| {
                let pid = seen.process.0;
                let image = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
                let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                let marked = |bytes: &[u8]| bytes.windows(mark.len()).any(|part| part == mark);
                marked(image.as_os_str().as_encoded_bytes()) || marked(&line)
            })
            .map(|seen| (seen.process, seen.name))
            .collect()
    }
}

struct Seen {
    process: Process,
    parent: i32,
    name: String,
}

/// All processes that are not dead.
fn everything() -> Vec<Seen> {
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    entries
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            let (name, behind) = (stat.get(..=stat.rfind(')')?)?, stat.get(stat.rfind(')')? + 1..)?);
            let fields: Vec<&str> = behind.split_ascii_whitespace().collect();
            let dead = matches!(*fields.first()?, "Z" | "X");
            let process = (pid, fields.get(19)?.parse().ok()?);
            (!dead).then_some(Seen { process, parent: fields.get(1)?.parse().ok()?, name: name.to_owned() })
        })
        .collect()
}

/// A process and all below it.
fn tree(root: i32) -> BTreeMap<Process, String> {
    let all = everything();
    let mut found = BTreeMap::new();
    let mut todo = vec![root];
    while let Some(parent) = todo.pop() {
        for seen in all.iter().filter(|seen| seen.parent == parent) {
            found.insert(seen.process, seen.name.clone());
            todo.push(seen.process.0);
        }
    }
    found
}

fn within(limit: Duration, done: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while !done() {
        if began.elapsed() > limit {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
    true
}

/// Whoever is alive of these.
fn alive(processes: &BTreeMap<Process, String>) -> BTreeMap<Process, String> {
    let now: Vec<Process> = everything().into_iter().map(|seen| seen.process).collect();
    processes.iter().filter(|(process, _)| now.contains(process)).map(|(at, name)| (*at, name.clone())).collect()
}

/// What a kill reaches, beside the grader itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Alone,
    WithWorkers,
    /// The workers are stopped and cannot clear up until they are woken.
    StoppedWorkers,
}

/// Kills a grader and looks at what is left.
fn is_killed(place: &Place, mut grader: Child, reach: Reach) -> Result<(), String> {
    let pid = Pid::from_raw(grader.id().cast_signed());
    if reach != Reach::Alone {
        // It stands still, so that it neither replaces a worker nor starts another.
        let _gone = kill(pid, Signal::SIGSTOP);
    }
    let below = tree(pid.as_raw());
    let workers: Vec<i32> =
        everything().iter().filter(|seen| seen.parent == pid.as_raw()).map(|seen| seen.process.0).collect();
    let signal = match reach {
        Reach::Alone => None,
        Reach::WithWorkers => Some(Signal::SIGKILL),
        Reach::StoppedWorkers => Some(Signal::SIGSTOP),
    };
    for worker in workers {
        let _gone = signal.map(|signal| kill(Pid::from_raw(worker), signal));
    }
    grader.kill().and_then(|()| grader.wait()).map_err(|error| error.to_string())?;
    if within(Duration::from_mins(1), || alive(&below).is_empty() && place.ours().is_empty()) {
        return Ok(());
    }
    let left: Vec<_> = alive(&below).into_iter().chain(place.ours()).collect();
    for ((pid, _), _) in &left {
        let _gone = kill(Pid::from_raw(*pid), Signal::SIGKILL);
    }
    Err(format!("{reach:?}: {left:?}"))
}

/// What is in the folder for temporary files.
fn files(place: &Place) -> Vec<String> {
    let entries = fs::read_dir(place.at("tmp")).expect("a folder").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// What lies below it, to say what was left.
fn below_files(place: &Place, name: &str) -> Vec<String> {
    let listed = Command::new("find").arg(place.at("tmp").join(name)).output().expect("find");
    String::from_utf8_lossy(&listed.stdout).lines().map(str::to_owned).collect()
}

/// Whether this is the folder of a worker that never made anything in it.
fn is_empty_worker(place: &Place, name: &str) -> bool {
    let within = fs::read_dir(place.at("tmp").join(name));
    name.starts_with("grade-worker-") && within.is_ok_and(|mut entries| entries.next().is_none())
}

/// Objects of System V IPC, without their times and users.
fn objects() -> usize {
    let count = |kind| fs::read_to_string(format!("/proc/sysvipc/{kind}")).unwrap_or_default().lines().count();
    ["msg", "sem", "shm"].into_iter().map(count).sum()
}

fn mounts() -> String {
    fs::read_to_string("/proc/self/mountinfo").expect("mounts")
}

/// Control groups of graders that are gone.
fn groups_of_the_dead() -> Vec<PathBuf> {
    fn look(folder: &Path, deeper: u32, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let maker = name.strip_prefix("grade-run-").and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
            match maker {
                Some(maker) if !Path::new(&format!("/proc/{maker}")).exists() => into.push(entry.path()),
                None if deeper > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) => {
                    look(&entry.path(), deeper - 1, into);
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    look(Path::new("/sys/fs/cgroup"), 6, &mut found);
    found
}

/// Moments that differ from run to run of this test, and a place to say which they were.
fn moments() -> impl Iterator<Item = Duration> {
    let mut state = u64::from(std::process::id()) << 20 | 0x9e37;
    std::iter::from_fn(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Some(Duration::from_millis(state % LATEST))
    })
}

fn killed_at_random_moments(arguments: impl Fn(&Place, u64) -> Vec<String>) {
    let place = Place::new();
    // What is built once is built now, so that the moments fall into the grading.
    let warm = arguments(&place, u64::MAX);
    let warm: Vec<&str> = warm.iter().map(String::as_str).collect();
    assert!(place.grade(&warm).status().expect("grade").success(), "{warm:?} is well when nobody kills it");
    assert_eq!(files(&place), Vec::<String>::new(), "a grading that ends leaves no file");
    let (mounts_before, objects_before) = (mounts(), objects());
    for (time, moment) in (0..TIMES).zip(moments()) {
        let reach =
            [Reach::Alone, Reach::WithWorkers, Reach::StoppedWorkers][usize::try_from(time % 3).expect("small")];
        let arguments = arguments(&place, time);
        // What the time before left, and what this one removes if it gets so far.
        let earlier = files(&place);
        let grader = place.grade(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).spawn().expect("grade");
        thread::sleep(moment);
        is_killed(&place, grader, reach).unwrap_or_else(|left| panic!("killed after {moment:?}, {left}"));
        assert_eq!(mounts(), mounts_before);
        assert_eq!(objects(), objects_before);
        if reach != Reach::WithWorkers {
            // Its workers clear up after themselves, but for those that had not begun; these folders, which are empty, and
            // the batch's own one are for the next.
            let left: Vec<String> = files(&place).into_iter().filter(|name| !earlier.contains(name)).collect();
            let is_left = |name: &String| name.starts_with("grade-batch-") || is_empty_worker(&place, name);
            let whole = |name: &String| below_files(&place, name);
            assert!(
                left.iter().all(is_left),
                "{reach:?} after {moment:?}: {:?}",
                left.iter().map(whole).collect::<Vec<_>>()
            );
        }
    }
    let last = arguments(&place, u64::MAX - 1);
    let last: Vec<&str> = last.iter().map(String::as_str).collect();
    assert!(place.grade(&last).status().expect("grade").success());
    assert_eq!(files(&place), Vec::<String>::new(), "the next grading removes what was left");
    // Of the tests beside this one some may be killed just now: those go with their own next.
    let gone = within(Duration::from_mins(1), || {
        assert!(place.grade(&["doctor"]).status().expect("grade").success());
        groups_of_the_dead().is_empty()
    });
    assert!(gone, "{:?}", groups_of_the_dead());
}

#[test]
fn a_grading_killed_at_random_moments_leaves_nothing() {
    killed_at_random_moments(|place, _| {
        let file = place.at("class/ann/ex07_race/main.py").display().to_string();
        ["ex07", "--file", &file, "--jobs", "2"].map(str::to_owned).to_vec()
    });
}

#[test]
fn a_batch_killed_at_random_moments_leaves_nothing() {
    killed_at_random_moments(|place, time| {
        let (class, out) = (place.at("class").display().to_string(), place.at("out").join(time.to_string()));
        fs::create_dir_all(place.at("out")).expect("a folder");
        ["batch", &class, "--out", &out.display().to_string(), "--jobs", "2"].map(str::to_owned).to_vec()
    });
}
