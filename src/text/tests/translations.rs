//! The languages say the same things, about the same arguments.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser::parse;

use super::every_text::{labels, messages};
use crate::domain::language::Language;
use crate::text::catalog::{source, witness};

/// Each text's name (a term's with its dash) and what its pattern mentions: `$variable`, `-term`, `message`.
fn texts(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let file = parse(source(language)).expect("the file is valid Fluent");
    let mut texts = BTreeMap::new();
    for entry in &file.body {
        let (name, pattern) = match entry {
            Entry::Message(text) => {
                assert!(text.attributes.is_empty(), "{}: no room reads attributes", text.id.name);
                (text.id.name.to_owned(), text.value.as_ref().expect("a text has words"))
            }
            Entry::Term(term) => (format!("-{}", term.id.name), &term.value),
            Entry::Junk { content } => panic!("not Fluent: {content}"),
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
        };
        let mut mentioned = BTreeSet::new();
        collect(pattern, &mut mentioned);
        assert!(texts.insert(name.clone(), mentioned).is_none(), "{name} is there twice");
    }
    texts
}

fn collect(pattern: &Pattern<&str>, mentioned: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { .. } => {}
            PatternElement::Placeable { expression: Expression::Inline(inline) } => {
                collect_inline(inline, mentioned)
            }
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                collect_inline(selector, mentioned);
                variants.iter().for_each(|variant| collect(&variant.value, mentioned));
            }
        }
    }
}

fn collect_inline(inline: &InlineExpression<&str>, mentioned: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => mentioned.insert(format!("${}", id.name)),
        InlineExpression::TermReference { id, attribute: None, arguments: None } => {
            mentioned.insert(format!("-{}", id.name))
        }
        InlineExpression::MessageReference { id, attribute: None } => mentioned.insert(id.name.to_owned()),
        other => panic!("not used in our texts: {other:?}"),
    };
}

fn variables(mentioned: &BTreeSet<String>) -> Vec<&String> {
    mentioned.iter().filter(|mention| mention.starts_with('$')).collect()
}

#[test]
fn all_languages_have_the_same_texts_about_the_same_arguments() {
    let english = texts(Language::En);
    for language in Language::ALL {
        let other = texts(language);
        assert_eq!(english.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{language:?}");
        for (name, mentioned) in &english {
            assert_eq!(variables(mentioned), variables(&other[name]), "{name} in {language:?}");
        }
    }
}

#[test]
fn every_text_is_said_and_none_fails() {
    for language in Language::ALL {
        // `say` panics under test when Fluent reports an error.
        for full in [true, false] {
            messages(language, "Mina", full);
        }
        labels(language);
        let texts = texts(language);
        let mentioned: BTreeSet<_> = texts.values().flatten().map(String::as_str).collect();
        let said = witness::keys();
        let unsaid: Vec<_> = texts
            .keys()
            .filter(|name| !said.contains(name.as_str()) && !mentioned.contains(name.as_str()))
            .collect();
        assert!(unsaid.is_empty(), "nothing says {unsaid:?} in {language:?}");
    }
}

#[test]
fn each_language_has_its_plural_rules() {
    for language in Language::ALL {
        let tag: unic_langid::LanguageIdentifier = language.code().parse().expect("a language tag");
        assert_eq!(tag.language.as_str(), language.code());
    }
}

#[test]
fn korean_particles_do_not_depend_on_an_argument() {
    // 은/는, 이/가, 을/를 and (으)로 follow the last sound of the word before them, which we do not know.
    for particle in ["은", "는", "이", "가", "을", "를", "과", "와", "으로", "로", "이에요", "예요"]
    {
        for tail in ["", "</b>"] {
            for end in [" ", "\n", "."] {
                let text = format!("}}{tail}{particle}{end}");
                for line in source(Language::Ko).lines().filter(|line| line.contains('$')) {
                    let line = format!("{line}\n");
                    assert!(!line.contains(&text), "{line}");
                }
            }
        }
    }
}
