//! Memory that is asked for ahead of its use. What is known of a key lies where no processor's cache has it once there are many
//! keys, and each line of it takes as long to come as a hundred instructions and more; meanwhile others can be done. To ask is
//! never needed for an answer, and does nothing where the processor has no instruction for it.

/// What will be read soon.
#[inline]
pub fn read<T>(what: &T) {
    #[cfg(target_arch = "x86_64")]
    safe_arch::prefetch_t0(what);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = what;
}

/// What will be changed soon: no other processor's cache keeps it.
#[inline]
pub fn write<T>(what: &T) {
    #[cfg(target_arch = "x86_64")]
    safe_arch::prefetch_et0(what);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = what;
}
