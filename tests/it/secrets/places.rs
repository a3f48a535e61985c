//! Where the sweep looks, and for what.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::support::{Answer, Process};

/// Something that was written down.
pub struct Place {
    pub kind: &'static str,
    pub name: String,
    /// The number of the answer it is part of.
    pub answer: Option<usize>,
    content: String,
}

impl Place {
    /// Bytes that are no text stay where they are: what is searched for is text.
    pub fn new(kind: &'static str, name: &str, content: Vec<u8>) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            answer: None,
            content: String::from_utf8_lossy(&content).into_owned(),
        }
    }

    /// Whether the text is in it.
    pub fn holds(&self, needle: &str) -> bool {
        self.content.contains(needle)
    }

    /// What an answer wrote: its page, each of its cookies, its other headers.
    pub fn of_answer(number: usize, asked: &str, answer: &Answer) -> Vec<Self> {
        let mut places = vec![Self::new("page", asked, answer.body.clone().into_bytes())];
        for (name, value) in &answer.headers {
            if name == "set-cookie" {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                places.push(Self::new("cookie", &value.clone(), value.into_bytes()));
            } else {
                places.push(Self::new(
                    "header",
                    &format!("{name} of {asked}"),
                    value.as_bytes().to_vec(),
                ));
            }
        }
        for place in &mut places {
            place.answer = Some(number);
        }
        places
    }

    /// What the program wrote: its database as it lies there, its log, its output, its mails.
    pub fn of_program(program: &Process, when: &str) -> Vec<Self> {
        let mut places = vec![
            Self::new("log", when, program.log().into_bytes()),
            Self::new("output", when, program.said().into_bytes()),
        ];
        if let Some(url) = &program.database_url {
            places.push(Self::new("database", when, dump(url)));
        }
        for file in program.database_files() {
            let name = format!("{} {when}", file.display());
            places.push(Self::new("database", &name, std::fs::read(file).unwrap()));
        }
        for mail in std::fs::read_dir(program.data.path().join("mail"))
            .into_iter()
            .flatten()
            .flatten()
        {
            let name = mail.path().display().to_string();
            places.push(Self::new("mail", &name, std::fs::read(mail.path()).unwrap()));
        }
        places
    }
}

/// All that a PostgreSQL database holds, as text; bytes are in hexadecimal.
fn dump(url: &str) -> Vec<u8> {
    let dump = std::process::Command::new("pg_dump")
        .args(["--inserts", "--dbname", url])
        .output();
    let dump = dump.expect("pg_dump: apt-get install postgresql-client");
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    dump.stdout
}

/// A secret as it may be written: as it is, in hexadecimal, and inside of base64 of either alphabet, wherever it begins.
pub fn needles(secret: &str) -> Vec<String> {
    let mut needles = vec![
        secret.to_owned(),
        data_encoding::HEXLOWER.encode(secret.as_bytes()),
        data_encoding::HEXUPPER.encode(secret.as_bytes()),
    ];
    for before in 0..3 {
        // Of the characters at either end, a part belongs to what stands beside the secret.
        let padded = [&vec![0; before], secret.as_bytes()].concat();
        let encoded = STANDARD_NO_PAD.encode(&padded[..padded.len() / 3 * 3]);
        let inside = &encoded[if before == 0 { 0 } else { 4 }..];
        needles.push(inside.to_owned());
        needles.push(inside.replace('+', "-").replace('/', "_"));
    }
    needles
}
