//! What a replay reads: every layout of an event, and the messages for what is no event log.

use sim_model::replay::{self, Report};

fn replayed(log: &str) -> Report {
    replay::read(log.as_bytes(), "log.json").expect("an event log")
}

#[test]
fn every_layout_of_an_event_is_understood() {
    let layouts = [
        r#"{"EventID":@ID,"Channel":"Security","Hostname":"m","ExecutionProcessID":4,"ProcessID":4,"ProcessId":"0x27cc","HandleId":"0x90","ObjectServer":"Security","AccessMask":"0x1","EventTime":"2020-10-21 12:19:04"}"#,
        r#"{"event_id":@ID,"log_name":"Security","computer_name":"m","process_id":4,"event_data":{"ProcessId":"10188","HandleId":144,"ObjectServer":"Security","AccessList":"%%4432\n"},"@timestamp":"2020-10-21T12:19:04.000Z"}"#,
        r#"{"winlog":{"event_id":"@ID","channel":"Security","computer_name":"m","process":{"pid":4},"event_data":{"ProcessId":"0x27CC","HandleId":"0x90","ObjectServer":"Security","AccessMask":"0x1"}},"@timestamp":"2020-10-21T12:19:04.000Z"}"#,
        r#"{"_source":{"winlog.event_id":@ID,"winlog.channel":"Security","winlog.event_data.ProcessId":"0x27cc","winlog.event_data.HandleId":"0x90","winlog.event_data.AccessMask":"0x1","winlog.computer_name":"m"}}"#,
        r##"{"Event":{"System":{"EventID":{"#text":@ID},"Channel":"Security","Computer":"m","Execution":{"#attributes":{"ProcessID":4}},"TimeCreated":{"#attributes":{"SystemTime":"2020-10-21T12:19:04Z"}}},"EventData":{"ProcessId":"0x27cc","HandleId":"0x90","AccessMask":"0x1"}}}"##,
        r##"{"Event":{"System":{"EventID":"@ID","Channel":"Security","Computer":"m"},"EventData":{"Data":[{"#text":"0x27cc","@Name":"ProcessId"},{"@Name":"HandleId","#text":"0x90"},{"@Name":"AccessMask","#text":"0x1"}]}}}"##,
    ];
    for layout in layouts {
        let lines: Vec<String> = ["4656", "4663", "4658"].map(|id| layout.replace("@ID", id)).into();
        let array = format!("[\n{}\n]", lines.join(",\n"));
        for log in [lines.join("\n"), format!("\u{FEFF}{}\r\n", lines.join("\r\n")), array] {
            let report = replayed(&log);
            let c = report.counts;
            assert_eq!((c.opens, c.accesses_within, c.closes_own, c.damaged), (1, 1, 1, 0), "{log}");
            assert_eq!((report.processes[0].pid.as_str(), report.machines[0].as_str()), ("0x27cc", "M"));
        }
    }
}

#[test]
fn refused_accesses_change_no_table() {
    let marks = [
        r#""Keywords":"0x8010000000000000""#,
        r#""Keywords":-9218868437227405312"#,
        r#""EventType":"AUDIT_FAILURE""#,
        r#""keywords":["Audit Failure"]"#,
        r#""event":{"outcome":"failure"}"#,
    ];
    for mark in marks {
        let log = format!(r#"{{"EventID":4656,"ProcessId":"0x8","HandleId":"0x90",{mark}}}"#);
        let c = replayed(&log).counts;
        assert_eq!((c.opens, c.refused), (0, 1), "{log}");
    }
    let success = r#"{"EventID":4656,"ProcessId":"0x8","HandleId":"0x90","Keywords":-9214364837600034816}"#;
    assert_eq!(replayed(success).counts.opens, 1);
}

#[test]
fn machines_have_tables_of_their_own() {
    let of =
        |machine, id| format!(r#"{{"EventID":{id},"Hostname":"{machine}","ProcessId":8,"HandleId":"0x90"}}"#);
    let report = replayed(&[of("a", 4656), of("b", 4656), of("b", 4658)].join("\n"));
    assert!(report.held());
    assert_eq!((report.counts.opens, report.counts.left_open), (2, 1));
    assert_eq!(report.left_open[0].machine, "A");
}

#[test]
fn a_log_out_of_order_is_sorted_by_time_and_a_coarse_one_by_record_number() {
    let of = |id, second, record| {
        format!(
            r#"{{"EventID":{id},"ProcessId":8,"HandleId":"0x90","RecordNumber":{record},"EventTime":"2020-10-21 12:19:0{second}"}}"#
        )
    };
    let logs = [[of(4658, 5, 2), of(4656, 4, 1)], [of(4658, 4, 2), of(4656, 4, 1)]];
    for log in logs {
        let c = replayed(&log.join("\n")).counts;
        assert_eq!((c.opens, c.closes_own, c.closes_unmatched), (1, 1, 0), "{log:?}");
    }
}

#[test]
fn an_event_that_comes_too_late_to_be_sorted_in_is_reported() {
    let mut log = String::new();
    for at in 0..70_000 {
        let id = if at % 2 == 0 { 4656 } else { 4658 };
        log.push_str(&format!(
            "{{\"EventID\":{id},\"ProcessId\":8,\"HandleId\":\"0x90\",\"TimeCreated\":{}}}\n",
            2_000_000_000_000_u64 + at
        ));
    }
    log.push_str(r#"{"EventID":4656,"ProcessId":8,"HandleId":"0x94","TimeCreated":1000000000000}"#);
    let report = replayed(&log);
    assert_eq!((report.counts.late, report.first_late), (1, Some(70_001)));
}

#[test]
fn what_is_no_event_log_gets_a_message_that_says_what_it_is() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "x: found an empty file; expected a Windows event log as JSON Lines, one event a line"),
        (b"\n \n", "x: found nothing but blank lines;"),
        (b"\n  hello\n", "x:2:3: found text that is not JSON, \"hello\" (expected value);"),
        (b"{\n\"EventID\": 4656\n}\n", "x:1:1: found an object that goes on in the next line"),
        (b"{\"EventID\":46", "x:1:13: found the end of the file within an event;"),
        (b"[]", "x: found a JSON array without objects;"),
        (b"{\"a\":1}", "x: found a JSON object that is no Windows event (it has no EventID);"),
        (b"{\"a\":1}\n{\"b\":2}\n", "x: found none of the 2 lines is a Windows event;"),
        (b"1\n", "x:1:1: found \"1\";"),
        (b"{\"a\":\"\xFF\"}", "x:1:7: found bytes that are not UTF-8;"),
        (b"\xFF\xFE{\0", "x: found UTF-16 text; expected UTF-8"),
        (b"{\0\"\0", "x: found UTF-16 text without a byte order mark; expected UTF-8"),
        (b"ElfFile\0", "x: found a binary event log (.evtx); expected its export as JSON Lines"),
        (b"PK\x03\x04", "x: found a zip archive; expected the log itself"),
        (b"\x1F\x8B\x08", "x: found gzip data; expected the log itself"),
        (b"ab\0cd", "x: found binary data;"),
        (b" <Event>", "x: found XML; expected its export as JSON Lines"),
    ];
    for (bytes, message) in cases {
        let error = replay::read(*bytes, "x").expect_err("no event log").to_string();
        assert!(error.starts_with(message), "{error}\n{message}");
    }
}

#[test]
fn a_directory_is_called_one() {
    struct Directory;
    impl std::io::Read for Directory {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::IsADirectory.into())
        }
    }
    let error = replay::read(std::io::BufReader::new(Directory), "logs").expect_err("no file");
    assert!(error.to_string().starts_with("logs: found a directory;"), "{error}");
}

#[test]
fn a_line_beyond_the_limit_is_passed_over_and_reported() {
    let event = r#"{"EventID":4656,"ProcessId":8,"HandleId":"0x90"}"#;
    let long = format!("{{\"EventID\":1,\"x\":\"{}\"}}", "x".repeat(17 << 20));
    for log in [format!("{event}\n{long}\n{event}\n"), format!("[{event},\n{long},\n{event}]")] {
        let report = replayed(&log);
        assert_eq!((report.counts.opens, report.counts.damaged), (2, 1));
        assert_eq!(report.damaged[0].line, 2);
    }
}

#[test]
fn event_logs_are_told_from_other_files() {
    assert!(replay::looks_like_event_log(b"\xEF\xBB\xBF\n{\"EventID\":4656,\"Channel\":\"Security\"}"));
    assert!(replay::looks_like_event_log(br#"[{"winlog":{"event_id":1"#));
    assert!(!replay::looks_like_event_log(br#"{"format":1,"profile":"win11"}"#));
    assert!(!replay::looks_like_event_log(b"title \"x\"\nprocess app"));
    assert!(!replay::looks_like_event_log(b""));
}
