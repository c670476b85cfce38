//! Calls a function when a thread ends.
//!
//! The standard library's destructors of thread-local variables allocate memory, so the allocator cannot use them.

use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The key whose destructor is called, plus 1; 0 while there is none.
static KEY: AtomicUsize = AtomicUsize::new(0);

/// Has `function` called at the end of this thread. All calls pass the same function.
#[allow(unsafe_code)]
pub fn call(function: fn()) {
    // SAFETY: the key was created and is never deleted. Its value is a function pointer, which `end` takes for one.
    unsafe {
        if let Some(key) = key() {
            libc::pthread_setspecific(key, function as *const c_void);
        }
    }
}

#[allow(unsafe_code)]
fn key() -> Option<libc::pthread_key_t> {
    let known = KEY.load(Ordering::Relaxed);
    if known > 0 {
        return libc::pthread_key_t::try_from(known - 1).ok();
    }
    let mut key: libc::pthread_key_t = 0;
    // SAFETY: the key is written before it is read. If two threads come here at once, both keys remain, and each of the
    // threads uses its own.
    let failed = unsafe { libc::pthread_key_create(&raw mut key, Some(end)) } != 0;
    if failed {
        return None;
    }
    KEY.store(usize::try_from(key).ok()? + 1, Ordering::Relaxed);
    Some(key)
}

#[allow(unsafe_code)]
unsafe extern "C" fn end(function: *mut c_void) {
    // SAFETY: `call` has stored a function of this type.
    let function = unsafe { std::mem::transmute::<*mut c_void, fn()>(function) };
    function();
}
