//! What brokers are like, as data: what was found out about each of them by asking it.

/// What becomes of a message that finds a queue full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::chat::tests) enum Overflow {
    DropsNewest,
    DropsOldest,
}

/// What a broker does by its nature.
#[derive(Clone, Copy, Debug)]
pub(in crate::chat::tests) struct Profile {
    pub(in crate::chat::tests) name: &'static str,
    /// A session outlives its connection.
    pub(in crate::chat::tests) keeps_sessions: bool,
    /// How many messages wait for somebody, and what becomes of more.
    pub(in crate::chat::tests) queue: (usize, Overflow),
    /// How many publishes to somebody may be unacknowledged.
    pub(in crate::chat::tests) window: usize,
    /// What is sent again bears DUP.
    pub(in crate::chat::tests) marks_duplicates: bool,
    /// What is sent again comes last first.
    pub(in crate::chat::tests) reverses_again: bool,
    /// What comes at QoS 0 waits for who is away.
    pub(in crate::chat::tests) queues_qos_0: bool,
    /// What waited is delivered at QoS 2.
    pub(in crate::chat::tests) raises_to_qos_2: bool,
    /// Wills are published after a clean DISCONNECT, too.
    pub(in crate::chat::tests) will_after_disconnect: bool,
    /// A filter with a wildcard brings what is retained.
    pub(in crate::chat::tests) retained_by_wildcard: bool,
    /// So does a filter that is subscribed to once more.
    pub(in crate::chat::tests) retained_again: bool,
    /// How much of what is retained one filter brings.
    pub(in crate::chat::tests) retained_at_once: usize,
    /// How often a subscriber gets what two of its filters match.
    pub(in crate::chat::tests) copies_for_overlap: usize,
    /// After how many tenths of Keep Alive a silent connection is closed; none: never.
    pub(in crate::chat::tests) patience: Option<u64>,
}

const MANY: usize = usize::MAX;

/// A broker that has no faults.
pub(in crate::chat::tests) const PERFECT: Profile = Profile {
    name: "perfect",
    keeps_sessions: true,
    queue: (MANY, Overflow::DropsNewest),
    window: MANY,
    marks_duplicates: false,
    reverses_again: false,
    queues_qos_0: false,
    raises_to_qos_2: false,
    will_after_disconnect: false,
    retained_by_wildcard: true,
    retained_again: true,
    retained_at_once: MANY,
    copies_for_overlap: 1,
    patience: None,
};

/// Those that were asked (mosquitto 2.0.11, RabbitMQ 3.10.8, rumqttd 0.20, rmqtt 0.24 with its retainer, amqtt 0.12.1,
/// aedes 1.2.0). Queues that hold a thousand there hold forty here: the simulated people write less.
pub(in crate::chat::tests) const PROFILES: [Profile; 6] = [
    Profile {
        name: "mosquitto",
        queue: (40, Overflow::DropsNewest),
        window: 20,
        marks_duplicates: true,
        patience: Some(15),
        ..PERFECT
    },
    Profile {
        name: "rabbitmq",
        window: 10,
        marks_duplicates: true,
        queues_qos_0: true,
        will_after_disconnect: true,
        retained_by_wildcard: false,
        retained_again: false,
        patience: Some(15),
        ..PERFECT
    },
    Profile {
        name: "rumqttd",
        window: 100,
        queues_qos_0: true,
        raises_to_qos_2: true,
        retained_again: false,
        retained_at_once: 100,
        copies_for_overlap: 2,
        patience: Some(15),
        ..PERFECT
    },
    Profile {
        name: "rmqtt",
        queue: (40, Overflow::DropsOldest),
        window: 16,
        marks_duplicates: true,
        reverses_again: true,
        queues_qos_0: true,
        copies_for_overlap: 2,
        patience: Some(15),
        ..PERFECT
    },
    Profile { name: "amqtt", keeps_sessions: false, copies_for_overlap: 4, ..PERFECT },
    Profile { name: "aedes", patience: Some(15), ..PERFECT },
];
