//! The rules of style that a program can count, over every comment of the sources and every page of the documentation.
//! `CONTRIBUTING.md` has the rules that it can't.

use std::fs;
use std::path::{Path, PathBuf};

/// Directories of Rust sources, relative to the repository.
const SOURCES: [&str; 6] = ["src", "crates", "tests", "benches", "examples", "fuzz"];

/// Phrases that say in a roundabout way what a standard word says, each with that word.
const WORN: [(&str, &str); 10] = [
    ("so many", "a number, or 'this many'"),
    ("at the most", "at most"),
    ("of ours", "our"),
    ("none where", "`None` if"),
    ("is told", "receives, is recognised"),
    ("are told", "receive, are recognised"),
    ("let in", "admitted"),
    ("given up", "abandoned"),
    ("as it has them", "its"),
    ("the way of", "the path, the method"),
];

/// First words that end in s and yet are no verbs.
const NOUNS: [&str; 39] = [
    "Alias",
    "As",
    "Axis",
    "Bins",
    "Bits",
    "Blocks",
    "Bounds",
    "Bytes",
    "Components",
    "Cores",
    "Entries",
    "Fields",
    "Files",
    "Frames",
    "Images",
    "Its",
    "Items",
    "Lanes",
    "Lines",
    "Means",
    "Names",
    "Numbers",
    "Options",
    "Pieces",
    "Pixels",
    "Planes",
    "Positions",
    "Rows",
    "Samples",
    "Segments",
    "Sizes",
    "Steps",
    "Symbols",
    "Tables",
    "This",
    "Thumbnails",
    "Tiles",
    "Values",
    "Words",
];

/// A comment: where it begins, whether it documents, its text on one line, and the line of code behind it.
#[derive(Debug, Default)]
struct Comment {
    line: usize,
    documents: bool,
    text: String,
    code: String,
}

#[test]
fn comments_and_pages_keep_the_rules_of_style_that_can_be_counted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut findings, mut comments, mut pages) = (Vec::new(), 0, 0);
    for file in SOURCES.iter().flat_map(|directory| files_below(&root.join(directory), "rs")) {
        for comment in comments_of(&fs::read_to_string(&file).unwrap()) {
            comments += 1;
            let found = judge(&comment);
            findings.extend(found.into_iter().map(|rule| format!("{}:{}: {rule}", file.display(), comment.line)));
        }
    }
    let below = ["docs", "crates"].map(|directory| files_below(&root.join(directory), "md"));
    for file in files_in(root, "md").chain(below.into_iter().flatten()) {
        pages += 1;
        let found = judge_phrases(&fs::read_to_string(&file).unwrap());
        findings.extend(found.into_iter().map(|rule| format!("{}: {rule}", file.display())));
    }
    assert!(comments > 4000 && pages >= 7, "only {comments} comments and {pages} pages were read");
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn every_rule_of_style_finds_what_breaks_it() {
    let judged = |text: &str| comments_of(text).iter().flat_map(judge).collect::<Vec<_>>();
    let broken = [
        "/// What a file says.\nstruct Header;",
        "/// Whether it is sound.\nfn is_sound() {}",
        "/// Bytes of the file.\npub(crate) const fn bytes() {}",
        "/// In: bytes. Out: rows.\nmod rows;",
        "/// Bytes → rows.\nmod rows;",
        "// There are at the most three.\n",
        "//! Decodes a picture.\n",
    ];
    for text in broken {
        assert_eq!(judged(text).len(), 1, "{text}: {:?}", judged(text));
    }
    let sound = [
        "/// Returns whether it is sound.\n#[must_use]\npub fn is_sound() {}",
        "/// Whether it is sound.\nis_sound: bool,",
        "/// Reads the PICT marker `picture`.\nfn read() {}",
        "let picture = 1; // of an image\n",
        "/// ```\n/// let picture = a -> b;\n/// ```\nstruct A;",
        "let url = \"https://picture\";",
    ];
    for text in sound {
        assert_eq!(judged(text), [""; 0], "{text}");
    }
}

/// Lists the rules that a comment breaks.
fn judge(comment: &Comment) -> Vec<String> {
    let first = comment.text.split(' ').next().unwrap_or_default();
    let mut found = Vec::new();
    if comment.documents {
        if ["What", "How", "Where", "Why", "Which"].contains(&first) {
            found.push(format!("begins with {first}: {}", comment.text));
        } else if is_function(&comment.code) && !is_verb(first) {
            found.push(format!("the doc of a function begins with no verb: {}", comment.text));
        }
        if comment.text.contains("In: ") || comment.text.contains("Out: ") {
            found.push(format!("lists inputs and outputs, which types do: {}", comment.text));
        }
        if comment.text.contains('→') || comment.text.contains("->") {
            found.push(format!("an arrow in prose: {}", comment.text));
        }
    }
    found.extend(judge_phrases(&comment.text));
    found
}

/// Lists the worn phrases of a text outside its code.
fn judge_phrases(text: &str) -> Vec<String> {
    let prose = prose_of(text).to_lowercase();
    let worn = WORN.iter().filter(|(phrase, _)| has_words(&prose, phrase));
    let mut found: Vec<String> = worn.map(|(phrase, better)| format!("'{phrase}' (better: {better})")).collect();
    if has_words(&prose, "picture") || has_words(&prose, "pictures") {
        found.push(format!("'picture' (better: image): {}", text.chars().take(160).collect::<String>()));
    }
    found
}

/// Returns whether a text has a phrase, not as a part of other words.
fn has_words(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let is_apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        is_apart(text[..at].chars().next_back()) && is_apart(text[at + phrase.len()..].chars().next())
    })
}

/// Returns a text without what stands in backticks.
fn prose_of(text: &str) -> String {
    text.split("```").step_by(2).flat_map(|part| part.split('`').step_by(2)).collect::<Vec<_>>().join(" ")
}

/// Returns whether a word is a verb in the third person, as far as its shape tells.
fn is_verb(word: &str) -> bool {
    let mut letters = word.chars();
    let capitalised = letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase);
    capitalised && word.ends_with('s') && !NOUNS.contains(&word)
}

/// Returns whether a line of code begins a function.
fn is_function(code: &str) -> bool {
    let visible = code.strip_prefix("pub").unwrap_or(code);
    let named = visible.split_once(") ").filter(|_| visible.starts_with('(')).map_or(visible, |(_, rest)| rest);
    let mut words = named.split_whitespace().skip_while(|word| ["const", "async"].contains(word));
    words.next() == Some("fn")
}

/// Takes the comments out of a source. Those of consecutive lines are one.
fn comments_of(source: &str) -> Vec<Comment> {
    let mut comments: Vec<Comment> = Vec::new();
    let (mut open, mut in_code) = (None, false);
    for (number, line) in source.lines().enumerate() {
        let line = line.trim();
        let kind = ["//!", "///", "//"].into_iter().find(|kind| line.starts_with(kind));
        match kind {
            Some(kind) => {
                let text = line[kind.len()..].trim();
                if open != Some(kind) {
                    let documents = kind != "//";
                    comments.push(Comment { line: number + 1, documents, ..Comment::default() });
                    (open, in_code) = (Some(kind), false);
                }
                let comment = comments.last_mut().expect("one was begun");
                if text.starts_with("```") {
                    in_code = !in_code;
                } else if !in_code {
                    comment.text = [&comment.text, text].join(" ").trim().to_owned();
                }
            }
            None => {
                if open.is_some()
                    && let Some(comment) = comments.last_mut()
                {
                    comment.code = line.to_owned();
                    // Attributes stand between a doc and its item.
                    open = open.filter(|_| line.starts_with("#["));
                }
                if let Some((code, text)) = line.split_once(" // ")
                    && code.matches('"').count().is_multiple_of(2)
                {
                    comments.push(Comment { line: number + 1, text: text.to_owned(), ..Comment::default() });
                    open = None;
                }
            }
        }
    }
    comments
}

/// Lists the files below a directory with a suffix, those that a build or the fuzzers left excepted.
fn files_below(directory: &Path, suffix: &'static str) -> impl Iterator<Item = PathBuf> + use<> {
    let is_ours =
        |entry: &walkdir::DirEntry| !["target", "corpus", "artifacts", "data"].iter().any(|d| entry.file_name() == *d);
    let entries = walkdir::WalkDir::new(directory).into_iter().filter_entry(is_ours);
    entries
        .map(|entry| entry.unwrap().into_path())
        .filter(move |path| path.extension().is_some_and(|found| found == suffix))
}

/// Lists the files in a directory with a suffix.
fn files_in(directory: &Path, suffix: &'static str) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(move |path| path.extension().is_some_and(|found| found == suffix))
}
