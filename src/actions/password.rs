//! Passwords: argon2id, on blocking threads, few at once.

use super::refusal::{ActionError, Outcome};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// How many may wait for their turn; the next one is turned away. Each hash takes 19 MiB and some 30 ms of a core.
const QUEUE: usize = 16;

/// Hashes and compares passwords. Parameters are those that OWASP asks for at least (19 MiB, two passes, one lane), which are the
/// library's defaults; they stand in each hash, so raising them does not make old ones void.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    inside: Arc<AtomicUsize>,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { turns: Arc::new(Semaphore::new(cores)), inside: Arc::default() }
    }
}

/// Counts itself out again, also when its owner is dropped while it waits.
struct Inside(Arc<AtomicUsize>);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Passwords {
    /// The hash of a password, as a PHC string with a salt of its own.
    pub async fn hash(&self, password: String) -> Outcome<String> {
        self.run(move || hash(&password)).await?.ok_or(ActionError::Internal)
    }

    /// Whether the password is that of the hash. Without a hash it takes as long and says no: an unknown account is not told by time.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Outcome<bool> {
        self.run(move || match hash {
            Some(hash) => verify(&password, &hash),
            None => {
                let _the_time_is_what_counts = verify(&password, nobody());
                false
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
        let inside = Inside(Arc::clone(&self.inside));
        if self.inside.fetch_add(1, Ordering::Relaxed) >= QUEUE + self.turns.available_permits() {
            return Err(ActionError::Overloaded);
        }
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| ActionError::Internal)?;
        let work = spawn_blocking(move || {
            let answer = work();
            drop((turn, inside));
            answer
        });
        work.await.map_err(|_| ActionError::Internal)
    }
}

fn hash(password: &str) -> Option<String> {
    Argon2::default().hash_password(password.as_bytes()).ok().map(|hash| hash.to_string())
}

fn verify(password: &str, hash: &str) -> bool {
    // the parameters of the hash are used, not the defaults
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// A hash that belongs to nobody.
fn nobody() -> &'static str {
    static NOBODY: OnceLock<String> = OnceLock::new();
    NOBODY.get_or_init(|| hash("nobody's password").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_no_other_is() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("correct hors".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("nobody's password".into(), None).await.unwrap());
        assert!(!passwords.verify("x".into(), Some("not a hash".into())).await.unwrap());
    }

    #[tokio::test]
    async fn a_flood_is_turned_away_and_those_inside_are_served() {
        let passwords = Passwords::default();
        let all = futures::future::join_all((0..60).map(|_| passwords.verify("x".into(), None))).await;
        let refused = all.iter().filter(|answer| matches!(answer, Err(ActionError::Overloaded))).count();
        assert!((1..60).contains(&refused), "{refused} of 60 were turned away");
        assert!(all.iter().all(|answer| !matches!(answer, Ok(true))));
        assert!(!passwords.verify("x".into(), None).await.unwrap(), "there is room again");
    }
}
