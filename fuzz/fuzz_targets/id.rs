//! `cargo fuzz run id`: see the function of this name.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| polystore_fuzz::id(data));

/// Without the fuzzer there is nothing to run: the test of the library runs the corpus.
#[cfg(not(fuzzing))]
fn main() {
    let _compiles: fn(&[u8]) = polystore_fuzz::id;
}
