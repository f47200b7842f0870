/// Where a schedule may stop a thread that has the turn, between its calls. Places come from a survey of the program, and mean
/// nothing in another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Before the instruction at this address.
    Instruction(u64),
    /// At a use of the word at this address, by which an interpreter's threads are asked to give their lock away.
    Asking(u64),
    /// Before an instruction of an interpreted script, of the kind whose code begins at this address.
    Bytecode(u64),
    /// At a use of the word that this address means in a process that shares it with others.
    Shared(u64),
}
