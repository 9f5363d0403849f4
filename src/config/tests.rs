//! What settings come to.

use super::*;

fn decided(change: impl FnOnce(&mut Settings)) -> Result<Config, String> {
    let mut settings = Settings::default();
    change(&mut settings);
    Config::try_from(settings).map_err(|error| error.to_string())
}

#[test]
fn without_settings_everything_is_embedded_and_local() {
    let config = decided(|_| {}).unwrap();
    assert!(config.embedded() && config.listen.ip().is_loopback());
    assert_eq!(config.relational, config.documents);
    assert_eq!(config.hot.engine, Engine::Memory);
}

#[test]
fn a_bad_value_names_the_setting_the_value_and_what_is_allowed() {
    type Change = fn(&mut Settings);
    let cases: [(Change, &str); 15] = [
        (|s| s.entity_cache = Some("true".into()), "--entity-cache / POLYSTORE_ENTITY_CACHE: \"true\" cannot be used: expected on or off"),
        (|s| s.anonymous = Some("admin".into()), "--anonymous / POLYSTORE_ANONYMOUS: \"admin\" cannot be used: expected visitor or reader"),
        (
            |s| s.http_status_profile = Some("strict".into()),
            "--http-status-profile / POLYSTORE_HTTP_STATUS_PROFILE: \"strict\" cannot be used: expected suite or draft",
        ),
        (
            |s| s.max_batch = Some("0".into()),
            "--max-batch / POLYSTORE_MAX_BATCH: \"0\" cannot be used: expected a whole number from 1 to 100",
        ),
        (|s| s.listen = Some("8000".into()), "--listen / POLYSTORE_LISTEN: \"8000\" cannot be used: expected an address and a port"),
        (
            |s| s.database_url = Some("mysql://root:hunter2@h/db".into()),
            "--database-url / DATABASE_URL: \"mysql://***@h/db\" cannot be used: expected a URL that starts with postgres:// or sqlite:",
        ),
        (
            |s| s.mongodb_url = Some("redis://h".into()),
            "--mongodb-url / MONGODB_URL: \"redis://h\" cannot be used: expected a URL that starts with mongodb://, postgres:// or sqlite:",
        ),
        (
            |s| s.hot_url = Some("memcached://h".into()),
            "--hot-url / HOT_URL: \"memcached://h\" cannot be used: expected a URL that starts with redis:// or memory:",
        ),
        (
            |s| s.max_first = Some("0".into()),
            "--max-first / POLYSTORE_MAX_FIRST: \"0\" cannot be used: expected a whole number from 1 to 1000",
        ),
        (|s| s.demo = Some("yes".into()), "--demo / POLYSTORE_DEMO: \"yes\" cannot be used: expected true or false"),
        (|s| s.redis_prefix = Some("a b".into()), "--redis-prefix / POLYSTORE_REDIS_PREFIX: \"a b\" cannot be used"),
        (|s| s.origins = Some("https://shop.example,*".into()), "--origins / POLYSTORE_ORIGINS: \"https://shop.example,*\" cannot be used"),
        (|s| s.origins = Some("https://shop.example/".into()), "without a path"),
        (|s| s.ready_requires = Some("postgres".into()), "--ready-requires / POLYSTORE_READY_REQUIRES: \"postgres\" cannot be used"),
        (
            |s| {
                s.hot_url = Some("memory:".into());
                s.redis_url = Some("redis://:pw@h".into());
            },
            "\"memory: and redis://***@h\" cannot be used: expected only one of the two",
        ),
    ];
    for (change, expected) in cases {
        let error = decided(change).unwrap_err();
        assert!(error.contains(expected), "{error}\nshould hold\n{expected}");
    }
}

#[test]
fn a_flag_wins_over_the_variable_of_the_settings_other_name() {
    let both = || Settings { hot_url: Some("memory:".into()), redis_url: Some("redis://h".into()), ..Settings::default() };
    for (flag, engine) in [("hot_url", Engine::Memory), ("redis_url", Engine::Redis)] {
        let mut settings = both();
        settings.flags_win(|name| name == flag);
        assert_eq!(Config::try_from(settings).unwrap().hot.engine, engine);
    }
    assert!(Config::try_from(both()).is_err(), "two variables that say different things");
}

#[test]
fn only_a_demo_on_this_machine_is_open_to_read_for_everybody() {
    let anonymous = |change: fn(&mut Settings)| decided(change).unwrap().anonymous;
    assert_eq!(anonymous(|_| {}), Viewer::Reader);
    assert_eq!(anonymous(|s| s.listen = Some("0.0.0.0:8000".into())), Viewer::Visitor);
    assert_eq!(anonymous(|s| s.database_url = Some("postgres://h/d".into())), Viewer::Visitor);
    assert_eq!(anonymous(|s| s.redis_url = Some("redis://h".into())), Viewer::Visitor);
    assert_eq!(anonymous(|s| s.anonymous = Some("visitor".into())), Viewer::Visitor);
}

#[test]
fn empty_variables_count_as_absent() {
    let config = decided(|s| {
        s.documents_url = Some(String::new());
        s.mongodb_url = Some("mongodb://h/db".into());
        s.max_depth = Some(String::new());
    });
    assert_eq!(config.unwrap().documents.engine, Engine::Mongodb);
}
