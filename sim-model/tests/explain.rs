//! The pages of `kobj explain`: each thing has one, and it says what the model says.

use sim_core::drivers::DriverKind;
use sim_core::finding::Rule;
use sim_core::frame::Frame;
use sim_core::io::irp::Major;
use sim_core::profile::{Arch, Profile, Version};
use sim_model::explain::{
    Page, Question, Reading, first_with, nearest, pages, render_index, render_page, render_page_json,
    render_reading, render_reading_json, topics,
};
use sim_model::lang;
use sim_model::scenario::calls::ROWS;
use sim_model::scenario::catalogue::CATALOGUE;
use sim_model::scenario::run::Ending;
use sim_model::scenario::{compile, run};

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn every_call_has_a_page_with_its_steps() {
    for row in &ROWS {
        let page = &pages(row.spec.name)[0];
        assert_eq!(page.kind, "call", "{}", row.spec.name);
        let steps = page.sections.iter().filter(|section| section.title.starts_with("Steps"));
        assert!(steps.map(|section| section.rows.len()).sum::<usize>() > 0, "{} has no steps", row.spec.name);
    }
}

/// A call's page says how it can fail, and where that is known from.
#[test]
fn every_call_has_its_errors_and_sources() {
    let cannot_fail =
        ["ExitThread", "ExitProcess", "NtDelayExecution", "NtWaitForAlertByThreadId", "SleepEx"];
    for row in &ROWS {
        let name = row.spec.name;
        let page = &pages(name)[0];
        let has = |title: &str| page.sections.iter().any(|section| section.title.starts_with(title));
        if page
            .sections
            .iter()
            .any(|section| section.rows.iter().any(|row| row.1.starts_with("none in the kernel")))
        {
            continue;
        }
        assert!(has("Sources"), "{name} has no source");
        assert_eq!(has("Errors"), !cannot_fail.contains(&name), "{name}");
    }
}

#[test]
fn every_name_that_is_listed_has_a_page_and_no_line_is_too_long() {
    let mut names = 0;
    for (kind, of_kind) in topics() {
        assert!(!of_kind.is_empty(), "{kind}");
        for name in of_kind {
            let found = pages(name);
            assert!(!found.is_empty(), "{kind} {name} has no page");
            for page in found {
                assert!(!page.about.is_empty(), "{kind} {name} is not described: {page:?}");
                let text = render_page(&page, false);
                assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
                let record: serde_json::Value = serde_json::from_str(&render_page_json(&page)).unwrap();
                assert_eq!((&record["record"], &record["name"]), (&"page".into(), &page.name.into()));
            }
            names += 1;
        }
    }
    assert!(names > 200, "{names}");
    let fields = CATALOGUE.fields.iter().flat_map(|row| row.1.iter().copied());
    for name in fields.chain(CATALOGUE.functions.iter().map(|function| function.name)) {
        assert!(!pages(name).is_empty(), "{name}");
    }
}

/// Steps stand on a page as the kernel itself names them.
#[test]
fn pages_show_the_kernels_own_sentences() {
    for routine in Frame::ROUTINES {
        let text: String = pages(routine.name).iter().map(|page| format!("{page:?}")).collect();
        for step in routine.steps {
            assert!(
                text.contains(&format!("({:?}, {:?})", step.label, step.does)),
                "{}: {step:?}",
                routine.name
            );
        }
    }
}

#[test]
fn a_name_with_other_capitals_is_found_and_a_wrong_one_has_neighbours() {
    assert_eq!(pages("closehandle")[0].name, "CloseHandle");
    assert_eq!(nearest("ClosHandle")[0], "CloseHandle");
    assert_eq!(nearest("PointerCoun")[0], "PointerCount");
    assert!(nearest("qqqqqqqq").is_empty() && nearest(&"x".repeat(10_000)).is_empty());
}

#[test]
fn a_constant_tells_which_calls_take_it() {
    let rows = |name: &str| pages(name)[0].sections[0].rows.clone();
    assert!(rows("FSCTL_PIPE_LISTEN").contains(&("NtFsControlFile".into(), "FsControlCode".into())));
    assert_eq!(rows("FILE_PIPE_CLOSING_STATE")[0].0, "NamedPipeState");
    let also = &pages("FSCTL_PIPE_LISTEN")[0].sections[1];
    assert_eq!((&*also.title, &*also.rows[0].1), ("See also", "NpListen"));
}

/// The text of a page's sections whose title begins so.
fn of(page: &Page, title: &str) -> String {
    let sections = page.sections.iter().filter(|section| section.title.starts_with(title));
    let rows = sections.flat_map(|section| &section.rows);
    rows.map(|(name, text)| format!("{name} {text}\n")).collect()
}

#[test]
fn what_a_page_leads_to_has_a_page() {
    let links = ["See also", "Goes on in", "And from there in", "Sent by"];
    for name in topics().into_iter().flat_map(|(_, names)| names) {
        for page in pages(name) {
            let sections = page.sections.iter().filter(|section| links.contains(&&*section.title));
            let rows = sections.flat_map(|section| &section.rows).filter(|row| !row.1.starts_with("kobj "));
            for link in rows.flat_map(|row| row.1.split(", ")) {
                assert!(!pages(link).is_empty(), "{name} leads to {link}");
                assert_ne!(link, name);
            }
        }
    }
}

#[test]
fn a_code_has_the_page_of_its_rule() {
    for rule in Rule::ALL {
        let Some(code) = rule.bug_check() else { continue };
        let page = &pages(&format!("0x{code:x}"))[0];
        assert_eq!((page.kind, &*page.name), ("bug check", rule.name()));
        for first in rule.subcodes() {
            let page = &pages(&first_with(&format!("0x{code:X}"), u64::from(*first)))[0];
            let has = |other: &&Rule| other.bug_check() == Some(code) && other.subcodes().contains(first);
            let rules = Rule::ALL.iter().filter(has).count();
            assert_eq!(of(page, "The rule to keep").lines().count(), rules, "only the rules of 0x{first:X}");
            assert!(of(page, "The rule to keep").contains(rule.sentence()), "{page:?}");
        }
    }
    let status = &pages("0xC0000120")[0];
    assert_eq!((status.kind, &*status.name), ("status", "STATUS_CANCELLED"));
    assert_eq!(pages("109")[0].name, "ERROR_BROKEN_PIPE");
    assert!(pages("0xC9/0x999").is_empty() && pages("0x44/0x1").is_empty() && pages("0x").is_empty());
}

/// A faulty driver's page names the rule, and the rule's page the driver.
#[test]
fn faulty_drivers_and_their_rules_know_each_other() {
    let faulty =
        |driver: &&DriverKind| driver.text().contains("faulty") || **driver == DriverKind::NeverCancels;
    for driver in DriverKind::ALL.iter().filter(faulty) {
        let page = &pages(driver.name()).into_iter().find(|page| page.kind == "driver").unwrap();
        let rule = of(page, "The rule that it breaks");
        let name = rule.split(' ').next().unwrap();
        assert!(
            of(&pages(name)[0], "Drivers of the model").contains(driver.name()),
            "{}: {rule}",
            driver.name()
        );
    }
}

#[test]
fn the_page_on_pipes_tells_how_requests_wait_and_end() {
    let page = &pages("npfs")[0];
    assert!(of(page, "How it cleans up").contains("STATUS_PIPE_BROKEN, not with STATUS_CANCELLED"));
    assert!(of(page, "How it disconnects").contains("STATUS_PIPE_DISCONNECTED"));
    assert!(of(page, "How it pends").contains("makes it cancelable"));
    assert!(of(page, "How it cancels").contains("NpCancelDataQueueIrp"));
    assert!(of(page, "Sources").contains("ReactOS kernel tests npfs/NpfsReadWrite"));
}

/// What the page on a driver says of a request, a program finds.
#[test]
fn drivers_do_what_their_pages_say() {
    let requests = [
        (Major::Read, "NtReadFile(f, 1 bytes, offset: 0)"),
        (Major::Write, "NtWriteFile(f, 1 bytes, offset: 0)"),
        (Major::DeviceControl, "NtDeviceIoControlFile(f, IOCTL_SERIAL_WAIT_ON_MASK)"),
        (Major::FileSystemControl, "NtFsControlFile(f, FSCTL_PIPE_PEEK)"),
        (Major::FlushBuffers, "NtFlushBuffersFile(f)"),
        (Major::QueryVolumeInformation, "NtQueryVolumeInformationFile(f)"),
    ];
    let drivers = ["serial", "queue", "immediate", "never_cancels"];
    for driver in drivers {
        let page = &pages(driver).into_iter().find(|page| page.kind == "driver").unwrap();
        for (major, call) in requests {
            let text = format!(
                "device d driver={driver}\nprocess app\n  thread main\n    \
                 f = NtCreateFile(\"\\??\\d\", GENERIC_READ | GENERIC_WRITE)\n    {call}\n"
            );
            let scenario = lang::parse("d.kobj", &text).unwrap_or_else(|error| panic!("{error}"));
            let program = compile(scenario).unwrap_or_else(|error| panic!("{error}"));
            let run = run(&program);
            let (waits, status) = match &run.entries[1].ending {
                Ending::Returned { result, .. } => (false, result.status.name()),
                _ => (true, ""),
            };
            let deeds = of(page, "What it does with a request");
            let deed = deeds.lines().find(|deed| deed.contains(major.name())).unwrap();
            let holds = match deed {
                _ if deed.contains("refuses it") => status == "STATUS_INVALID_DEVICE_REQUEST",
                _ if deed.contains("queues it") => waits || status == "STATUS_PENDING",
                _ => status == "STATUS_SUCCESS",
            };
            assert!(holds, "{driver}, {call}: {status} {waits}, but its page says: {deed}");
        }
    }
}

#[test]
fn pages_are_shown_as_before() {
    settings().bind(|| {
        let names = ["CloseHandle", "NtQueryObject", "PointerCount", "H1", "STATUS_PENDING", "win10", "File"];
        let others = ["IRP", "IRP_MJ_CLEANUP", "npfs", "queue", "policy"];
        for name in names.into_iter().chain(others) {
            let text: Vec<String> = pages(name).iter().map(|page| render_page(page, false)).collect();
            insta::assert_snapshot!(format!("explain-{name}"), text.join("\n"));
        }
        let code: Vec<String> = pages("0xC9").iter().map(|page| render_page(page, false)).collect();
        insta::assert_snapshot!("explain-0xC9", code.join("\n"));
        insta::assert_snapshot!("explain-json", render_page_json(&pages("SetEvent")[0]));
        let index = render_index(false);
        assert!(index.lines().all(|line| line.chars().count() <= 100), "{index}");
        for word in ["CloseHandle", "STATUS_SUCCESS", "ERROR_IO_PENDING", "win81", "serial", "C4"] {
            assert!(index.contains(word), "{word}");
        }
    });
}

fn shown(pointer_count: u64, handles: u64, profile: Profile) -> String {
    let question = Question { pointer_count, handles, profile };
    render_reading(question, Reading::of(question).as_ref(), false)
}

#[test]
fn what_a_count_can_mean_is_shown_as_before() {
    let win11 = Profile::of(Version::Win11);
    let win81 = Profile::of(Version::Win81).on(Arch::X86);
    let win10 = Profile::of(Version::Win10).on(Arch::X86);
    let shown = [
        shown(65_535, 2, win11),
        shown(261_732, 7, win11),
        shown(1, 1, win11),
        shown(31, 1, win81),
        shown(16, 1, win10),
        shown(3, 1, Profile::of(Version::Win7)),
        shown(6, 0, win11),
        shown(1, 2, win11),
        shown(11_863_049, 365, win11),
    ];
    assert!(shown.iter().flat_map(|text| text.lines()).all(|line| line.chars().count() <= 100), "{shown:?}");
    let question = Question { pointer_count: 65_535, handles: 2, profile: win11 };
    let json = render_reading_json(question, Reading::of(question).as_ref());
    settings().bind(|| {
        insta::assert_snapshot!("explain-counts", shown.join("\n----\n\n"));
        insta::assert_snapshot!("explain-counts-json", json);
    });
}

/// No number of references may be left out: whatever entries hold, what is left is in the range.
#[test]
fn the_range_holds_every_real_count() {
    for arch in Arch::ALL {
        for version in Version::ALL {
            let profile = Profile::of(*version).on(*arch);
            let most = profile.batch.map_or(0, |batch| u64::from(batch.most()));
            for handles in 0..5_u64 {
                for real in handles..handles + 5 {
                    for held in [0, 1, most / 2, most].map(|held: u64| held.min(most) * handles) {
                        let question = Question { pointer_count: real + held, handles, profile };
                        let reading = Reading::of(question).unwrap();
                        assert!(
                            reading.real.fewest <= real && real <= reading.real.most,
                            "{question:?} {real}"
                        );
                    }
                }
            }
        }
    }
    let all =
        Question { pointer_count: u64::MAX, handles: u64::MAX / 2, profile: Profile::of(Version::Win8) };
    assert!(Reading::of(all).is_some());
}
