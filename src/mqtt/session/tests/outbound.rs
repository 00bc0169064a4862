//! Our publishes on one connection.

use super::*;

#[test]
fn mqtt_4_3_1_1_qos_0_is_sent_once_without_dup() {
    let mut script = Script::live();
    let token = script.publish(Q0, "a");
    assert_eq!(script.sent(), [publish(0x30, 0, "a")]);
    assert_eq!(script.events(), [Event::Completed(token)]);
    script.reconnect(true);
    assert!(script.sent().is_empty());
}

#[test]
fn qos_0_is_dropped_without_a_word_unless_live() {
    let mut script = Script::stopped();
    script.publish(Q0, "stopped");
    script.session.connect(script.now);
    script.publish(Q0, "opening");
    script.reopen(false);
    assert!(script.sent().is_empty());
    script.publish(Q0, "never polled");
    script.reconnect(true);
    assert!(script.sent().is_empty());
    assert!(script.events().is_empty());
}

#[test]
fn mqtt_4_3_2_1_qos_1_is_sent_without_dup_and_unacknowledged_until_puback() {
    let mut script = Script::live();
    let token = script.publish(Q1, "a");
    assert_eq!(script.sent(), [publish(0x32, 1, "a")]);
    assert!(script.events().is_empty());
    script.hear(&ack(PUBACK, 1));
    assert_eq!(script.events(), [Event::Completed(token)]);
    script.reconnect(true);
    assert!(script.sent().is_empty());
}

#[test]
fn mqtt_4_3_3_1_qos_2_releases_on_pubrec_and_ends_on_pubcomp() {
    let mut script = Script::live();
    let token = script.publish(Q2, "a");
    assert_eq!(script.sent(), [publish(0x34, 1, "a")]);
    script.hear(&ack(PUBREC, 1));
    assert_eq!(script.sent(), [ack(PUBREL, 1)]);
    assert!(script.events().is_empty());
    script.hear(&ack(PUBCOMP, 1));
    assert_eq!(script.events(), [Event::Completed(token)]);
}
