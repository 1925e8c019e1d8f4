//! The other arm of a vector: what its scenario does on real Windows.

/// The scenario does the same on this Windows, or Wine, up to known differences. What exists in the model alone is passed
/// over, and what another version of Windows does.
///
/// # Panics
/// With the first difference that nobody has explained.
#[cfg(windows)]
pub(super) fn same_on_windows(program: &sim_model::scenario::Program) {
    use sim_model::trace::{Performance, Replayed, Trace};
    use sim_windows::{RecordError, record};

    if program.profile.version != sim_core::profile::Version::Win11 {
        return;
    }
    let Ok(performance) = Performance::of(program) else { return };
    if performance.recycles.is_some() {
        return;
    }
    let recording = match record(&performance.script, std::path::Path::new(env!("CARGO_BIN_EXE_vector_host")))
    {
        Ok(recording) => recording,
        Err(RecordError::Refused(why)) => return eprintln!("not performed: {why}"),
        Err(error) => panic!("{error}"),
    };
    let mut real = Trace { records: recording.records, ..performance.trace.clone() };
    real.header.system = recording.system;
    let replayed = Replayed::of(&performance.trace, &real);
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
pub(super) const fn same_on_windows(_program: &sim_model::scenario::Program) {}
