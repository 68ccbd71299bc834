//! A deployer upgrades: the migrations make just the tables that the entities read and write, and keep what is
//! in them.

use std::collections::BTreeSet;

use migration::{Migrator, MigratorTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait as _, DatabaseConnection, DbBackend, EntityTrait, IdenStatic as _,
    IntoActiveModel, Iterable as _, ModelTrait, Statement,
};
use telegram_bot_scheduler::entity::{
    admin_language, alert, attempt, audit, bot_identity, broadcast, channel, chat_wait, draft,
    idempotency_key, job_run, leader, link_token, notification, place, place_token, post, post_move,
    sending_pause, sns_settings,
};

use crate::harness::Launch;
use crate::on_both_databases_with_processes;

/// A moment like those that are stored.
const MOMENT: i64 = 1_795_334_400_123;

/// What text has to survive.
const WORDS: &str = "Mina’s “scones” 🥐 'n' more; 스콘\n\\";

/// The names in the first column of a query.
async fn names(database: &DatabaseConnection, sqlite: &str, postgres: &str) -> BTreeSet<String> {
    let backend = database.get_database_backend();
    let sql = if backend == DbBackend::Sqlite { sqlite } else { postgres };
    let rows = database.query_all_raw(Statement::from_string(backend, sql)).await.expect("the catalogue");
    rows.into_iter().map(|row| row.try_get("", "it").expect("a name")).collect()
}

async fn tables(database: &DatabaseConnection) -> BTreeSet<String> {
    let sqlite = "SELECT name AS it FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let postgres = "SELECT tablename::text AS it FROM pg_tables WHERE schemaname = 'public'";
    names(database, sqlite, postgres).await
}

/// The entity's table has its columns and no others, takes a row and gives it back as it was.
async fn keeps<E>(database: &DatabaseConnection, _: E, row: E::Model)
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::ActiveModel> + Clone + PartialEq + Sync,
{
    let table = E::default().table_name().to_owned();
    let sqlite = format!("SELECT name AS it FROM pragma_table_info('{table}')");
    let postgres = format!(
        "SELECT column_name::text AS it FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = '{table}'"
    );
    let wanted: BTreeSet<String> = E::Column::iter().map(|column| column.as_str().to_owned()).collect();
    let there = names(database, &sqlite, &postgres).await;
    assert_eq!(there, wanted, "left: the columns of {table}; right: those of its entity");
    // Every column as it is, the id among them.
    let active = row.clone().into_active_model().reset_all();
    E::insert(active)
        .exec_without_returning(database)
        .await
        .unwrap_or_else(|error| panic!("{table}: {error}"));
    let read = E::find().all(database).await.unwrap_or_else(|error| panic!("{table}: {error}"));
    assert_eq!(read, [row], "{table} gives back what it took");
}

fn settings() -> sns_settings::Model {
    sns_settings::Model {
        account: WORDS.into(),
        account_name: WORDS.into(),
        account_email_masked: Some("m•••a@example.com".into()),
        telegram_chat_id: Some(i64::MIN),
        telegram_enabled: false,
        disabled_reason: Some("blocked".into()),
        disabled_at_ms: Some(MOMENT),
        language: Some("ko".into()),
        telegram_language: Some("zh-hans".into()),
        zone: Some("America/Argentina/ComodRivadavia".into()),
        digest_enabled: false,
        digest_minute: 1_439,
        digest_when_empty: true,
        next_digest_at_ms: Some(MOMENT),
        last_digest_at_ms: Some(MOMENT),
        last_digest_zone: Some("America/Argentina/ComodRivadavia".into()),
        pending_question: Some("zone".into()),
        pending_question_until_ms: Some(MOMENT),
        notify_published: "silent".into(),
        notify_failed: "on".into(),
        notify_unconfirmed: "on".into(),
        notify_automation: "off".into(),
        notify_announcement: "on".into(),
        quiet_from_minute: Some(0),
        quiet_until_minute: Some(1_439),
        muted_until_ms: Some(i64::MAX),
        batch_published_minutes: 0,
        late_posts_minutes: None,
        has_places: false,
        soft_failures: 3,
        soft_failed_since_ms: Some(MOMENT),
        linked_at_ms: Some(MOMENT),
        unlinked_at_ms: Some(MOMENT),
        created_at_ms: MOMENT,
        updated_at_ms: MOMENT,
    }
}

fn scheduled_post() -> post::Model {
    post::Model {
        id: i64::from(i32::MAX) + 1,
        account: WORDS.into(),
        network: "news".into(),
        network_title: Some(WORDS.into()),
        text: WORDS.into(),
        media_url: Some("https://example.com/scones.jpg".into()),
        media_file: Some(WORDS.into()),
        options: Some(WORDS.into()),
        publish_at_ms: MOMENT,
        status: "unconfirmed".into(),
        managed_by: "scheduler".into(),
        due_at_ms: MOMENT,
        attempts: i32::MAX,
        asked_in: Some(i64::MAX),
        lease_token: Some(i64::MIN),
        lease_until_ms: Some(MOMENT),
        request_started_at_ms: Some(MOMENT),
        accepted_at_ms: Some(MOMENT),
        url: Some("https://t.me/minas_bakery/1".into()),
        error: Some(WORDS.into()),
        error_code: Some("login_expired".into()),
        fix: Some(WORDS.into()),
        finished_at_ms: Some(MOMENT),
        noticed_at_ms: Some(MOMENT),
        approval: "rejected".into(),
        remind_at_ms: Some(MOMENT),
        created_at_ms: MOMENT,
        updated_at_ms: MOMENT,
    }
}

fn move_of_a_post() -> post_move::Model {
    post_move::Model {
        id: i64::from(i32::MAX) + 1,
        post_id: i64::MAX,
        at_ms: MOMENT,
        from_status: Some("publishing".into()),
        to_status: "unconfirmed".into(),
        moved_by: "scheduler".into(),
        why: Some(WORDS.into()),
    }
}

fn run_of_a_job() -> job_run::Model {
    job_run::Model {
        id: i64::from(i32::MAX) + 1,
        job: "purge_expired".into(),
        requested_by: "admin:900".into(),
        requested_at_ms: MOMENT,
        started_at_ms: Some(MOMENT),
        finished_at_ms: Some(MOMENT),
        outcome: Some("failed".into()),
        items: Some(i32::MAX),
        error: Some(WORDS.into()),
    }
}

fn row_of_the_outbox() -> notification::Model {
    notification::Model {
        id: i64::from(i32::MAX) + 1,
        account: WORDS.into(),
        chat_id: Some(-1_002_345_678_901),
        thread_id: Some(i32::MAX),
        kind: "post.published".into(),
        urgency: 3,
        data: WORDS.into(),
        silent: true,
        plain: true,
        event_at_ms: MOMENT,
        created_at_ms: MOMENT,
        due_at_ms: MOMENT,
        state: "sending".into(),
        reason: Some("ambiguous".into()),
        attempts: 7,
        lease_token: Some(i64::MIN),
        lease_until_ms: Some(MOMENT),
        message_id: Some(i32::MAX),
        finished_at_ms: Some(MOMENT),
        head: true,
        carrier_id: Some(i64::MAX),
        post_id: Some(i64::MAX),
        cause: Some(WORDS.into()),
        edits_id: Some(i64::MAX),
        platform_post: Some(WORDS.into()),
        looked_after_at_ms: Some(MOMENT),
        broadcast_id: Some(i64::MAX),
        place_id: Some(i64::MAX),
    }
}

fn told_to_everybody() -> broadcast::Model {
    broadcast::Model {
        id: i64::from(i32::MAX) + 1,
        admin_id: i64::MAX,
        language: "ko".into(),
        text: WORDS.into(),
        state: "stopping".into(),
        audience: i32::MAX,
        cursor: Some(WORDS.into()),
        all_written: true,
        message_id: Some(i32::MAX),
        created_at_ms: MOMENT,
        finished_at_ms: Some(MOMENT),
    }
}

fn token_of_a_link() -> link_token::Model {
    link_token::Model {
        token_hash: "0".repeat(64),
        account: WORDS.into(),
        account_name: WORDS.into(),
        account_email_masked: Some("m•••a@example.com".into()),
        zone: Some("Asia/Seoul".into()),
        language: Some("ko".into()),
        created_at_ms: MOMENT,
        expires_at_ms: MOMENT,
        spent_at_ms: Some(MOMENT),
        spent_by_chat_id: Some(i64::MAX),
    }
}

fn channel_of_an_account() -> channel::Model {
    channel::Model {
        id: i64::from(i32::MAX) + 1,
        account: WORDS.into(),
        chat_id: i64::MIN,
        title: WORDS.into(),
        username: Some("minas_bakery".into()),
        connected_by: i64::MAX,
        connected_at_ms: MOMENT,
    }
}

fn group_of_an_account() -> place::Model {
    place::Model {
        id: i64::from(i32::MAX) + 1,
        account: WORDS.into(),
        chat_id: -1_002_345_678_901,
        thread_id: Some(i32::MAX),
        title: WORDS.into(),
        linked_by: i64::MAX,
        linked_at_ms: MOMENT,
        disabled_reason: Some("unreachable".into()),
        disabled_at_ms: Some(MOMENT),
        soft_failures: 3,
        soft_failed_since_ms: Some(MOMENT),
    }
}

fn token_of_a_place() -> place_token::Model {
    place_token::Model {
        token_hash: "0".repeat(64),
        account: WORDS.into(),
        created_at_ms: MOMENT,
        expires_at_ms: MOMENT,
        asked_by: Some(i64::MAX),
        asked_chat_id: Some(i64::MIN),
        asked_thread_id: Some(i32::MAX),
        asked_title: Some(WORDS.into()),
        spent_at_ms: Some(MOMENT),
    }
}

fn try_to_send() -> attempt::Model {
    attempt::Model {
        id: i64::from(i32::MAX) + 1,
        notification_id: i64::from(i32::MAX) + 1,
        started_at_ms: MOMENT,
        latency_ms: i32::MAX,
        outcome: "sent".into(),
        words: Some(WORDS.into()),
    }
}

async fn everything_is_kept(database: &DatabaseConnection) {
    keeps(database, sns_settings::Entity, settings()).await;
    keeps(database, link_token::Entity, token_of_a_link()).await;
    keeps(database, notification::Entity, row_of_the_outbox()).await;
    keeps(database, attempt::Entity, try_to_send()).await;
    keeps(database, chat_wait::Entity, chat_wait::Model { chat_id: -1, until_ms: MOMENT }).await;
    keeps(database, place::Entity, group_of_an_account()).await;
    keeps(database, channel::Entity, channel_of_an_account()).await;
    keeps(database, place_token::Entity, token_of_a_place()).await;
    keeps(database, post::Entity, scheduled_post()).await;
    keeps(database, post_move::Entity, move_of_a_post()).await;
    keeps(database, job_run::Entity, run_of_a_job()).await;
    let written = draft::Model {
        account: WORDS.into(),
        tag: "0123abcd".into(),
        step: "review".into(),
        text: Some(WORDS.into()),
        media_file: Some(WORDS.into()),
        media_kind: Some("video".into()),
        networks: r#"["news"]"#.into(),
        at_once: true,
        publish_at_ms: Some(MOMENT),
        expires_at_ms: MOMENT,
    };
    keeps(database, draft::Entity, written).await;
    let deed = audit::Model {
        id: i64::from(i32::MAX) + 1,
        at_ms: MOMENT,
        actor: WORDS.into(),
        action: "run_job".into(),
        subject: Some(WORDS.into()),
    };
    keeps(database, audit::Entity, deed).await;
    let reads = admin_language::Model { chat_id: i64::MAX, language: "ko".into() };
    keeps(database, admin_language::Entity, reads).await;
    let trouble = alert::Model { cause: "disk_low".into(), trouble: WORDS.into(), since_ms: MOMENT };
    keeps(database, alert::Entity, trouble).await;
    keeps(database, broadcast::Entity, told_to_everybody()).await;
    let pause = sending_pause::Model { id: 1, actor: WORDS.into(), since_ms: MOMENT };
    keeps(database, sending_pause::Entity, pause).await;
    let answer = idempotency_key::Model {
        subject: WORDS.into(),
        key: "k".repeat(255),
        body_hash: "0".repeat(64),
        answer: "[1,2]".into(),
        created_at_ms: MOMENT,
    };
    keeps(database, idempotency_key::Entity, answer).await;
    let leading = leader::Model { id: 1, holder: "0".repeat(16), epoch: i64::MAX, expires_at_ms: MOMENT };
    keeps(database, leader::Entity, leading).await;
    let bot =
        bot_identity::Model { id: 1, bot_id: i64::MAX, username: Some("a_bot".into()), stored_at_ms: MOMENT };
    keeps(database, bot_identity::Entity, bot).await;
}

on_both_databases_with_processes! {
    async fn every_entity_finds_its_table_as_it_expects_it(world) {
        assert_eq!(Launch::of(world).with(&["migrate"]).run().await.code, Some(0));
        everything_is_kept(&world.look_inside().await).await;
    }

    async fn going_down_leaves_nothing_and_up_again_makes_everything(world) {
        let database = world.look_inside().await;
        Migrator::up(&database, None).await.expect("up");
        let made = tables(&database).await;
        assert!(made.contains("sns_settings") && made.contains("notifications"), "{made:?}");
        Migrator::down(&database, None).await.expect("down");
        assert_eq!(tables(&database).await, BTreeSet::from(["seaql_migrations".to_owned()]));
        Migrator::up(&database, None).await.expect("up again");
        assert_eq!(tables(&database).await, made);
        everything_is_kept(&database).await;
    }

    async fn each_migration_applies_to_a_database_with_data_in_it(world) {
        let database = world.look_inside().await;
        let steps = u32::try_from(Migrator::migrations().len()).expect("a number");
        for step in 0..steps {
            Migrator::up(&database, Some(1)).await.unwrap_or_else(|error| panic!("migration {step}: {error}"));
            if step == 0 {
                // As the first release wrote it: without what later migrations add.
                let row = sns_settings::ActiveModel {
                    batch_published_minutes: sea_orm::ActiveValue::NotSet,
                    late_posts_minutes: sea_orm::ActiveValue::NotSet,
                    has_places: sea_orm::ActiveValue::NotSet,
                    ..settings().into()
                };
                let written = sns_settings::Entity::insert(row).exec_without_returning(&database).await;
                written.expect("the first release's row");
            }
        }
        for _ in 0..2 {
            assert_eq!(Launch::of(world).with(&["migrate"]).run().await.code, Some(0));
            let kept = sns_settings::Entity::find().all(&database).await.expect("the accounts");
            assert_eq!(kept, [settings()], "migrating again changes nothing");
        }
    }
}

#[test]
fn no_entity_is_left_out() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/entity");
    let here = include_str!("migrating.rs");
    for file in std::fs::read_dir(folder).expect("the entities") {
        let name = file.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned();
        let covered = name == "mod" || here.contains(&format!("keeps(database, {name}::Entity"));
        assert!(covered, "{name}: add a row of it to everything_is_kept in tests/it/migrating.rs");
    }
}
