//! A filter as a program of classic BPF (seccomp(2), `linux/bpf_common.h`).

use std::collections::BTreeMap;

use seccompiler::{BackendError, BpfProgram, SeccompAction, SeccompFilter, SeccompRule, TargetArch, sock_filter};

const LOAD: u16 = 0x20;
const JUMP: u16 = 0x05;
const JUMP_IF_NOT_BELOW: u16 = 0x35;
const RETURN: u16 = 0x06;

/// Where the kernel shows the call's number to a filter.
const NUMBER: u32 = 0;

/// With so many instructions the library's programs begin: any other architecture is killed.
const PRELUDE: usize = 3;

/// What becomes of a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Return(u32),
    /// Its arguments tell, by the library's rules.
    Rules,
}

/// The program that answers `matched` for the calls that the rules name, and `otherwise` for all others.
///
/// The library makes a chain of five instructions a call, which the kernel compiles and walks for each of its calls when the
/// filter is put on: a millisecond for an allow-list, in each run. Here ranges of calls are found by a binary search, and only
/// a call whose arguments matter comes to the library's chain.
///
/// # Errors
/// When the library refuses the rules.
pub(crate) fn program(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    matched: SeccompAction,
    otherwise: SeccompAction,
    arch: TargetArch,
) -> Result<BpfProgram, BackendError> {
    let ranges = ranges(&rules, matched.clone().into(), otherwise.clone().into());
    let by_arguments = rules.into_iter().filter(|(_, rules)| !rules.is_empty()).collect();
    let library = BpfProgram::try_from(SeccompFilter::new(by_arguments, otherwise, matched, arch)?)?;
    let (prelude, chain) = library.split_at(PRELUDE);
    let mut search = search(&ranges);
    let length = search.len();
    for (at, jump) in search.iter_mut().enumerate().filter(|(_, step)| is_to_the_rules(step)) {
        jump.k = distance(length - at - 1);
    }
    let load = step(LOAD, 0, 0, NUMBER);
    Ok([prelude, &[load], &search, chain].concat())
}

/// Where another fate begins, ascending from 0.
fn ranges(rules: &BTreeMap<i64, Vec<SeccompRule>>, matched: u32, otherwise: u32) -> Vec<(u32, Fate)> {
    let mut ranges = vec![(0, Fate::Return(otherwise))];
    let mut begin = |at: u32, fate: Fate| {
        if ranges.last().is_some_and(|last| last.0 == at) {
            ranges.pop();
        }
        if ranges.last().is_none_or(|last| last.1 != fate) {
            ranges.push((at, fate));
        }
    };
    for (&call, rules) in rules {
        // Any other number is none of a call.
        let Ok(call) = u32::try_from(call) else { continue };
        begin(call, if rules.is_empty() { Fate::Return(matched) } else { Fate::Rules });
        begin(call.saturating_add(1), Fate::Return(otherwise));
    }
    ranges
}

/// Finds the fate of the number that is loaded. Jumps to the rules are not yet told how far.
fn search(ranges: &[(u32, Fate)]) -> Vec<sock_filter> {
    if let [(_, fate)] = ranges {
        return vec![match fate {
            Fate::Return(answer) => step(RETURN, 0, 0, *answer),
            Fate::Rules => step(JUMP, 0, 0, 0),
        }];
    }
    let (low, high) = ranges.split_at(ranges.len() / 2);
    let begins = high[0].0;
    let (low, high) = (search(low), search(high));
    let choice = match u8::try_from(low.len()) {
        Ok(length) => vec![step(JUMP_IF_NOT_BELOW, length, 0, begins)],
        // A jump with a condition is short.
        Err(_) => vec![step(JUMP_IF_NOT_BELOW, 0, 1, begins), step(JUMP, 0, 0, distance(low.len()))],
    };
    [choice, low, high].concat()
}

fn is_to_the_rules(at: &sock_filter) -> bool {
    at.code == JUMP && at.k == 0
}

fn distance(steps: usize) -> u32 {
    u32::try_from(steps).unwrap_or(u32::MAX)
}

fn step(code: u16, jt: u8, jf: u8, k: u32) -> sock_filter {
    sock_filter { code, jt, jf, k }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
        TargetArch, sock_filter,
    };

    use super::program;

    const MATCHED: SeccompAction = SeccompAction::Errno(38);
    const OTHERWISE: SeccompAction = SeccompAction::Allow;
    const ARCH: TargetArch = TargetArch::x86_64;

    /// Runs a program as the kernel does, with the instructions that occur; none jumps out of it.
    fn answer(program: &[sock_filter], data: &[u32; 16]) -> u32 {
        let (mut at, mut a) = (0, 0);
        loop {
            let sock_filter { code, jt, jf, k } = program[at];
            let jump = |holds: bool| usize::from(if holds { jt } else { jf });
            at += 1;
            match code {
                0x20 => a = data[usize::try_from(k).unwrap() / 4],
                0x54 => a &= k,
                0x05 => at += usize::try_from(k).unwrap(),
                0x15 => at += jump(a == k),
                0x25 => at += jump(a > k),
                0x35 => at += jump(a >= k),
                0x06 => return k,
                other => panic!("instruction {other:#x}"),
            }
        }
    }

    fn rules(unconditional: &[i64], conditional: &[(i64, u64)]) -> BTreeMap<i64, Vec<SeccompRule>> {
        let mut rules: BTreeMap<_, _> = unconditional.iter().map(|call| (*call, Vec::new())).collect();
        for (call, value) in conditional {
            let condition = SeccompCondition::new(1, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, *value).unwrap();
            rules.insert(*call, vec![SeccompRule::new(vec![condition]).unwrap()]);
        }
        rules
    }

    fn ours(rules: BTreeMap<i64, Vec<SeccompRule>>) -> BpfProgram {
        program(rules, MATCHED, OTHERWISE, ARCH).unwrap()
    }

    proptest! {
        #[test]
        fn it_answers_as_the_librarys_chain_does(
            unconditional in proptest::collection::vec(0_i64..600, 0..300),
            conditional in proptest::collection::vec((0_i64..600, 0_u64..3), 0..60),
            argument in 0_u32..3,
            foreign in any::<bool>(),
        ) {
            let rules = rules(&unconditional, &conditional);
            let ours = ours(rules.clone());
            let library: BpfProgram = SeccompFilter::new(rules, OTHERWISE, MATCHED, ARCH).unwrap().try_into().unwrap();
            for call in (0..605).chain([0x4000_0001, u32::MAX]) {
                let mut data = [0; 16];
                data[0] = call;
                data[1] = if foreign { 1 } else { 0xc000_003e };
                data[6] = argument;
                prop_assert_eq!(answer(&ours, &data), answer(&library, &data), "call {}", call);
            }
        }
    }

    #[test]
    fn ranges_of_calls_are_one_step_of_the_search() {
        let many: Vec<i64> = (10..300).chain(400..600).collect();
        assert!(ours(rules(&many, &[])).len() < 20);
    }
}
