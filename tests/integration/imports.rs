//! Finds the source files that each file names, by `use` lines and paths without tests, and the circles among them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The files by their module paths, such as `formats::gif`, and the files that each names.
#[derive(Debug, Default)]
pub struct Imports {
    names: BTreeMap<String, BTreeSet<String>>,
}

impl Imports {
    /// Reads the sources below a folder.
    pub fn read(src: &Path) -> Self {
        let files = walkdir::WalkDir::new(src).into_iter().map(|entry| entry.unwrap().into_path());
        let sources = files.filter(|path| path.extension().is_some_and(|suffix| suffix == "rs")).filter_map(|path| {
            let inside = path.strip_prefix(src).unwrap().with_extension("");
            let parts: Vec<String> = inside.iter().map(|part| part.to_str().unwrap().to_string()).collect();
            let is_test = parts.iter().any(|part| part == "tests");
            (!is_test).then(|| (module_of(parts), fs::read_to_string(path).unwrap()))
        });
        Self::of(sources)
    }

    /// Reads sources, each with its module path.
    pub fn of(sources: impl IntoIterator<Item = (String, String)>) -> Self {
        let sources: BTreeMap<String, String> = sources.into_iter().collect();
        let modules: BTreeSet<&str> = sources.keys().map(String::as_str).collect();
        let folders = sources.get("format").map_or_else(Vec::new, |registry| folders_of(registry));
        // What the root names otherwise is another crate.
        let root = sources.get("lib").map_or("", String::as_str);
        let is_alias = |path: &str| root.contains(&format!(" as {};", path.split("::").next().unwrap_or_default()));
        let names = sources.iter().map(|(module, text)| {
            let file = |path: &String| match file_of(path, &modules) {
                None if modules.contains("lib") && !is_alias(path) => Some("lib".to_string()),
                found => found,
            };
            let mut named: BTreeSet<String> =
                paths_of(module, &code_of(text), &folders).iter().filter_map(file).collect();
            named.remove(module);
            (module.clone(), named)
        });
        Self { names: names.collect() }
    }

    /// Returns the number of files, and how many times one names another.
    pub fn count(&self) -> (usize, usize) {
        (self.names.len(), self.names.values().map(BTreeSet::len).sum())
    }

    /// Returns the files that name each other, whether directly or by others, group by group.
    pub fn circles(&self) -> Vec<Vec<&str>> {
        let mut reached: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for start in self.names.keys() {
            let mut seen = BTreeSet::new();
            let mut waiting = vec![start.as_str()];
            while let Some(module) = waiting.pop() {
                let next = self.names.get(module).into_iter().flatten().map(String::as_str);
                waiting.extend(next.filter(|next| seen.insert(*next)));
            }
            reached.insert(start, seen);
        }
        let mut circles: Vec<Vec<&str>> = Vec::new();
        for (module, seen) in &reached {
            if !seen.contains(module) || circles.iter().any(|circle| circle.contains(module)) {
                continue;
            }
            circles.push(seen.iter().copied().filter(|other| reached[other].contains(module)).collect());
        }
        circles
    }

    /// Returns those of a group that a file names.
    pub fn named_by(&self, module: &str, group: &[&str]) -> Vec<&str> {
        self.names[module].iter().map(String::as_str).filter(|name| group.contains(name)).collect()
    }
}

/// Returns the name of a module: `["a", "b", "mod"]` is `a::b`.
fn module_of(mut parts: Vec<String>) -> String {
    if parts.len() > 1 && parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts.join("::")
}

/// Returns the folders that the rows of the registry name: the second word of each.
pub fn folders_of(registry: &str) -> Vec<String> {
    let rows = registry.lines().filter(|line| line.ends_with(';') && line.contains('"') && line.contains(") ["));
    rows.filter_map(|row| row.split_whitespace().nth(1).map(str::to_string)).collect()
}

/// Returns the code without its tests and comments.
pub fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let is_test = line.trim_start().starts_with("#[cfg(") && line.contains("test");
        if is_test && lines.peek().is_some_and(|next| next.starts_with("mod ") && next.ends_with('{')) {
            for inside in lines.by_ref() {
                if inside == "}" {
                    break;
                }
            }
        } else if !line.trim_start().starts_with("//") {
            code.push_str(line.split(" // ").next().unwrap_or_default());
            code.push('\n');
        }
    }
    code
}

/// Returns the absolute paths in a module's code: those from `crate`, `self` and `super`, and from its own children.
fn paths_of(module: &str, code: &str, folders: &[String]) -> BTreeSet<String> {
    let own: Vec<&str> = module.split("::").filter(|part| *part != "lib" && *part != "main").collect();
    let mut children: Vec<String> = code
        .lines()
        .filter_map(|line| line.strip_suffix(';')?.rsplit_once("mod ").map(|(_, name)| name.trim().to_string()))
        .collect();
    let mut paths = BTreeSet::new();
    if code.contains("each_format!(folders);") {
        // The registry's expansion declares a folder for each row, and hands out its codec.
        paths.extend(folders.iter().map(|folder| format!("{module}::{folder}::CODEC")));
        children.extend_from_slice(folders);
    }
    let mut at = 0;
    while let Some(found) = code[at..].find("::").map(|found| at + found) {
        let start = code[..found].rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |before| before + 1);
        let first = &code[start..found];
        at = found + 2;
        let base: Vec<&str> = match first {
            "crate" => Vec::new(),
            "self" => own.clone(),
            "super" => own[..own.len().saturating_sub(1)].to_vec(),
            child if children.iter().any(|name| name == child) && !code[..start].ends_with("::") => {
                [own.as_slice(), &[child]].concat()
            }
            _ => continue,
        };
        at = expand(&base.join("::"), code, at, &mut paths);
    }
    paths
}

/// Adds the paths that go on at an offset, groups in braces included; returns where they end.
fn expand(base: &str, code: &str, mut at: usize, paths: &mut BTreeSet<String>) -> usize {
    let join = |part: &str| if base.is_empty() { part.to_string() } else { format!("{base}::{part}") };
    at += code[at..].len() - code[at..].trim_start().len();
    if code[at..].starts_with('{') {
        at += 1;
        loop {
            at += code[at..].len() - code[at..].trim_start_matches(|c: char| c.is_whitespace() || c == ',').len();
            if code[at..].starts_with('}') || code[at..].is_empty() {
                return (at + 1).min(code.len());
            }
            at = expand(base, code, at, paths);
        }
    }
    let length = code[at..].find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*').unwrap_or(code.len() - at);
    let (part, end) = (&code[at..at + length], at + length);
    if part.is_empty() {
        return at + code[at..].chars().next().map_or(0, char::len_utf8);
    }
    if code[end..].starts_with("::") {
        let next = match part {
            "super" => base.rsplit_once("::").map_or(String::new(), |(above, _)| above.to_string()),
            part => join(part),
        };
        return expand(&next, code, end + 2, paths);
    }
    paths.insert(if part == "self" { base.to_string() } else { join(part) });
    // `as` and its name.
    let rest = code[end..].trim_start();
    match rest.strip_prefix("as ") {
        Some(name) => code.len() - name.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len(),
        None => end,
    }
}

/// Returns the file that a path leads to: its longest start that is a module.
fn file_of(path: &str, modules: &BTreeSet<&str>) -> Option<String> {
    let mut path = path;
    loop {
        if modules.contains(path) {
            return Some(path.to_string());
        }
        path = path.rsplit_once("::")?.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(sources: &[(&str, &str)]) -> Imports {
        Imports::of(sources.iter().map(|(module, text)| (module.to_string(), text.to_string())))
    }

    #[test]
    fn a_circle_of_files_is_found_however_its_paths_are_written() {
        let ways = [
            ("a", "use crate::a::c::Thing;"),
            ("b", "use super::c::{Other, Thing as Thong};"),
            ("c", "fn f() -> super::super::a::d::Kind { todo!() }"),
            ("d", "use {std::fmt, crate::a::{b::Thing, Kind}};"),
        ];
        let open = imports(&[
            ("a", "mod b;\nmod c;\nmod d;\npub use c::Thing;"),
            ("a::b", ways[1].1),
            ("a::c", ways[2].1),
            ("a::d", "use std::fmt;"),
        ]);
        assert_eq!(open.circles(), Vec::<Vec<&str>>::new());
        assert_eq!(open.count(), (4, 3));
        let closed = imports(&[("a", ways[0].1), ("a::b", ways[1].1), ("a::c", ways[2].1), ("a::d", ways[3].1)]);
        assert_eq!(closed.circles(), [["a", "a::b", "a::c", "a::d"]]);
        assert_eq!(closed.named_by("a::d", &["a", "a::b"]), ["a", "a::b"]);
    }

    #[test]
    fn tests_and_comments_name_nothing() {
        let text =
            "// use super::b::Thing;\nfn f() {}\n\n#[cfg(test)]\nmod tests {\n    use super::super::b::Thing;\n}\n";
        let imports = imports(&[("a", text), ("b", "use crate::a::f;")]);
        assert_eq!(imports.count(), (2, 1));
        assert!(imports.circles().is_empty());
    }
}
