//! A deployer starts a new version on the database of the old one: a copy is made before, once, and two instances that
//! start at once migrate once.

use std::path::PathBuf;

use migration::{Migrator, MigratorTrait as _};
use telegram_bot_scheduler::config::Engine;
use telegram_bot_scheduler::store::{sqlite_file, verify_sqlite};

use crate::harness::{Launch, World};
use crate::on_both_databases_with_processes;

/// The database as the version before this one left it.
async fn of_the_version_before(world: &World) -> usize {
    let steps = Migrator::migrations().len() - 1;
    let database = world.look_inside().await;
    Migrator::up(&database, Some(u32::try_from(steps).expect("a number"))).await.expect("the old schema");
    database.close().await.expect("closed");
    steps
}

fn backups(world: &World) -> Vec<PathBuf> {
    let database = sqlite_file(&world.config.database).expect("a URL").expect("a file");
    let folder = database.parent().expect("a folder").join("backups");
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

async fn world() -> World {
    World::asleep(Engine::Sqlite, bot_api::Options::unlimited()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_an_upgrade_the_database_is_copied_once() {
    let world = world().await;
    let steps = of_the_version_before(&world).await;
    let service = Launch::of(&world).start_ready().await;
    service.says("as it was before the upgrade").await;
    service.terminate().await;
    let made = backups(&world);
    let [copy] = made.as_slice() else { panic!("one copy: {made:?}") };
    let name = copy.file_name().expect("a name").to_string_lossy();
    assert!(name.starts_with(&format!("scheduler-pre-{}-", env!("CARGO_PKG_VERSION"))), "{name}");
    assert_eq!(verify_sqlite(copy).await.expect("a whole copy").len(), steps, "it has the old schema");
    let ended = Launch::of(&world).with(&["migrate"]).run().await;
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert_eq!(backups(&world), made, "with nothing to migrate there is nothing to copy");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_back_after_an_upgrade_is_the_copy() {
    let world = world().await;
    of_the_version_before(&world).await;
    assert_eq!(Launch::of(&world).with(&["migrate"]).run().await.code, Some(0));
    let copy = backups(&world).remove(0).display().to_string();
    let ended = Launch::of(&world).with(&["restore", &copy]).run().await;
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    Launch::of(&world).start_ready().await.terminate().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_has_nothing_to_copy() {
    let world = world().await;
    Launch::of(&world).start_ready().await.terminate().await;
    assert_eq!(backups(&world), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_copy_there_is_no_upgrade() {
    let world = world().await;
    let steps = of_the_version_before(&world).await;
    let in_the_way = tempfile::NamedTempFile::new().expect("a file");
    let folder = in_the_way.path().join("backups").display().to_string();
    let ended = Launch::of(&world).set("SCHEDULER_JOBS__BACKUP_FOLDER", folder).run().await;
    ended.refused("jobs.backup_folder");
    let applied = world.number("SELECT COUNT(*) FROM seaql_migrations").await;
    assert_eq!(usize::try_from(applied).expect("a number"), steps, "the schema is as it was");
}

on_both_databases_with_processes! {
    async fn two_that_start_at_once_migrate_once(world) {
        of_the_version_before(world).await;
        let launch = Launch::of(world).with(&["migrate"]);
        let (one, other) = tokio::join!(launch.run(), launch.run());
        let codes = [one.code, other.code];
        match world.config.database.engine() {
            Engine::Postgres => assert_eq!(codes, [Some(0), Some(0)], "{one:#?}\n{other:#?}"),
            // A SQLite file has one user: the second one waits for nothing and says so.
            Engine::Sqlite => assert!(codes.contains(&Some(0)), "{one:#?}\n{other:#?}"),
        }
        let applied = world.number("SELECT COUNT(*) FROM seaql_migrations").await;
        assert_eq!(usize::try_from(applied).expect("a number"), Migrator::migrations().len());
        let migrated = [&one, &other].iter().filter(|it| it.printed.contains(" 1 migrations applied")).count();
        assert_eq!(migrated, 1, "{one:#?}\n{other:#?}");
    }
}
