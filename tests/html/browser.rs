//! A headless Chromium, spoken to by its `DevTools` protocol.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// How long the browser may take for one answer: a loaded machine is slow, and a dead browser is noticed anyway.
const PATIENCE: Duration = Duration::from_mins(2);

/// A running browser with one page.
pub(crate) struct Browser {
    child: Child,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    session: String,
    last_id: u64,
    /// What the page complained of: console errors, exceptions, refusals of the content security policy.
    pub(crate) complaints: Vec<String>,
    /// Every address that was asked for.
    pub(crate) requests: Vec<String>,
    _profile: TempDir,
}

impl Browser {
    /// Starts it. That it is not installed is a failure: a page that nobody has opened is not tested.
    pub(crate) fn start() -> Self {
        let program = ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find(|name| {
                std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|dir| dir.join(name).is_file())
            })
            .expect("Chromium opens the pages in this test: apt-get install chromium");
        let profile = tempfile::Builder::new().prefix("grade-browser-").tempdir().expect("a folder");
        let mut command = Command::new(program);
        command
            .args([
                "--headless",
                "--disable-gpu",
                "--remote-debugging-port=0",
                "--no-first-run",
                "--disable-background-networking",
            ])
            .args(["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .envs(["HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"].map(|name| (name, profile.path())))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        // Chromium refuses its own sandbox to root; without user namespaces nobody has one.
        if nix::unistd::Uid::effective().is_root() || !has_user_namespaces() {
            command.arg("--no-sandbox");
        }
        let mut child = command.arg("about:blank").spawn().expect("the browser starts");
        let mut said = String::new();
        let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let address = loop {
            let mut line = String::new();
            assert!(stderr.read_line(&mut line).expect("text") > 0, "the browser left: {said}");
            if let Some(address) = line.trim().strip_prefix("DevTools listening on ") {
                break address.to_owned();
            }
            said.push_str(&line);
        };
        // It must never wait for us to read.
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        let (socket, _) = tungstenite::connect(address.as_str()).expect("DevTools answer");
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        }
        let mut browser = Self {
            child,
            socket,
            session: String::new(),
            last_id: 0,
            complaints: Vec::new(),
            requests: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", &json!({"url": "about:blank"}));
        let attached = browser.call("Target.attachToTarget", &json!({"targetId": target["targetId"], "flatten": true}));
        attached["sessionId"].as_str().expect("a session").clone_into(&mut browser.session);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Opens a file, and waits until it is loaded.
    pub(crate) fn open(&mut self, file: &Path) {
        self.complaints.clear();
        self.requests.clear();
        let path = file.canonicalize().expect("a page");
        let path = path.to_string_lossy().replace('%', "%25").replace('#', "%23").replace(' ', "%20");
        let url = format!("file://{path}");
        let gone = self.call("Page.navigate", &json!({"url": url}));
        assert!(gone.get("errorText").is_none(), "{gone}");
        let until = Instant::now() + PATIENCE;
        while self.script("document.readyState + location.protocol") != "completefile:" {
            assert!(Instant::now() < until, "{url} is loaded");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What an expression is in the page.
    pub(crate) fn script(&mut self, expression: &str) -> Value {
        let answer = self.call("Runtime.evaluate", &json!({"expression": expression, "returnByValue": true}));
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// How large the window is, and which colours the person likes.
    pub(crate) fn looks(&mut self, width: u32, height: u32, scheme: &str) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", &size);
        let feature = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", &feature);
    }

    /// The page as a printer gets it, from a person who likes it dark.
    pub(crate) fn prints(&mut self) {
        let feature = json!({"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]});
        self.call("Emulation.setEmulatedMedia", &feature);
    }

    /// Whether scripts of pages run; what the test asks is answered in any case.
    pub(crate) fn scripts(&mut self, run: bool) {
        self.call("Emulation.setScriptExecutionDisabled", &json!({"value": !run}));
    }

    /// A picture of the window, PNG.
    pub(crate) fn picture(&mut self) -> Vec<u8> {
        let answer = self.call("Page.captureScreenshot", &json!({"format": "png"}));
        STANDARD.decode(answer["data"].as_str().expect("a picture")).expect("Base64")
    }

    /// One command and its answer; what happens meanwhile is noted.
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Value {
        self.last_id += 1;
        let mut message = json!({"id": self.last_id, "method": method, "params": params});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::text(message.to_string())).expect("the browser lives");
        loop {
            let message = self.socket.read().unwrap_or_else(|error| panic!("{method}: {error}"));
            let Message::Text(text) = message else { continue };
            let message: Value = serde_json::from_str(&text).expect("JSON");
            if message["id"] == self.last_id {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.note(&message);
        }
    }

    fn note(&mut self, message: &Value) {
        let params = &message["params"];
        match message["method"].as_str() {
            Some("Runtime.consoleAPICalled") if params["type"] != "log" => self.complaints.push(params.to_string()),
            Some("Runtime.exceptionThrown" | "Log.entryAdded") => self.complaints.push(params.to_string()),
            Some("Page.javascriptDialogOpening") => self.complaints.push(format!("a dialog: {params}")),
            Some("Network.requestWillBeSent") => {
                self.requests.push(params["request"]["url"].as_str().unwrap_or("?").to_owned());
            }
            _ => {}
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _gone = self.socket.close(None);
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Whether this user can make a user namespace, which Chromium's sandbox needs.
fn has_user_namespaces() -> bool {
    Command::new("unshare").args(["--user", "true"]).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
