//! One run from start to end, on a thread of its own: ptrace belongs to threads, and waits must not meet the children of others.

use std::ffi::{OsStr, OsString};
use std::time::Instant;

use super::Recorded;
use super::contained::Contained;
use super::cpu::{self, Pin};
use super::error::TracerError;
use super::filter::{Sight, filters};
use super::fixture;
use super::options::{Epoch, Options, OutputMode};
use super::process::Role;
use super::spawn::{Failure, Launch};
use super::streams::Streams;
use super::survey::Survey;
use super::task::Slot;
use super::turns::Turns;
use super::watch::Watch;
use super::world::World;
use crate::sys::child::Step;
use crate::trace::{ClockKind, End, Ended, Header, SCHEMA, Trace};

/// Runs it on a new thread.
pub(super) fn on_a_thread_of_its_own(options: &Options, survey: Option<Survey>) -> Result<Recorded, TracerError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("tracer".to_owned()).spawn_scoped(scope, || run(options, survey));
        let thread = thread.map_err(|cause| TracerError::System { operation: "start a thread", tid: None, cause })?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn run(options: &Options, survey: Option<Survey>) -> Result<Recorded, TracerError> {
    let cpus = cpu::allowed();
    let _pin = match (options.pinned.as_slice(), options.processors) {
        ([], 2..) => None,
        ([], _) => Some(Pin::this_thread()),
        (cpus, _) => Some(Pin::to(cpus)),
    };
    let sight = match options.clock {
        ClockKind::Virtual if options.has_schedule() => Sight::Turns,
        ClockKind::Virtual => Sight::Virtual,
        ClockKind::Wall => Sight::Wall,
    };
    // A schedule that was found with captured output must be the same one with output that goes through.
    // And what a contained program could do to a file or a terminal of ours, it must not hold.
    let ours = options.output == OutputMode::Passthrough;
    let goes_on = ours && (sight == Sight::Turns || options.sandbox.is_some());
    let output = if goes_on { OutputMode::Captured } else { options.output };
    let streams = Streams::new(options, output, goes_on)?;
    let mut world = World::new(options, streams, cpus);
    world.survey = survey;
    let mut watch = Watch::new()?;
    let began = Instant::now();
    let ran = start_and_follow(options, sight, &mut world, &mut watch);
    let noise = world.noise();
    let killed = world.kill_all();
    world.files.give_back();
    ran?;
    killed?;
    world.leave_group()?;
    let switches = world.turns.as_ref().map(Turns::switches).unwrap_or_default();
    let (words, standing) = (std::mem::take(&mut world.words), std::mem::take(&mut world.standing));
    let repeats = options.has_schedule();
    let places = world.survey.take().map(|survey| survey.places(world.root)).unwrap_or_default();
    let trace = whole(options, world, began, noise);
    Ok(Recorded { trace, switches, places, words, standing, repeats, may_repeat: options.may_have_schedule() })
}

/// Starts the program (and before it the fixture), and goes on until the run is over. What is left then is for the
/// caller to kill.
fn start_and_follow(
    options: &Options,
    sight: Sight,
    world: &mut World<'_>,
    watch: &mut Watch,
) -> Result<(), TracerError> {
    let filters: Vec<Step> = filters(sight)?.into_iter().map(Step::Filter).collect();
    let contained = match &options.sandbox {
        Some(confinement) => {
            let (mut contained, running) = Contained::start(options, confinement, sight, &world.streams)?;
            world.root = contained.tid();
            world.init = contained.init();
            world.group = contained.take_group();
            world.adopt(world.root, world.root, Slot::Running(running), Role::Program);
            Some(contained)
        }
        None => None,
    };
    let address = match &options.fixture {
        Some(program) => {
            let network = contained.as_ref().map(Contained::network).transpose()?.flatten();
            let steps: Vec<Step> = network.iter().map(|(_, step)| step.clone()).collect();
            Some(fixture::start(world, watch, program, &filters, &steps)?)
        }
        None => None,
    };
    if sight == Sight::Turns {
        world.begin_turns(Turns::new(options.schedule, options.switches.as_deref(), &options.places));
    }
    let start = match contained {
        Some(contained) => {
            contained.open_gate(fixture::ADDRESS, address.as_deref().unwrap_or(fixture::ADDRESS))?;
            Start::Contained(contained)
        }
        None => Start::Bare(start_bare(options, world, &filters, address.as_deref())?),
    };
    watch.follow(world, |world| world.left.is_some() && !world.anyone_left())?;
    if world.left.is_some() && world.started.is_none() {
        return Err(match start {
            Start::Bare(failure) => failure.error(),
            Start::Contained(contained) => contained.error(),
        });
    }
    world.end_fixture(watch)
}

/// How the program was started: who knows why it never became one.
enum Start {
    Bare(Failure),
    Contained(Contained),
}

fn start_bare(
    options: &Options,
    world: &mut World<'_>,
    filters: &[Step],
    address: Option<&str>,
) -> Result<Failure, TracerError> {
    let argv: Vec<OsString> = options.argv.iter().map(|text| filled_in(text, address)).collect();
    let env: Vec<_> = options.env.iter().map(|(name, value)| (name.clone(), filled_in(value, address))).collect();
    let launched = Launch {
        argv: &argv,
        env: &env,
        cwd: &options.cwd,
        descriptors: &world.streams.descriptors(),
        fixed_addresses: world.turns.is_some() || options.fixed_addresses,
        own_session: options.stdin != super::options::StdinMode::Inherit,
        confinement: if options.clock == ClockKind::Virtual { &[Step::TrapCycleCounter] } else { &[] },
        filters,
    }
    .start()?;
    let root = launched.tid;
    let (running, failure) = launched.split();
    world.root = root;
    world.adopt(root, root, Slot::Running(running), Role::Program);
    Ok(failure)
}

fn filled_in(text: &OsStr, address: Option<&str>) -> OsString {
    address.map_or_else(|| text.to_owned(), |address| fixture::with_address(text, address))
}

fn whole(options: &Options, mut world: World<'_>, began: Instant, noise: u64) -> Trace {
    let (exit, ended) = world.how_it_ended();
    let end_of_time = world.left.map_or(world.time.now(), |(_, at)| at);
    let limit = world.ending.and_then(|(_, limit)| limit).filter(|_| ended == Ended::Limit);
    world.end_lines();
    let real = world.started.unwrap_or(began).elapsed();
    let end = End {
        exit,
        ended,
        limit,
        used: world.over.filter(|_| limit.is_some()),
        most: limit.and_then(|limit| options.limits.most(limit)),
        elapsed: end_of_time.as_nanos(),
        real: u64::try_from(real.as_nanos()).unwrap_or(u64::MAX),
        cpu: if world.counts_cpu() { world.counts.cpu } else { world.cpu().saturating_sub(world.cpu_at_start) },
        threads: world.counts.threads,
        processes: world.counts.processes,
        stops: world.counts.stops,
        jumps: world.counts.jumps,
        noise,
        refused: world.refused.into_iter().collect(),
        unvirtualised: world.unvirtualised.into_iter().collect(),
    };
    let epoch = match options.clock {
        ClockKind::Virtual => options.epoch,
        ClockKind::Wall => Epoch::now(),
    };
    let header = Header {
        schema: SCHEMA.to_owned(),
        argv: options.argv.iter().map(|argument| argument.to_string_lossy().into_owned()).collect(),
        clock: options.clock,
        schedule: options.schedule,
        epoch: epoch.to_string(),
    };
    Trace { header, events: world.record.finish(), end }
}
