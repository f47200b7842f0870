use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, HtmlEscape, UndefinedBehavior, Value, context};
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("style.css");
const PAGE_SCRIPT: &str = include_str!("page.js");
const TIMELINE_SCRIPT: &str = include_str!("timeline.js");
const CLASS_SCRIPT: &str = include_str!("class.js");

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("code", code);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build().expect("the usual delimiters"));
    for (name, source) in [
        ("page.html", include_str!("page.html")),
        ("submission.html", include_str!("submission.html")),
        ("timeline.html", include_str!("timeline.html")),
        ("class.html", include_str!("class.html")),
    ] {
        environment.add_template(name, source).expect("a template of ours is well-formed");
    }
    environment
});

/// A text of ours with what stands between backticks as code; all of it is escaped.
fn code(text: &str) -> Value {
    let parts: Vec<String> = text.split('`').map(|part| HtmlEscape(part).to_string()).collect();
    let whole = parts.len() % 2 == 1;
    let marked = parts.iter().enumerate().map(|(place, part)| match (place % 2, whole) {
        (1, true) => format!("<code>{part}</code>"),
        (1, false) => format!("`{part}"),
        (_, false) if place > 0 => format!("`{part}"),
        _ => part.clone(),
    });
    Value::from_safe_string(marked.collect())
}

/// Which script a page has beside the one of all pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// The timeline's.
    Timeline,
    /// The class's.
    Class,
}

/// Fills a template: `data` is what it shows.
pub(super) fn render(template: &str, title: &str, script: Script, data: &serde_json::Value) -> String {
    let script = match script {
        Script::Timeline => TIMELINE_SCRIPT,
        Script::Class => CLASS_SCRIPT,
    };
    let page = context! {
        title,
        policy => policy(&[PAGE_SCRIPT, script]),
        style => Value::from_safe_string(STYLE.to_owned()),
        scripts => [PAGE_SCRIPT, script].map(|script| Value::from_safe_string(script.to_owned())).to_vec(),
        version => env!("CARGO_PKG_VERSION"),
        ..Value::from(Serde(data))
    };
    TEMPLATES
        .get_template(template)
        .and_then(|template| template.render(page))
        .unwrap_or_else(|error| unreachable!("a template of ours and its data fit: {error:#}"))
}

/// The content security policy: nothing but the styles and scripts that stand in the page, by their digests.
fn policy(scripts: &[&str]) -> String {
    let digest = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    let scripts: Vec<String> = scripts.iter().map(|script| digest(script)).collect();
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        scripts.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn what_stands_between_backticks_is_code_and_nothing_is_markup() {
        assert_eq!(code("the `value` of `<b>`").to_string(), "the <code>value</code> of <code>&lt;b&gt;</code>");
        assert_eq!(code("<i> and one ` alone").to_string(), "&lt;i&gt; and one ` alone");
        assert_eq!(code("plain").to_string(), "plain");
    }
}
