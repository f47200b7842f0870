//! The HTTP fixture over real sockets: what it answers, and what it writes down.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use grade::fixture::{FixtureProcess, Record};
use grade::trace::HttpPhase::{Close, Open, Request, Response};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// A fixture, and its record as far as it was read.
struct Fixture {
    process: FixtureProcess,
    unread: Vec<u8>,
    record: Vec<Record>,
}

impl Fixture {
    fn start() -> Self {
        let process = FixtureProcess::start(Path::new(env!("CARGO_BIN_EXE_grade"))).unwrap();
        Self { process, unread: Vec::new(), record: Vec::new() }
    }

    fn connect(&self) -> Client {
        let stream = TcpStream::connect(self.process.address().strip_prefix("http://").unwrap()).unwrap();
        // So that a test that has found a mistake ends.
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Client { reader: BufReader::new(stream) }
    }

    fn get(&self, target: &str) -> Answer {
        self.connect().get(target)
    }

    /// Reads the record until it has so many entries.
    fn record(&mut self, entries: usize) -> &[Record] {
        let patience = Instant::now();
        while self.record.len() < entries && patience.elapsed() < Duration::from_secs(30) && self.read_on() {}
        assert!(self.record.len() >= entries, "only {:?}", self.record);
        &self.record
    }

    /// Ends it and reads the rest of the record.
    fn end(mut self) -> Vec<Record> {
        self.process.stop();
        while self.read_on() {}
        assert!(self.unread.is_empty(), "half a line at the end");
        self.record
    }

    fn read_on(&mut self) -> bool {
        let mut record = self.process.record();
        let mut ready = [PollFd::new(std::os::fd::AsFd::as_fd(&record), PollFlags::POLLIN)];
        assert!(poll(&mut ready, PollTimeout::from(30_000_u16)).unwrap() > 0, "no more record: {:?}", self.record);
        let mut piece = [0; 4096];
        let length = record.read(&mut piece).unwrap();
        self.unread.extend_from_slice(&piece[..length]);
        while let Some(newline) = self.unread.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.unread.drain(..=newline).collect();
            self.record.push(Record::parse(&line).unwrap());
        }
        length > 0
    }
}

/// A connection that speaks just enough HTTP/1.1.
struct Client {
    reader: BufReader<TcpStream>,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl Client {
    fn send(&mut self, bytes: &[u8]) {
        self.reader.get_mut().write_all(bytes).unwrap();
    }

    fn ask(&mut self, method: &str, target: &str) {
        self.send(format!("{method} {target} HTTP/1.1\r\nHost: fixture\r\n\r\n").as_bytes());
    }

    fn get(&mut self, target: &str) -> Answer {
        self.ask("GET", target);
        self.answer(true)
    }

    fn answer(&mut self, has_body: bool) -> Answer {
        let head = self.head();
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
        let mut body = vec![0; if has_body { length } else { 0 }];
        self.reader.read_exact(&mut body).unwrap();
        Answer { status: head.split(' ').nth(1).unwrap().parse().unwrap(), head, body }
    }

    fn head(&mut self) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(self.reader.read_line(&mut head).unwrap() > 0, "closed within the head: {head:?}");
        }
        head
    }

    /// What still comes until the other side closes.
    fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.reader.read_to_end(&mut rest).unwrap();
        rest
    }
}

fn phases(record: &[Record]) -> Vec<(u64, grade::trace::HttpPhase)> {
    record.iter().map(|entry| (entry.id, entry.phase)).collect()
}

#[test]
fn a_status_is_answered_as_asked() {
    let fixture = Fixture::start();
    for status in [200, 201, 301, 404, 418, 500, 503, 599] {
        let answer = fixture.get(&format!("/status/{status}"));
        assert_eq!((answer.status, answer.text()), (status, format!("status {status}\n").as_str()));
    }
    for target in ["/", "/nothing", "/page/", "/page/a/b"] {
        assert_eq!(fixture.get(target).status, 404, "{target}");
    }
    for target in ["/status/99", "/bytes/x", "/delay/99999999999", "/page/a?delay=soon"] {
        assert_eq!(fixture.get(target).status, 400, "{target}");
    }
}

#[test]
fn an_answer_has_no_date_and_no_other_surprise() {
    let fixture = Fixture::start();
    let head = fixture.get("/page/a").head;
    assert_eq!(head, "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: 122\r\n\r\n");
}

#[test]
fn a_delay_is_kept_for_each_of_many() {
    let fixture = Fixture::start();
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                let start = Instant::now();
                assert_eq!(fixture.get("/delay/500").status, 200);
                assert!(start.elapsed() >= Duration::from_millis(500));
            });
        }
    });
}

#[test]
fn requests_in_flight_overlap_in_the_record() {
    let mut fixture = Fixture::start();
    let mut clients = [fixture.connect(), fixture.connect(), fixture.connect()];
    for client in &mut clients {
        client.ask("GET", "/delay/300");
    }
    // Three opens and three requests come before the first response.
    fixture.record(6);
    for client in &mut clients {
        assert_eq!(client.answer(true).status, 200);
    }
    let record = fixture.record(9).to_vec();
    let requests_before_response =
        record.iter().take_while(|entry| entry.phase != Response).filter(|entry| entry.phase == Request).count();
    assert_eq!(requests_before_response, 3);
}

#[test]
fn a_flaky_path_fails_as_often_as_it_says_each_with_its_query() {
    let fixture = Fixture::start();
    let statuses = |target: &str| [0; 4].map(|_| fixture.get(target).status);
    assert_eq!(statuses("/flaky/2"), [503, 503, 200, 200]);
    assert_eq!(statuses("/flaky/2?who=b"), [503, 503, 200, 200], "another query is another path");
    assert_eq!(statuses("/page/a?flaky=1&status=206"), [503, 206, 206, 206]);
    assert_eq!(statuses("/flaky/0"), [200; 4]);
    assert_eq!(statuses("/page/a"), [200; 4]);
}

#[test]
fn a_redirect_counts_down_and_keeps_its_query() {
    let fixture = Fixture::start();
    let mut target = "/redirect/3?delay=1".to_owned();
    let mut hops = Vec::new();
    loop {
        let answer = fixture.get(&target);
        hops.push((target.clone(), answer.status));
        let Some(next) = answer.head.lines().find_map(|line| line.strip_prefix("location: ")) else { break };
        target = next.to_owned();
    }
    let expected = [(3, 302), (2, 302), (1, 302), (0, 200)];
    assert_eq!(hops, expected.map(|(left, status)| (format!("/redirect/{left}?delay=1"), status)));
}

#[test]
fn bytes_come_in_the_number_that_was_asked_for() {
    let fixture = Fixture::start();
    for length in [0, 1, 64, 16 << 10, (16 << 10) + 1, 1_000_000] {
        let answer = fixture.get(&format!("/bytes/{length}"));
        assert_eq!(answer.body.len(), length);
        assert!(answer.body.iter().zip(0..).all(|(byte, at)| *byte == answer.body[at % 64]));
    }
}

#[test]
fn a_page_has_a_title_and_a_number_of_its_own() {
    let fixture = Fixture::start();
    let page = fixture.get("/page/first");
    assert!(page.text().contains("<title>Page first</title>"), "{page:?}");
    assert_eq!(page.text(), fixture.get("/page/first?delay=1").text(), "the same page each time");
    assert_ne!(page.text().replace("first", "x"), fixture.get("/page/second").text().replace("second", "x"));
}

#[test]
fn a_connection_is_kept_for_the_next_request() {
    let fixture = Fixture::start();
    let mut client = fixture.connect();
    for target in ["/page/a", "/status/404", "/bytes/100000", "/page/b"] {
        client.get(target);
    }
    drop(client);
    let record = fixture.end();
    let once = |id| [(id, Request), (id, Response)];
    assert_eq!(phases(&record), [vec![(1, Open)], [2, 3, 4, 5].map(once).concat(), vec![(1, Close)]].concat());
    assert_eq!((record[3].method.as_deref(), record[3].path.as_deref()), (Some("GET"), Some("/status/404")));
    assert_eq!(record[4].status, Some(404));
}

#[test]
fn methods_with_and_without_a_body_are_answered() {
    let fixture = Fixture::start();
    let mut client = fixture.connect();
    client.ask("HEAD", "/bytes/1000");
    let answer = client.answer(false);
    assert!(answer.status == 200 && answer.head.contains("content-length: 1000\r\n"), "{answer:?}");
    assert_eq!(client.get("/status/204").body, b"");
    client.send(b"POST /status/201 HTTP/1.1\r\nHost: f\r\nContent-Length: 5\r\n\r\nhello");
    assert_eq!(client.answer(true).status, 201);
    client.send(b"GET /page/a HTTP/1.1\r\nHost: f\r\n\r\nGET /status/418 HTTP/1.1\r\nHost: f\r\n\r\n");
    assert_eq!([client.answer(true).status, client.answer(true).status], [200, 418], "one behind the other");
    drop(client);
    let record = fixture.end();
    let statuses: Vec<_> = record.iter().filter_map(|entry| entry.status).collect();
    assert_eq!(statuses, [200, 204, 201, 200, 418], "each answer is in the record");
}

#[test]
fn a_slow_path_sends_nothing_until_the_client_gives_up() {
    let mut fixture = Fixture::start();
    let mut client = fixture.connect();
    client.ask("GET", "/slow");
    fixture.record(2);
    client.reader.get_ref().set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    assert!(client.reader.read(&mut [0]).is_err(), "not a byte");
    drop(client);
    assert_eq!(phases(fixture.record(4)), [(1, Open), (2, Request), (2, Close), (1, Close)]);
}

#[test]
fn a_slow_body_begins_and_does_not_end() {
    let mut fixture = Fixture::start();
    let mut client = fixture.connect();
    client.ask("GET", "/page/a?slow=body");
    assert!(client.head().starts_with("HTTP/1.1 200 OK\r\n"));
    let mut first = String::new();
    client.reader.read_line(&mut first).unwrap();
    drop(client);
    assert_eq!(phases(fixture.record(4)), [(1, Open), (2, Request), (2, Close), (1, Close)], "never answered");
}

#[test]
fn a_client_that_leaves_during_a_delay_is_written_down() {
    let mut fixture = Fixture::start();
    let mut client = fixture.connect();
    client.ask("GET", "/delay/3000000");
    fixture.record(2);
    drop(client);
    assert_eq!(phases(fixture.record(4)), [(1, Open), (2, Request), (2, Close), (1, Close)]);
    assert_eq!(fixture.get("/page/a").status, 200, "the others are served");
}

#[test]
fn what_is_not_http_is_answered_400_and_written_down() {
    let fixture = Fixture::start();
    for garbage in
        [b"hello\r\n\r\n".as_slice(), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9\r\n\r\n"]
    {
        let mut client = fixture.connect();
        client.send(garbage);
        let rest = String::from_utf8(client.rest()).unwrap();
        assert!(rest.starts_with("HTTP/1.1 400 "), "{garbage:?}: {rest:?}");
    }
    let record = fixture.end();
    let one = |id| [(id, Open), (id + 1, Request), (id + 1, Response), (id, Close)];
    assert_eq!(phases(&record), [1, 3, 5].map(one).concat());
    assert_eq!((record[1].method.as_deref(), record[1].path.as_deref(), record[2].status), (None, None, Some(400)));
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let fixture = Fixture::start();
    let mut client = fixture.connect();
    let head = format!("GET / HTTP/1.1\r\nHost: f\r\nX: {}", "x".repeat(1 << 20));
    // It may close before all is sent.
    let _closed_early = client.reader.get_mut().write_all(head.as_bytes());
    let mut rest = Vec::new();
    let _reset = client.reader.read_to_end(&mut rest);
    drop(client);
    let record = fixture.end();
    assert_eq!(phases(&record), [(1, Open), (2, Request), (2, Response), (1, Close)]);
    assert_eq!(record[2].status, Some(431));
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let fixture = Fixture::start();
    let mut client = fixture.connect();
    client.send(b"POST /page/a HTTP/1.1\r\nHost: f\r\nContent-Length: 1500000\r\n\r\n");
    let _closed_early = client.reader.get_mut().write_all(&vec![b'x'; 1_500_000]);
    let _reset = client.reader.read_to_end(&mut Vec::new());
    drop(client);
    let record = fixture.end();
    assert_eq!(record.iter().find_map(|entry| entry.status), Some(413));
}

#[test]
fn abrupt_clients_leave_no_connection_open() {
    let fixture = Fixture::start();
    drop(fixture.connect());
    let mut half = fixture.connect();
    half.send(b"GET /pa");
    drop(half);
    let mut reset = fixture.connect();
    reset.ask("GET", "/bytes/16000000");
    reset.head();
    drop(reset);
    let mut shut = fixture.connect();
    shut.ask("GET", "/page/a");
    assert_eq!(shut.answer(true).status, 200);
    shut.reader.get_ref().shutdown(Shutdown::Write).unwrap();
    assert_eq!(shut.rest(), b"");
    let record = fixture.end();
    let count = |phase| record.iter().filter(|entry| entry.phase == phase).map(|entry| entry.id).collect::<Vec<_>>();
    let (mut ended, mut begun) = ([count(Close), count(Response)].concat(), [count(Open), count(Request)].concat());
    ended.sort_unstable();
    begun.sort_unstable();
    assert_eq!(ended, begun, "all that began has ended once: {record:?}");
}

#[test]
fn hundreds_of_connections_are_served_at_once() {
    let fixture = Fixture::start();
    let mut clients: Vec<_> = (0..300).map(|_| fixture.connect()).collect();
    for client in &mut clients {
        client.ask("GET", "/page/a?delay=200");
    }
    for client in &mut clients {
        assert_eq!(client.answer(true).status, 200);
    }
}

#[test]
fn it_ends_when_its_input_is_closed_or_its_parent_is_gone() {
    let mut fixture = Fixture::start();
    let pid = fixture.process.pid();
    fixture.process.stop();
    drop(fixture);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    // A shell that starts one, says its process id and is killed; the fixture's input stays open, held by this test.
    let script = "exec 3>/dev/null 4<&0; \"$0\" __fixture <&4 & echo $!; wait";
    let mut shell = Command::new("/bin/sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_grade")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let held = shell.stdin.take();
    let mut output = BufReader::new(shell.stdout.take().unwrap());
    let mut both = String::new();
    output.read_line(&mut both).unwrap();
    output.read_line(&mut both).unwrap();
    assert!(both.contains("http://127.0.0.1:"), "{both:?}");
    shell.kill().unwrap();
    shell.wait().unwrap();
    // Its output ends with it.
    assert_eq!(output.read_to_string(&mut both).unwrap(), 0);
    drop(held);
}

#[test]
fn it_does_not_start_without_a_place_for_its_record() {
    let started = Command::new(env!("CARGO_BIN_EXE_grade")).arg("__fixture").stdin(Stdio::null()).output().unwrap();
    assert!(!started.status.success() && started.stdout.is_empty() && started.stderr.is_empty(), "{started:?}");
}
