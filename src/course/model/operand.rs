use std::collections::BTreeMap;

/// A value of a check that may name a case's argument, a case's variable, or the kernel's word on the event's writer.
///
/// `$1`, `$2` … are the case's arguments, `$#` is their number, `$*` all of them joined by spaces, `$name` a variable of
/// the case, `$pid` and `$tid` the process and thread that the kernel saw write the line, `$$` a dollar sign. A name may
/// stand in braces: `${2}s`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Argument(usize),
    ArgumentCount,
    AllArguments,
    Variable(String),
    Pid,
    Tid,
}

/// What an operand is resolved against.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The case's arguments.
    pub args: &'a [String],
    /// The case's variables.
    pub vars: &'a BTreeMap<String, String>,
    /// The process and thread that wrote the line in question, when there is one and the engine knows.
    pub writer: Option<(u32, u32)>,
}

/// Why an operand has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperandError {
    /// `$` with nothing usable behind it.
    #[error("`$` needs a number, a name, `#`, `*` or another `$` behind it")]
    BareDollar,
    /// `${` without `}`.
    #[error("`${{` is never closed")]
    OpenBrace,
    /// `$3` in a case with fewer arguments.
    #[error("there is no argument ${wanted}: the case has {given}")]
    NoArgument {
        /// The argument's number, from 1.
        wanted: usize,
        /// How many there are.
        given: usize,
    },
    /// `$name` without such a variable.
    #[error("the case has no variable `{0}`")]
    NoVariable(String),
    /// `$pid` or `$tid` where no line is in question or the engine cannot tell.
    #[error("`${0}` is known only for a line, by the traced engine")]
    NoWriter(&'static str),
}

impl Operand {
    /// Reads an operand; the text's `$` references are parsed, not yet resolved.
    pub fn parse(text: &str) -> Result<Self, OperandError> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            plain.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let (name, after) = if let Some(braced) = rest.strip_prefix('{') {
                braced.split_once('}').ok_or(OperandError::OpenBrace)?
            } else if rest.starts_with(['$', '#', '*']) {
                rest.split_at(1)
            } else {
                let digits = rest.starts_with(|c: char| c.is_ascii_digit());
                let end = rest
                    .find(|c: char| if digits { !c.is_ascii_digit() } else { !c.is_ascii_alphanumeric() && c != '_' })
                    .unwrap_or(rest.len());
                rest.split_at(end)
            };
            rest = after;
            let part = match name {
                "$" => {
                    plain.push('$');
                    continue;
                }
                "" => return Err(OperandError::BareDollar),
                "#" => Part::ArgumentCount,
                "*" => Part::AllArguments,
                "pid" => Part::Pid,
                "tid" => Part::Tid,
                _ if name.bytes().all(|b| b.is_ascii_digit()) => match name.parse() {
                    Ok(number) if number > 0 => Part::Argument(number),
                    _ => return Err(OperandError::BareDollar),
                },
                _ => Part::Variable(name.to_owned()),
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(part);
        }
        plain.push_str(rest);
        if !plain.is_empty() || parts.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }

    /// An operand that is just this text.
    pub fn literal(text: impl Into<String>) -> Self {
        Self { parts: vec![Part::Text(text.into())] }
    }

    /// True when the value needs the kernel's word on who wrote a line (`$pid`, `$tid`).
    pub fn needs_writer(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Pid | Part::Tid))
    }

    /// The value as text.
    ///
    /// # Errors
    /// When the scope lacks an argument, a variable or the writer that the operand names.
    pub fn resolve(&self, scope: Scope<'_>) -> Result<String, OperandError> {
        let mut value = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => value.push_str(text),
                Part::Argument(number) => value.push_str(
                    scope
                        .args
                        .get(number - 1)
                        .ok_or(OperandError::NoArgument { wanted: *number, given: scope.args.len() })?,
                ),
                Part::ArgumentCount => value.push_str(&scope.args.len().to_string()),
                Part::AllArguments => value.push_str(&scope.args.join(" ")),
                Part::Variable(name) => {
                    value.push_str(scope.vars.get(name).ok_or_else(|| OperandError::NoVariable(name.clone()))?);
                }
                Part::Pid => value.push_str(&scope.writer.ok_or(OperandError::NoWriter("pid"))?.0.to_string()),
                Part::Tid => value.push_str(&scope.writer.ok_or(OperandError::NoWriter("tid"))?.1.to_string()),
            }
        }
        Ok(value)
    }
}
