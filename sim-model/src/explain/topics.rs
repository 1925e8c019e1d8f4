//! What there is to explain, and the pages of a name.

use sim_core::NtStatus;
use sim_core::drivers::DriverKind;
use sim_core::finding::Rule;
use sim_core::frame::{Frame, StepName};
use sim_core::io::irp::Major;
use sim_core::ob::attributes::{OBJ_EXCLUSIVE, OBJ_OPENIF, OBJ_OPENLINK, OBJ_PERMANENT};
use sim_core::ob::types::ObjectType;
use sim_core::profile::{Arch, Profile, Version};
use sim_core::win32::Win32Error;

use crate::explain::calls::{call_page, naming, routine_page, routines, see_also};
use crate::explain::page::Page;
use crate::explain::prose::Prose;
use crate::explain::{
    codes, constants, drivers, fields, majors, primitives, rule_pages, rules, statements, structures,
};
use crate::lang::near;
use crate::scenario::calls::{ROWS, call_row};

/// Everything that has a page: kinds with their names, each name once in its kind.
pub fn topics() -> Vec<(&'static str, Vec<&'static str>)> {
    let of_fields = |wanted: &str| {
        let names = fields::names().into_iter().filter(move |(kind, _)| *kind == wanted);
        once(names.map(|(_, name)| name))
    };
    vec![
        ("calls", once(ROWS.iter().map(|row| row.spec.name))),
        (
            "routines of the kernel",
            once(Frame::ROUTINES.iter().map(|routine| routine.name).filter(|name| call_row(name).is_none())),
        ),
        ("labels of steps", once(steps().map(|step| step.label))),
        ("fields", of_fields("field")),
        ("functions of conditions", of_fields("function")),
        ("types of objects", once(ObjectType::ALL.iter().map(|object_type| object_type.name()))),
        ("profiles", once(Version::ALL.iter().map(|version| version.name()))),
        ("structures", structures::names().collect()),
        ("major functions", once(Major::ALL.iter().map(|major| major.name()))),
        ("statements of a scenario", once(statements::names())),
        ("drivers", once(DriverKind::ALL.iter().map(|driver| driver.name()))),
        ("primitives of a driver", primitives::names().collect()),
        ("rules", once(Rule::ALL.iter().map(|rule| rule.id()))),
        ("bug checks and other broken rules", once(rules::names())),
        ("statuses", once(NtStatus::ALL.iter().map(|row| row.1))),
        ("constants", once(constants::all())),
        ("Win32 errors", once(Win32Error::ALL.iter().map(|row| row.1))),
    ]
}

fn once(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

fn steps() -> impl Iterator<Item = &'static StepName> {
    Frame::ROUTINES.iter().flat_map(|routine| routine.steps)
}

/// The pages on a name, written as it is; if there are none, on the name with other capitals.
pub fn pages(name: &str) -> Vec<Page> {
    let exact = pages_of(name);
    if !exact.is_empty() {
        return exact;
    }
    let all = topics().into_iter().flat_map(|(_, names)| names);
    let same = once(all.filter(|known| known.eq_ignore_ascii_case(name)));
    same.into_iter().flat_map(pages_of).collect()
}

fn pages_of(name: &str) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    match call_row(name) {
        Some(row) => pages.push(call_page(row)),
        None => pages.extend(routines(name).map(routine_page)),
    }
    pages.extend(step_page(name));
    pages.extend(fields::page(name));
    pages.extend(ObjectType::ALL.iter().filter(|known| known.name() == name).map(|known| type_page(*known)));
    pages.extend(Version::ALL.iter().filter(|known| known.name() == name).map(|known| profile_page(*known)));
    pages.extend(
        DriverKind::ALL.iter().filter(|known| known.name() == name).map(|known| drivers::page(*known)),
    );
    pages.extend(Major::ALL.iter().filter(|known| known.name() == name).map(|known| majors::page(*known)));
    pages.extend(structures::page(name));
    pages.extend(statements::page(name));
    pages.extend(primitives::page(name));
    pages.extend(rule_pages::page(name));
    pages.extend(rules::page(name));
    pages.extend(constants::page(name));
    pages.extend(NtStatus::ALL.iter().filter(|row| row.1 == name).map(|row| status_page(row.0, row.2)));
    pages.extend(Win32Error::from_name(name).map(error_page));
    pages.extend(codes::pages(name));
    pages
}

/// The names nearest to one that has no page, the nearest first.
pub fn nearest(name: &str) -> Vec<&'static str> {
    near(name, topics().into_iter().flat_map(|(_, names)| names))
}

fn step_page(label: &str) -> Option<Page> {
    let rows: Vec<_> =
        steps().filter(|step| step.label == label).map(|step| (step.routine, step.does)).collect();
    let first = rows.first()?.0;
    let many = rows.iter().any(|row| row.0 != first);
    let about = if many { "The label of a step in several routines." } else { "The label of a step." };
    let mut page = Page::new("step", label, about);
    page.section("In", rows);
    Some(page)
}

fn type_page(object_type: ObjectType) -> Page {
    let rules = object_type.rules();
    let mut page = Page::new("type", object_type.name(), "A type of kernel object.");
    let yes = |is: bool| if is { "yes" } else { "no" };
    page.section(
        "What it asks of the object manager",
        [
            ("open procedure", yes(rules.has_open_procedure).to_owned()),
            ("okay-to-close procedure", yes(rules.has_okay_to_close_procedure).to_owned()),
            ("close procedure", yes(rules.has_close_procedure).to_owned()),
            ("delete procedure", yes(rules.has_delete_procedure).to_owned()),
            ("counts handles by process", yes(rules.maintains_handle_count).to_owned()),
            ("valid access", format!("0x{:x}", rules.valid_access.0)),
            ("attributes it refuses", attributes(rules.invalid_attributes)),
        ],
    );
    let mut also: Vec<&str> = structures::leading_to(object_type.name()).collect();
    also.extend(naming(object_type.name()));
    see_also(&mut page, also);
    page
}

/// The names of OBJ_ bits.
fn attributes(mask: u16) -> String {
    let names = [
        (OBJ_PERMANENT, "OBJ_PERMANENT"),
        (OBJ_EXCLUSIVE, "OBJ_EXCLUSIVE"),
        (OBJ_OPENIF, "OBJ_OPENIF"),
        (OBJ_OPENLINK, "OBJ_OPENLINK"),
    ];
    let refused: Vec<&str> = names.iter().filter(|(bit, _)| mask & bit != 0).map(|(_, name)| *name).collect();
    if refused.is_empty() { "none".to_owned() } else { refused.join(", ") }
}

fn profile_page(version: Version) -> Page {
    let profile = Profile::of(version);
    let mut page = Page::new("profile", version.name(), format!("{}.", version.title()));
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    page.section(
        "How it differs",
        [
            ("port-only requests survive their thread", yes(profile.thread_agnostic_io)),
            ("CancelIoEx exists", yes(profile.has_cancel_io_ex)),
            ("CancelSynchronousIo, FILE_SKIP_ modes exist", yes(profile.has_vista_io)),
            ("a file's port can be replaced", yes(profile.has_replace_completion)),
            ("a warning can be reported as pending", yes(profile.warnings_pend)),
            ("an ending thread waits for ever", yes(!profile.disassociates_requests)),
            ("CompareObjectHandles exists", yes(profile.has_compare_objects)),
            ("NtClose of a pseudo handle succeeds", yes(profile.closes_pseudo_handles)),
            ("a port's last close wakes its waiters", yes(profile.port_close_wakes_waiters)),
        ],
    );
    page.section(
        "What a handle-table entry takes in advance",
        Arch::ALL.iter().map(|arch| {
            let batch = match profile.on(*arch).batch {
                None => "nothing: PointerCount is the true count".to_owned(),
                Some(batch) if batch.observed => format!("{} references, as seen", batch.size()),
                Some(batch) => {
                    format!(
                        "{} references: predicted from a field of {} bits, not seen",
                        batch.size(),
                        batch.bits
                    )
                }
            };
            (arch.name(), batch)
        }),
    );
    page
}

pub(super) fn status_page(status: NtStatus, meaning: &str) -> Page {
    let mut page = Page::new("status", status.name(), format!("NTSTATUS: {meaning}."));
    let severity = match status.0 >> 30 {
        0 => "success",
        1 => "informational",
        2 => "warning",
        _ => "error",
    };
    page.section("Number", [("", format!("0x{:08X}, severity {severity}", status.0))]);
    page.section("Win32 error", [("", Win32Error::of(status).name())]);
    let giving = Frame::ROUTINES.iter();
    let giving =
        giving.filter(|routine| Prose::of(routine.text).statuses().iter().any(|row| row.0 == status.name()));
    let mut also: Vec<&str> = giving.map(|routine| routine.name).collect();
    also.extend(naming(status.name()));
    see_also(&mut page, also);
    page.section("Sources", [("", "MS-ERREF, 2.3")]);
    page
}

pub(super) fn error_page(error: Win32Error) -> Page {
    let mut page = Page::new("Win32 error", error.name(), "A Win32 error: what GetLastError gives.");
    page.section("Number", [("", error.0.to_string())]);
    let statuses = NtStatus::ALL
        .iter()
        .filter(|row| error != Win32Error::MR_MID_NOT_FOUND && Win32Error::of(row.0) == error);
    page.section("From", statuses.map(|row| (row.1, row.2)));
    page
}
