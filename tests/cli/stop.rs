//! Stopping: requests in flight are finished, and the exit code is 0.

use crate::{home::Home, http};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

#[test]
fn a_request_in_flight_is_finished_after_the_signal_and_new_ones_are_not_taken() {
    let home = Home::new();
    let mut run = home.serve(&["--demo", "false"]);
    let address = run.address();
    let body = r#"{"query":"{ customers(first: 1) { totalCount } }"}"#;
    let mut stream = http::connect(&address);
    let head = format!("POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n");
    write!(stream, "{head}content-length: {}\r\n\r\n", body.len()).unwrap();
    // the server asks for the body: the request is in its hands
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    let _idle = http::connect(&address);

    run.signal("-TERM");
    run.wait_for("the word of the stop", |run| run.complained().contains("requests in flight are finished"));
    run.wait_for("the end of listening", |_| TcpStream::connect(&address).is_err());
    assert!(run.is_running(), "it waits for the request");
    stream.write_all(body.as_bytes()).unwrap();
    let answer = http::answer(stream);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains(r#""totalCount":0"#), "{}", answer.body);
    run.end().ok().is_clean();
}

#[test]
fn an_idle_server_stops_at_once_on_either_signal() {
    for signal in ["-TERM", "-INT"] {
        let home = Home::new();
        let mut run = home.serve(&["--demo", "false"]);
        run.address();
        run.signal(signal);
        run.end().ok().is_clean();
    }
}

#[test]
fn a_second_signal_cuts_what_is_in_flight() {
    let home = Home::new();
    let mut run = home.serve(&["--demo", "false"]);
    let address = run.address();
    let mut stream = http::connect(&address);
    let head = format!("POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n");
    write!(stream, "{head}content-length: 100\r\n\r\n").unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    run.signal("-TERM");
    run.wait_for("the end of listening", |_| TcpStream::connect(&address).is_err());
    assert!(run.is_running(), "it waits for the request");
    let begin = Instant::now();
    run.signal("-TERM");
    let ended = run.end().ok();
    // the body alone would be waited for five seconds
    assert!(begin.elapsed() < Duration::from_secs(4), "it took {:?}", begin.elapsed());
    assert!(ended.err.contains("a second time"), "{ended:?}");
}
