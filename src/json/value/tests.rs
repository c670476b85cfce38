//! Numbers and containers, compared with what jq 1.8.2 prints.

#![allow(clippy::unwrap_used)]

use std::cmp::Ordering::{Equal, Greater, Less};

use super::{Num, Value};
use crate::read::from_slice;

fn json(text: &str) -> Value {
    from_slice(text.as_bytes()).unwrap()
}

#[test]
fn literals_keep_their_digits_in_jqs_spelling() {
    let cases = [
        ("0", "0"),
        ("-0", "-0"),
        ("1", "1"),
        ("1.0", "1.0"),
        ("1.10", "1.10"),
        ("1e2", "1E+2"),
        ("1E-7", "1E-7"),
        ("0.1e-7", "1E-8"),
        ("0.00001", "0.00001"),
        ("1.5E300", "1.5E+300"),
        ("1e1000", "1E+1000"),
        ("9007199254740993", "9007199254740993"),
        ("100000000000000000001", "100000000000000000001"),
        ("-12.50", "-12.50"),
        ("1e1234567890", "1.7976931348623157e+308"),
        ("-1e1234567890", "-1.7976931348623157e+308"),
        (".5", "0.5"),
    ];
    for (text, printed) in cases {
        assert_eq!(Num::parse(text).to_string(), printed, "{text}");
    }
}

#[test]
fn calculated_numbers_print_as_jq_prints_doubles() {
    let cases = [
        (0.1 + 0.2, "0.30000000000000004"),
        (1e15, "1000000000000000"),
        (1e17, "1e+17"),
        (1.23e19, "1.23e+19"),
        (12345e15, "12345000000000000000"),
        (1e-4, "0.0001"),
        (1e-5, "1e-05"),
        (1.2345e-5, "1.2345e-05"),
        (1e-7, "1e-07"),
        (5e-324, "5e-324"),
        (1.5e300, "1.5e+300"),
        (-2.5, "-2.5"),
        (3.0, "3"),
        (6929985600000001.0 / 4.0, "1732496400000000.2"),
        (-6929985600000001.0 / 4.0, "-1732496400000000.2"),
        (6929985600000003.0 / 4.0, "1732496400000000.8"),
        (1328849292428505.0 / 8.0, "166106161553563.12"),
        (1.0000076293945312, "1.0000076293945312"),
        (f64::NAN, "null"),
        (f64::INFINITY, "1.7976931348623157e+308"),
    ];
    for (x, printed) in cases {
        assert_eq!(Num::from(x).to_string(), printed);
    }
}

#[test]
fn numbers_are_ordered_by_value_and_literals_by_their_digits() {
    let cases = [
        ("1", "1.0", Equal),
        ("1e2", "100", Equal),
        ("100000000000000000001", "100000000000000000002", Less),
        ("9007199254740993", "9007199254740992", Greater),
        ("-100000000000000000001", "1", Less),
        ("0e5", "-0.0", Equal),
        ("1e400", "1e500", Less),
    ];
    for (left, right, order) in cases {
        assert_eq!(
            Num::parse(left).compare(&Num::parse(right)),
            order,
            "{left} {right}"
        );
    }
    let nan = Num::from(f64::NAN);
    assert_eq!(nan.compare(&nan), Less);
    assert!(nan != nan.clone());
}

#[test]
fn an_unparsed_container_equals_a_parsed_one() {
    let texts = [
        "[]",
        "{}",
        "[1,[2,[3]],{\"a\":{\"b\":[null,true,\"x\\ty\"]}}]",
        "{\"a\":1,\"b\":[{}],\"a\":2,\"\":\"\"}",
        "{\"k\\u0065y\":1,\"key\":2}",
    ];
    for text in texts {
        let (unparsed, other) = (json(text), json(text));
        assert_eq!(unparsed.to_json(), other.to_json(), "{text}");
        assert_eq!(unparsed, other, "{text}");
        assert_eq!(unparsed.cmp(&json(text)), Equal, "{text}");
    }
}

#[test]
fn fields_are_found_without_building_and_after_many_look_ups() {
    let text: Vec<String> = (0..50).map(|i| format!("\"k{i}\":{i}")).collect();
    let value = json(&format!("{{{},\"k7\":\"last\"}}", text.join(",")));
    for round in 0..3 {
        for i in 0..50 {
            let key = Value::str(format!("k{i}").as_str());
            let expected = if i == 7 {
                "\"last\"".to_owned()
            } else {
                i.to_string()
            };
            assert_eq!(
                value.get(&key).unwrap().to_json(),
                expected,
                "round {round}"
            );
        }
        assert_eq!(value.get(&Value::str("k")).unwrap(), Value::Null);
        assert_eq!(value.get(&Value::str("k500")).unwrap(), Value::Null);
    }
}

#[test]
fn long_values_are_cut_short_in_messages() {
    let long = json("[0,1,2,3,4,5,6,7,8,9,10,11,12]");
    assert_eq!(long.describe(), "array ([0,1,2,3,4,5,6,7,8,9,10,1...])");
    let text = Value::str("xxxx☆☆☆☆☆☆☆☆");
    assert_eq!(text.describe(), "string (\"xxxx☆☆☆☆☆☆...\")");
}

#[test]
fn a_value_is_two_words() {
    assert_eq!(size_of::<Value>(), 16);
}
