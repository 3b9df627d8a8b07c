//! The table of actions, read back from the document.

use std::str::FromStr;

use anyhow::{Context, ensure};

use super::model::{Action, Consumption, LambdaTime, SIZES, Use};

/// What each action uses, as `docs/performance.md` says it.
///
/// # Errors
/// When the table is not as [`render`](super::render()) writes it.
pub fn read(document: &str) -> anyhow::Result<Vec<Use>> {
    let section = document
        .lines()
        .skip_while(|line| *line != "## What each action uses")
        .skip(1)
        .take_while(|line| !line.starts_with("## "));
    let rows: Vec<Vec<&str>> = section
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let each = Action::ALL.into_iter().map(|action| {
        let row = rows.iter().find(|row| row[0] == action.name());
        let row = row.with_context(|| format!("no row for {}", action.name()))?;
        one(action, row).with_context(|| action.name())
    });
    each.collect()
}

fn one(action: Action, row: &[&str]) -> anyhow::Result<Use> {
    ensure!(row.len() == 13, "{} cells", row.len());
    let time = LambdaTime {
        memory_mb: row[2].parse()?,
        milliseconds: row[3].parse()?,
    };
    let mut consumption = [Consumption::default(); SIZES];
    set(&mut consumption, row[4], |it, value| it.requests = value)?;
    set(&mut consumption, row[5], |it, value| it.ec2_calls = value)?;
    set(&mut consumption, row[6], |it, value| it.table_calls = value)?;
    set(&mut consumption, row[7], |it, value| it.reads = value)?;
    set(&mut consumption, row[8], |it, value| it.writes = value)?;
    set(&mut consumption, row[9], |it, value| it.log_bytes = value)?;
    set(&mut consumption, row[10], |it, value| it.sent_bytes = value)?;
    set(&mut consumption, row[11], |it, value| it.kept_bytes = value)?;
    set(&mut consumption, row[12], |it, value| it.metrics = value)?;
    Ok(Use {
        action,
        time,
        consumption,
    })
}

fn set<T: FromStr>(
    consumption: &mut [Consumption; SIZES],
    cell: &str,
    set: impl Fn(&mut Consumption, T),
) -> anyhow::Result<()> {
    let figures: Vec<&str> = cell.split(" · ").collect();
    ensure!(
        figures.len() == 1 || figures.len() == SIZES,
        "{cell} is neither one figure nor {SIZES}"
    );
    for (which, consumed) in consumption.iter_mut().enumerate() {
        let figure = figures
            .get(which)
            .or(figures.first())
            .context("no figure")?;
        let value = figure.parse().ok();
        set(
            consumed,
            value.with_context(|| format!("{figure} is no number"))?,
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::model::some_time;
    use super::super::render;
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let uses = Action::ALL.map(|action| Use {
            action,
            time: some_time(action),
            consumption: [1, 1, 7].map(|grown| Consumption {
                requests: 3,
                reads: 0.5,
                writes: 12.0,
                kept_bytes: grown,
                ..Consumption::default()
            }),
        });
        let document = format!("# Performance\n\n{}", render(&uses));
        assert_eq!(read(&document).unwrap(), uses);
    }
}
