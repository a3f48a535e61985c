//! The line to PostgreSQL, which may be cut, stall, or lose an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What happens to what goes over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Passes = 0,
    /// Nothing arrives, and nobody is told.
    Stalls = 1,
    /// New connections are closed at once, old ones too.
    Refuses = 2,
    /// A `COMMIT` arrives, its answer does not: the connection is cut instead.
    LosesCommits = 3,
}

pub struct Line {
    pub port: u16,
    state: Arc<AtomicU8>,
    cut: watch::Sender<u64>,
}

impl Line {
    /// A line to a server, as `host:port`.
    pub async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Self {
            port: listener.local_addr().unwrap().port(),
            state: Arc::default(),
            cut: watch::Sender::new(0),
        };
        let (state, cut, server) = (Arc::clone(&line.state), line.cut.clone(), server.to_owned());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if state.load(Ordering::SeqCst) == State::Refuses as u8 {
                    continue;
                }
                tokio::spawn(carry(client, server.clone(), Arc::clone(&state), cut.clone()));
            }
        });
        line
    }

    pub fn set(&self, state: State) {
        self.state.store(state as u8, Ordering::SeqCst);
        if state == State::Refuses {
            self.cut();
        }
    }

    /// Cuts every connection there is.
    pub fn cut(&self) {
        self.cut.send_modify(|cuts| *cuts += 1);
    }
}

async fn carry(mut client: TcpStream, server: String, state: Arc<AtomicU8>, cut: watch::Sender<u64>) {
    let Ok(mut server) = TcpStream::connect(server).await else {
        return;
    };
    let mut cuts = cut.subscribe();
    let is = |wanted: State| state.load(Ordering::SeqCst) == wanted as u8;
    let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        let stalled = async {
            while is(State::Stalls) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::select! {
            _ = cuts.changed() => return,
            () = stalled => {}
        }
        tokio::select! {
            _ = cuts.changed() => return,
            read = client.read(&mut asked) => {
                let Ok(count @ 1..) = read else { return };
                while is(State::Stalls) {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                if server.write_all(&asked[..count]).await.is_err() {
                    return;
                }
                if is(State::LosesCommits) && contains(&asked[..count], b"COMMIT\0") {
                    // It has done it by the time that it answers.
                    let _ = server.read(&mut answered).await;
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(count @ 1..) = read else { return };
                while is(State::Stalls) {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                if client.write_all(&answered[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
