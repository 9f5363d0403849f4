//! Commands as texts: for `polystore explain --analyze`. There is no plan: what a command costs is known from its name.

use redis::{Arg, Cmd, Pipeline};

/// Most bytes of a word: what is kept in a cache is no text.
const WORD: usize = 100;

/// A command with all its words.
pub(super) fn command(command: &Cmd) -> String {
    let word = |word: Arg<&[u8]>| match word {
        Arg::Simple(word) if word.len() > WORD => format!("({} bytes)", word.len()),
        Arg::Simple(word) => String::from_utf8_lossy(word).into_owned(),
        // where a scan goes on; reads have none
        _ => "0".to_owned(),
    };
    command.args_iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Several that are sent at once.
pub(super) fn commands(commands: &Pipeline) -> String {
    commands.cmd_iter().map(command).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_in_their_words() {
        let mut asked = redis::cmd("MGET");
        asked.arg("views:a").arg(7).arg(vec![0_u8; 101]);
        assert_eq!(command(&asked), "MGET views:a 7 (101 bytes)");
        let mut asked = redis::pipe();
        asked.cmd("GET").arg("a").cmd("ZREVRANGE").arg("b").arg(0).arg(9);
        assert_eq!(commands(&asked), "GET a; ZREVRANGE b 0 9");
    }
}
