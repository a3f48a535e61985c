//! How connections to receivers are encrypted, and which certificates of receivers are trusted.

use std::sync::{Arc, LazyLock};

use anyhow::Context;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

/// The system's authorities, read once.
static SYSTEM: LazyLock<RootCertStore> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "some of the system’s certificates could not be read");
    }
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        tracing::warn!(
            "the system has no certificates of authorities: no https receiver can be reached (install ca-certificates)"
        );
    }
    roots
});

pub(super) fn config(extra_roots: &[CertificateDer<'static>]) -> anyhow::Result<ClientConfig> {
    // One provider for the whole process, whoever asks. Somebody may have been first; then it is this one, too.
    let _ = ring::default_provider().install_default();
    let mut roots = SYSTEM.clone();
    for certificate in extra_roots {
        roots
            .add(certificate.clone())
            .context("an authority that is to be trusted")?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions()?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
