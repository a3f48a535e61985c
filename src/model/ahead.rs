//! Memory that is asked for ahead of its use. What is known of a key lies where no processor's cache has it once there are many
//! keys, and each line of it takes as long to come as a hundred instructions and more; meanwhile others can be done. To ask is
//! never needed for an answer, and does nothing where the processor has no instruction for it.

/// Asks for the line where this begins.
#[inline]
pub fn fetch<T>(what: &T) {
    #[cfg(target_arch = "x86_64")]
    safe_arch::prefetch_t0(what);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = what;
}
