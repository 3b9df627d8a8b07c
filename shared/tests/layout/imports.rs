//! Which file of a crate imports which, read from the text: `use` items, and paths that stand elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, mem};

/// A module by its path within the crate; the root is empty.
type Module = Vec<String>;

/// The modules of one crate.
#[derive(Default)]
pub(crate) struct Imports {
    files: BTreeMap<Module, PathBuf>,
    /// The paths that each imports.
    imported: BTreeMap<Module, Vec<Vec<String>>>,
    /// The paths of its own children that each hands on, by the last word. That is no import: who names it imports the
    /// child.
    handed_on: BTreeMap<Module, BTreeMap<String, Vec<String>>>,
}

impl Imports {
    /// Of the crate with these sources. Its tests do not count.
    pub(crate) fn of(src: &Path) -> Self {
        let mut imports = Self::default();
        let mut files = Vec::new();
        sources(src, &mut files);
        for file in files {
            let module = module(file.strip_prefix(src).expect("a file below it"));
            if !module.iter().any(|part| part == "tests") {
                imports.files.insert(module, file);
            }
        }
        for (module, file) in imports.files.clone() {
            imports.read(&module, &code(&fs::read_to_string(file).expect("a text")));
        }
        imports
    }

    fn read(&mut self, module: &Module, code: &str) {
        let mut rest = code;
        let mut outside = String::new();
        while let Some(start) = find_use(rest) {
            let (before, item) = rest.split_at(start);
            let (item, after) = item.split_once(';').unwrap_or((item, ""));
            let line = before.rsplit(['\n', ';', '}']).next().unwrap_or_default();
            let is_public = line.trim_start().starts_with("pub");
            for path in expanded(item.trim_start_matches("use ")) {
                let is_child = self.files.contains_key(&child(module, &path[0]));
                if is_public && is_child {
                    let name = path[path.len() - 1].clone();
                    self.handed_on
                        .entry(module.clone())
                        .or_default()
                        .insert(name, path);
                } else {
                    self.import(module, path);
                }
            }
            outside.push_str(before);
            rest = after;
        }
        outside.push_str(rest);
        let word = |c: char| !(c.is_alphanumeric() || c == '_' || c == ':');
        for path in outside.replace("(in crate", "").split(word) {
            if path.contains("::") {
                self.import(module, path.split("::").map(str::to_owned).collect());
            }
        }
    }

    fn import(&mut self, module: &Module, path: Vec<String>) {
        self.imported.entry(module.clone()).or_default().push(path);
    }

    /// The modules that a path from within `module` leads to: more than one where it names a module that hands on.
    fn targets(&self, module: &Module, path: &[String]) -> Vec<Module> {
        let mut at = module.clone();
        let mut rest = path;
        match path.first().map(String::as_str) {
            Some("crate") => {
                at.clear();
                rest = &rest[1..];
            }
            Some("super" | "self") => {}
            Some(first) if self.files.contains_key(&child(module, first)) => {}
            _ => return Vec::new(),
        }
        while let Some((first, behind)) = rest.split_first() {
            if first == "super" {
                at.pop();
            } else if self.files.contains_key(&child(&at, first)) {
                at.push(first.clone());
            } else if first != "self" {
                break;
            }
            rest = behind;
        }
        let handed_on = self.handed_on.get(&at);
        match rest.first() {
            None => {
                let behind = handed_on.into_iter().flat_map(BTreeMap::values);
                let mut all: Vec<Module> =
                    behind.flat_map(|path| self.targets(&at, path)).collect();
                all.push(at);
                all
            }
            Some(name) => match handed_on.and_then(|names| names.get(name)) {
                Some(path) => self.targets(&at, path),
                None => vec![at],
            },
        }
    }

    /// The circles, each as the files in it.
    pub(crate) fn circles(&self) -> Vec<BTreeSet<PathBuf>> {
        let mut reached: BTreeMap<&Module, BTreeSet<Module>> = BTreeMap::new();
        for module in self.files.keys() {
            let mut seen = BTreeSet::new();
            let mut open = vec![module.clone()];
            while let Some(next) = open.pop() {
                for path in self.imported.get(&next).into_iter().flatten() {
                    for target in self.targets(&next, path) {
                        if target != next && seen.insert(target.clone()) {
                            open.push(target);
                        }
                    }
                }
            }
            reached.insert(module, seen);
        }
        let in_one = |one: &Module, other: &Module| {
            reached[one].contains(other) && reached[other].contains(one)
        };
        let mut circles = BTreeSet::new();
        for one in self.files.keys() {
            let circle: BTreeSet<PathBuf> = self
                .files
                .iter()
                .filter(|(other, _)| in_one(one, other))
                .map(|(_, file)| file.clone())
                .collect();
            if circle.len() > 1 {
                circles.insert(circle);
            }
        }
        circles.into_iter().collect()
    }
}

/// All Rust files below a folder.
pub(crate) fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn module(file: &Path) -> Module {
    let mut parts: Module = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if parts
        .last()
        .is_some_and(|last| last == "mod" || last == "lib")
    {
        parts.pop();
    }
    parts
}

fn child(module: &Module, name: &str) -> Module {
    let mut child = module.clone();
    child.push(name.to_owned());
    child
}

/// The text without comments and without its tests, which stand last.
fn code(text: &str) -> String {
    let text = text
        .split("\n#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let without = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    text.lines().map(without).collect::<Vec<_>>().join("\n")
}

fn find_use(code: &str) -> Option<usize> {
    let starts = code.match_indices("use ").map(|(at, _)| at);
    starts
        .filter(|at| {
            code[..*at]
                .chars()
                .next_back()
                .is_none_or(char::is_whitespace)
        })
        .find(|at| {
            let line = code[..*at].rsplit('\n').next().unwrap_or_default().trim();
            line.is_empty() || line.starts_with("pub")
        })
}

/// The paths of a `use` item, its groups taken apart.
fn expanded(item: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut prefixes: Vec<Vec<String>> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut is_alias = false;
    for character in item.replace(" as ", "!").chars().chain([',']) {
        match character {
            '{' => prefixes.push(path.clone()),
            ',' | '}' => {
                path.extend((!word.is_empty()).then(|| mem::take(&mut word)));
                let prefix = prefixes.last().cloned().unwrap_or_default();
                if path.len() > prefix.len() {
                    paths.push(path.clone());
                }
                path = prefix;
                is_alias = false;
                if character == '}' {
                    prefixes.pop();
                    path = prefixes.last().cloned().unwrap_or_default();
                }
            }
            ':' => path.extend((!word.is_empty()).then(|| mem::take(&mut word))),
            '!' => is_alias = true,
            _ if character.is_whitespace() || is_alias => {}
            _ => word.push(character),
        }
    }
    paths
}
