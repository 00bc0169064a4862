//! Parts whose extremes cannot be reached through a session in a reasonable time.

use super::super::ids::Ids;
use std::collections::BTreeSet;

#[test]
fn mqtt_2_3_1_1_no_identifier_is_0_in_200_000() {
    let mut ids = Ids::new();
    for _ in 0..200_000 {
        let id = ids.take().unwrap();
        assert_ne!(id, 0);
        ids.release(id);
    }
}

#[test]
fn mqtt_2_3_1_2_an_identifier_in_use_is_never_handed_out() {
    let mut ids = Ids::new();
    let mut used = BTreeSet::new();
    let mut random = 1_u64;
    for _ in 0..300_000 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let hole = (random >> 40) as u16;
        if used.remove(&hole) {
            ids.release(hole);
        }
        if let Some(id) = ids.take() {
            assert!(used.insert(id), "{id} twice");
        } else {
            assert_eq!(used.len(), 65_535);
        }
        assert_eq!(ids.free(), 65_535 - used.len());
    }
}

#[test]
fn mqtt_2_3_1_2_with_65535_in_use_there_is_none() {
    let mut ids = Ids::new();
    let all: BTreeSet<u16> = std::iter::from_fn(|| ids.take()).collect();
    assert_eq!(all.len(), 65_535);
    assert_eq!(ids.take(), None);
    ids.release(0);
    assert_eq!(ids.take(), None);
    ids.release(40_000);
    ids.release(40_000);
    assert_eq!(ids.take(), Some(40_000));
    assert_eq!(ids.take(), None);
    for (last, lower) in [(40_001, 40_000), (65_535, 65_534), (1, 63)] {
        ids.release(last);
        assert_eq!(ids.take(), Some(last));
        ids.release(lower);
        assert_eq!(ids.take(), Some(lower), "beside the last one");
    }
}
