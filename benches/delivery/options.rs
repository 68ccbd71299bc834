//! The command line.

use crate::rows::GROUPS;
use crate::subject::Subject;

/// How much smaller everything is with `--quick`.
const QUICK: usize = 10;

/// What is to be measured.
pub struct Options {
    only: Vec<String>,
    quick: bool,
    subjects: Vec<Subject>,
}

impl Options {
    /// Reads `arguments`, or says what is wrong with them.
    pub fn read(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self { only: Vec::new(), quick: false, subjects: Subject::available() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--only" => {
                    let name = arguments.next().ok_or("--only needs the name of a group")?;
                    if !GROUPS.iter().any(|(group, _)| group == name) {
                        let known: Vec<_> = GROUPS.iter().map(|(group, _)| *group).collect();
                        return Err(format!("no group {name:?}; there are {}", known.join(", ")));
                    }
                    options.only.push(name.clone());
                }
                // What cargo adds.
                "--bench" => {}
                other => return Err(format!("no such option: {other}; there are --quick and --only GROUP")),
            }
        }
        Ok(options)
    }

    /// Whether this group is wanted.
    pub fn wants(&self, group: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == group)
    }

    /// `full`, or a tenth of it.
    pub fn scaled(&self, full: usize) -> usize {
        if self.quick { (full / QUICK).max(1) } else { full }
    }

    /// All subjects there are on this machine.
    pub fn subjects(&self) -> Vec<Subject> {
        self.subjects.clone()
    }

    /// The service on each database there is.
    pub fn services(&self) -> Vec<Subject> {
        self.subjects.iter().copied().filter(|subject| subject.is_service()).collect()
    }
}
