//! The one table.

use crate::subject::Subject;

/// One line: a measure, what each subject reached, and the goal.
pub struct Row {
    measure: String,
    cells: Vec<(Subject, String, Option<bool>)>,
    figures: Vec<(Subject, f64)>,
    goal: Goal,
}

/// What a figure has to be.
enum Goal {
    /// Nothing: it is there to understand the others by.
    None,
    AtLeast(f64, String),
    AtMost(f64, String),
    /// Judged figure by figure.
    Words(String),
}

impl Row {
    /// A row without a goal yet.
    pub fn new(measure: impl Into<String>) -> Self {
        Self { measure: measure.into(), cells: Vec::new(), figures: Vec::new(), goal: Goal::None }
    }

    /// What `subject` reached.
    pub fn figure(&mut self, subject: Subject, figure: f64) {
        eprintln!("    {}: {} {}", self.measure, subject.name(), shown(figure));
        self.figures.push((subject, figure));
    }

    /// What `subject` reached, in words, and whether that is well.
    pub fn words(&mut self, subject: Subject, words: String, met: bool) {
        eprintln!("    {}: {} {words}", self.measure, subject.name());
        self.cells.push((subject, words, Some(met)));
    }

    /// What it has to be at least; `why` stands behind the number.
    pub fn at_least(mut self, goal: f64, why: &str) -> Self {
        self.goal = Goal::AtLeast(goal, why.to_owned());
        self
    }

    /// What it may be at most.
    pub fn at_most(mut self, goal: f64, why: &str) -> Self {
        self.goal = Goal::AtMost(goal, why.to_owned());
        self
    }

    /// The goal of figures that are judged one by one.
    pub fn goal(mut self, goal: &str) -> Self {
        self.goal = Goal::Words(goal.to_owned());
        self
    }

    /// A share of what the floor reached, as a goal to reach at least.
    pub fn at_least_of_floor(self, share: f64) -> Self {
        match self.of(Subject::Floor) {
            Some(floor) => self.at_least(share * floor, &format!("{share} × floor")),
            None => self,
        }
    }

    /// The figure of `subject`.
    pub fn of(&self, subject: Subject) -> Option<f64> {
        self.figures.iter().find(|(of, _)| *of == subject).map(|(_, figure)| *figure)
    }

    fn cell(&self, subject: Subject) -> (String, Option<bool>) {
        if let Some((_, words, met)) = self.cells.iter().find(|(of, ..)| *of == subject) {
            return (words.clone(), *met);
        }
        let Some(figure) = self.of(subject) else { return ("–".to_owned(), None) };
        let met = match &self.goal {
            Goal::AtLeast(goal, _) => Some(figure >= *goal),
            Goal::AtMost(goal, _) => Some(figure <= *goal),
            Goal::None | Goal::Words(_) => None,
        };
        (shown(figure), met)
    }

    fn goal_words(&self) -> String {
        let with = |sign: &str, goal: f64, why: &str| {
            let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
            format!("{sign} {}{why}", shown(goal))
        };
        match &self.goal {
            Goal::None => "–".to_owned(),
            Goal::AtLeast(goal, why) => with("≥", *goal, why),
            Goal::AtMost(goal, why) => with("≤", *goal, why),
            Goal::Words(words) => words.clone(),
        }
    }

    /// The columns' texts; "met" speaks of what we ship, on each database.
    fn texts(&self) -> Vec<String> {
        let mut texts = vec![self.measure.clone()];
        texts.extend(Subject::ALL.iter().map(|(subject, _)| self.cell(*subject).0));
        texts.push(self.goal_words());
        let services = Subject::ALL.iter().filter(|(subject, _)| subject.is_service());
        let met = services.filter_map(|(subject, _)| self.cell(*subject).1);
        let met: Vec<&str> = met.map(|met| if met { "yes" } else { "NO" }).collect();
        texts.push(if met.is_empty() { "–".to_owned() } else { met.join(" / ") });
        texts
    }
}

/// A number of things, with a comma before each three digits.
pub fn count(things: usize) -> String {
    let digits = things.to_string();
    let grouped: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|three| std::str::from_utf8(three).ok()).collect();
    grouped.join(",")
}

/// A figure with about three digits that count.
pub fn shown(figure: f64) -> String {
    match figure.abs() {
        // Nothing went out: there is no figure.
        size if !size.is_finite() => "–".to_owned(),
        size if size.fract() == 0.0 && size < 100.0 => format!("{figure:.0}"),
        size if size >= 1000.0 => count(figure as usize),
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}

/// Prints the rows under one another.
pub fn print(rows: &[Row]) {
    let mut lines = vec![heading()];
    lines.extend(rows.iter().map(Row::texts));
    let widths: Vec<usize> = (0..lines[0].len())
        .map(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default())
        .collect();
    for (number, line) in lines.iter().enumerate() {
        let mut text = String::from("|");
        for (column, cell) in line.iter().enumerate() {
            let space = " ".repeat(widths[column] - cell.chars().count());
            // Figures stand right, words left.
            let figures = (1..=Subject::ALL.len()).contains(&column);
            let cell = if figures { format!(" {space}{cell} |") } else { format!(" {cell}{space} |") };
            text.push_str(&cell);
        }
        println!("{text}");
        if number == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "-".repeat(width + 2)).collect();
            println!("|{}|", rules.join("|"));
        }
    }
}

fn heading() -> Vec<String> {
    let mut heading = vec!["measure".to_owned()];
    heading.extend(Subject::ALL.iter().map(|(_, name)| (*name).to_owned()));
    heading.extend(["goal".to_owned(), "met".to_owned()]);
    heading
}
