//! What a run's processes were is gone with the run: who makes thousands of runs keeps nothing of them. Alone in its file, for
//! it counts the children of this whole process.

use std::path::Path;
use std::time::Duration;

use grade::course::model::Limits;
use grade::engine::{Engine, Interrupt, RunRequest, TracedEngine};
use grade::sandbox::{Rung, best};

use self::processes::children;

mod processes;

#[test]
fn a_run_leaves_no_child_behind_alive_or_dead() {
    let grade = Path::new(env!("CARGO_BIN_EXE_grade"));
    // What the best rung is, is another test's affair.
    let best = best(grade).best;
    for rung in [Rung::Namespaces, Rung::Landlock, Rung::Off].into_iter().filter(|rung| *rung <= best) {
        let engine = TracedEngine::with_executable(grade).contained_by(rung);
        for script in ["sleep 1", "sleep 100 & exit 3", "kill -9 $$"] {
            let folder = tempfile::tempdir().expect("a folder");
            let folders = if rung == Rung::Namespaces { ". /tmp /dev/shm" } else { "." };
            let request = RunRequest {
                argv: ["/bin/sh", "-c", script].map(Into::into).to_vec(),
                env: vec![("PATH".into(), "/usr/bin:/bin".into()), ("FOLDERS".into(), folders.into())],
                cwd: folder.path().to_owned(),
                stdin: Vec::new(),
                limits: Limits::default(),
                real_limit: Duration::from_mins(5),
                schedule: 0,
                places: Vec::new(),
                http: false,
                interrupt: Interrupt::default(),
            };
            engine.run(&request).unwrap_or_else(|error| panic!("{rung:?}, {script}: {error}"));
            assert_eq!(children(), Vec::<String>::new(), "{rung:?}, {script}");
        }
    }
}
