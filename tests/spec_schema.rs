//! The JSON Schema of `spec.toml` agrees with the reader.

use std::fs;
use std::path::{Path, PathBuf};

use grade::course::{SpecContext, check_spec, schema};
use grade::diag::Severity;
use serde_json::Value;

fn validator() -> jsonschema::Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

fn as_json(text: &str) -> Value {
    serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap()
}

fn specs_of_the_course() -> Vec<PathBuf> {
    let graders = Path::new(env!("CARGO_MANIFEST_DIR")).join("graders");
    let folders = fs::read_dir(graders).unwrap().map(|entry| entry.unwrap().path());
    folders.map(|folder| folder.join("spec.toml")).filter(|path| path.is_file()).collect()
}

/// One check of every kind, with every key of every table.
const FULL: &str = include_str!("specs/full-good.toml");

#[test]
fn the_schema_is_a_schema() {
    assert!(jsonschema::meta::is_valid(&schema()));
}

#[test]
fn the_schema_accepts_every_spec_of_the_course() {
    let validator = validator();
    let specs = specs_of_the_course();
    assert!(!specs.is_empty());
    for path in specs {
        let json = as_json(&fs::read_to_string(&path).unwrap());
        let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
    }
}

#[test]
fn every_key_of_the_schema_is_accepted_by_the_reader() {
    let found = check_spec("full-good.toml", FULL, &SpecContext::default());
    assert!(found.is_empty(), "{found:?}");
    assert!(validator().is_valid(&as_json(FULL)));
    let mut unused = Vec::new();
    unused_keys(&schema(), &as_json(FULL), "spec", &mut unused);
    assert!(unused.is_empty(), "tests/specs/full-good.toml should use {unused:?}");
}

/// Keys of the schema that the value (or, of a list, no item of it) has.
fn unused_keys(schema: &Value, value: &Value, at: &str, unused: &mut Vec<String>) {
    if let Some(variants) = schema["anyOf"].as_array() {
        return variants.iter().for_each(|schema| unused_keys(schema, value, at, unused));
    }
    let items: Vec<&Value> = value.as_array().map_or_else(|| vec![value], |items| items.iter().collect());
    let schema = if schema["type"] == "array" { &schema["items"] } else { schema };
    let Some(properties) = schema["properties"].as_object() else { return };
    for (key, of) in properties {
        let values: Vec<Value> = items.iter().filter_map(|item| item.get(key)).cloned().collect();
        let nested: Vec<Value> =
            values.iter().flat_map(|value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])).collect();
        if values.is_empty() {
            unused.push(format!("{at}.{key}"));
        } else {
            unused_keys(of, &Value::Array(nested), &format!("{at}.{key}"), unused);
        }
    }
}

#[test]
fn an_unknown_key_is_refused_by_both_wherever_it_stands() {
    let validator = validator();
    let mut places = Vec::new();
    places_of_tables(&as_json(FULL), &mut Vec::new(), &mut places);
    assert!(places.len() > 25, "{places:?}");
    for place in places {
        let mut json = as_json(FULL);
        let mut table = &mut json;
        for step in &place {
            table = match step.parse::<usize>() {
                Ok(index) if table.is_array() => &mut table[index],
                _ => &mut table[step.as_str()],
            };
        }
        table.as_object_mut().unwrap().insert("zzz".to_owned(), Value::from("a"));
        assert!(!validator.is_valid(&json), "the schema accepts an unknown key in {place:?}");
        let text = toml::to_string(&json).unwrap();
        let found = check_spec("spec.toml", &text, &SpecContext::default());
        assert!(found.iter().any(|mistake| mistake.message.contains("`zzz`")), "{place:?}: {found:?}");
    }
}

/// Paths to all tables whose keys the format fixes.
fn places_of_tables(value: &Value, path: &mut Vec<String>, places: &mut Vec<Vec<String>>) {
    let free = path.last().is_some_and(|last| matches!(last.as_str(), "events" | "vars" | "only"));
    if let (Some(table), false) = (value.as_object(), free) {
        places.push(path.clone());
        for (key, value) in table {
            path.push(key.clone());
            places_of_tables(value, path, places);
            path.pop();
        }
    }
    for (place, item) in value.as_array().into_iter().flatten().enumerate() {
        path.push(place.to_string());
        places_of_tables(item, path, places);
        path.pop();
    }
}

#[test]
fn whatever_the_schema_refuses_in_the_corpus_the_reader_refuses_too() {
    let validator = validator();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs");
    let mut refused = 0;
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|extension| extension != "toml") || name.starts_with("course") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let Ok(table) = text.parse::<toml::Table>() else { continue };
        if !validator.is_valid(&serde_json::to_value(table).unwrap()) {
            refused += 1;
            let found = check_spec(&name, &text, &SpecContext::default());
            assert!(found.iter().any(|mistake| mistake.severity == Severity::Error), "{name}");
        }
    }
    assert!(refused > 10, "{refused}");
}

#[test]
fn every_key_of_the_schema_is_explained() {
    fn walk(schema: &Value, at: &str) {
        for (key, of) in schema["properties"].as_object().into_iter().flatten() {
            assert!(of["description"].as_str().is_some_and(|text| text.len() > 10), "{at}.{key} has no description");
            for inner in [of, &of["items"]].into_iter().chain(of["anyOf"].as_array().into_iter().flatten()) {
                walk(inner, &format!("{at}.{key}"));
            }
        }
    }
    walk(&schema(), "spec");
}
