//! A mail server that does as it is told, and remembers what came to it.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::{self, ServerConfig};

/// What it does differently.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    /// Answers to commands, by what the whole line begins with (`.` is the end of the data, `` is the connection); nothing is said
    /// where the answer is empty.
    pub answers: Vec<(&'static str, &'static str)>,
    /// STARTTLS is not offered.
    pub no_tls: bool,
}

/// A running server.
pub struct MailServer {
    pub port: u16,
    /// What its certificate is trusted by, in a file.
    pub authority: tempfile::NamedTempFile,
    seen: Arc<Seen>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    manners: Mutex<Manners>,
    clear: Mutex<Vec<String>>,
    sealed: Mutex<Vec<String>>,
    mails: Mutex<Vec<String>>,
}

impl MailServer {
    pub async fn start(manners: Manners) -> Self {
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let authority = tempfile::NamedTempFile::new().unwrap();
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, certified.cert.der());
        let pem = format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n");
        std::fs::write(authority.path(), pem).unwrap();
        let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key.into())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen::default());
        *seen.manners.lock() = manners;
        let known = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&known)));
            }
        });
        Self {
            port,
            authority,
            seen,
            task,
        }
    }

    /// From the next command on.
    pub fn behave(&self, manners: Manners) {
        *self.seen.manners.lock() = manners;
    }

    /// The lines that anybody in between could read.
    pub fn clear(&self) -> Vec<String> {
        self.seen.clear.lock().clone()
    }

    /// The lines that came over TLS.
    pub fn sealed(&self) -> Vec<String> {
        self.seen.sealed.lock().clone()
    }

    /// The mails it has taken.
    pub fn mails(&self) -> Vec<String> {
        self.seen.mails.lock().clone()
    }

    /// How often a command has come.
    pub fn count(&self, command: &str) -> usize {
        let all = [self.clear(), self.sealed()].concat();
        all.iter().filter(|line| line.starts_with(command)).count()
    }

    /// Waits until something is so.
    pub async fn wait_for(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        for _ in 0..400 {
            if is_so(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{what} did not come: {:?} {:?}", self.clear(), self.sealed());
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, tls: TlsAcceptor, seen: Arc<Seen>) {
    let mut stream = BufReader::new(stream);
    if !converse(&mut stream, &seen, false).await {
        return;
    }
    if let Ok(stream) = tls.accept(stream.into_inner()).await {
        converse(&mut BufReader::new(stream), &seen, true).await;
    }
}

/// True when the conversation is to go on over TLS.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, seen: &Seen, is_sealed: bool) -> bool {
    if !is_sealed && !say(stream, seen, "", "220 ready").await {
        return false;
    }
    let mut line = String::new();
    loop {
        line.clear();
        if !matches!(stream.read_line(&mut line).await, Ok(read) if read > 0) {
            return false;
        }
        let heard = line.trim_end().to_owned();
        let log = if is_sealed { &seen.sealed } else { &seen.clear };
        log.lock().push(heard.clone());
        let offered = if is_sealed || seen.manners.lock().no_tls {
            ""
        } else {
            "250-STARTTLS\r\n"
        };
        let said = match heard.split(' ').next().unwrap_or_default() {
            "EHLO" => {
                say(
                    stream,
                    seen,
                    &heard,
                    &format!("{offered}250-AUTH PLAIN LOGIN\r\n250 8BITMIME"),
                )
                .await
            }
            "STARTTLS" => return say(stream, seen, &heard, "220 go on").await && !is_sealed,
            "AUTH" => say(stream, seen, &heard, "235 welcome").await,
            "DATA" => say(stream, seen, &heard, "354 go on").await && take(stream, seen).await,
            "QUIT" => return false,
            _ => say(stream, seen, &heard, "250 fine").await,
        };
        if !said {
            return false;
        }
    }
}

async fn take<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, seen: &Seen) -> bool {
    let mut mail = String::new();
    while !mail.ends_with("\r\n.\r\n") {
        if !matches!(stream.read_line(&mut mail).await, Ok(read) if read > 0) {
            return false;
        }
    }
    let is_refused = seen.manners.lock().answers.iter().any(|(begins, _)| *begins == ".");
    if !is_refused {
        seen.mails.lock().push(mail);
    }
    say(stream, seen, ".", "250 taken").await
}

/// Says what it is told to, or what is usual; false when it has hung up. To say nothing takes as long as the other side does.
async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, seen: &Seen, to: &str, usual: &str) -> bool {
    let told = seen.manners.lock().answers.clone();
    let answer = told.iter().find(|(begins, _)| match begins.is_empty() {
        true => to.is_empty(),
        false => to.starts_with(begins),
    });
    match answer {
        Some((_, "")) => true,
        Some((_, answer)) => {
            let written = stream
                .get_mut()
                .write_all(format!("{answer}\r\n").as_bytes())
                .await
                .is_ok();
            written && to != "DATA"
        }
        None => stream
            .get_mut()
            .write_all(format!("{usual}\r\n").as_bytes())
            .await
            .is_ok(),
    }
}
