//! The world in a file, so that a sandbox remembers yesterday's chats.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::answer::json;
use crate::shared::Shared;
use crate::world::World;

/// Grows when an older file can't be read any more.
const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Snapshot {
    version: u32,
    world: World,
}

#[derive(Serialize)]
struct SnapshotRef<'a> {
    version: u32,
    world: &'a World,
}

/// Reads the world; a file that isn't there is a new world.
pub(crate) fn load(path: &Path) -> anyhow::Result<World> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(World::default()),
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    let snapshot: Snapshot = serde_json::from_str(&text).with_context(|| {
        format!("{} is not a Bot API state file; move it away to start anew", path.display())
    })?;
    anyhow::ensure!(snapshot.version == VERSION, "{} was written by another version", path.display());
    let mut world = snapshot.world;
    world.restore_files();
    Ok(world)
}

/// Writes the world whenever it has changed and then rested for a moment; once more at the end.
pub(crate) async fn save_changes(shared: Arc<Shared>) {
    let Some(path) = shared.options.state_file.clone() else { return };
    let mut changes = shared.changes();
    loop {
        let stopped = tokio::select! {
            () = shared.stop.cancelled() => true,
            changed = changes.changed() => changed.is_err(),
        };
        if !stopped {
            tokio::select! {
                () = shared.stop.cancelled() => {}
                () = tokio::time::sleep(shared.options.save_delay) => {}
            }
        }
        changes.mark_unchanged();
        let text = json(&SnapshotRef { version: VERSION, world: &shared.world() });
        let target = path.clone();
        let written = tokio::task::spawn_blocking(move || write(&target, &text)).await;
        if let Ok(Err(error)) = written {
            log::error!("the Bot API server could not keep its state in {}: {error}", path.display());
        }
        if stopped || shared.stop.is_cancelled() {
            return;
        }
    }
}

/// A whole file or the old one, never half of one.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut file = File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
