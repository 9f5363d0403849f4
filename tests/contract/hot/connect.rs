//! What connecting to Redis promises.

use crate::support::{
    engines::{missing, required, unique_name},
    proxy::Proxy,
};
use libtest_mimic::Trial;
use polystore::{
    engines::redis::Redis,
    error::{Engine, Kind},
    roles::Store,
};
use std::{
    io::{Read, Write},
    net::TcpListener,
    time::{Duration, Instant},
};

pub fn trials() -> Vec<Trial> {
    vec![
        trial("a_refused_connection_says_so_within_five_seconds", a_refused_connection_says_so_within_five_seconds),
        trial("a_url_of_something_else_says_so", a_url_of_something_else_says_so),
        trial("a_wrong_password_says_so_and_is_not_told", a_wrong_password_says_so_and_is_not_told),
        trial("a_silent_server_fails_within_five_seconds", a_silent_server_fails_within_five_seconds),
        trial("a_prefix_with_a_colon_is_refused", a_prefix_with_a_colon_is_refused),
        trial("a_command_without_an_answer_times_out_and_is_not_sent_again", a_command_without_an_answer_times_out_and_is_not_sent_again),
        trial("a_password_that_is_right_again_works_again", a_password_that_is_right_again_works_again),
        trial("a_connection_that_fell_silent_is_given_up", a_connection_that_fell_silent_is_given_up),
    ]
}

fn trial(name: &'static str, test: fn()) -> Trial {
    let skip = missing(Engine::Redis).is_some() && !required(Engine::Redis);
    let run = move || {
        test();
        Ok(())
    };
    Trial::test(format!("[redis] connect::{name}"), run).with_ignored_flag(skip)
}

fn server() -> String {
    std::env::var("TEST_REDIS_URL").unwrap()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The error of a connection that must fail, and the time it took.
fn failure(url: &str, prefix: &str) -> String {
    let begin = Instant::now();
    let error = wait(Redis::connect(url, prefix)).err().expect("the connection must fail");
    assert!(begin.elapsed() < Duration::from_secs(5), "it took {:?}", begin.elapsed());
    assert_eq!((error.kind, error.engine), (Kind::Unavailable, Engine::Redis));
    error.detail().to_string()
}

fn a_refused_connection_says_so_within_five_seconds() {
    // a port that was free a moment ago
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let detail = failure(&format!("redis://:hunter2@127.0.0.1:{port}"), "");
    assert!(detail.contains(&format!("connection refused by 127.0.0.1:{port}")), "{detail}");
    assert!(!detail.contains("hunter2"), "{detail}");
}

fn a_url_of_something_else_says_so() {
    for url in ["", "redis", "http://127.0.0.1:6379", "redis://127.0.0.1:port", "redis://:hunter2@127.0.0.1/db"] {
        let detail = failure(url, "");
        assert!(detail.contains("its form is redis://"), "{url}: {detail}");
        assert!(!detail.contains("hunter2"), "{detail}");
    }
}

fn a_wrong_password_says_so_and_is_not_told() {
    let url = server();
    let detail = failure(&url.replacen("redis://", "redis://nobody:hunter2@", 1), "");
    assert!(detail.contains("refused the user name or the password"), "{detail}");
    assert!(!detail.contains("hunter2"), "{detail}");
}

fn a_silent_server_fails_within_five_seconds() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let detail = failure(&format!("redis://{}", silent.local_addr().unwrap()), "");
    assert!(detail.contains("no answer in time"), "{detail}");
}

fn a_prefix_with_a_colon_is_refused() {
    let detail = failure(&server(), "a:cache");
    assert!(detail.contains("prefix"), "{detail}");
}

fn a_command_without_an_answer_times_out_and_is_not_sent_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    // answers the greetings and the first PING, and counts the others
    let server = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let (mut pings, mut buffer) = (0, [0; 4096]);
        loop {
            let length = connection.read(&mut buffer).unwrap_or_default();
            let received = String::from_utf8_lossy(&buffer[..length]);
            if length == 0 {
                return pings;
            }
            connection.write_all("+OK\r\n".repeat(received.matches("SETINFO").count()).as_bytes()).unwrap();
            for _ in received.matches("PING") {
                pings += 1;
                if pings == 1 {
                    connection.write_all(b"+PONG\r\n").unwrap();
                }
            }
        }
    });
    wait(async {
        let store = Redis::connect(&url, "").await.unwrap();
        let begin = Instant::now();
        assert_eq!(store.ping().await.unwrap_err().kind, Kind::Timeout);
        assert!(begin.elapsed() < Duration::from_secs(1), "it took {:?}", begin.elapsed());
    });
    assert_eq!(server.join().unwrap(), 2);
}

async fn administer(command: &[&str]) {
    let mut connection = redis::Client::open(server()).unwrap().get_multiplexed_async_connection().await.unwrap();
    redis::cmd(command[0]).arg(&command[1..]).exec_async(&mut connection).await.unwrap();
}

fn a_password_that_is_right_again_works_again() {
    wait(async {
        let user = unique_name();
        administer(&["ACL", "SETUSER", &user, "on", ">right", "~*", "+@all"]).await;
        let store = Redis::connect(&server().replacen("redis://", &format!("redis://{user}:right@"), 1), &user).await.unwrap();
        administer(&["ACL", "SETUSER", &user, "resetpass", ">other"]).await;
        administer(&["CLIENT", "KILL", "USER", &user]).await;
        for _ in 0..3 {
            assert_eq!(store.ping().await.unwrap_err().kind, Kind::Unavailable);
        }
        administer(&["ACL", "SETUSER", &user, "resetpass", ">right"]).await;
        let begin = Instant::now();
        while let Err(error) = store.ping().await {
            assert!(begin.elapsed() < Duration::from_secs(3), "the password is right again, and still: {error:?}");
        }
        administer(&["ACL", "DELUSER", &user]).await;
    });
}

fn a_connection_that_fell_silent_is_given_up() {
    wait(async {
        let (proxy, through) = Proxy::in_front_of(&server()).await;
        let store = Redis::connect(&through, &unique_name()).await.unwrap();
        store.ping().await.unwrap();
        proxy.stall();
        let begin = Instant::now();
        assert_eq!(store.ping().await.unwrap_err().kind, Kind::Timeout);
        while let Err(error) = store.ping().await {
            assert!(begin.elapsed() < Duration::from_secs(3), "new connections work, and still: {error:?}");
        }
    });
}
