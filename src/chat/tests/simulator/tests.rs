//! The simulator itself. That it can find something is shown by `cargo xtask sim --mutate`.

use super::Tally;
use super::run;

#[test]
fn the_first_seeds_show_nothing_wrong() {
    let mut tally = Tally::default();
    for seed in 0..4 {
        let report = run(seed, true);
        assert_eq!(report.violations, Vec::<String>::new(), "seed {seed}: {}", report.plan);
        assert!(report.trace.len() > 1_000, "seed {seed}");
        tally.join(&report.tally);
    }
    assert!(tally.messages > 50 && tally.checked > 10 && tally.faults > 10, "{tally:?}");
}
