//! PostgreSQL's wire protocol, as far as one must read it to see a COMMIT go by.

/// Cuts what a client sends into messages. The first ones have no type: requests for encryption, then the start-up message.
#[derive(Default)]
pub struct Frames {
    started: bool,
    rest: Vec<u8>,
    /// A prepared COMMIT takes effect with the Sync that follows.
    committing: bool,
}

const START_UP: u32 = 196_608;

impl Frames {
    /// Where in the stream, counted from the first byte of `bytes`, the first message ends that commits; all bytes before it are
    /// remembered and need not be given again.
    pub fn commit_within(&mut self, bytes: &[u8]) -> Option<usize> {
        let before = self.rest.len();
        self.rest.extend_from_slice(bytes);
        let mut at = 0;
        let mut commit = None;
        while let Some(length) = self.length(at) {
            if self.commits(at, length) && commit.is_none() {
                // a message that began before these bytes may have ended in them, but never before them
                commit = Some(at + length - before);
            }
            at += length;
        }
        self.rest.drain(..at);
        commit
    }

    /// The whole length of the message at this place, if all of it is there.
    fn length(&self, at: usize) -> Option<usize> {
        let typed = usize::from(self.started);
        let four = self.rest.get(at + typed..at + typed + 4)?;
        let length = typed + u32::from_be_bytes(four.try_into().ok()?) as usize;
        (self.rest.len() >= at + length).then_some(length)
    }

    fn commits(&mut self, at: usize, length: usize) -> bool {
        let message = &self.rest[at..at + length];
        if !self.started {
            self.started = message.get(4..8).is_some_and(|four| four == START_UP.to_be_bytes());
            return false;
        }
        let body = &message[5..];
        match message[0] {
            b'Q' => is_commit(body),
            // the statement's name, NUL, its text, NUL, parameters
            b'P' => {
                let text = body.iter().position(|byte| *byte == 0).map_or(body, |end| &body[end + 1..]);
                self.committing |= is_commit(text);
                false
            }
            b'S' => std::mem::take(&mut self.committing),
            _ => false,
        }
    }
}

fn is_commit(text: &[u8]) -> bool {
    let word: Vec<u8> = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).map(u8::to_ascii_uppercase).collect();
    word == b"COMMIT"
}

/// Checked as a trial of its own: this binary has no other tests.
pub fn finds_a_commit_wherever_the_stream_is_cut() {
    let message = |kind: u8, body: &[u8]| [&[kind][..], &(body.len() as u32 + 4).to_be_bytes(), body].concat();
    let encryption = [8_u32.to_be_bytes(), 80_877_103_u32.to_be_bytes()].concat();
    let start_up = [&17_u32.to_be_bytes()[..], &START_UP.to_be_bytes(), b"user\0x\0\0\0"].concat();
    let before =
        [encryption, start_up, message(b'Q', b"BEGIN\0"), message(b'P', b"s1\0INSERT INTO commits VALUES ($1)\0\0\0"), message(b'S', b"")];
    let before = before.concat();
    for (commit, after) in [
        (message(b'Q', b"COMMIT\0"), message(b'Q', b"SELECT 1\0")),
        ([message(b'P', b"\0commit\0\0\0"), message(b'E', b"\0\0\0\0\0"), message(b'S', b"")].concat(), Vec::new()),
    ] {
        let whole = [before.clone(), commit.clone(), after].concat();
        let expected = before.len() + commit.len();
        for cut in 0..=whole.len() {
            let mut frames = Frames::default();
            let first = frames.commit_within(&whole[..cut]);
            let second = frames.commit_within(&whole[cut..]).map(|end| cut + end);
            assert_eq!(first.or(second), Some(expected), "cut at {cut}");
        }
    }
}
