//! The rules of `gh api -F`, as a table of cases.

#![allow(clippy::unwrap_used)]

use super::*;

fn read(name: &str) -> Result<String, Error> {
    match name {
        "missing" => Err(Error::usage("missing")),
        name => Ok(format!("text of {name}\n")),
    }
}

/// A field; an exclamation mark at its start makes it raw.
fn field(text: &str) -> RequestField {
    RequestField {
        text: text.trim_start_matches('!').to_owned(),
        is_raw: text.starts_with('!'),
    }
}

fn json(fields: &str) -> Result<String, String> {
    let fields: Vec<RequestField> = fields.split_whitespace().map(field).collect();
    match to_object(&fields, &mut read) {
        Ok(object) => Ok(Value::Object(object).to_string()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn values_have_types() {
    let cases = [
        ("a=b", r#"{"a":"b"}"#),
        ("a=true b=false c=null", r#"{"a":true,"b":false,"c":null}"#),
        ("a=True b=nul", r#"{"a":"True","b":"nul"}"#),
        ("a=123 b=-5 c=007 d=+1", r#"{"a":123,"b":-5,"c":7,"d":1}"#),
        ("a=1.5 b=1e3 c=0x1f", r#"{"a":"1.5","b":"1e3","c":"0x1f"}"#),
        ("a=9223372036854775807", r#"{"a":9223372036854775807}"#),
        ("a=9223372036854775808", r#"{"a":"9223372036854775808"}"#),
        ("a=", r#"{"a":""}"#),
        ("a=b=c", r#"{"a":"b=c"}"#),
        ("a={} b=[1]", r#"{"a":"{}","b":"[1]"}"#),
        ("a=@f b=@-", r#"{"a":"text of f\n","b":"text of -\n"}"#),
        ("!a=true !b=12 !c=@f", r#"{"a":"true","b":"12","c":"@f"}"#),
        ("a[]=1 !a[]=2 a[]=3", r#"{"a":[1,"2",3]}"#),
        ("a=x[y]", r#"{"a":"x[y]"}"#),
        ("é=ü", r#"{"é":"ü"}"#),
    ];
    for (fields, expected) in cases {
        assert_eq!(json(fields).as_deref(), Ok(expected), "{fields}");
    }
}

#[test]
fn json_is_taken_as_it_is() {
    let cases = [
        (r#"Cmd:=["sh","-c"]"#, r#"{"Cmd":["sh","-c"]}"#),
        (
            r#"a[b]:={"c":[1.50]} a[d]:=null"#,
            r#"{"a":{"b":{"c":[1.50]},"d":null}}"#,
        ),
        (r#"a[]:={"b":1} a[]=2"#, r#"{"a":[{"b":1},2]}"#),
        (r#"a:="x=1""#, r#"{"a":"x=1"}"#),
        ("!a:=1", r#"{"a:":"1"}"#),
        ("a[b:]=1", r#"{"a":{"b:":1}}"#),
    ];
    for (fields, expected) in cases {
        assert_eq!(json(fields).as_deref(), Ok(expected), "{fields}");
    }
    let broken = json("a:=[1,").unwrap_err();
    assert!(
        broken.contains("the value of \"a\" is not JSON"),
        "{broken}"
    );
    assert!(broken.contains("line 1 column 3"), "{broken}");
    let fields = [field(r#"a:=["b"]"#), field(r#"c:="d""#)];
    let pairs = to_parameters(&fields, &mut read).unwrap();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    assert_eq!(pairs, [r#"a=["b"]"#, r#"c="d""#]);
}

#[test]
fn keys_nest() {
    let cases = [
        ("a[b]=c", r#"{"a":{"b":"c"}}"#),
        ("a[b]=1 a[c]=2", r#"{"a":{"b":1,"c":2}}"#),
        ("a[b][c][d]=x", r#"{"a":{"b":{"c":{"d":"x"}}}}"#),
        ("a[]=1 a[]=x", r#"{"a":[1,"x"]}"#),
        ("a[]", r#"{"a":[]}"#),
        ("a[] a[]=1", r#"{"a":[1]}"#),
        ("a[b][]=1 a[b][]=2", r#"{"a":{"b":[1,2]}}"#),
        ("a[b][]", r#"{"a":{"b":[]}}"#),
        (
            "a[][x]=1 a[][y]=2 a[][x]=3",
            r#"{"a":[{"x":1,"y":2},{"x":3}]}"#,
        ),
        (
            "l[][name]=bug l[][c][]=red l[][c][]=blue l[][name]=new l[][c][]=green",
            r#"{"l":[{"name":"bug","c":["red","blue"]},{"name":"new","c":["green"]}]}"#,
        ),
        ("n[][k1][k2][k3]=v", r#"{"n":[{"k1":{"k2":{"k3":"v"}}}]}"#),
        ("a[]=1 a[][x]=2", r#"{"a":[1,{"x":2}]}"#),
        ("E[80/tcp][x]=1", r#"{"E":{"80/tcp":{"x":1}}}"#),
    ];
    for (fields, expected) in cases {
        assert_eq!(json(fields).as_deref(), Ok(expected), "{fields}");
    }
}

#[test]
fn malformed_fields_are_refused() {
    let cases = [
        ("a", "the field \"a\" lacks a value"),
        ("a[b]", "the field \"a[b]\" lacks a value"),
        ("=b", "invalid key: \"\""),
        ("[a]=b", "invalid key: \"[a]\""),
        // The first equals sign ends the key, inside brackets too.
        ("L[a=b]=c", "invalid key: \"L[a\""),
        ("a[b=c", "invalid key: \"a[b\""),
        ("a[b]c=d", "invalid key: \"a[b]c\""),
        ("a=1 a=2", "the field \"a\" is given twice"),
        ("a=null a=2", "the field \"a\" is given twice"),
        (
            "o[f]=A o[f][]=x",
            "\"f\" is given as an array and as a string",
        ),
        (
            "o[f]=B o[f][g]=x",
            "\"f\" is given as an object and as a string",
        ),
        ("o[f][g]=C o[f]=x", "the field \"f\" is given twice"),
        (
            "o[f][g]=D o[f][]=x",
            "\"f\" is given as an array and as an object",
        ),
        ("o[f][]=E o[f]=x", "the field \"f\" is given twice"),
        (
            "o[f][]=F o[f][g]=x",
            "\"f\" is given as an object and as an array",
        ),
        ("a=@missing", "missing"),
    ];
    for (fields, expected) in cases {
        let error = json(fields).unwrap_err();
        assert!(error.contains(expected), "{fields}: {error}");
    }
}

#[test]
fn in_a_query_the_keys_stay_as_they_are() {
    let fields = ["a[b]=1", "c=null", "d=x y", "e[]=true", "f[]"].map(field);
    let pairs = to_parameters(&fields, &mut read).unwrap();
    let expected = [("a[b]", "1"), ("c", ""), ("d", "x y"), ("e[]", "true")];
    assert_eq!(
        pairs,
        expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
    );
}
