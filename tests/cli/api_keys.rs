//! `api-keys`: made, listed, known to a server, and read again at a signal.

use crate::{
    home::{Home, Running},
    http::post,
};
use std::os::unix::fs::PermissionsExt as _;

const FILE: [(&str, &str); 2] = [("POLYSTORE_API_KEYS", "keys.toml"), ("POLYSTORE_LISTEN", "127.0.0.1:0")];

fn create(home: &Home, name: &str) -> String {
    let ended = home.run_with(&FILE, &["api-keys", "create", name]).ok();
    ended.is_clean();
    ended.out.trim_end().to_owned()
}

fn status(run: &mut Running, key: &str) -> u16 {
    post(&run.address(), &[("x-api-key", key)], "{ __typename }").0
}

#[test]
fn a_key_is_shown_once_and_its_hash_alone_is_kept_in_a_file_for_its_owner() {
    let home = Home::new();
    let (front, jobs) = (create(&home, "front"), create(&home, "jobs"));
    home.run_with(&FILE, &["api-keys", "create", "slow", "--points", "1", "--burst", "100"]).ok().is_clean();
    let file = home.path().join("keys.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(front.starts_with("psk_") && front != jobs && !text.contains("psk_"), "{text}");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let list = home.run_with(&FILE, &["api-keys", "list"]).ok();
    assert_eq!(list.out, "front\njobs\nslow  100 points in 100 s\n");

    let mut run = home.start(&FILE, &["--demo", "false"]);
    assert_eq!((status(&mut run, &front), status(&mut run, &jobs), status(&mut run, "psk_other")), (200, 200, 401));
    // a file that is broken is not taken, one that is mended is
    std::fs::write(&file, "[[key]]\nname = \"front\"\n").unwrap();
    run.signal("-HUP");
    run.wait_for("the refusal", |run| run.complained().contains("the API keys stay as they were"));
    assert_eq!(status(&mut run, &front), 200);
    std::fs::write(&file, text.split("[[key]]").nth(2).map(|lines| format!("[[key]]{lines}")).unwrap()).unwrap();
    run.signal("-HUP");
    run.wait_for("the renewal", |run| run.complained().contains("the API keys were read again"));
    assert_eq!((status(&mut run, &front), status(&mut run, &jobs)), (401, 200));
    run.stop().ok();
}

#[test]
fn what_cannot_be_a_key_or_a_file_of_keys_is_told_and_nothing_is_written() {
    let home = Home::new();
    let setting = "--api-keys / POLYSTORE_API_KEYS: ";
    home.run(&["api-keys", "list"]).refused(1, &[setting, "name a file"]);
    home.run_with(&FILE, &["api-keys", "list"]).refused(1, &[setting, "keys.toml: cannot be read"]);
    home.run_with(&FILE, &["api-keys", "create", "Front Door"]).refused(1, &["a key's name has 1 to 64 letters"]);
    home.run_with(&FILE, &["api-keys", "create", "a", "--points", "1", "--burst", "100000"]).refused(1, &["what comes back in a day"]);
    assert!(!home.path().join("keys.toml").exists());
    create(&home, "front");
    let before = std::fs::read_to_string(home.path().join("keys.toml")).unwrap();
    home.run_with(&FILE, &["api-keys", "create", "front"]).refused(1, &["there is a key of the name \"front\""]);
    assert_eq!(std::fs::read_to_string(home.path().join("keys.toml")).unwrap(), before);
    home.write("keys.toml", "[[key]]\nname = \"a\"\nsha256 = \"psk_a\"\n");
    for arguments in [&["serve"][..], &["api-keys", "list"], &["api-keys", "create", "b"]] {
        home.run_with(&FILE, arguments).refused(1, &[setting, "key \"a\": sha256 must be 64 hexadecimal digits"]);
    }
}
