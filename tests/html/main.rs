//! The pages opened in a browser: what is on them, what their scripts do, and that nothing leaves them.
//!
//! With `GRADE_PICTURES=DIR` each page is also written there as a picture, light and dark, wide and narrow.

mod browser;
mod class;
mod stories;

use std::path::{Path, PathBuf};

use browser::Browser;
use grade::report::html::class_page;
use serde_json::{Value, json};
use stories::Story;

/// A page in a folder of its own, opened.
struct Page {
    browser: Browser,
    name: &'static str,
    folder: tempfile::TempDir,
}

impl Page {
    fn open(name: &'static str, text: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("grade-page-").tempdir().expect("a folder");
        let file = folder.path().join("page.html");
        std::fs::write(&file, text).expect("a page");
        let mut browser = Browser::start();
        browser.looks(1280, 900, "light");
        browser.open(&file);
        let mut page = Self { browser, name, folder };
        page.pictures();
        page
    }

    fn of(name: &'static str, story: &Story) -> Self {
        Self::open(name, &story.page())
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("page.html")
    }

    fn count(&mut self, selector: &str) -> u64 {
        let script = format!("document.querySelectorAll({}).length", json!(selector));
        self.browser.script(&script).as_u64().expect("a number")
    }

    fn text(&mut self, selector: &str) -> String {
        let script = format!("document.querySelector({}).textContent", json!(selector));
        self.browser.script(&script).as_str().expect("a text").to_owned()
    }

    fn run(&mut self, script: &str) -> Value {
        self.browser.script(script)
    }

    /// Nothing was complained of, and nothing but the page itself was asked for.
    fn is_quiet(&mut self) {
        // One more question and answer, so that everything that was said before it has arrived.
        self.run("0");
        assert_eq!(self.browser.complaints, Vec::<String>::new());
        let own = format!("file://{}", self.file().canonicalize().expect("a page").display());
        assert_eq!(self.browser.requests, [own]);
    }

    /// Whether anything hangs over the edge of the window.
    fn fits(&mut self) -> bool {
        self.run("document.documentElement.scrollWidth <= innerWidth") == true
    }

    fn pictures(&mut self) {
        let Some(folder) = std::env::var_os("GRADE_PICTURES") else { return };
        for (look, width, height, scheme) in
            [("light", 1280, 1500, "light"), ("dark", 1280, 1500, "dark"), ("narrow", 420, 1600, "dark")]
        {
            self.browser.looks(width, height, scheme);
            let file = self.file();
            self.browser.open(&file);
            let picture = self.browser.picture();
            std::fs::write(Path::new(&folder).join(format!("{}-{look}.png", self.name)), picture).expect("a picture");
        }
        self.browser.looks(1280, 900, "light");
        let file = self.file();
        self.browser.open(&file);
    }
}

#[test]
fn a_lost_update_shows_who_was_inside_when() {
    let mut page = Page::of("race", &stories::lost_update());
    assert_eq!(page.count(".names .lane-name"), 3);
    assert_eq!(page.count(".drawing .life"), 3);
    assert_eq!(page.count(".drawing .section"), 2, "both updates");
    assert!(page.count(".drawing .clash") >= 2, "both were inside at once");
    assert!(page.count(".drawing .band:not(.off)") == 1 && page.count(".rings:not(.off) .ring") >= 2);
    assert!(page.text(".violations [aria-pressed=true]").contains("an update is alone"));
    assert_eq!(page.count("#events tr.failed"), 5);
    page.is_quiet();
}

#[test]
fn waits_for_other_threads_are_drawn_and_say_on_what() {
    let mut page = Page::of("waits", &stories::taken_in_turns());
    assert_eq!(page.count(".drawing .wait"), 2);
    assert_eq!(page.count(".drawing .sleep"), 1);
    assert_eq!(page.count(".legend .swatch.wait"), 1);
    let said = page.text(".drawing .wait title");
    assert!(said.contains("waits for another thread, 1.501 s") || said.contains("on word"), "{said}");
    page.is_quiet();
}

#[test]
fn the_timeline_is_stretched_and_walked_by_the_keyboard() {
    let mut page = Page::of("keys", &stories::lost_update());
    let width = "Number(document.querySelector('.drawing').getAttribute('width'))";
    let before = page.run(width).as_f64().expect("a number");
    page.run("document.querySelector('[data-do=in]').click()");
    let after = page.run(width).as_f64().expect("a number");
    assert!((after / before - 1.5).abs() < 0.01, "{before} {after}");
    // To scale, the two seconds of sleep are almost the whole run.
    let share = "(() => { const s = document.querySelector('.drawing .sleep'); \
                 return Number(s.getAttribute('width')) / Number(document.querySelector('.drawing').getAttribute('width')) })()";
    assert!(page.run(share).as_f64().expect("a number") < 0.5);
    page.run("document.querySelector('[data-do=true]').click()");
    assert!(page.run(share).as_f64().expect("a number") > 0.7);
    for key in ["Home", "ArrowRight", "ArrowRight"] {
        page.run(&format!("document.querySelector('.scroll').dispatchEvent(new KeyboardEvent('keydown', {{key: '{key}', bubbles: true}}))"));
    }
    assert!(page.text("#details").contains("Update Started"), "{}", page.text("#details"));
    assert_eq!(page.count(".mark.now"), 1);
    // A click on another failed check shows that one.
    page.run("document.querySelectorAll('[data-violation]')[0].click()");
    assert_eq!(page.run("document.querySelector('.band:not(.off)').dataset.v"), "0");
    // And the pointer says what is under it.
    page.run(
        "document.querySelector('.drawing .sleep').dispatchEvent(new PointerEvent('pointerover', {bubbles: true}))",
    );
    assert!(page.text("#details").contains("waits for"), "{}", page.text("#details"));
    page.is_quiet();
}

#[test]
fn a_deadlock_says_who_waits_on_what() {
    let mut page = Page::of("deadlock", &stories::deadlock());
    assert_eq!(page.count(".drawing .stuck"), 3);
    assert!(
        page.run("document.querySelector('.drawing').textContent").as_str().is_some_and(|text| text.contains("futex"))
    );
    assert!(page.count("#events tr.bad") >= 3);
    page.is_quiet();
}

#[test]
fn requests_are_rows_below_the_threads() {
    let mut page = Page::of("http", &stories::requests());
    assert_eq!(page.count(".drawing .request"), 3);
    assert!(
        page.run("document.querySelector('.names').textContent")
            .as_str()
            .is_some_and(|text| text.contains("HTTP requests"))
    );
    page.is_quiet();
}

#[test]
fn hostile_output_does_nothing() {
    let mut page = Page::of("hostile", &stories::hostile());
    assert_eq!(page.run("typeof window.pwned"), "undefined");
    assert_eq!(
        page.count("main img, main iframe, main object, main embed, main script, main form, main base, main link"),
        0
    );
    let source = std::fs::read_to_string(page.file()).expect("the page");
    for forbidden in ['\u{202e}', '\u{2066}', '\u{200b}', '\x1b', '\0', '\u{9b}'] {
        assert!(!source.contains(forbidden), "{forbidden:?} is spelled out");
    }
    assert!(page.text("#events").contains("<script>"), "it is shown as text");
    assert!(page.fits(), "a long line does not widen the page");
    page.is_quiet();
}

#[test]
fn a_run_of_a_hundred_thousand_lines_is_thinned_and_says_so() {
    let story = stories::flood();
    let text = story.page();
    assert!(text.len() < 3 << 20, "{} bytes", text.len());
    let mut page = Page::open("flood", &text);
    assert!(page.text(".timeline").contains("This run has 100"), "{}", page.text(".timeline .note"));
    assert!(page.count("#events tbody tr") <= 3_200);
    assert!(page.count("#events tr.failed") > 0, "what failed is still there");
    page.is_quiet();
}

#[test]
fn a_crowd_of_threads_is_counted_and_those_that_failed_are_drawn() {
    let mut page = Page::of("crowd", &stories::crowd());
    assert_eq!(page.count(".names .lane-name"), 48);
    assert!(page.text(".timeline").contains("more threads lived"));
    assert!(page.count(".rings:not(.off) .ring") >= 1, "the thread that failed is drawn");
    page.is_quiet();
}

#[test]
fn a_run_of_two_hundred_threads_and_ten_thousand_lines_can_be_opened_and_walked() {
    let text = stories::large().page();
    assert!(text.len() < 3 << 20, "{} bytes", text.len());
    let mut page = Page::open("large", &text);
    assert!(page.count("main *") < 40_000, "{} elements", page.count("main *"));
    assert!(page.count(".rings:not(.off) .ring") >= 1, "what failed is drawn");
    assert_eq!(page.count("#events tr.failed"), 1, "and is in the table");
    page.run("document.querySelector('[data-do=in]').click()");
    page.run(
        "document.querySelector('.scroll').dispatchEvent(new KeyboardEvent('keydown', {key: 'End', bubbles: true}))",
    );
    assert!(!page.text("#details").trim().is_empty());
    page.is_quiet();
}

#[test]
fn on_paper_a_page_is_dark_on_white_and_whole() {
    for (name, text) in [("print", stories::lost_update().page()), ("print-class", class_page(&class::of(12)))] {
        let mut page = Page::open(name, &text);
        page.browser.looks(1280, 900, "dark");
        page.run("document.documentElement.dataset.theme = 'dark'");
        page.browser.prints();
        let worst = page.run(stories::WORST_CONTRAST);
        assert!(worst["ratio"].as_f64().is_some_and(|ratio| ratio >= 4.5), "{name}: {worst}");
        assert_eq!(page.run("getComputedStyle(document.documentElement).colorScheme"), "light", "{name}");
        let cut = "[...document.querySelectorAll('.wide, .scroll, pre')].filter(e => getComputedStyle(e).overflowX !== 'visible' || getComputedStyle(e).maxHeight !== 'none').map(e => e.className)";
        assert_eq!(page.run(cut), json!([]), "{name}: nothing is cut off that only scrolling would show");
        assert_eq!(page.run("getComputedStyle(document.getElementById('theme')).display"), "none");
    }
}

#[test]
fn without_scripts_the_page_shows_all_that_it_has() {
    let story = stories::lost_update();
    let mut page = Page::of("noscript", &story);
    page.browser.scripts(false);
    let file = page.file();
    page.browser.open(&file);
    assert_eq!(page.count("html.scripted"), 0, "no script ran");
    assert!(page.run("document.querySelector('.drawing').getBoundingClientRect().width > 300") == true);
    assert!(page.run("getComputedStyle(document.querySelector('.tools')).display") == "none");
    assert!(page.run("getComputedStyle(document.getElementById('theme')).display") == "none");
    page.run("document.getElementById('events').open = true");
    assert!(page.run("document.querySelector('#events tr').getBoundingClientRect().height > 0") == true);
    page.is_quiet();
}

#[test]
fn light_and_dark_are_as_the_person_likes_and_a_button_turns_them() {
    let mut page = Page::of("theme", &stories::lost_update());
    let paper = "getComputedStyle(document.body).backgroundColor";
    let light = page.run(paper);
    page.browser.looks(1280, 900, "dark");
    let dark = page.run(paper);
    assert_ne!(light, dark);
    page.run("document.getElementById('theme').click()");
    assert_eq!(page.run(paper), light, "the button wins");
    page.is_quiet();
}

#[test]
fn text_can_be_read_on_what_it_stands_on() {
    let mut page = Page::of("contrast", &stories::lost_update());
    for scheme in ["light", "dark"] {
        page.browser.looks(1280, 900, scheme);
        let worst = page.run(stories::WORST_CONTRAST);
        assert!(worst["ratio"].as_f64().is_some_and(|ratio| ratio >= 4.5), "{scheme}: {worst}");
    }
}

#[test]
fn a_page_is_written_by_the_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("page.html");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_grade"))
        .args(["ex07", "--file", "graders/ex07_race/wrong/no_lock.py", "--schedules", "1", "--format", "html", "--out"])
        .arg(&out)
        .current_dir(root)
        .output()
        .expect("grade runs");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let mut page = Page::open("command", &std::fs::read_to_string(out).expect("a page"));
    assert!(page.text("h1").contains("The lost update"));
    assert!(page.count(".drawing .section") >= 2 && page.count(".rings:not(.off) .ring") >= 1);
    page.is_quiet();
}

#[test]
fn a_narrow_window_is_wide_enough() {
    for (name, text) in [("narrow", stories::lost_update().page()), ("narrow-class", class_page(&class::of(12)))] {
        let mut page = Page::open(name, &text);
        page.browser.looks(360, 800, "light");
        assert!(page.fits(), "{name}");
    }
}
