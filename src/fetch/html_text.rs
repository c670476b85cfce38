//! The text of an HTML or XML page, for an error message.

/// Elements within a sentence; every other tag ends one.
const INLINE: [&str; 16] = [
    "a", "abbr", "b", "big", "cite", "code", "em", "font", "i", "kbd", "samp", "small", "span",
    "strong", "tt", "u",
];
/// Elements whose content is no text.
const HIDDEN: [&str; 5] = ["noscript", "script", "style", "svg", "template"];
/// Below one of these stands the name of the server.
const SIGNATURE: [&str; 3] = ["address", "footer", "hr"];

/// The sentences of a page in their order, its title included, down to the signature of the server.
pub(crate) fn sentences(page: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut sentence = String::new();
    let mut rest = page;
    while !rest.is_empty() {
        let (text, tag) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        push_text(text, &mut sentence);
        let (content, behind) = split_tag(tag);
        rest = behind;
        let name = tag_name(content);
        if HIDDEN.contains(&name.as_str()) {
            rest = behind_element(rest, &name);
        }
        if !INLINE.contains(&name.as_str()) {
            end_sentence(&mut sentence, &mut sentences);
        }
        if SIGNATURE.contains(&name.as_str()) {
            return sentences;
        }
    }
    end_sentence(&mut sentence, &mut sentences);
    sentences
}

/// The content of the first element of this name, if it has any: XML errors have one called `Message`.
pub(crate) fn element<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let (_, behind) = page.split_once(&format!("<{name}>"))?;
    let (content, _) = behind.split_once(&format!("</{name}>"))?;
    (!content.trim().is_empty()).then_some(content)
}

/// Splits a tag or comment, which begins with `<`, from what is behind it.
fn split_tag(text: &str) -> (&str, &str) {
    let (open, end) = if text.starts_with("<!--") {
        (4, "-->")
    } else if text.starts_with("<![CDATA[") {
        (9, "]]>")
    } else {
        (1, ">")
    };
    let content = text.get(open..).unwrap_or_default();
    content.split_once(end).unwrap_or((content, ""))
}

/// The name of a tag in lower case, without the slash of an end tag.
fn tag_name(content: &str) -> String {
    let name = content.trim_start_matches('/');
    let end = name.find(|c: char| !c.is_ascii_alphanumeric());
    name[..end.unwrap_or(name.len())].to_ascii_lowercase()
}

/// What follows the end tag of this element.
fn behind_element<'a>(text: &'a str, name: &str) -> &'a str {
    let end = format!("</{name}");
    let is_end = |at: &usize| {
        let tag = text.as_bytes().get(*at..*at + end.len());
        tag.is_some_and(|tag| tag.eq_ignore_ascii_case(end.as_bytes()))
    };
    let place = text.match_indices("</").map(|(at, _)| at).find(is_end);
    place.map_or("", |at| split_tag(&text[at..]).1)
}

/// Appends text with its character references resolved and its white space as single spaces.
fn push_text(text: &str, sentence: &mut String) {
    for c in resolved(text).chars() {
        if !c.is_whitespace() {
            sentence.push(c);
        } else if !sentence.is_empty() && !sentence.ends_with(' ') {
            sentence.push(' ');
        }
    }
}

/// Resolves the common character references and the numeric ones.
fn resolved(text: &str) -> String {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let reference = part.split_once(';');
        match reference.and_then(|(name, rest)| Some((character(name)?, rest))) {
            Some((c, rest)) => {
                out.push(c);
                out.push_str(rest);
            }
            None => {
                out.push('&');
                out.push_str(part);
            }
        }
    }
    out
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" | "rsquo" => '\'',
        "nbsp" => ' ',
        "mdash" => '—',
        "ndash" => '–',
        "hellip" => '…',
        _ => return None,
    })
}

fn end_sentence(sentence: &mut String, sentences: &mut Vec<String>) {
    let text = sentence.trim();
    if !text.is_empty() {
        sentences.push(text.to_owned());
    }
    sentence.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_reduced_to_their_text() {
        let cases: [(&str, &[&str]); 8] = [
            (
                "<!DOCTYPE html><html><head><title>404 Not Found</title><style>h1 { x }</style></head>\n<body><h1>Not  Found</h1><p>The <b>URL</b> /a&amp;b was\nnot found.</p><hr><address>Apache</address></body>",
                &["404 Not Found", "Not Found", "The URL /a&b was not found."],
            ),
            (
                "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>",
                &["502 Bad Gateway", "502 Bad Gateway"],
            ),
            ("<pre>Cannot GET /x</pre>", &["Cannot GET /x"]),
            (
                "<p>a<script>if (a < b) {}</script>b<br/>c&#39;&#x41;&zz;",
                &["a", "b", "c'A&zz;"],
            ),
            ("<SCRIPT>x</Script ><p>y", &["y"]),
            ("<script>never closed", &[]),
            ("<!-- <p>a</p> --><p", &[]),
            ("", &[]),
        ];
        for (page, expected) in cases {
            assert_eq!(sentences(page), expected, "{page}");
        }
    }
}
