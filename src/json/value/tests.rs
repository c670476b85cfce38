//! Numbers and containers, compared with what jq 1.8.2 prints.

#![allow(clippy::unwrap_used)]

use std::cmp::Ordering::{Equal, Greater, Less};

use super::{Num, RawValue, Value};
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
        // A zero does not overflow: decNumber lowers its exponent.
        ("0e1234567890", "0E+999999999"),
        ("-0.00e99999999999999999999", "-0E+999999999"),
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
fn a_text_is_made_compact_as_its_value_is_written() {
    let texts = [
        "[ ]",
        "{ \n}",
        " [1 , -2,\t-0, 0, 1.50, 1E3, 1e400, -123456789012345, 12345678901234567890, nan, -Infinity]".trim(),
        "[-12345678901234, 123456789012345, 1234567890123456, -0.0, 0.10]",
        "[true ,false, null,{\"a\" : {\"a\":[{}, \"a\"]}, \"b\":\"a:\" }]",
        "[\"\\u0061\\/\\n\\ud800\\u007f\", \"\u{7f}\u{7f}é\u{7f}\", \"\\\"\", \"\\ud83d\\ude00\"]",
        "{\"\u{e9}\":\"\u{1F600}\", \"\":[[[\"\"]]]}",
        "12, 13",
        "null]",
    ];
    for text in texts {
        let raw = RawValue::from_valid(text.as_bytes());
        let compact = raw.to_json();
        assert_eq!(compact, Some(raw.to_value().to_json()), "{text}");
    }
    for text in [
        "{\"a\":1,\"a\":2}",
        "[{\"k\\u0065y\":1}]",
        "{\"a\":{\"b\":1,\"c\":2,\"b\":3}}",
    ] {
        assert_eq!(
            RawValue::from_valid(text.as_bytes()).to_json(),
            None,
            "{text}"
        );
    }
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

/// Calls a function with a value that nothing else refers to, and with one that is shared.
fn unique_and_shared(text: &str, f: impl Fn(Value) -> Value) -> String {
    let shared = json(text);
    let before = shared.to_json();
    let result = f(json(text)).to_json();
    assert_eq!(f(shared.clone()).to_json(), result, "{text}");
    assert_eq!(shared.to_json(), before, "{text}");
    result
}

#[test]
fn slices_are_cut_in_place_or_copied() {
    let bound = |i: usize| Some(Value::from(i));
    let cases = [
        ("[1,2,3,4]", 1, 3, "[2,3]"),
        ("[1,2,3,4]", 0, 9, "[1,2,3,4]"),
        ("[1,2,3,4]", 3, 1, "[]"),
        ("[[1],[2]]", 1, 2, "[[2]]"),
        ("\"aéx\"", 1, 2, "\"é\""),
        ("\"abc\"", 0, 2, "\"ab\""),
        ("\"abc\"", 5, 9, "\"\""),
    ];
    for (text, start, end, expected) in cases {
        let slice = |value: Value| value.slice(bound(start).as_ref(), bound(end).as_ref());
        assert_eq!(unique_and_shared(text, |v| slice(v).unwrap()), expected);
    }
}

#[test]
fn a_queue_stays_as_small_as_its_elements() {
    let one = Value::from(1usize);
    let mut queue = json("[0,1,2]");
    for i in 3..5000usize {
        queue = queue.slice(Some(&one), None).unwrap();
        queue = (queue + Value::from(vec![Value::from(i)])).unwrap();
        assert_eq!(queue.get(&Value::from(0usize)).unwrap(), Value::from(i - 2));
    }
    assert_eq!(queue.to_json(), "[4997,4998,4999]");
    assert_eq!(queue.clone().to_json(), queue.to_json());
    let Value::Arr(array) = queue else {
        unreachable!()
    };
    let mut array = std::rc::Rc::unwrap_or_clone(array);
    assert!(array.vec_mut().capacity() < 64);
}

#[test]
fn an_element_is_deleted_from_unique_and_shared_arrays() {
    let cases = [
        ("0", "[2,3]"),
        ("-1", "[1,2]"),
        ("1.5", "[1,3]"),
        ("3", "[1,2,3]"),
        ("-4", "[1,2,3]"),
    ];
    for (index, expected) in cases {
        let paths = json(&format!("[[{index}]]"));
        let delete = |value: Value| value.delete_paths(&paths).unwrap();
        assert_eq!(unique_and_shared("[1,2,3]", delete), expected, "{index}");
    }
    let mut array = json("[1,2,3,4]")
        .slice(Some(&Value::from(1usize)), None)
        .unwrap();
    array = array.delete_paths(&json("[[1]]")).unwrap();
    assert_eq!(array.to_json(), "[2,4]");
}

#[test]
fn sums_of_containers_are_the_same_however_they_are_shared() {
    let cases = [
        ("[1]", "[2,3]", "[1,2,3]"),
        ("[]", "[2,3]", "[2,3]"),
        ("[1]", "[]", "[1]"),
        (
            "{\"a\":1,\"b\":2}",
            "{\"b\":3,\"c\":4}",
            "{\"a\":1,\"b\":3,\"c\":4}",
        ),
        ("{}", "{\"b\":3,\"b\":4}", "{\"b\":4}"),
        ("\"a\"", "\"b\"", "\"ab\""),
    ];
    for (left, right, expected) in cases {
        let add = |value: Value| (value + json(right)).unwrap();
        assert_eq!(unique_and_shared(left, add), expected);
        let add = |value: Value| (json(left) + value).unwrap();
        assert_eq!(unique_and_shared(right, add), expected);
        let (l, r) = (json(left), json(right));
        assert_eq!((l.clone() + r.clone()).unwrap().to_json(), expected);
        assert_eq!(
            (l.to_json(), r.to_json()),
            (left.into(), json(right).to_json())
        );
    }
}

#[test]
fn values_at_paths_are_set_and_updated() {
    let path = |text: &str| match json(text) {
        Value::Arr(path) => path.to_vec(),
        _ => Vec::new(),
    };
    let cases = [
        ("{\"a\":{\"b\":1}}", "[\"a\",\"b\"]", "{\"a\":{\"b\":9}}"),
        ("{\"a\":{}}", "[\"a\",\"b\"]", "{\"a\":{\"b\":9}}"),
        ("[[1,2],3]", "[0,-1]", "[[1,9],3]"),
        ("[[1,2],3]", "[0,4]", "[[1,2,null,null,9],3]"),
        ("null", "[\"a\",1]", "{\"a\":[null,9]}"),
    ];
    for (text, at, expected) in cases {
        let set = |value: Value| value.set_path(&path(at), Value::from(9usize)).unwrap();
        assert_eq!(unique_and_shared(text, set), expected);
        let update = |value: Value| -> Value {
            let nine = |_| Ok::<_, crate::value::ValueError>(Value::from(9usize));
            value.update_path(&path(at), nine).unwrap()
        };
        assert_eq!(unique_and_shared(text, update), expected);
    }
}

#[test]
fn values_are_sorted_in_jqs_order_and_equal_ones_stay_in_place() {
    let text = "[{\"b\":1},{\"a\":2},{\"a\":1},[2],[1,2],[1],[[]],[],[null],\"b\",\"abcdefghi\",\"abcdefghij\",\"\",\"abcdefgh\",\
        1.0,1,10,9,-1,-10.5,1e3,100000000000000000002,100000000000000000001,0.5,-0,0,true,null,false,null]";
    let sorted = "[null,null,false,true,-10.5,-1,-0,0,0.5,1.0,1,9,10,1E+3,100000000000000000001,100000000000000000002,\
        \"\",\"abcdefgh\",\"abcdefghi\",\"abcdefghij\",\"b\",[],[null],[1],[1,2],[2],[[]],{\"a\":1},{\"a\":2},{\"b\":1}]";
    let elements = |text| match json(text) {
        Value::Arr(array) => super::Array::unshared(array),
        _ => Vec::new(),
    };
    assert_eq!(Value::from(super::sort(elements(text))).to_json(), sorted);
    let distinct = Value::from(super::unique(elements("[1,1.0,\"a\",[1],\"a\",[1]]")));
    assert_eq!(distinct.to_json(), "[1,\"a\",[1]]");
    let keys = elements("[[2],[1],[2],[\"x\"],[1.0]]");
    let items = || elements("[\"a\",\"b\",\"c\",\"d\",\"e\"]");
    type Arrange = fn(Vec<Value>, &[Value]) -> Vec<Value>;
    let cases: [(Arrange, &str); 3] = [
        (super::sort_by_keys, "[\"b\",\"e\",\"a\",\"c\",\"d\"]"),
        (
            super::group_by_keys,
            "[[\"b\",\"e\"],[\"a\",\"c\"],[\"d\"]]",
        ),
        (super::unique_by_keys, "[\"b\",\"a\",\"d\"]"),
    ];
    for (arrange, expected) in cases {
        assert_eq!(Value::from(arrange(items(), &keys)).to_json(), expected);
    }
}

#[test]
fn the_order_of_sorting_agrees_with_the_order_of_values_and_is_total() {
    let numbers = [
        "0",
        "-0",
        "1",
        "-1",
        "1e-3",
        "100000000000000000001",
        "100000000000000000002",
        "1e20",
        "-1e400",
        "1e400",
        "0.1",
    ];
    let mut values: Vec<Value> = numbers
        .into_iter()
        .map(|text| Value::Num(Num::parse(text)))
        .collect();
    values.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e20, 0.1].map(Value::from));
    values.extend(
        values
            .clone()
            .into_iter()
            .map(|value| Value::from(vec![value])),
    );
    values.extend(["", "a", "ab", "aaaaaaaa", "aaaaaaaab", "é"].map(Value::str));
    values.push(json("[]"));
    let sorted = super::sort(values);
    for (i, l) in sorted.iter().enumerate() {
        for r in &sorted[i..] {
            assert!(super::order::total(l, r).is_le(), "{l} {r}");
            assert!(l.cmp(r).is_le() || r.cmp(l).is_le(), "{l} {r}");
        }
    }
}

#[test]
fn values_of_any_depth_are_dropped_on_a_small_stack() {
    let nested =
        |in_array: fn(Value) -> Value| (0..200_000).fold(Value::Null, |inner, _| in_array(inner));
    let run = move || {
        drop(nested(|inner| Value::from(vec![inner, Value::Null])));
        drop(nested(|inner| Value::object([("a", inner)])));
        let shared = nested(|inner| Value::from(vec![inner]));
        let outer = Value::from(vec![shared.clone(), shared]);
        drop(outer);
    };
    let small = std::thread::Builder::new().stack_size(1 << 20);
    small.spawn(run).unwrap().join().unwrap();
}
