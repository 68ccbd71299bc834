//! Telegram's exact words and UTF-16 offsets.

use super::*;

fn entities(source: &str) -> Vec<(String, usize, usize)> {
    parse_html(source).unwrap().entities.into_iter().map(|e| (e.kind, e.offset, e.length)).collect()
}

fn error(source: &str) -> String {
    parse_html(source).unwrap_err().to_string()
}

fn entity(kind: &str, offset: usize, length: usize) -> (String, usize, usize) {
    (kind.to_owned(), offset, length)
}

#[test]
fn every_tag_becomes_its_entity() {
    for (source, kind) in [
        ("<b>x</b>", "bold"),
        ("<STRONG>x</strong>", "bold"),
        ("<i>x</i>", "italic"),
        ("<em>x</em>", "italic"),
        ("<u>x</u>", "underline"),
        ("<ins>x</ins>", "underline"),
        ("<s>x</s>", "strikethrough"),
        ("<strike>x</strike>", "strikethrough"),
        ("<del>x</del>", "strikethrough"),
        ("<code>x</code>", "code"),
        ("<pre>x</pre>", "pre"),
        ("<tg-spoiler>x</tg-spoiler>", "spoiler"),
        ("<span class=\"tg-spoiler\">x</span>", "spoiler"),
        ("<blockquote>x</blockquote>", "blockquote"),
        ("<blockquote expandable>x</blockquote>", "expandable_blockquote"),
        ("<tg-emoji emoji-id=\"5368324170671202286\">x</tg-emoji>", "custom_emoji"),
        ("<tg-time unix=\"1700000000\" format=\"wDT\">x</tg-time>", "date_time"),
        ("<a href=\"https://example.com/a?b=1&amp;c=2\">x</a>", "text_link"),
        // An end tag may leave its name out.
        ("<b>x</>", "bold"),
    ] {
        assert_eq!(entities(source), [entity(kind, 0, 1)], "{source}");
    }
}

#[test]
fn offsets_are_utf16_units_not_bytes_and_not_characters() {
    let source = "👋 <b>미나</b>님 <i>𝄞</i>";
    assert_eq!(parse_html(source).unwrap().text, "👋 미나님 𝄞");
    assert_eq!(entities(source), [entity("bold", 3, 2), entity("italic", 7, 2)]);
}

#[test]
fn outer_entities_come_before_inner_ones() {
    assert_eq!(
        entities("<b>a<i>b</i></b><u></u>"),
        [entity("bold", 0, 2), entity("italic", 1, 1)],
        "and an empty tag leaves nothing"
    );
}

#[test]
fn character_references_are_decoded_and_unknown_ones_stay() {
    for (source, text) in [
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2 &quot;x&quot;", "1 < 2 && 3 > 2 \"x\""),
        ("&#39;&#x27;&#128512;", "''😀"),
        ("&lt", "<"),
        ("&nbsp;&apos;&", "&nbsp;&apos;&"),
        ("&#0;&#1234567890;", "&#0;&#1234567890;"),
    ] {
        assert_eq!(parse_html(source).unwrap().text, text, "{source}");
    }
}

#[test]
fn a_link_keeps_its_decoded_address_in_telegrams_form() {
    let url = |source: &str| parse_html(source).unwrap().entities.first().and_then(|e| e.url.clone());
    assert_eq!(url("<a href='https://example.com'>x</a>").as_deref(), Some("https://example.com/"));
    assert_eq!(url("<a href=\"http://e.com/?a=1&amp;b=2\">x</a>").as_deref(), Some("http://e.com/?a=1&b=2"));
    assert_eq!(url("<a>example.com/x</a>").as_deref(), Some("http://example.com/x"));
    assert_eq!(url("<a href=\"tg://resolve?domain=x\">x</a>").as_deref(), Some("tg://resolve?domain=x"));
    assert_eq!(url("<a href=\"http://localhost:8000/\">x</a>"), None, "Telegram drops it in silence");
    assert_eq!(url("<a href=\"ftp://example.com/\">x</a>"), None);
}

#[test]
fn code_in_pre_gives_its_language() {
    for source in [
        "<pre><code class=\"language-rust\">x</code></pre>",
        "<code class=\"language-rust\"><pre>x</pre></code>",
    ] {
        let found = parse_html(source).unwrap().entities;
        assert_eq!(found.len(), 1, "{source}");
        assert_eq!((found[0].kind.as_str(), found[0].language.as_deref()), ("pre", Some("rust")), "{source}");
    }
    let alone = parse_html("<code class=\"language-rust\">x</code>").unwrap().entities;
    assert_eq!((alone[0].kind.as_str(), alone[0].language.as_deref()), ("code", None));
}

#[test]
fn a_time_keeps_its_instant_and_format() {
    let found = parse_html("<tg-time unix=\"1763802000\" format=\"t\">09:00</tg-time>").unwrap().entities;
    assert_eq!((found[0].unix_time, found[0].date_time_format.as_deref()), (Some(1_763_802_000), Some("t")));
    assert_eq!(entities("<tg-time>09:00</tg-time>"), [], "without an instant it is plain text");
}

#[test]
fn mistakes_are_told_in_telegrams_words() {
    for (source, words) in [
        ("Hello there <x>", "Unsupported start tag \"x\" at byte offset 12"),
        ("한<br>", "Unsupported start tag \"br\" at byte offset 3"),
        ("1 < 2", "Unsupported start tag \"\" at byte offset 2"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("a <b>", "Can't find end tag corresponding to start tag \"b\""),
        ("<b>x</i>", "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""),
        ("ab</b>", "Unexpected end tag at byte offset 2"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<a href=\"x>y", "Unclosed start tag at byte offset 0"),
        ("<a href=", "Unclosed start tag \"a\" at byte offset 0"),
        ("<a href", "Unclosed start tag \"a\" at byte offset 0"),
        ("<a =x>", "Empty attribute name in the tag \"a\" at byte offset 0"),
        ("<a href=a/b>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0"),
        ("<span class=\"red\">x</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0"),
        ("<tg-emoji emoji-id=\"x\">a</tg-emoji>", "Invalid custom emoji identifier specified"),
        ("<tg-time unix=\"1\" format=\"HH:mm\">a</tg-time>", "Invalid date format used"),
        (
            "&#xd83d;",
            "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units",
        ),
    ] {
        assert_eq!(error(source), words, "{source}");
    }
}
