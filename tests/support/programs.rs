//! Generates jq programs and JSON values from a seed.
//!
//! The programs are small, but combine what is seldom combined: updates through every kind of path, several outputs and
//! none, errors, definitions with both kinds of parameters, loops, labels, patterns. The values are those that programs
//! meet unprepared: missing keys, nulls, other types than expected, empty containers, large numbers.

/// A generator of programs and values; the same seed gives the same.
pub struct Generator {
    state: u64,
    /// The variables and definitions that can be used where the program is being written.
    variables: Vec<String>,
    definitions: Vec<(String, usize)>,
    names: usize,
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        let mut generator = Self {
            state: seed ^ 0x9e37_79b9_7f4a_7c15,
            variables: Vec::new(),
            definitions: Vec::new(),
            names: 0,
        };
        for _ in 0..4 {
            generator.next();
        }
        generator
    }

    /// SplitMix64 (Steele, Lea and Flood, 2014).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one_of(&mut self, choices: &[&str]) -> String {
        choices[self.below(choices.len())].to_owned()
    }

    /// A JSON value, at most `depth` levels deep.
    pub fn value(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 4 } else { 10 }) {
            0 => self.one_of(&[
                "null", "true", "false", "0", "1", "-1", "2.5", "1e1000", "3",
            ]),
            1 => self.one_of(&["\"\"", "\"a\"", "\"b,c\"", "\"é\"", "\"12\"", "\"a b\""]),
            2 => self.one_of(&["[]", "{}", "null", "100000000000000000000", "0.1"]),
            3 => self.one_of(&["{\"a\":null}", "[null]", "{\"a\":{}}", "[[]]", "{\"b\":[]}"]),
            4..=6 => {
                let items = self.below(4);
                let items: Vec<_> = (0..items).map(|_| self.value(depth - 1)).collect();
                format!("[{}]", items.join(","))
            }
            _ => {
                let keys = ["a", "b", "c", "é"];
                let members = keys.iter().filter_map(|key| {
                    let is_there = self.below(2) == 0;
                    is_there.then(|| format!("\"{key}\":{}", self.value(depth - 1)))
                });
                let members: Vec<_> = members.collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }

    /// A program that compiles.
    pub fn program(&mut self) -> String {
        let program = self.bare_program();
        match self.below(3) {
            // The text of an error is an output then, so it is compared too.
            0 => format!("try ({program}) catch ."),
            _ => program,
        }
    }

    fn bare_program(&mut self) -> String {
        match self.below(10) {
            0..=3 => self.update(3),
            4 => format!("[paths], {}", self.update(2)),
            5 => {
                let path = self.path(3);
                format!("[path({path})]")
            }
            6 => {
                let path = self.path(3);
                format!("del({path})")
            }
            _ => self.filter(4),
        }
    }

    fn update(&mut self, depth: usize) -> String {
        let path = self.path(depth);
        let op = self.one_of(&["|=", "|=", "|=", "=", "+=", "-=", "*=", "/=", "%=", "//="]);
        let right = self.filter(2);
        format!("(({path}) {op} ({right}))")
    }

    /// A path expression.
    fn path(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.one_of(&[
                ".",
                ".a",
                ".b",
                ".[0]",
                ".[-1]",
                ".[]",
                ".[]?",
                ".a?",
                ".[1:]",
                ".[:1]",
                ".c",
                ".[\"é\"]",
                "empty",
                ".[5]",
                "..",
                ".a[]?",
                ".a.b",
                ".[0]?",
                ".[1:]?",
                ".[-2:]",
                ".[]?.a?",
                ".a[1]",
                "first",
                "last",
                ".[.a]?",
                ".[\"a\",\"b\"]?",
                ".a[0:1]",
            ]);
        }
        let d = depth - 1;
        match self.below(26) {
            0..=5 => format!("{} | {}", self.path(d), self.path(d)),
            6 | 7 => format!("{}, {}", self.path(d), self.path(d)),
            8 | 9 => format!("({} // {})", self.path(d), self.path(d)),
            10 | 11 => format!("({} | select({}))", self.path(d), self.condition(1)),
            12 => format!("first({})", self.path(d)),
            13 => format!("limit({}; {})", self.below(3), self.path(d)),
            14 => format!(
                "if {} then {} else {} end",
                self.condition(1),
                self.path(d),
                self.path(d)
            ),
            15 => format!("({})?", self.path(d)),
            16 => format!(
                "recurse({}; . != null)",
                self.one_of(&[".a?", ".[]?", ".[0]?"])
            ),
            17 => format!(
                "getpath({})",
                self.one_of(&["[\"a\"]", "[0]", "[]", "[\"a\",\"b\"]", "[\"a\",0]"])
            ),
            18 => {
                let path = self.path(d);
                let name = self.name();
                format!("(def {name}: {path}; {name})")
            }
            19 => {
                let (argument, body) = (
                    self.path(d),
                    self.one_of(&[".[]? | f", "f | f", "f, .a?", "f"]),
                );
                let name = self.name();
                format!("(def {name}(f): {body}; {name}({argument}))")
            }
            20 => {
                let source = self.filter(1);
                let name = self.variable();
                let path = self.path(d);
                self.variables.pop();
                format!("(({source}) as {name} | {path})")
            }
            21 => format!(
                "(label $out | {}, break $out, {})",
                self.path(d),
                self.path(d)
            ),
            22 => format!("(try {} catch empty)", self.path(d)),
            23 => self.one_of(&[
                "numbers",
                "strings",
                "arrays",
                "objects",
                "scalars",
                "values",
                "nulls",
                "iterables",
            ]),
            24 => format!("skip({}; {})", self.below(3), self.path(d)),
            _ => self.path(0),
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        match self.below(6) {
            0 => format!("({}) == ({})", self.filter(depth), self.filter(0)),
            1 => format!("({}) < ({})", self.filter(depth), self.filter(0)),
            2 => format!(
                "type == \"{}\"",
                self.one_of(&["number", "string", "array", "object", "null", "boolean"])
            ),
            3 => self.filter(depth),
            4 => format!("({}) | not", self.filter(depth)),
            _ => self.one_of(&[".", ".a?", "true", "empty", "(true,false)", ". != null"]),
        }
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("f{}", self.names)
    }

    /// A new variable, which can be used until it is popped.
    fn variable(&mut self) -> String {
        self.names += 1;
        let name = format!("$v{}", self.names);
        self.variables.push(name.clone());
        name
    }

    /// A filter without parts.
    fn leaf(&mut self) -> String {
        if !self.variables.is_empty() && self.below(4) == 0 {
            let at = self.below(self.variables.len());
            return self.variables[at].clone();
        }
        let no_arguments: Vec<_> = self
            .definitions
            .iter()
            .filter(|(_, arity)| *arity == 0)
            .collect();
        if !no_arguments.is_empty() && self.state.is_multiple_of(3) {
            return no_arguments[0].0.clone();
        }
        self.one_of(&[
            ".",
            ".",
            ".a",
            ".b",
            ".[0]",
            ".[]",
            ".[]?",
            "1",
            "0",
            "null",
            "true",
            "false",
            "\"a\"",
            "[]",
            "{}",
            "\"x\"",
            "2.5",
            "-1",
            "empty",
            "(1,2)",
            ".a?",
            ".[1:]",
            ".[-1:]?",
            "length",
            "keys",
            "type",
            "not",
            "tostring",
            "tojson",
            "add",
            "error",
            "(null,1)",
            "[.]",
            "{a:.}",
            "first",
            "last",
            "reverse",
            "sort",
            "unique",
            "floor",
            "min",
            "max",
            "to_entries",
            "flatten",
            "any",
            "all",
            "values",
            "ascii_downcase",
            "explode",
            "utf8bytelength",
            "abs",
            "keys_unsorted",
            "..",
            "paths",
            "from_entries",
            "transpose",
            "tonumber",
            "isempty(.[])",
            "have_decnum",
            "ltrimstr(\"a\")",
            "trim",
            "implode",
            "input_line_number",
            "@json",
            "@text",
            "@csv",
            "@html",
            "@base64",
            "@uri",
            "@sh",
            "$__loc__",
            "infinite",
            "combinations",
            "tostream",
            "getpath([\"a\"])",
            "splits(\",\")",
            "(env | type)",
            "nan > nan",
        ])
    }

    /// Any filter.
    fn filter(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf();
        }
        let d = depth - 1;
        match self.below(40) {
            0..=3 => format!("({} | {})", self.filter(d), self.filter(d)),
            4 | 5 => format!("({}, {})", self.filter(d), self.filter(d)),
            6..=8 => {
                let op = self.one_of(&[
                    "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or", "//",
                ]);
                format!("({} {op} {})", self.filter(d), self.filter(d))
            }
            9 => format!("[{}]", self.filter(d)),
            10 | 11 => {
                let key = match self.below(6) {
                    0 => format!("\"\\({})\"", self.filter(d)),
                    1 => format!("\"k\\({})\": ({})", self.filter(d), self.filter(d)),
                    2 => format!("({} | tostring): ({})", self.filter(d), self.filter(d)),
                    3 => "a, b".to_owned(),
                    4 => format!("a: ({}), c: ({})", self.filter(d), self.filter(d)),
                    _ => format!("@base64 \"\\({})\"", self.filter(d)),
                };
                let more = if self.below(3) == 0 {
                    format!(", x: ({})", self.filter(d))
                } else {
                    String::new()
                };
                format!("{{{key}{more}}}")
            }
            12 => format!("try ({}) catch ({})", self.filter(d), self.filter(d)),
            13 => format!("({})?", self.filter(d)),
            14 => format!(
                "if {} then {} else {} end",
                self.condition(d),
                self.filter(d),
                self.filter(d)
            ),
            15 => format!("if {} then {} end", self.condition(d), self.filter(d)),
            16 | 17 => {
                let source = self.filter(d);
                let name = self.variable();
                let body = self.filter(d);
                self.variables.pop();
                format!("(({source}) as {name} | {body})")
            }
            18 => {
                let source = self.filter(d);
                let name = self.variable();
                let body = self.filter(d);
                self.variables.pop();
                let pattern = self.one_of(&[
                    "[@]",
                    "{a: @}",
                    "[[@]]",
                    "{\"b\": [@]}",
                    "{(\"a\",\"b\"): @}",
                ]);
                let pattern = pattern.replace('@', &name);
                let alternative = if self.below(2) == 0 {
                    format!(" ?// {name}")
                } else {
                    String::new()
                };
                format!("(({source}) as {pattern}{alternative} | {body})")
            }
            19 | 20 => {
                // Not several starts: jq evaluates the source on null for all but the first.
                let (source, start) = (
                    self.filter(d),
                    self.one_of(&[".", "0", "null", "[]", "{}", "empty", "length", ".a?"]),
                );
                let name = self.variable();
                let body = self.filter(d);
                self.variables.pop();
                format!("reduce ({source}) as {name} ({start}; {body})")
            }
            21 | 22 => {
                let (source, start) = (self.filter(d), self.filter(0));
                let name = self.variable();
                let (body, extract) = (self.filter(d), self.filter(d));
                self.variables.pop();
                let extract = if self.below(2) == 0 {
                    String::new()
                } else {
                    format!("; {extract}")
                };
                format!("foreach ({source}) as {name} ({start}; {body}{extract})")
            }
            23 => format!(
                "(label $out | {}, break $out, {})",
                self.filter(d),
                self.filter(d)
            ),
            24 | 25 => self.definition(d),
            26..=28 => self.update(d),
            29 => format!("\"s\\({})t\\({})\"", self.filter(d), self.filter(d)),
            30 => format!(".[{}]", self.filter(d)),
            31 => format!(".[{}:{}]", self.filter(d), self.filter(0)),
            32 => format!("del({})", self.path(d)),
            33 => format!("[paths({})]", self.condition(0)),
            34 => {
                let of = self.one_of(&[
                    "map",
                    "map_values",
                    "select",
                    "sort_by",
                    "group_by",
                    "unique_by",
                    "min_by",
                    "max_by",
                    "any",
                    "all",
                    "first",
                    "last",
                    "isempty",
                    "add",
                    "with_entries",
                    "walk",
                    "pick",
                    "path",
                    "has",
                    "contains",
                    "inside",
                    "index",
                    "indices",
                    "join",
                    "split",
                    "test",
                    "startswith",
                    "ltrimstr",
                    "nth",
                    "flatten",
                    "tojson | fromjson | map",
                    "error",
                    "recurse",
                    "INDEX",
                    "IN",
                    "in",
                    "getpath",
                    "paths",
                    "del",
                    "to_entries | map",
                    "limit(3; .[]?) | select",
                    "delpaths",
                    "(env | has(\"HOME\")) | select",
                    "bsearch",
                    "debug",
                    "combinations",
                ]);
                format!("{of}({})", self.filter(d))
            }
            35 => {
                let of = self.one_of(&[
                    "limit", "skip", "nth", "range", "until", "any", "all", "IN", "sub", "setpath",
                ]);
                match &of[..] {
                    "until" => format!(
                        "until(type != \"number\" or . > 3; . + 1 | ({}) | numbers)",
                        "."
                    ),
                    "limit" | "skip" | "nth" => {
                        format!("{of}({}; {})", self.filter(0), self.filter(d))
                    }
                    "range" if self.below(2) == 0 => {
                        format!("limit(4; range({}))", self.filter(d))
                    }
                    "range" => format!("limit(4; range({}; {}))", self.filter(0), self.filter(0)),
                    _ => format!("{of}({}; {})", self.filter(d), self.filter(d)),
                }
            }
            36 => format!("-({})", self.filter(d)),
            _ => self.leaf(),
        }
    }

    /// A definition and a call of it.
    fn definition(&mut self, depth: usize) -> String {
        let name = self.name();
        match self.below(4) {
            0 => {
                let body = self.filter(depth);
                self.definitions.push((name.clone(), 0));
                let rest = self.filter(depth);
                self.definitions.pop();
                format!("(def {name}: {body}; {name} | {rest})")
            }
            1 => {
                let argument = self.filter(depth);
                self.definitions.push(("g".to_owned(), 0));
                let body = self.filter(depth);
                self.definitions.pop();
                format!("(def {name}(g): {body}; {name}({argument}))")
            }
            _ => {
                let (first, second) = (self.filter(depth), self.filter(depth));
                self.variables.push("$p".to_owned());
                self.definitions.push(("p".to_owned(), 0));
                let body = self.filter(depth);
                self.variables.pop();
                self.definitions.pop();
                format!("(def {name}($p; $q): [$q, p], ({body}); {name}({first}; {second}))")
            }
        }
    }
}
