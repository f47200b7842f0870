//! Registers hold 64 bits; C's types are narrower. The conversions that the ABI means.

/// A C `int` argument: the low 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "the ABI passes an int in the low half of a register")]
pub(in crate::tracer) const fn int(register: u64) -> i32 {
    (register as u32).cast_signed()
}

/// A C `int` as a register holds it.
pub(in crate::tracer) const fn word(value: i32) -> u64 {
    (value as i64).cast_unsigned()
}

/// An error as a system call returns it.
pub(in crate::tracer) const fn negative(errno: i32) -> i64 {
    -(errno as i64)
}

/// An address or a size as this process counts them.
#[expect(clippy::cast_possible_truncation, reason = "the engine runs on 64-bit machines only")]
pub(in crate::tracer) const fn address(register: u64) -> usize {
    register as usize
}
