/// How much of what is handed in is read. Far above what an honest student needs, far below what harms the grader.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Entries directly in the folder of submissions.
    pub(super) students: usize,
    /// Entries of one student's folder or archive, with all below.
    pub(super) entries: usize,
    /// Folders in folders.
    pub(super) depth: usize,
    /// Bytes of one name.
    pub(super) name: usize,
    /// Bytes of one program.
    pub(super) source: u64,
    /// Bytes of one archive as it lies there.
    pub(super) archive: u64,
    /// Bytes that an archive may unpack to as far as it is read.
    pub(super) unpacked: u64,
    /// How many times its size an entry may unpack to, once it is larger than [`Self::free_of_ratio`].
    pub(super) ratio: u64,
    /// Bytes that may be unpacked at any ratio: a starter's blank lines compress well.
    pub(super) free_of_ratio: u64,
    /// Bytes of all programs of one student together.
    pub(super) kept: u64,
    /// Refusals that are told of one student.
    pub(super) refusals: usize,
}

impl Limits {
    /// The limits of a batch.
    pub(super) const BATCH: Self = Self {
        students: 20_000,
        entries: 10_000,
        depth: 16,
        name: 255,
        source: 1 << 20,
        archive: 64 << 20,
        unpacked: 256 << 20,
        ratio: 200,
        free_of_ratio: 64 << 10,
        kept: 4 << 20,
        refusals: 50,
    };
}
