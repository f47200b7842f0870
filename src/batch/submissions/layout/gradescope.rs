use std::collections::BTreeMap;

use yaml_rust2::{Yaml, YamlLoader};

use super::Owner;

/// The file of an export that says whose its folders are.
pub(in super::super) const METADATA: &str = "submission_metadata.yml";
/// The most bytes of it: it holds every result that Gradescope ever had.
pub(in super::super) const LARGEST: u64 = 64 << 20;

/// Who handed in the folders of an export of Gradescope's.
#[derive(Debug, Default)]
pub(in super::super) struct Export {
    submitters: BTreeMap<String, Vec<Owner>>,
}

impl Export {
    /// Reads [`METADATA`]: a mapping from folders to what is known of each, with the keys that Ruby's symbols have in YAML.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(in super::super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        let documents = YamlLoader::load_from_str(text).map_err(|error| format!("it is no YAML: {error}"))?;
        let folders = documents.first().and_then(Yaml::as_hash).ok_or("it does not say whose the folders are")?;
        let submitters = folders.iter().filter_map(|(folder, facts)| {
            let people = facts[":submitters"].as_vec()?.iter().filter_map(owner).collect::<Vec<_>>();
            Some((folder.as_str()?.to_owned(), people)).filter(|(_, people)| !people.is_empty())
        });
        Ok(Self { submitters: submitters.collect() })
    }

    /// Whose a folder is: several people's when they handed in as a group.
    pub(in super::super) fn owners(&self, folder: &str) -> Option<&[Owner]> {
        self.submitters.get(folder).map(Vec::as_slice)
    }
}

/// One of a submission's people: by their name, with the number or address behind it that tells two of one name apart.
fn owner(submitter: &Yaml) -> Option<Owner> {
    let text = |key: &str| match &submitter[key] {
        Yaml::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Yaml::Integer(number) => Some(number.to_string()),
        _ => None,
    };
    let words: Vec<String> = [text(":sid"), text(":email")].into_iter().flatten().collect();
    let original = match (text(":name"), words.first()) {
        (Some(name), Some(word)) => format!("{name}_{word}"),
        (name, word) => name.or_else(|| word.cloned())?,
    };
    let person = text(":name").unwrap_or_else(|| original.clone());
    Some(Owner { person, words, ..Owner::plain(&original) })
}
