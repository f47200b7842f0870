use serde_json::{Map, Value, json};

use super::keys::{Choice, Key, OperandKind, SPEC, Shape, Type};

/// The JSON Schema (draft 2020-12) of `spec.toml`, for editors that complete and explain.
///
/// Made from the table of keys that the reader itself uses. It refuses unknown keys and wrong types; what the values mean
/// together only `grade verify` can tell.
pub fn schema() -> Value {
    let mut schema = shape(&SPEC);
    if let Value::Object(members) = &mut schema {
        members.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        members.insert("title".to_owned(), json!("spec.toml of an exercise (grade)"));
    }
    schema
}

fn shape(shape: &Shape) -> Value {
    let properties: Map<String, Value> = shape.all_keys().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = shape.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = json!({
        "type": "object",
        "description": shape.doc,
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if !shape.one_of.is_empty() {
        schema["oneOf"] = shape.one_of.iter().map(|key| json!({ "required": [key.name] })).collect();
    }
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = value(&key.of);
    schema["description"] = json!(format!("{}\n\nExample: `{} = {}`", key.doc, key.name, key.example));
    if matches!(key.of, Type::Tables(_)) {
        schema["description"] = json!(key.doc);
    }
    schema
}

fn value(of: &Type) -> Value {
    match of {
        Type::Text | Type::Operand(OperandKind::Duration) => json!({ "type": "string" }),
        Type::Integer(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Type::Number => json!({ "type": "number" }),
        Type::Boolean => json!({ "type": "boolean" }),
        Type::Duration => {
            json!({ "type": "string", "pattern": r"^\s*[0-9_]+(\.[0-9_]+)?\s*(ns|us|µs|ms|s|min|m|h)\s*$" })
        }
        Type::Size => json!({ "type": "string", "pattern": r"^\s*[0-9_]+\s*(B|kB|KB|MB|GB|KiB|MiB|GiB)\s*$" }),
        Type::Regex => json!({ "type": "string", "minLength": 1 }),
        Type::Choice(choices) => choice(choices),
        Type::Operand(OperandKind::Number) => json!({ "type": ["string", "number"] }),
        Type::Operand(OperandKind::Count | OperandKind::Text) => json!({ "type": ["string", "integer"] }),
        Type::List(of) => json!({ "type": "array", "items": value(of) }),
        Type::Table(table) => shape(table),
        Type::Tables(table) => json!({ "type": "array", "items": shape(table), "minItems": 1 }),
        Type::Map(of) => json!({ "type": "object", "additionalProperties": value(of) }),
        Type::Either(types) => json!({ "anyOf": types.iter().map(value).collect::<Vec<_>>() }),
    }
}

fn choice(choices: &[Choice]) -> Value {
    let words: Vec<Value> =
        choices.iter().map(|choice| json!({ "const": choice.word, "description": choice.doc })).collect();
    json!({ "type": "string", "oneOf": words })
}
