//! A strict reader of Telegram's HTML, independent of the code that writes it.
//!
//! Stricter than Telegram: only the tags and attributes that our texts may use, and the four named
//! entities (Bot API, "HTML style").

/// The words of `html`, or what is wrong with it.
pub(super) fn read(html: &str) -> Result<String, String> {
    let mut words = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(character) = rest.chars().next() {
        rest = match character {
            '<' => tag(rest, &mut open)?,
            '&' => {
                let (decoded, after) = entity(rest)?;
                words.push(decoded);
                after
            }
            '>' | '"' => return Err(format!("unescaped {character} at {rest:.40}")),
            _ => {
                words.push(character);
                &rest[character.len_utf8()..]
            }
        };
    }
    if open.is_empty() { Ok(words) } else { Err(format!("never closed: {open:?}")) }
}

fn tag<'a>(markup: &'a str, open: &mut Vec<&'a str>) -> Result<&'a str, String> {
    let (inside, after) = markup[1..].split_once('>').ok_or("a tag without an end")?;
    if let Some(name) = inside.strip_prefix('/') {
        return match open.pop() {
            Some(opened) if opened == name => Ok(after),
            opened => Err(format!("</{name}> closes {opened:?}")),
        };
    }
    let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
    let allowed = match name {
        "b" | "u" | "i" | "s" | "code" | "pre" | "tg-spoiler" => attributes.is_empty(),
        "blockquote" => matches!(attributes, "" | "expandable"),
        "a" => quoted(attributes, "href").is_some_and(|url| url.starts_with("http") && entities_only(url)),
        "tg-time" => attributes.split_once(' ').is_some_and(|(unix, format)| {
            quoted(unix, "unix").is_some_and(|unix| unix.parse::<i32>().is_ok_and(|unix| unix > 0))
                && quoted(format, "format").is_some_and(|format| ["t", "T", "wdt"].contains(&format))
        }),
        _ => false,
    };
    if !allowed {
        return Err(format!("<{inside}> is not a tag we use"));
    }
    if name == "blockquote" && open.contains(&"blockquote") {
        return Err("a quotation inside a quotation".into());
    }
    open.push(name);
    Ok(after)
}

fn entity(markup: &str) -> Result<(char, &str), String> {
    [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"')]
        .into_iter()
        .find_map(|(name, character)| Some((character, markup.strip_prefix(name)?)))
        .ok_or_else(|| format!("not an entity: {markup:.40}"))
}

/// The value of `attributes` when it is exactly `name="value"`.
fn quoted<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    attributes.strip_prefix(name)?.strip_prefix("=\"")?.strip_suffix('"')
}

fn entities_only(value: &str) -> bool {
    !value.contains(['<', '>', '"', ' '])
        && value.match_indices('&').all(|(at, _)| entity(&value[at..]).is_ok())
}

#[test]
fn reads_what_telegram_takes() {
    for (html, words) in [
        ("<b>1 &lt; 2 &amp;&amp; &quot;x&quot;</b>", "1 < 2 && \"x\""),
        (r#"<a href="https://a.example/?a&amp;b"><b>A</b></a>"#, "A"),
        (r#"<tg-time unix="1795334400" format="wdt">Nov 22</tg-time>"#, "Nov 22"),
        ("<blockquote expandable>long</blockquote>\n<blockquote>short</blockquote>", "long\nshort"),
    ] {
        assert_eq!(read(html).as_deref(), Ok(words));
    }
}

#[test]
fn refuses_what_telegram_refuses() {
    for html in [
        "<b>open",
        "<b><i>crossed</b></i>",
        "closed</b>",
        "a < b",
        "a > b",
        "a & b",
        "&nbsp;",
        "\"",
        "<script>x</script>",
        "<b class=\"x\">x</b>",
        "<b",
        r#"<a href="javascript:x">x</a>"#,
        r#"<a href="https://a.example/?a&b">x</a>"#,
        r#"<a href="https://a.example" onclick="x">x</a>"#,
        r#"<tg-time unix="-1" format="t">x</tg-time>"#,
        r#"<tg-time unix="4294967296" format="t">x</tg-time>"#,
        "<blockquote><blockquote>x</blockquote></blockquote>",
    ] {
        assert!(read(html).is_err(), "{html}");
    }
}
