//! What an instruction does with memory: as much of the decoding of `x86_64` as tells where its operand is.
//!
//! By Intel's manual, volume 2, chapter 2 and the opcode maps of appendix A. What only looks like an access (`lea`, prefetches, calls and
//! jumps through a table of addresses, pushes and pops) is none here, and nor is what is the thread's own (`fs` and `gs`).

use libc::user_regs_struct;

/// The longest instruction has 15 bytes.
pub(in crate::tracer) const LONGEST: usize = 15;

/// The operand in memory of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tracer) struct Operand {
    base: Option<u8>,
    index: Option<u8>,
    scale: u8,
    displacement: i32,
    /// The instruction's length, where the operand is told from the next one's place.
    from_next: Option<u8>,
    /// Whether it may be written: not, where the instruction is known to read it only.
    pub(in crate::tracer) written: bool,
    /// How many bytes it reads and then writes, where another processor may come between the two.
    pub(in crate::tracer) torn: Option<usize>,
}

/// Whether an instruction calls a function.
pub(in crate::tracer) fn is_call(code: &[u8]) -> bool {
    // Prefixes that stand before calls: for what an indirect one may come to, and of a register above the eighth.
    let first = code.iter().position(|byte| !matches!(byte, 0x3e | 0x40..=0x4f | 0xf2)).unwrap_or_default();
    match code.get(first..) {
        Some([0xe8, ..]) => true,
        Some([0xff, operand, ..]) => operand >> 3 & 7 == 2,
        _ => false,
    }
}

/// Whether an instruction reads its operand in memory and writes what it made of it (`add`, `inc`, `shl`, …). What exchanges
/// is left out: it is whole without being told to be.
const fn changes(map: u8, opcode: u8, extension: u8) -> bool {
    match (map, opcode) {
        (1, 0x00..=0x37) => opcode & 6 == 0,
        (1, 0x80 | 0x81 | 0x83) => extension != 7,
        (1, 0xc0 | 0xc1 | 0xd0..=0xd3) => true,
        (1, 0xf6 | 0xf7) => extension == 2 || extension == 3,
        (1, 0xfe | 0xff) => extension < 2,
        _ => false,
    }
}

/// Whether an instruction only reads its operand in memory. Of those that are seldom, none is known to.
const fn only_reads(map: u8, opcode: u8, extension: u8) -> bool {
    match (map, opcode) {
        (1, 0x00..=0x37) => opcode & 2 != 0,
        (1, 0x80 | 0x81 | 0x83) => extension == 7,
        (1, 0xf6 | 0xf7) => extension != 2 && extension != 3,
        (1, 0x38..=0x3b | 0x63 | 0x69 | 0x6b | 0x84 | 0x85 | 0x8a | 0x8b)
        | (
            2,
            0x10
            | 0x12
            | 0x14
            | 0x16
            | 0x28
            | 0x2a
            | 0x40..=0x4f
            | 0x6e
            | 0x6f
            | 0xa3
            | 0xaf
            | 0xb6
            | 0xb7
            | 0xbe
            | 0xbf,
        ) => true,
        _ => false,
    }
}

/// Whether one-byte opcode `opcode` has an operand that may be in memory.
const fn has_operand(opcode: u8) -> bool {
    match opcode {
        0x00..=0x3f => opcode & 7 < 4,
        0x63
        | 0x69
        | 0x6b
        | 0x80..=0x8c
        | 0x8e
        | 0xc0
        | 0xc1
        | 0xc6
        | 0xc7
        | 0xd0..=0xd3
        | 0xd8..=0xdf
        | 0xf6
        | 0xf7
        | 0xfe
        | 0xff => true,
        _ => false,
    }
}

/// The same for opcodes behind 0x0f.
const fn has_operand_in_second_map(opcode: u8) -> bool {
    !matches!(
        opcode,
        0x05..=0x0f | 0x18..=0x1f | 0x30..=0x37 | 0x77 | 0x80..=0x8f | 0xa0..=0xa2 | 0xa8..=0xaa | 0xae | 0xc8..=0xcf
    )
}

/// How many bytes of a constant follow the operand.
const fn constant(map: u8, opcode: u8, extension: u8, narrow: bool) -> u8 {
    let word = if narrow { 2 } else { 4 };
    match (map, opcode) {
        (1, 0x69 | 0x81 | 0xc7) => word,
        (1, 0xf6) if extension < 2 => 1,
        (1, 0xf7) if extension < 2 => word,
        (1, 0x6b | 0x80 | 0x82 | 0x83 | 0xc0 | 0xc1 | 0xc6)
        | (2, 0x70..=0x73 | 0xa4 | 0xac | 0xba | 0xc2 | 0xc4..=0xc6)
        | (4, _) => 1,
        _ => 0,
    }
}

impl Operand {
    /// The operand of the instruction at the beginning of `code`; none when it has none in memory that others could share.
    pub(in crate::tracer) fn decode(code: &[u8]) -> Option<Self> {
        let mut at = 0;
        let (mut narrow, mut locked) = (false, false);
        loop {
            match *code.get(at)? {
                0x64 | 0x65 => return None,
                0x66 => narrow = true,
                0xf0 => locked = true,
                0x26 | 0x2e | 0x36 | 0x3e | 0x67 | 0xf2 | 0xf3 => {}
                _ => break,
            }
            at += 1;
        }
        let mut extended = 0;
        if let byte @ 0x40..=0x4f = *code.get(at)? {
            extended = byte;
            at += 1;
        }
        let mut map = 1;
        match *code.get(at)? {
            0x0f => {
                map = match *code.get(at + 1)? {
                    0x38 => 3,
                    0x3a => 4,
                    _ => 2,
                };
                at += if map == 2 { 1 } else { 2 };
            }
            // VEX: the inverted bits R, X, B and the map.
            0xc5 => {
                (extended, map) = ((!code.get(at + 1)? >> 5) & 4, 2);
                at += 2;
            }
            0xc4 => {
                let first = *code.get(at + 1)?;
                (extended, map) = (!first >> 5, (first & 0x1f) + 1);
                at += 3;
            }
            // EVEX scales its displacements: left out.
            0x62 => return None,
            _ => {}
        }
        let opcode = *code.get(at)?;
        let form = *code.get(at + 1)?;
        let (mode, register, low) = (form >> 6, (form >> 3) & 7, form & 7);
        let known = match map {
            1 => has_operand(opcode) && !(opcode == 0xff && register >= 2),
            2 => has_operand_in_second_map(opcode),
            _ => true,
        };
        if !known || mode == 3 {
            return None;
        }
        at += 2;
        let (mut base, mut index, mut scale) = (Some(low | (extended & 1) << 3), None, 0);
        if low == 4 {
            let scaled = *code.get(at)?;
            at += 1;
            base = (mode != 0 || scaled & 7 != 5).then_some(scaled & 7 | (extended & 1) << 3);
            index = Some((scaled >> 3) & 7 | (extended & 2) << 2).filter(|index| *index != 4);
            scale = scaled >> 6;
        }
        let next = mode == 0 && low == 5;
        let width = match mode {
            1 => 1,
            2 => 4,
            _ if next || base.is_none() => 4,
            _ => 0,
        };
        let bytes = code.get(at..at + width)?;
        let displacement = match bytes {
            [one] => i32::from(one.cast_signed()),
            [..] => bytes.try_into().map_or(0, i32::from_le_bytes),
        };
        at += width;
        let size = match (opcode & 1, extended & 8, narrow) {
            (0, ..) => 1,
            (_, 8, _) => 8,
            (_, _, true) => 2,
            _ => 4,
        };
        let length = u8::try_from(at).ok()? + constant(map, opcode, register, narrow);
        Some(Self {
            base: base.filter(|_| !next),
            index,
            scale,
            displacement,
            from_next: next.then_some(length),
            written: !only_reads(map, opcode, register),
            torn: (!locked && changes(map, opcode, register)).then_some(size),
        })
    }

    /// Where the operand is, for a thread with these registers that stands at the instruction.
    pub(super) fn address(&self, registers: &user_regs_struct) -> u64 {
        let value = |number: Option<u8>| number.map_or(0, |number| general(registers, number));
        let next = self.from_next.map_or(0, |length| registers.rip.wrapping_add(u64::from(length)));
        next.wrapping_add(value(self.base))
            .wrapping_add(value(self.index) << self.scale)
            .wrapping_add_signed(i64::from(self.displacement))
    }
}

/// A general register by its number in instructions.
const fn general(registers: &user_regs_struct, number: u8) -> u64 {
    match number {
        0 => registers.rax,
        1 => registers.rcx,
        2 => registers.rdx,
        3 => registers.rbx,
        4 => registers.rsp,
        5 => registers.rbp,
        6 => registers.rsi,
        7 => registers.rdi,
        8 => registers.r8,
        9 => registers.r9,
        10 => registers.r10,
        11 => registers.r11,
        12 => registers.r12,
        13 => registers.r13,
        14 => registers.r14,
        _ => registers.r15,
    }
}

#[cfg(test)]
mod tests {
    use libc::user_regs_struct;

    use super::{Operand, is_call};

    fn registers() -> user_regs_struct {
        user_regs_struct {
            r15: 0x1500,
            r14: 0x1400,
            r13: 0x1300,
            r12: 0x1200,
            rbp: 0x500,
            rbx: 0x300,
            r11: 0x1100,
            r10: 0x1000,
            r9: 0x900,
            r8: 0x800,
            rax: 0x10,
            rcx: 0x100,
            rdx: 0x200,
            rsi: 0x600,
            rdi: 0x700,
            orig_rax: 0,
            rip: 0x40_0000,
            cs: 0,
            eflags: 0,
            rsp: 0x400,
            ss: 0,
            fs_base: 0,
            gs_base: 0,
            ds: 0,
            es: 0,
            fs: 0,
            gs: 0,
        }
    }

    #[test]
    fn operands_are_found_where_they_are() {
        let cases: [(&str, &[u8], u64, bool); 11] = [
            ("mov eax, [rip+0x2efb]", &[0x8b, 0x05, 0xfb, 0x2e, 0, 0], 0x40_2f01, false),
            ("add dword ptr [rip+0x10], 1", &[0x83, 0x05, 0x10, 0, 0, 0, 1], 0x40_0017, true),
            ("mov dword ptr [rip+0x10], 7", &[0xc7, 0x05, 0x10, 0, 0, 0, 7, 0, 0, 0], 0x40_001a, true),
            ("mov [rdi], eax", &[0x89, 0x07], 0x700, true),
            ("mov rax, [r12]", &[0x49, 0x8b, 0x04, 0x24], 0x1200, false),
            ("mov rax, [r13-8]", &[0x49, 0x8b, 0x45, 0xf8], 0x12f8, false),
            ("mov [rax+rcx*8+0x20], rdx", &[0x48, 0x89, 0x54, 0xc8, 0x20], 0x10 + 0x800 + 0x20, true),
            ("xchg [rdi], eax", &[0x87, 0x07], 0x700, true),
            ("lock cmpxchg [rdi], ecx", &[0xf0, 0x0f, 0xb1, 0x0f], 0x700, true),
            ("lock xadd [rsi+4], r8d", &[0xf0, 0x44, 0x0f, 0xc1, 0x46, 0x04], 0x604, true),
            ("vmovdqu ymm0, [rsi]", &[0xc5, 0xfe, 0x6f, 0x06], 0x600, false),
        ];
        for (text, code, address, written) in cases {
            let operand = Operand::decode(code).unwrap_or_else(|| panic!("{text} has an operand"));
            assert_eq!((operand.address(&registers()), operand.written), (address, written), "{text}");
        }
    }

    #[test]
    fn what_reads_changes_and_writes_can_be_torn_unless_it_is_locked() {
        let cases: [(&str, &[u8], Option<usize>); 12] = [
            ("add dword ptr [rip+0x10], 1", &[0x83, 0x05, 0x10, 0, 0, 0, 1], Some(4)),
            ("add qword ptr [rdi], 1", &[0x48, 0x83, 0x07, 1], Some(8)),
            ("inc qword ptr [rax]", &[0x48, 0xff, 0x00], Some(8)),
            ("sub word ptr [rdi], ax", &[0x66, 0x29, 0x07], Some(2)),
            ("inc byte ptr [rdi]", &[0xfe, 0x07], Some(1)),
            ("shl dword ptr [rdi], 2", &[0xc1, 0x27, 2], Some(4)),
            ("lock inc dword ptr [rdi]", &[0xf0, 0xff, 0x07], None),
            ("lock xadd [rsi+4], r8d", &[0xf0, 0x44, 0x0f, 0xc1, 0x46, 0x04], None),
            ("xchg [rdi], eax", &[0x87, 0x07], None),
            ("add eax, [rdi]", &[0x03, 0x07], None),
            ("cmp dword ptr [rdi], 1", &[0x83, 0x3f, 1], None),
            ("mov [rdi], eax", &[0x89, 0x07], None),
        ];
        for (text, code, torn) in cases {
            assert_eq!(Operand::decode(code).expect("an operand").torn, torn, "{text}");
        }
    }

    #[test]
    fn what_is_no_access_to_memory_that_others_share_has_none() {
        let cases: [(&str, &[u8]); 8] = [
            ("mov eax, ecx", &[0x89, 0xc8]),
            ("lea rax, [rdi]", &[0x48, 0x8d, 0x07]),
            ("call [rip+0x10]", &[0xff, 0x15, 0x10, 0, 0, 0]),
            ("mov rax, fs:[0]", &[0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0]),
            ("nop dword ptr [rax]", &[0x0f, 0x1f, 0x00]),
            ("jne +5", &[0x75, 0x05]),
            ("push rbp", &[0x55]),
            ("syscall", &[0x0f, 0x05]),
        ];
        for (text, code) in cases {
            assert_eq!(Operand::decode(code), None, "{text}");
        }
    }

    #[test]
    fn calls_are_known_whatever_says_where_they_go() {
        let cases: [(&str, &[u8], bool); 6] = [
            ("call 5", &[0xe8, 0, 0, 0, 0], true),
            ("call *%rax", &[0xff, 0xd0], true),
            ("call *%r12", &[0x41, 0xff, 0xd4], true),
            ("notrack call *8(%rax)", &[0x3e, 0xff, 0x50, 8], true),
            ("jmp *%rax", &[0xff, 0xe0], false),
            ("inc (%rax)", &[0xff, 0x00], false),
        ];
        for (text, code, calls) in cases {
            assert_eq!(is_call(code), calls, "{text}");
        }
    }
}
