//! Ledgers of references, in the form that `!obtrace` prints.

use sim_model::replay::obtrace::{looks_like_obtrace, read};

const LEAK: &str = "
1: kd> !obtrace 0xffff8001
Object: ffff8001
 Image: forgetful.exe
Sequence   (+/-)   Tag    Stack
--------   -----   ----   --------------------------------------------
      a0    +1     Dflt      nt!ObCreateObject+1
                             nt!NtCreateEvent+2

      a1    +1     Dflt      nt!ObpCreateHandle+3
                             nt!NtCreateEvent+4

      a2    -1     Dflt      nt!ObfDereferenceObjectWithTag+5
                             nt!ObInsertObject+6

      a3    +2     Mine      nt!ObReferenceObjectByHandleWithTag+7
                             driver!Forget+8

      a4    -1     Dflt      nt!ObfDereferenceObjectWithTag+9
                             nt!ObpCloseHandle+a

--------   -----   ----   --------------------------------------------
References: 4, Dereferences 2
Tag: Mine References: 2 Dereferences: 0 Over reference by: 2
1: kd> g
and so on
";

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn a_leak_is_found_and_the_tag_that_has_it() {
    let ledger = read(LEAK, "leak.txt").unwrap();
    assert_eq!((ledger.left(), ledger.handles(), ledger.is_leak(), ledger.held()), (2, 0, true, false));
    assert_eq!(ledger.tags(), [("Dflt", 2, 2), ("Mine", 2, 0)]);
    assert_eq!(ledger.entries.iter().map(|entry| entry.left).collect::<Vec<_>>(), [1, 2, 1, 3, 2]);
    assert!(ledger.broken().is_empty());
    settings().bind(|| {
        insta::assert_snapshot!("obtrace-text", ledger.render_text(false, false));
        insta::assert_snapshot!("obtrace-json", ledger.render_json());
    });
}

#[test]
fn what_is_left_while_a_handle_is_open_may_be_held() {
    let open = LEAK.replace("ObpCloseHandle", "SomethingElse");
    let ledger = read(&open, "open.txt").unwrap();
    assert!(ledger.held() && ledger.render_text(false, true).contains("2 left, which may be held"));
}

#[test]
fn numbers_that_do_not_agree_are_told() {
    let miscounted = LEAK.replace("References: 4,", "References: 5,");
    assert!(read(&miscounted, "a.txt").unwrap().broken()[0].contains("counts 5 references"));
    let late = LEAK.replace("a0    +1", "a0    -3");
    assert!(read(&late, "a.txt").unwrap().broken()[0].contains("a.txt:7: more references are dropped"));
}

#[test]
fn what_is_no_ledger_is_refused_with_its_place() {
    let cases = [
        ("", "found no reference"),
        ("Object: 1 Image: a\nnonsense\n", "a.txt:2:1: found `nonsense`"),
        ("Object: 1 Image: a\n  zz +1 nt!X\n", "a.txt:2:3: found `zz +1 nt!X`"),
        ("Object: 1 Image: a\n  12 1 nt!X\n", "a.txt:2:3: found"),
        ("Object: 1 Image: a\n  nt!X\n", "a.txt:2:3: found `nt!X`"),
        (" 12 +1 nt!X\n", "a.txt:1:2: found `12 +1 nt!X`, expected `Object: ADDRESS`"),
        ("Object: 1 Image: a\n 12 +99999999999999999999 nt!X\n", "a.txt:2:2: found"),
    ];
    for (text, message) in cases {
        let error = read(text, "a.txt").unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    assert!(looks_like_obtrace(LEAK.as_bytes()) && looks_like_obtrace(b"Object: 1 Image: a"));
    assert!(!looks_like_obtrace(b"{\"EventID\":4656}") && !looks_like_obtrace(b"title \"a\""));
    let huge = format!("Object: 1 Image: a\n{}", " 12 +9223372036854775807 nt!X\n".repeat(3));
    assert_eq!(read(&huge, "a.txt").unwrap().left(), i64::MAX);
}
