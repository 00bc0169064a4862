//! Runs the simulator of `kith::chat::simulator`: many seeds on all cores, each of them twice, for a seed that does not do
//! the same twice could not be looked into. `cargo xtask sim` builds and starts this program.

#[cfg(sim)]
mod dice;
#[cfg(sim)]
mod once;
#[cfg(sim)]
mod runs;

/// Without `--cfg sim` there is no simulator in the library, nor dice below its keys.
#[cfg(not(sim))]
fn main() -> std::process::ExitCode {
    eprintln!("built without the simulator: start it by `cargo xtask sim`");
    std::process::ExitCode::FAILURE
}

#[cfg(sim)]
fn main() -> std::process::ExitCode {
    once::keep_panics();
    match runs::Runs::parse(&mut lexopt::Parser::from_env()).and_then(|runs| runs.run()) {
        Ok(true) => std::process::ExitCode::SUCCESS,
        Ok(false) => std::process::ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
