//! Printing and parsing again gives the same tree.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::super::ast::{
    Action, ActionKind, Actor, Arg, Call, CompareOp, Device, Environment, Expected, ExpectedFinding, Expr,
    ExprKind, Name, Number, Operand, Policy, Process, Property, PropertyKind, Scenario, ScheduleStep,
    Spanned, SystemAct, Thread, Value,
};
use super::super::driver::{Driver, DriverObject, DriverRoutine, Statement, StatementKind};
use super::super::{parse, print};
use super::STORY;

#[test]
fn the_story() {
    let scenario = parse("story.kobj", STORY).unwrap();
    let printed = print(&scenario);
    assert_eq!(parse("printed.kobj", &printed).unwrap(), scenario);
    insta::assert_snapshot!(printed, @r#"
    title "Closing the handle does not cancel the read"
    profile win11
    device serial0 driver=serial
    device flt0 driver=filter over serial0
    process app
      thread main
        port = CreateIoCompletionPort()
        file = CreateFile("\\.\serial0", GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED)
        CreateIoCompletionPort(file, port, key: 7)
        r1 = ReadFile(file, 64 bytes, offset: 0) -> TRUE or ERROR_IO_PENDING
        check file.HandleCount == 1 and file.PointerCount == 2
        CloseHandle(file) -> TRUE
        check object(file).HandleCount == 0 and not (cleanup(file) or close(file))
        packet = GetQueuedCompletionStatus(port, timeout: 0) -> WAIT_TIMEOUT
    environment world
      device serial0 completes r1 with 12 bytes and STATUS_SUCCESS
      exit process app
    always "the port lives": port.HandleCount >= 1
    schedule
      main: NtReadFile, looks the handle up
      world: "a # in quotes"
    "#);
}

fn ident() -> impl Strategy<Value = String> {
    "[a-zA-Z_][a-zA-Z0-9_]{0,6}".prop_filter("names only", |name| {
        ![
            "and",
            "or",
            "not",
            "bytes",
            "check",
            "device",
            "exit",
            "terminate",
            "if",
            "else",
            "while",
            "return",
        ]
        .contains(&&**name)
    })
}

fn name() -> impl Strategy<Value = Name> {
    ident().prop_map(Spanned::bare)
}

fn text() -> impl Strategy<Value = String> {
    "[^\"\\p{Cc}]{0,12}"
}

fn number() -> impl Strategy<Value = Number> {
    (any::<u64>(), any::<bool>(), any::<bool>(), any::<bool>())
        .prop_map(|(magnitude, negative, hex, bytes)| Number { magnitude, negative, hex, bytes })
}

fn operand() -> impl Strategy<Value = Operand> {
    prop_oneof![
        number().prop_map(Operand::Number),
        text().prop_map(Operand::Text),
        ident().prop_map(Operand::Name),
        (name(), name()).prop_map(|(label, field)| Operand::Field { label, field }),
        (name(), name(), option::of(name())).prop_map(|(name, argument, field)| Operand::Function {
            name,
            argument,
            field
        }),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    let op = prop::sample::select(&CompareOp::ALL[..]);
    let leaf = prop_oneof![
        operand().prop_map(ExprKind::Operand),
        (operand(), op, operand()).prop_map(|(left, op, right)| ExprKind::Compare {
            left: Spanned::bare(left),
            op,
            right: Spanned::bare(right)
        }),
    ];
    leaf.prop_map(Spanned::bare).prop_recursive(5, 20, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(ExprKind::And),
            vec(inner.clone(), 2..4).prop_map(ExprKind::Or),
            inner.prop_map(|inner| ExprKind::Not(Box::new(inner))),
        ]
        .prop_map(Spanned::bare)
    })
}

fn arg() -> impl Strategy<Value = Arg> {
    let value = prop_oneof![
        number().prop_map(Value::Number),
        text().prop_map(Value::Text),
        ident().prop_map(Value::Name),
        vec(name(), 2..4).prop_map(Value::Flags),
        ident().prop_map(Value::Pseudo),
        vec(prop_oneof![ident().prop_map(Value::Name), ident().prop_map(Value::Pseudo)], 0..4)
            .prop_map(|items| Value::List(items.into_iter().map(Spanned::bare).collect())),
    ];
    (option::of(name()), value).prop_map(|(name, value)| Arg { name, value: Spanned::bare(value) })
}

fn action() -> impl Strategy<Value = Action> {
    let raises = ident().prop_map(|status| Expected::Name(format!("raises {status}")));
    let expected = prop_oneof![
        ident().prop_map(Expected::Name),
        (ident(), any::<u64>()).prop_map(|(name, added)| Expected::Sum(name, added)),
        raises,
        number().prop_map(Expected::Number)
    ];
    let labels = option::of((name(), option::of(name())));
    let call = (labels, name(), vec(arg(), 0..4), vec(expected.prop_map(Spanned::bare), 0..3));
    prop_oneof![
        call.prop_map(|(labels, name, args, expect)| {
            let (label, second) = labels.unzip();
            ActionKind::Call { label, second: second.flatten(), call: Call { name, args }, expect }
        }),
        expr().prop_map(ActionKind::Check),
        (name(), name(), option::of(number().prop_map(Spanned::bare)), option::of(name())).prop_map(
            |(device, label, bytes, status)| ActionKind::DeviceCompletes { device, label, bytes, status }
        ),
        (name(), name(), option::of(number().prop_map(Spanned::bare)), option::of(name())).prop_map(
            |(device, routine, bytes, status)| ActionKind::DeviceCalls { device, routine, bytes, status }
        ),
        (name(), name(), name()).prop_map(|(device, label, status)| ActionKind::DeviceFails {
            device,
            label,
            status
        }),
        (any::<bool>(), name()).prop_map(|(writes, label)| ActionKind::System {
            act: if writes { SystemAct::Writes } else { SystemAct::Trims },
            label
        }),
        name().prop_map(ActionKind::ExitProcess),
        name().prop_map(ActionKind::TerminateProcess),
        name().prop_map(ActionKind::TerminateThread),
    ]
    .prop_map(Spanned::bare)
}

fn actor() -> impl Strategy<Value = Actor> {
    let thread = (name(), vec(action(), 0..6)).prop_map(|(name, actions)| Thread { name, actions });
    prop_oneof![
        (name(), vec(name(), 0..3), vec(thread, 0..3))
            .prop_map(|(name, marks, threads)| Actor::Process(Process { name, marks, threads })),
        (option::of(name()), vec(action(), 0..4))
            .prop_map(|(name, actions)| Actor::Environment(Environment { name, actions })),
    ]
}

/// A call is not a value that is assigned or returned.
fn plain_operand() -> impl Strategy<Value = Spanned<Operand>> {
    operand()
        .prop_filter("a call", |operand| !matches!(operand, Operand::Function { .. }))
        .prop_map(Spanned::bare)
}

fn statements() -> impl Strategy<Value = Vec<Statement>> {
    let leaf = prop_oneof![
        (option::of(name()), name(), vec(operand().prop_map(Spanned::bare), 0..3))
            .prop_map(|(label, name, args)| StatementKind::Call { label, name, args }),
        option::of(plain_operand()).prop_map(StatementKind::Return),
        (name(), vec(operand().prop_map(Spanned::bare), 0..3))
            .prop_map(|(name, args)| StatementKind::ReturnCall { name, args }),
        (name(), plain_operand()).prop_map(|(label, value)| StatementKind::Let { label, value }),
        (name(), name(), operand().prop_map(Spanned::bare))
            .prop_map(|(label, field, value)| StatementKind::Set { label, field, value }),
    ];
    let statement = leaf.prop_map(Spanned::bare).prop_recursive(3, 12, 3, |inner| {
        let body = || vec(inner.clone(), 0..3);
        prop_oneof![
            (expr(), body(), body()).prop_map(|(condition, then, otherwise)| StatementKind::If {
                condition,
                then,
                otherwise
            }),
            (expr(), body()).prop_map(|(condition, body)| StatementKind::While { condition, body }),
        ]
        .prop_map(Spanned::bare)
    });
    vec(statement, 0..4)
}

fn driver() -> impl Strategy<Value = Driver> {
    let word = |words: &'static [&'static str]| {
        prop::sample::select(words).prop_map(|word| Spanned::bare(word.to_owned()))
    };
    let kept = &["spinlock", "list", "csq", "csqcontext", "removelock", "event", "workitem", "timer"];
    let object = (word(kept), name()).prop_map(|(kind, name)| DriverObject { kind, name });
    let words = &["cancel", "startio", "completion", "dpc", "worker"];
    let named = (word(words), name().prop_map(|name| vec![name]), statements());
    let dispatch = (word(&["dispatch"]), vec(name(), 1..3), statements());
    let routine =
        prop_oneof![named, dispatch].prop_map(|(kind, names, body)| DriverRoutine { kind, names, body });
    (name(), vec(object, 0..3), vec(routine, 0..3)).prop_map(|(name, objects, routines)| Driver {
        name,
        objects,
        routines,
    })
}

fn scenario() -> impl Strategy<Value = Scenario> {
    let bytes = option::of(number().prop_map(Spanned::bare));
    let device = (name(), name(), option::of(name()), bytes, option::of(name()))
        .prop_map(|(name, driver, over, bytes, status)| Device { name, driver, over, bytes, status });
    let kind = prop::sample::select(&PropertyKind::ALL[..]);
    let property = (kind, option::of(text().prop_map(Spanned::bare)), expr())
        .prop_map(|(kind, name, expr)| Property { kind, name, expr });
    let step = (name(), "[a-z(]([a-z(,:. ]{0,9}[a-z)])?")
        .prop_map(|(actor, text)| ScheduleStep { actor, text: Spanned::bare(text) });
    let policy = prop_oneof![
        name().prop_filter("a word of its own", |name| name.value != "limit").prop_map(Policy::Reuse),
        number().prop_map(|number| Policy::Limit(Spanned::bare(number))),
        name().prop_map(Policy::Verifier),
        name().prop_map(Policy::Rings),
    ];
    let plain = || number().prop_map(Spanned::bare);
    let expected = prop_oneof![
        name().prop_filter("a word of its own", |name| name.value != "bug").prop_map(ExpectedFinding::Rule),
        (plain(), option::of(plain()))
            .prop_map(|(code, subcode)| ExpectedFinding::BugCheck { code, subcode }),
    ];
    let profile = (option::of(name()), vec(policy, 0..3), vec(expected.prop_map(Spanned::bare), 0..3));
    let head = (option::of(text().prop_map(Spanned::bare)), profile, vec(name(), 0..3));
    let declared = (vec(driver(), 0..2), vec(device, 0..3));
    (head, declared, vec(actor(), 1..4), vec(property, 0..3), option::of(vec(step, 0..4))).prop_map(
        |(
            (title, (profile, policies, expected), unbound),
            (drivers, devices),
            actors,
            properties,
            schedule,
        )| Scenario {
            title,
            profile,
            policies,
            expected,
            unbound,
            drivers,
            devices,
            actors,
            properties,
            schedule,
            ..Scenario::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printed_and_parsed_again(scenario in scenario()) {
        let printed = print(&scenario);
        let parsed = parse("printed.kobj", &printed).map_err(|errors| TestCaseError::fail(errors.to_string()))?;
        prop_assert_eq!(&parsed, &scenario);
        prop_assert_eq!(print(&parsed), printed);
    }
}
