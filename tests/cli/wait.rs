//! `--wait`: keeps trying until the stores are there.

use crate::{
    home::{Home, PASSWORD},
    http,
    stores_on_wires::{closed_port, poor_redis_at},
};

#[test]
fn a_waiting_start_keeps_trying_and_serves_once_the_store_is_there() {
    for arguments in [&["--wait"][..], &["--wait", "serve"], &["serve", "--wait"]] {
        let (home, port) = (Home::new(), closed_port());
        let url = format!("redis://:{PASSWORD}@127.0.0.1:{port}");
        let mut run = home.serve(&[arguments, &["--cache-url", &url, "--demo", "false"]].concat());
        run.wait_for("the second try", |run| run.complained().matches("trying again").count() >= 2);
        assert!(run.is_running() && run.printed().is_empty());
        let complained = run.complained();
        assert!(complained.contains("the cache store at redis://***@127.0.0.1"), "{complained}");
        poor_redis_at(port);
        let address = run.address();
        assert_eq!(http::get(&address, "/livez").status, 200);
        run.stop().ok().is_clean();
    }
}

#[test]
fn a_waiting_start_can_be_stopped() {
    let (home, port) = (Home::new(), closed_port());
    let mut run = home.serve(&["--wait", "--redis-url", &format!("redis://127.0.0.1:{port}")]);
    run.wait_for("the first try", |run| run.complained().contains("trying again"));
    run.stop().ok().is_clean();
}

#[test]
fn waiting_does_not_help_a_damaged_file() {
    let home = Home::new();
    home.write("damaged.db", "Dear Sir or Madam, ".repeat(500));
    home.serve(&["--wait", "--database-url", "sqlite:damaged.db"]).end().refused(1, &["damaged.db", "backup"]);
}
