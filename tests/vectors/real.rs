//! The other arm of a vector: what its scenario does on real Windows.
//!
//! Told as a scenario, a vector runs on both arms from one text. On the model alone stay:
//!
//! | family | what | because |
//! | --- | --- | --- |
//! | B, C, D, E, P | what a driver answers, and what its routines are told | the driver exists in the model alone |
//! | C, R | references by handle, by pointer and by name; kernel handles; types of a driver | kernel mode alone makes them |
//! | C, R | permanent objects | who creates one needs a privilege, of which the model knows nothing |
//! | F | exceptions for a debugger, and strict handle checks | a recorder is no debugger |
//! | F, R | which value a new handle gets, and that a handle was not inherited | the value may name another handle there |
//! | R | the numbers of PointerCount, which the scenarios check on every version | since Windows 8 each look changes them |
//! | waits, P | two calls in the middle of each other, and where a kernel APC meets a wait | nobody can stop a thread there |

use sim_core::profile::{Arch, Version};
use sim_model::scenario::Program;
use sim_model::trace::Performance;

/// The scenario does the same on this Windows, or Wine, up to known differences. What another version of Windows does is
/// passed over.
///
/// # Panics
/// With the first difference that nobody has explained; on any system, if the scenario cannot be performed.
pub(super) fn same_on_windows(program: &Program) {
    if program.profile.version != Version::Win11 || program.profile.arch != Arch::X64 {
        return;
    }
    let performance =
        Performance::of(program).unwrap_or_else(|why| panic!("only the model can do this: {why}"));
    assert_eq!(performance.recycles, None, "only the model knows which value a handle gets");
    compare(program, &performance);
}

#[cfg(windows)]
fn compare(program: &Program, performance: &Performance) {
    use sim_model::trace::{Replayed, Trace};
    use sim_windows::{RecordError, record};

    let host = std::path::Path::new(env!("CARGO_BIN_EXE_vector_host"));
    let look = || match record(&performance.script, host) {
        Ok(recording) => {
            let mut real = Trace { records: recording.records, ..performance.trace.clone() };
            real.header.system = recording.system;
            Some(Replayed::of(&performance.trace, &real))
        }
        Err(RecordError::Refused(why)) => {
            eprintln!("not performed: {why}");
            None
        }
        Err(error) => panic!("{error}"),
    };
    // On a busy machine something can take longer than it may.
    let Some(first) = look() else { return };
    let replayed = if first.held() { first } else { look().unwrap_or(first) };
    let text = program.source().text.to_string();
    eprintln!("performed: {} calls", replayed.calls);
    assert!(
        replayed.held(),
        "{}\n{text}",
        replayed.difference.map_or(String::new(), |found| found.to_string())
    );
}

/// Elsewhere there is only the model.
#[cfg(not(windows))]
const fn compare(_program: &Program, _performance: &Performance) {}
