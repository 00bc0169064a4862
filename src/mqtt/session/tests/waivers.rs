//! Every row of the design's table of statements, and every requirement on the core, has a test or a reason.

/// What has no test here, and why.
const WAIVED: [(&str, &str); 6] = [
    ("mqtt_4_1_0_1", "state over a reload: the chat core publishes again from its own outbox; tests/browser"),
    ("mqtt_6_0_0_1", "binary frames: the session sees only bytes; tests/browser"),
    ("mqtt_6_0_0_3", "the subprotocol is the socket's argument; tests/browser"),
    ("r2", "the timer's source belongs to the browser adapter; tests/browser"),
    ("r12", "overlapping filters: the timeline knows the message identifiers; chat"),
    ("r25", "`cargo xtask bench` measures the size of the wasm, beside its limit"),
];

/// The first statement of each row, and those of a row with several subjects; then R1-R20 and R22-R25.
const BINDING: [&str; 72] = [
    "mqtt_1_5_3_1",
    "mqtt_1_5_3_3",
    "mqtt_2_2_2_1",
    "mqtt_2_2_2_2",
    "mqtt_2_3_1_1",
    "mqtt_2_3_1_2",
    "mqtt_2_3_1_3",
    "mqtt_2_3_1_5",
    "mqtt_2_3_1_6",
    "mqtt_3_1_0_1",
    "mqtt_3_1_0_2",
    "mqtt_3_1_2_4",
    "mqtt_3_1_2_6",
    "mqtt_3_1_2_9",
    "mqtt_3_1_2_18",
    "mqtt_3_1_2_22",
    "mqtt_3_1_2_23",
    "mqtt_3_1_3_1",
    "mqtt_3_1_3_7",
    "mqtt_3_1_3_11",
    "mqtt_3_1_4_5",
    "mqtt_3_2_0_1",
    "mqtt_3_2_2_1",
    "mqtt_3_2_2_4",
    "mqtt_3_2_2_5",
    "mqtt_3_3_1_1",
    "mqtt_3_3_1_2",
    "mqtt_3_3_1_4",
    "mqtt_3_3_2_2",
    "mqtt_3_3_4_1",
    "mqtt_4_5_0_2",
    "mqtt_3_8_1_1",
    "mqtt_3_8_3_3",
    "mqtt_3_8_4_5",
    "mqtt_3_9_3_1",
    "mqtt_3_9_3_2",
    "mqtt_3_10_1_1",
    "mqtt_3_10_4_3",
    "mqtt_3_14_4_1",
    "mqtt_4_1_0_1",
    "mqtt_4_3_1_1",
    "mqtt_4_3_2_1",
    "mqtt_4_3_2_2",
    "mqtt_4_3_3_1",
    "mqtt_4_3_3_2",
    "mqtt_4_4_0_1",
    "mqtt_4_6_0_1",
    "mqtt_4_6_0_2",
    "mqtt_4_6_0_4",
    "mqtt_4_7_1_1",
    "mqtt_4_7_2_1",
    "mqtt_4_7_3_1",
    "mqtt_4_8_0_1",
    "mqtt_6_0_0_1",
    "mqtt_6_0_0_2",
    "mqtt_6_0_0_3",
    "r1",
    "r3",
    "r4",
    "r5",
    "r7",
    "r8",
    "r9",
    "r10",
    "r11",
    "r13",
    "r14",
    "r15",
    "r16",
    "r17",
    "r18",
    "r24",
];

/// Named beside another one.
const MORE: [&str; 8] = ["r2", "r6", "r12", "r19", "r20", "r22", "r23", "r25"];

const SOURCES: [&str; 14] = [
    include_str!("closing.rs"),
    include_str!("connecting.rs"),
    include_str!("differential.rs"),
    include_str!("inbound.rs"),
    include_str!("keeping_alive.rs"),
    include_str!("outbound.rs"),
    include_str!("parts.rs"),
    include_str!("persisting.rs"),
    include_str!("properties.rs"),
    include_str!("subscribing.rs"),
    include_str!("suspecting.rs"),
    include_str!("../../topic.rs"),
    include_str!("../../codec/tests/guards.rs"),
    concat!(
        include_str!("../../codec/tests/encoding.rs"),
        include_str!("../../codec/tests/second_opinion.rs")
    ),
];

#[test]
fn every_binding_statement_has_a_test_or_a_waiver() {
    for id in BINDING.iter().chain(&MORE) {
        let names = [format!("fn {id}_"), format!("_and_{id}_")];
        let tested = SOURCES.iter().any(|source| names.iter().any(|name| source.contains(name)));
        let waived = WAIVED.iter().any(|(waived, _)| waived == id);
        assert!(tested != waived, "{id}: tested {tested}, waived {waived}");
    }
}
