//! Receivers with good and bad certificates.

use std::sync::Arc;

use keyhatch::domain::webhooks::courier::{CertificateDer, CourierSettings, Failure, Outcome};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;

use crate::webhooks::receiver::{Receiver, courier, post, read_request, serious};

/// An authority, and what it has signed.
struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self {
            certificate,
            issuer: Issuer::new(params, key),
        }
    }

    /// A receiver that shows a certificate for this name.
    async fn receiver(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Receiver {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Receiver::start(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let mut stream = acceptor.accept(stream).await?;
                read_request(&mut stream).await?;
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                    .await?;
                stream.shutdown().await
            }
        })
        .await
    }

    /// An installation that believes this authority, and may reach this machine.
    fn believed(&self) -> CourierSettings {
        CourierSettings {
            allowed: vec!["127.0.0.1/32".parse().unwrap()],
            extra_roots: vec![self.certificate.clone()],
            ..serious()
        }
    }
}

async fn visit(settings: CourierSettings, receiver: &Receiver) -> Outcome {
    let url = format!("https://receiver.example:{}/", receiver.port());
    post(&courier(settings), &url).await
}

#[tokio::test]
async fn a_good_certificate_is_believed() {
    let authority = Authority::new();
    let receiver = authority.receiver("receiver.example", |_| {}).await;
    let outcome = visit(authority.believed(), &receiver).await;
    assert_eq!(outcome.answer.unwrap().body, b"ok");
    // The handshake is made each time, the certificate looked at each time.
    let stranger = Authority::new();
    let outcome = visit(stranger.believed(), &receiver).await;
    assert_eq!(outcome.answer, Err(Failure::Tls));
}

#[tokio::test]
async fn a_bad_certificate_is_not() {
    let authority = Authority::new();
    let past = |params: &mut CertificateParams| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2020, 2, 1);
    };
    let future = |params: &mut CertificateParams| params.not_before = date_time_ymd(2090, 1, 1);
    for (why, receiver) in [
        ("of somebody else", authority.receiver("other.example", |_| {}).await),
        ("expired", authority.receiver("receiver.example", past).await),
        ("not valid yet", authority.receiver("receiver.example", future).await),
        (
            "of strangers",
            Authority::new().receiver("receiver.example", |_| {}).await,
        ),
        ("none", Receiver::answering("HTTP/1.1 400 Bad Request\r\n\r\n").await),
    ] {
        let outcome = visit(authority.believed(), &receiver).await;
        // Reading a “request” of TLS records, the plain one may never find its end.
        let expected = [Err(Failure::Tls), Err(Failure::TimedOut)];
        let expected = if why == "none" { &expected[..] } else { &expected[..1] };
        assert!(expected.contains(&outcome.answer), "{why}: {:?}", outcome.answer);
        assert_eq!(outcome.address, Some("127.0.0.1".parse().unwrap()));
    }
}

#[tokio::test]
async fn plain_http_behind_https_is_a_failure_to_encrypt() {
    let authority = Authority::new();
    let receiver = Receiver::start(|mut stream| async move {
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
            .await
    })
    .await;
    let outcome = visit(authority.believed(), &receiver).await;
    assert_eq!(outcome.answer, Err(Failure::Tls));
    let receiver = Receiver::start(|mut stream| async move { stream.shutdown().await }).await;
    let outcome = visit(authority.believed(), &receiver).await;
    assert!(
        matches!(outcome.answer, Err(Failure::Tls | Failure::Connect)),
        "{:?}",
        outcome.answer
    );
}
