//! The yard in which the programs run: the canaries around it, how a program is run, and what must not be left.

pub(crate) mod awkward;
pub(crate) mod hostile;
mod programs;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use grade::course::model::Limits;
use grade::engine::{Engine, EngineError, Interrupt, RunRequest, TracedEngine};
use grade::sandbox::{self, Rung};
use grade::trace::Trace;

/// Set for the copy of this test that runs as another user: the folder that was made for it.
pub(crate) const AS_ANOTHER: &str = "GRADE_YARD_AS_ANOTHER";
/// Set for the copy of this test to which namespaces are refused.
pub(crate) const REFUSED: &str = "GRADE_YARD_REFUSED";
/// Set for the copy of this test that is killed in the middle of a run: the rung.
pub(crate) const VICTIM: &str = "GRADE_YARD_VICTIM";
/// Marks every process of the yard.
const MARK: &str = "GRADE_YARD";
/// What the secret file holds.
const SECRET: &str = "the-secret-of-the-grader";
/// A user that is nobody in particular.
const ANOTHER: u32 = 61_234;

/// The canaries.
pub(crate) struct Yard {
    mark: String,
    secret: tempfile::TempDir,
    sleeper: std::sync::Mutex<Child>,
    tcp: TcpListener,
    udp: UdpSocket,
    abstract_name: String,
    unix: UnixListener,
    door: UnixListener,
    mounts: String,
}

impl Yard {
    pub(crate) fn open() -> Self {
        let mark = format!("yard-{}", std::process::id());
        let secret = tempfile::tempdir().expect("a temporary folder");
        fs::write(secret.path().join("spec.toml"), SECRET).expect("written");
        let door = UnixListener::bind(secret.path().join("door")).expect("a name of our own");
        door.set_nonblocking(true).expect("a listener of ours");
        let tcp = TcpListener::bind("127.0.0.1:0").expect("a port");
        tcp.set_nonblocking(true).expect("a listener of ours");
        let udp = UdpSocket::bind(tcp.local_addr().expect("bound")).expect("the same port");
        udp.set_nonblocking(true).expect("a socket of ours");
        let unix = SocketAddr::from_abstract_name(&mark).expect("a name");
        let unix = UnixListener::bind_addr(&unix).expect("a name of our own");
        unix.set_nonblocking(true).expect("a listener of ours");
        Self {
            sleeper: std::sync::Mutex::new(Command::new("sleep").arg("100000").spawn().expect("sleep")),
            abstract_name: mark.clone(),
            mark,
            secret,
            tcp,
            udp,
            unix,
            door,
            mounts: fs::read_to_string("/proc/self/mountinfo").expect("mounts"),
        }
    }

    pub(crate) fn is_root() -> bool {
        nix::unistd::geteuid().is_root()
    }

    /// The rungs that this machine has.
    pub(crate) fn rungs() -> &'static [Rung] {
        static RUNGS: OnceLock<Vec<Rung>> = OnceLock::new();
        RUNGS.get_or_init(|| {
            let probed = sandbox::probe_each(grade_binary(), sandbox::own_identity());
            probed.into_iter().filter_map(|(rung, refusal)| refusal.is_none().then_some(rung)).collect()
        })
    }

    /// Why this machine does not have a rung.
    pub(crate) fn refusal_of(rung: Rung) -> Option<String> {
        let probed = sandbox::probe_each(grade_binary(), sandbox::own_identity());
        probed.into_iter().find(|(of, _)| *of == rung)?.1.map(|refusal| refusal.reason)
    }

    /// Arguments that tell a program where the canaries are; the path without its slash, so that it is not shown.
    fn arguments(&self) -> Vec<OsString> {
        let secret = self.secret.path().join("spec.toml");
        let secret = secret.strip_prefix("/").expect("an absolute path").to_owned();
        let port = self.tcp.local_addr().expect("bound").port();
        let sleeper = self.sleeper.lock().expect("no panic while it is held").id();
        vec![
            secret.into(),
            port.to_string().into(),
            sleeper.to_string().into(),
            std::process::id().to_string().into(),
            self.abstract_name.clone().into(),
        ]
    }

    /// Runs a command in its own folder.
    fn run(&self, rung: Rung, command: &[OsString], limits: Limits) -> Result<Trace, String> {
        self.in_its_folder(rung, command, limits, Engine::run)
    }

    /// Whether one of so many schedules makes a command write this line.
    fn a_schedule_shows(
        &self,
        rung: Rung,
        command: &[OsString],
        limits: &Limits,
        (schedules, line): (u64, &str),
    ) -> Result<bool, String> {
        let places = self.in_its_folder(rung, command, limits.clone(), Engine::survey)?;
        for schedule in 1..=schedules {
            let trace = self.in_its_folder(rung, command, limits.clone(), |engine, request| {
                engine.run(&RunRequest { schedule, places: places.clone(), ..request.clone() })
            })?;
            if hostile::lines(&trace).iter().any(|shown| shown == line) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Does something with a command that is to run in a folder of its own.
    fn in_its_folder<T>(
        &self,
        rung: Rung,
        command: &[OsString],
        limits: Limits,
        act: impl FnOnce(&TracedEngine, &RunRequest) -> Result<T, EngineError>,
    ) -> Result<T, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut argv = command.to_vec();
        argv.extend(self.arguments());
        let temporary: OsString = match rung {
            Rung::Namespaces => "/tmp".into(),
            Rung::Landlock | Rung::Off => folder.path().into(),
        };
        let request = RunRequest {
            argv,
            env: vec![
                ("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into()),
                ("HOME".into(), temporary.clone()),
                ("TMPDIR".into(), temporary),
                ("LANG".into(), "C.UTF-8".into()),
                ("TZ".into(), "UTC".into()),
                ("PYTHONUNBUFFERED".into(), "1".into()),
                ("PYTHONDONTWRITEBYTECODE".into(), "1".into()),
                (MARK.into(), self.mark.clone().into()),
            ],
            cwd: folder.path().to_owned(),
            stdin: Vec::new(),
            limits,
            // A run that comes here is in the program's hands: on a busy machine some of them take a minute.
            real_limit: Duration::from_mins(15),
            schedule: 0,
            places: Vec::new(),
            http: false,
            interrupt: Interrupt::default(),
        };
        let engine = TracedEngine::with_executable(grade_binary());
        let engine = if rung == Rung::Off { engine } else { engine.contained_by(rung) };
        act(&engine, &request).map_err(|error| error.to_string())
    }

    /// Starts a grader, kills it in the middle of a run, and looks whether anything goes on.
    pub(crate) fn a_killed_grader_leaves_nothing(&self) -> Result<(), String> {
        for rung in Self::rungs() {
            let mark = format!("{}-victim-{}", self.mark, rung.name());
            let mut victim = Command::new(std::env::current_exe().map_err(|error| error.to_string())?)
                .env(VICTIM, rung.name())
                .env(MARK, &mark)
                .stdout(Stdio::null())
                .spawn()
                .map_err(|error| error.to_string())?;
            // The program, its orphan, and the victim itself.
            wait_until(|| marked(&mark).len() >= 3).map_err(|()| format!("{rung:?}: the run did not begin"))?;
            victim.kill().and_then(|()| victim.wait()).map_err(|error| error.to_string())?;
            wait_until(|| marked(&mark).is_empty())
                .map_err(|()| format!("{rung:?}: {} processes go on", marked(&mark).len()))?;
        }
        Ok(())
    }

    /// What the victim does.
    pub(crate) fn be_a_victim() {
        let rung =
            if std::env::var(VICTIM).is_ok_and(|rung| rung == "landlock") { Rung::Landlock } else { Rung::Namespaces };
        let mark = std::env::var_os(MARK).unwrap_or_default();
        let folder = std::env::temp_dir();
        let request = RunRequest {
            argv: ["/bin/sh", "-c", "setsid sleep 1000 & sleep 1000; sleep 1000"].map(Into::into).to_vec(),
            env: vec![("PATH".into(), "/usr/bin:/bin".into()), (MARK.into(), mark)],
            cwd: folder,
            stdin: Vec::new(),
            limits: Limits::default(),
            real_limit: Duration::from_mins(3),
            schedule: 0,
            places: Vec::new(),
            http: false,
            interrupt: Interrupt::default(),
        };
        // It is killed before this comes back.
        let _ = TracedEngine::with_executable(grade_binary()).on_the_wall_clock().contained_by(rung).run(&request);
    }

    /// The same tests as another user, for whom the binaries and programs are laid out where it can read them.
    pub(crate) fn as_another_user(filter: Option<&str>) -> Result<(), String> {
        Self::elsewhere(filter, |yard| {
            let mut command = Command::new(yard);
            command.uid(ANOTHER).gid(ANOTHER);
            command
        })
    }

    /// The legal programs as root of a container, who may not trace or read processes of other users (no `CAP_SYS_PTRACE`).
    pub(crate) fn as_root_of_a_container(filter: Option<&str>) -> Result<(), String> {
        let filter = filter.filter(|filter| filter.contains("awkward")).unwrap_or("awkward");
        Self::elsewhere(Some(filter), |yard| {
            let mut command = Command::new("setpriv");
            command.arg("--bounding-set=-sys_ptrace").arg(yard);
            // An interpreter that everybody can reach, so that runs may have users of their own.
            command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
            command
        })
    }

    /// The same tests by a command that begins so, with the binaries and programs laid out where everybody can read them.
    fn elsewhere(filter: Option<&str>, begin: impl FnOnce(&Path) -> Command) -> Result<(), String> {
        let failed = |error: std::io::Error| error.to_string();
        let folder = tempfile::tempdir().map_err(failed)?;
        let at = |name: &str| folder.path().join(name);
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).map_err(failed)?;
        fs::copy(grade_binary(), at("grade")).map_err(failed)?;
        fs::copy(std::env::current_exe().map_err(failed)?, at("yard")).map_err(failed)?;
        programs::lay_out(folder.path())?;
        let temporary = at("tmp");
        fs::create_dir(&temporary).map_err(failed)?;
        fs::set_permissions(&temporary, fs::Permissions::from_mode(0o777)).map_err(failed)?;
        let output = begin(&at("yard"))
            .args(filter)
            .arg("--test-threads=2")
            .env(AS_ANOTHER, folder.path())
            .env("TMPDIR", &temporary)
            .env("HOME", &temporary)
            .current_dir("/")
            .output()
            .map_err(failed)?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
    }

    /// The hostile programs where a filter refuses namespaces, so that the probe itself finds Landlock.
    pub(crate) fn where_namespaces_are_refused(filter: Option<&str>) -> Result<(), String> {
        let output = Command::new(std::env::current_exe().map_err(|error| error.to_string())?)
            .arg(filter.filter(|filter| filter.contains("landlock")).unwrap_or("landlock::hostile"))
            .arg("--test-threads=2")
            .env(REFUSED, "namespaces")
            .output()
            .map_err(|error| error.to_string())?;
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.success() && said.contains("landlock::") && !said.contains("namespaces::") {
            return Ok(());
        }
        Err(said)
    }

    /// Everything that is not as it was; then the canaries go.
    pub(crate) fn close(&self) -> Vec<String> {
        let mut left = Vec::new();
        let mut sleeper = self.sleeper.lock().expect("no panic while it is held");
        if !matches!(sleeper.try_wait(), Ok(None)) {
            left.push("the sleeping canary is dead".to_owned());
        }
        let _ = sleeper.kill().and_then(|()| sleeper.wait());
        let secret = self.secret.path();
        if fs::read_to_string(secret.join("spec.toml")).ok().as_deref() != Some(SECRET) {
            left.push("the secret was changed".to_owned());
        }
        if fs::read_dir(secret).map_or(0, Iterator::count) != 2 {
            left.push("something was planted beside the secret".to_owned());
        }
        if self.tcp.accept().is_ok() || self.udp.recv(&mut [0; 16]).is_ok() {
            left.push("somebody reached a server of the machine".to_owned());
        }
        if self.door.accept().is_ok() {
            left.push("somebody reached a socket in a folder".to_owned());
        }
        if self.unix.accept().is_ok() {
            left.push("somebody reached an abstract socket".to_owned());
        }
        if wait_until(|| marked(&self.mark).is_empty()).is_err() {
            left.extend(marked(&self.mark).into_iter().map(|pid| format!("process {pid}")));
        }
        if fs::read_to_string("/proc/self/mountinfo").ok().as_deref() != Some(&self.mounts) {
            left.push("a mount".to_owned());
        }
        for kind in ["msg", "sem", "shm"] {
            let objects = fs::read_to_string(format!("/proc/sysvipc/{kind}")).unwrap_or_default();
            let key = |line: &str| line.split_ascii_whitespace().next().and_then(|key| key.parse::<u32>().ok());
            left.extend(
                objects
                    .lines()
                    .filter_map(key)
                    .filter(|key| (7000..7020).contains(key))
                    .map(|key| format!("{kind} {key}")),
            );
        }
        for folder in
            ["/", "/usr", "/usr/local/bin", "/etc", "/bin", "/var/tmp", "/home", "/root", "/run", "/dev", "/dev/shm"]
        {
            let planted = Path::new(folder).join("grade-hostile-planted");
            if planted.exists() {
                left.push(planted.display().to_string());
            }
        }
        left
    }
}

/// Where `grade` is.
pub(crate) fn grade_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os(AS_ANOTHER) {
        Some(folder) => Path::new(&folder).join("grade"),
        None => env!("CARGO_BIN_EXE_grade").into(),
    })
}

/// Processes whose environment holds this mark, as far as we may see; without us and the dead.
fn marked(mark: &str) -> BTreeSet<u32> {
    let wanted = format!("{MARK}={mark}\0");
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| *pid != std::process::id())
        .filter(|pid| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.windows(wanted.len()).any(|window| window == wanted.as_bytes())
        })
        .collect()
}

fn wait_until(done: impl Fn() -> bool) -> Result<(), ()> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(30) {
        if done() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(())
}
