use super::check;
use crate::check::SourceText;
use crate::check::finding::Finding;
use crate::course::model::{Language, Source, SourceRules};

fn found(language: Language, text: &str, must: &[&str], must_not: &[&str]) -> Finding {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let rules = SourceRules { must: owned(must), must_not: owned(must_not) };
    let asked = match language {
        Language::Rust => Source { rust: rules, python: SourceRules::default() },
        Language::Python => Source { rust: SourceRules::default(), python: rules },
    };
    check(&asked, &SourceText { language, text, path: language.file_name() })
}

fn uses(language: Language, text: &str, name: &str) -> bool {
    let must = found(language, text, &[name], &[]) == Finding::Held;
    let must_not = found(language, text, &[], &[name]) == Finding::Held;
    assert_ne!(must, must_not, "a name is used or it is not: {name} in {text}");
    must
}

#[test]
fn rust_names_are_found_however_they_are_imported() {
    for text in [
        "fn main() { std::thread::spawn(|| {}); }",
        "use std::thread; fn main() { thread::spawn(|| {}); }",
        "use std::thread::spawn; fn main() { spawn(|| {}); }",
        "use std::thread::spawn as go; fn main() { go(|| {}); }",
        "use std::thread as t; fn main() { t::spawn(|| {}); }",
        "use std as s; use s::thread as t; fn main() { t::spawn(|| {}); }",
        "use std::{io, thread::{self as t, sleep}}; fn main() { t::spawn(|| {}); }",
        "use std::thread::*; fn main() { spawn(|| {}); }",
        "use ::std::*; fn main() { thread::spawn(|| {}); }",
        "fn main() { let f = std::thread::spawn::<fn(), ()>; }",
        "fn main() { println!(\"{:?}\", std::thread::spawn(|| {}).join()); }",
        "use std::thread; fn main() { vec![[1].map(|_| thread::spawn(|| {}))]; }",
        "use std::thread::spawn as go; fn main() { assert!(go(|| {}).join().is_ok()); }",
        "fn main() { tokio::join!(async { std::thread::spawn(|| {}); }); }",
        "macro_rules! go { () => { std::thread::spawn(|| {}) } } fn main() { go!(); }",
    ] {
        assert!(uses(Language::Rust, text, "thread::spawn"), "{text}");
        assert!(uses(Language::Rust, text, "std::thread"), "{text}");
        assert!(uses(Language::Rust, text, "std::thread::spawn"), "{text}");
        assert!(!uses(Language::Rust, text, "process::exit"), "{text}");
    }
}

#[test]
fn rust_comments_strings_and_other_names_are_not_uses() {
    for text in [
        "// thread::spawn\n/* std::thread::spawn() */ /// thread::spawn\nfn main() {}",
        "fn main() { println!(\"thread::spawn {}\", r\"thread::spawn\"); }",
        "#[doc = \"thread::spawn\"] fn spawn() {} mod thread {} fn main() { spawn(); }",
        "use tokio::task; fn main() { task::spawn(async {}); tokio::spawn(async {}); }",
        "fn main() { let thread = 1; let spawn = thread; println!(\"{spawn}\"); }",
    ] {
        assert!(!uses(Language::Rust, text, "thread::spawn"), "{text}");
    }
    assert!(!uses(Language::Rust, "use std::process::*; fn exit(_: i32) {} fn main() { exit(1); }", "process::exit"));
    assert!(uses(Language::Rust, "use std::process::*; fn main() { exit(1); }", "process::exit"));
}

#[test]
fn rust_macros_methods_attributes_types_and_keywords_are_names() {
    let text = "use std::sync::Mutex;
        #[tokio::main]
        async fn main() {
            let total: Mutex<std::collections::HashMap<u8, u8>> = Mutex::default();
            *total.lock().unwrap() = Default::default();
            tokio::join!(a(), b.boxed());
            loop { let r#type = 1; }
        }";
    for name in ["tokio::main", "tokio::join!", "Mutex", "sync::Mutex", "lock", "HashMap", "boxed", "loop", "await"] {
        assert_eq!(uses(Language::Rust, text, name), name != "await", "{name}");
    }
    assert!(uses(Language::Rust, "async fn f() { g().await; h!(k().await); }", "await"));
}

#[test]
fn python_names_are_found_however_they_are_imported() {
    for text in [
        "import time\ntime.sleep(1)\n",
        "import time as t\nt.sleep(1)\n",
        "from time import sleep\nsleep(1)\n",
        "from time import sleep as nap\nnap(1)\n",
        "from time import *\nsleep(1)\n",
        "import time\nwait = time.sleep\nwait(1)\n",
        "import time\n(time).sleep(1)\n",
        "import time\nprint(f'{time.sleep(1)}')\n",
        "import time\nclass A:\n  def f(self, g=time.sleep): g(1)\n",
        "import time\nThread(target=time.sleep, args=(1,))\n",
    ] {
        assert!(uses(Language::Python, text, "time.sleep"), "{text}");
        assert!(uses(Language::Python, text, "time"), "{text}");
        assert!(!uses(Language::Python, text, "asyncio.sleep"), "{text}");
    }
}

#[test]
fn python_comments_strings_and_other_names_are_not_uses() {
    for text in [
        "# time.sleep\n'time.sleep'\n\"\"\"time.sleep(1)\"\"\"\n",
        "import asyncio\nasync def f():\n  await asyncio.sleep(1)\n",
        "from asyncio import sleep\nasync def f():\n  await sleep(1)\n",
        "print(f'time.sleep {1}')\n",
        "def sleep(time): pass\nsleep(time=1)\n",
    ] {
        assert!(!uses(Language::Python, text, "time.sleep"), "{text}");
    }
    assert!(!uses(Language::Python, "from time import *\ndef sleep(n): pass\nsleep(1)\n", "time.sleep"));
}

#[test]
fn python_names_in_letters_of_other_forms_are_the_plain_ones() {
    for text in
        ["import 𝐭𝐢𝐦𝐞\n𝐭𝐢𝐦𝐞.sleep(1)\n", "import ｔｉｍｅ as t\nt.ｓleep(1)\n", "from 𝓽ime import 𝔰leep as ſ\ns(1)\n"]
    {
        assert!(uses(Language::Python, text, "time.sleep"), "{text}");
    }
}

#[test]
fn a_python_source_in_an_encoding_that_hides_it_is_refused() {
    for declared in ["unicode_escape", "utf-7", "utf_7", "raw_unicode_escape", "cp037", "utf-16"] {
        for text in [
            format!("# -*- coding: {declared} -*-\nx = 1\n"),
            format!("#!/usr/bin/python3\n# vim: fileencoding={declared} :\n"),
        ] {
            let found = found(Language::Python, &text, &[], &["time.sleep"]);
            assert!(matches!(found, Finding::Failed(_)), "{text}");
        }
    }
    for text in [
        "# coding: utf-8\n",
        "# -*- coding: latin-1 -*-\n",
        "# coding=UTF8\n",
        "x = 1\ny = 2\nz = 3\nt = 4\n# coding: utf-7\n",
        "# no coding at all\n",
    ] {
        assert_eq!(found(Language::Python, text, &[], &["time.sleep"]), Finding::Held, "{text}");
    }
    for text in [
        "# coding=utf-7 coding:utf-8\n",
        "# coding: ! coding: utf-7\n",
        "# a\r# coding: utf-7\n",
        "\n\x0c # coding: utf-7\n",
    ] {
        assert!(matches!(found(Language::Python, text, &[], &[]), Finding::Failed(_)), "{text}");
    }
}

#[test]
fn python_methods_modules_and_keywords_are_names() {
    let text = "import os.path\nimport concurrent.futures as cf\nfrom multiprocessing import Pool\n\
                async def f(loop):\n  with Pool(2) as pool: pool.map(len, [])\n  \
                await asyncio.get_running_loop().run_in_executor(None, os.path.exists)\n  yield cf.ThreadPoolExecutor\n";
    for name in [
        "run_in_executor",
        "get_running_loop",
        "concurrent.futures",
        "futures.ThreadPoolExecutor",
        "os.path.exists",
        "multiprocessing.Pool",
        "multiprocessing",
        "pool.map",
        "yield",
        "await",
        "async",
    ] {
        assert!(uses(Language::Python, text, name), "{name}");
    }
}

#[test]
fn a_failure_says_where() {
    let text = "import time as t\n\n# a comment\nx = 'ü'; t.sleep(1)\n";
    let Finding::Failed(failure) = found(Language::Python, text, &[], &["time.sleep"]) else { panic!("it is used") };
    assert_eq!(failure.message, "the source must not use `time.sleep`, but it does at main.py:4:10");
    assert_eq!(failure.evidence[0].text, "main.py:4:10: `time.sleep`");
    let Finding::Failed(failure) = found(Language::Python, text, &["threading"], &[]) else { panic!("it is not used") };
    assert!(failure.message.contains("must use `threading`"), "{}", failure.message);
}

#[test]
fn a_source_that_nests_without_end_does_no_harm() {
    let deep = 50_000;
    let rust = format!("fn main() {{ {}1{} ; a{} }}", "(".repeat(deep), ")".repeat(deep), "::a".repeat(deep));
    assert!(!uses(Language::Rust, &rust, "thread::spawn"));
    let python = format!("x = {}1{}\ny = a{}\n", "(".repeat(deep), ")".repeat(deep), ".a".repeat(deep));
    assert!(!uses(Language::Python, &python, "time.sleep"));
}
