//! Small inputs that promise much: depth, lengths and numbers of items that nobody has to believe (threat 26). They are
//! made by code, for there are thousands of them.

/// How deep, and how many.
const MANY: usize = 100_000;
/// The head of a CBOR array of so many.
const ARRAY: [u8; 5] = [0x9A, 0x00, 0x01, 0x86, 0xA0];

/// CBOR: arrays, maps, tags and texts, deep, long or many.
fn cbor() -> Vec<Vec<u8>> {
    let mut bombs = Vec::new();
    for head in [&[0x81][..], &[0x82], &[0x9F], &[0xA1], &[0xBF], &[0xC1], &[0x5F], &[0x7F], &[0xD8, 0x18]] {
        for depth in [200, MANY] {
            bombs.push(head.repeat(depth));
            bombs.push([&head.repeat(depth), &[0xFF; 200][..]].concat());
        }
    }
    for kind in [0x40, 0x60, 0x80, 0xA0, 0xC0_u8] {
        for (info, size) in [(0x18, 1), (0x19, 2), (0x1A, 4), (0x1B, 8)] {
            for announced in [u64::MAX, u64::MAX >> 1, (1 << 63) | 1, 1 << 31, 200] {
                let digits = &announced.to_be_bytes()[8 - size..];
                bombs.push([&[kind | info], digits].concat());
                bombs.push([&[kind | info], digits, &[0x81; 64]].concat());
            }
        }
    }
    for item in [
        &[0x00][..],
        &[0x40],
        &[0x60],
        &[0x80],
        &[0xA0],
        &[0xF6],
        &[0x82, 0, 0],
        &[0x1B, 1, 1, 1, 1, 1, 1, 1, 1],
    ] {
        bombs.push([&ARRAY[..], &item.repeat(MANY)].concat());
        bombs.push([&[0x9F], &item.repeat(MANY)[..], &[0xFF]].concat());
        bombs.push([&[0x8A], &item.repeat(MANY)[..]].concat());
    }
    bombs
}

/// JSON: objects and lists, deep or with many members, and texts and numbers without an end.
fn json() -> Vec<Vec<u8>> {
    let many = |part: &str, count| part.repeat(count);
    let texts = [
        many("[", MANY),
        many("{\"a\":", MANY / 5),
        format!("{{\"v\":1,\"kith\":{}", many("[", MANY)),
        format!("{{\"v\":1,\"kith\":[{}1]}}", many("1,", MANY / 2)),
        format!("{{\"v\":1,\"kith\":{}{}}}", many("[", 120), many("]", 120)),
        format!("{{\"v\":1,{}\"kith\":\"\"}}", many("\"v\":1,", MANY / 6)),
        format!("{{\"v\":1,{}\"kith\":\"\"}}", many("\"a\":[],", MANY / 7)),
        format!("{{\"v\":{}}}", many("9", MANY)),
        format!("{{\"v\":1e{}}}", many("9", MANY)),
        format!("{{\"v\":1,\"kith\":\"{}\"}}", many("A", MANY)),
        format!("{{\"v\":1,\"kith\":\"{}\"}}", many("\\u0000", MANY / 6)),
        format!("{{\"v\":1,\"picture\":\"{}\",\"kith\":\"AAAA\"}}", many("A", MANY)),
        format!("\"{}", many("\\", MANY)),
    ];
    texts.map(String::into_bytes).to_vec()
}

/// Links: fields, escapes and digits without an end.
fn links() -> Vec<Vec<u8>> {
    let texts = [
        format!("#i=1&b=wss://x&r=a&u={}", "0".repeat(4_000)),
        format!("#i=1&b={}", "%41".repeat(1_300)),
        format!("#i=1{}", "&b=".repeat(1_300)),
        format!("#i=1{}", "&".repeat(4_000)),
        format!("#i=1&x={}", "9".repeat(4_000)),
        "#".repeat(MANY),
        "abandon ".repeat(MANY / 8),
        "KITH1:".repeat(MANY / 6),
    ];
    texts.map(String::into_bytes).to_vec()
}

/// MQTT, behind the size of the pieces: each first byte, with lengths that nothing follows.
fn packets() -> Vec<Vec<u8>> {
    let lengths = [&[0xFF, 0xFF, 0xFF, 0x7F][..], &[0xFF; 5], &[0x80; 4], &[0x80, 0x80, 0x00], &[0x7F]];
    let firsts = (0..16).flat_map(|kind| [kind << 4, kind << 4 | 2, kind << 4 | 6]);
    let with = |first: u8| lengths.map(|length| [&[1, first], length, &[0xFF; 9]].concat());
    let mut bombs: Vec<_> = firsts.flat_map(with).collect();
    bombs.push([&[1], &[0xD0, 0].repeat(MANY)[..]].concat());
    bombs.push([&[1], &[0x30, 3, 0, 1, b'a'].repeat(MANY / 5)[..]].concat());
    bombs
}

/// What is sealed under a passphrase: as much work as a header can ask for.
fn backups() -> Vec<Vec<u8>> {
    let costs = [u32::MAX, 1 << 31, 64 * 1024 + 1, 0].map(u32::to_be_bytes);
    let headers = costs.iter().flat_map(|memory| costs.map(|passes| [&memory[..], &passes].concat()));
    headers.map(|cost| [b"kithbak\x01", &cost[..], &[0; 100]].concat()).collect()
}

/// The bombs by themselves, and in the place of what follows one of the first bytes of something honest.
pub(super) fn all(honest: &[u8]) -> Vec<Vec<u8>> {
    let bombs = [cbor(), json(), links(), packets(), backups()].concat();
    let places = [1, 2, 3, 20, 37, 40].into_iter().filter(|at| *at <= honest.len());
    let placed = places.flat_map(|at| bombs.iter().map(move |bomb| [&honest[..at], bomb].concat()));
    bombs.iter().cloned().chain(placed).collect()
}
