//! Canaries: texts that nothing else holds are planted wherever the program keeps secrets and private things, and then everything is asked of
//! it that can be asked. No answer and no line of its log, at any level, may hold one of them but the answer to its owner.

mod people;
mod planted;
mod requests;
mod stores;
mod talk;
mod terminal;

use crate::{
    home::{Home, Running},
    support::wiring::block_on,
};
use people::People;
use planted::{Planted, canary, token_like};
use serde_json::json;
use stores::{Real, SPOIL};
use talk::{Talk, exchange, with_lines};

/// Everything that the program and its libraries have to say.
const LOG: &str = "trace";

/// What a server is started with, beside its stores.
fn settings(planted: &mut Planted) -> Vec<(&'static str, String)> {
    let secret = planted.secret("POLYSTORE_SECRET", canary("secret-that-is-long-enough-for-the-program"));
    let more = [
        ("POLYSTORE_SECRET", secret),
        ("POLYSTORE_LOG", LOG.to_owned()),
        ("POLYSTORE_LISTEN", "127.0.0.1:0".to_owned()),
        ("POLYSTORE_ANONYMOUS", "visitor".to_owned()),
        ("POLYSTORE_DEMO", "false".to_owned()),
        // strangers send more than anybody may
        ("POLYSTORE_RATE_LIMIT", "off".to_owned()),
    ];
    more.into_iter().collect()
}

fn texts<'v>(variables: &'v [(&'static str, String)]) -> Vec<(&'static str, &'v str)> {
    variables.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Everything that strangers ask, of stores that are well.
fn ask_everything(talk: &mut Talk, people: &People, planted_words: &Words) {
    for lines in ["", &people.ben] {
        requests::samples(talk, lines);
        requests::prying(talk, lines, people);
    }
    requests::bad_inputs(talk, &people.ben);
    requests::misplaced(talk, &planted_words.password);
    requests::odd_headers(talk, &planted_words.token, &planted_words.key);
    requests::hostile_list(talk);
    requests::pages(talk);
    let ben = people.ben.trim().trim_start_matches("authorization: Bearer ").to_owned();
    for token in [ben, planted_words.token.clone()] {
        block_on(talk.socket(&token, &requests::on_sockets(people)));
    }
}

/// Secrets that strangers send.
struct Words {
    password: String,
    token: String,
    key: String,
}

impl Words {
    fn plant(planted: &mut Planted) -> Self {
        planted.secret("a wrong password", canary("wrong-password"));
        planted.secret("a stranger's key", canary("strangers-key"));
        Self {
            password: planted.secret("a misplaced password", canary("misplaced-password")),
            token: planted.secret("a wrong token", token_like("token")),
            key: planted.secret("an odd key", canary("odd-key")),
        }
    }
}

/// The owner sees what is hers, and no secret beside it.
fn own(talk: &mut Talk, people: &People) {
    let mine = "{ me { email name preferences { extra interests } orders { nodes { id } } activity { nodes { kind } } } }";
    let answer = exchange(talk.address, &with_lines(&people.ada, mine, &json!({})));
    assert!(answer.contains(&people.known.email) && answer.contains(&people.known.order), "{answer}");
    talk.leaks.extend(talk.planted.in_own_answer(&answer));
}

/// What the run printed all the time.
fn check(run: Running, planted: &Planted, mut leaks: Vec<String>) {
    let ended = run.stop().ok();
    assert!(ended.err.contains("DEBUG"), "the log is not that of all levels");
    leaks.extend(planted.in_print(&ended.out));
    leaks.extend(planted.in_print(&ended.err));
    assert!(leaks.is_empty(), "{} leaks: {:#?}", leaks.len(), &leaks[..leaks.len().min(20)]);
}

#[test]
fn nothing_secret_or_private_is_told_to_strangers_or_to_the_log() {
    let (home, mut planted) = (Home::new(), Planted::new());
    let variables = settings(&mut planted);
    let variables = texts(&variables);
    home.run_with(&variables, &["seed", "--scale", "0.001"]).ok();
    let staff = people::staff(&home, &variables, &mut planted);
    let words = Words::plant(&mut planted);
    let mut run = home.start(&variables, &["serve"]);
    let address = run.address();
    let people = people::move_in(&address, &staff, &mut planted);

    let mut talk = Talk::new(&address, &planted);
    ask_everything(&mut talk, &people, &words);
    own(&mut talk, &people);
    assert!(talk.answers > 700, "{} answers", talk.answers);
    println!("{} answers", talk.answers);
    let leaks = talk.leaks;

    // the tables are not what they were: errors that nobody has thought of
    let file = format!("sqlite:{}", home.path().join("data/polystore.db").display());
    block_on(async {
        let pool = sqlx::SqlitePool::connect(&file).await.unwrap();
        sqlx::raw_sql(SPOIL).execute(&pool).await.unwrap();
        pool.close().await;
    });
    planted.inner("products_gone");
    let mut talk = Talk::new(&address, &planted);
    let answer = talk.ask("a product", "", "{ products { nodes { name } } }", &json!({}));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL", "{answer}");
    for lines in ["", &people.ben] {
        requests::samples(&mut talk, lines);
        requests::prying(&mut talk, lines, &people);
    }
    let leaks = [leaks, talk.leaks].concat();
    check(run, &planted, leaks);
}

#[test]
fn nothing_is_told_on_real_stores_with_passwords_whether_they_live_or_not() {
    let mut planted = Planted::new();
    let Some(real) = Real::prepare(&mut planted) else { return };
    let home = Home::new();
    let variables = [real.variables.clone(), settings(&mut planted)].concat();
    let variables = texts(&variables);
    home.run_with(&variables, &["migrate"]).ok();
    home.run_with(&variables, &["seed", "--scale", "0.001"]).ok();
    let staff = people::staff(&home, &variables, &mut planted);
    let words = Words::plant(&mut planted);
    let mut run = home.start(&variables, &["serve"]);
    let address = run.address();
    let people = people::move_in(&address, &staff, &mut planted);

    let mut talk = Talk::new(&address, &planted);
    ask_everything(&mut talk, &people, &words);
    own(&mut talk, &people);
    println!("{} answers", talk.answers);

    for proxy in &real.proxies {
        block_on(proxy.cut());
        for lines in ["", &people.ben] {
            requests::samples(&mut talk, lines);
            requests::prying(&mut talk, lines, &people);
        }
        requests::pages(&mut talk);
        block_on(proxy.restore());
        // until the breaker has closed again
        let start = std::time::Instant::now();
        while talk.get("/readyz", "").matches("\"ok\":true").count() < 3 {
            assert!(start.elapsed().as_secs() < 20, "the store does not come back");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }

    real.spoil();
    for lines in ["", &people.ben] {
        requests::samples(&mut talk, lines);
        requests::prying(&mut talk, lines, &people);
    }
    for command in ["config", "outbox", "audit"] {
        let ended = home.run_with(&variables, &[command]);
        talk.leaks.extend(planted.in_print(&ended.out).into_iter().chain(planted.in_print(&ended.err)));
    }
    check(run, &planted, talk.leaks);
}
