//! Lanes: the head of each chat's lane is marked, so that a claim looks at heads alone; and rows that travel with
//! another one's message.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "ALTER TABLE notifications ADD COLUMN head BOOLEAN NOT NULL DEFAULT FALSE",
            "ALTER TABLE notifications ADD COLUMN carrier_id BIGINT",
            // What is in flight is its lane's head, else what has waited longest.
            "UPDATE notifications SET head = TRUE WHERE id IN ( \
               SELECT id FROM ( \
                 SELECT id, ROW_NUMBER() OVER ( \
                   PARTITION BY chat_id \
                   ORDER BY CASE state WHEN 'sending' THEN 0 ELSE 1 END, due_at_ms, id) AS place \
                 FROM notifications WHERE chat_id IS NOT NULL AND state IN ('pending', 'sending')) AS lanes \
               WHERE place = 1)",
            "DROP INDEX notifications_due",
            "DROP INDEX notifications_due_time",
            "DROP INDEX notifications_lane",
            // One head per chat, by the database's own word: two messages to a chat are never in flight together.
            "CREATE UNIQUE INDEX notifications_head ON notifications (chat_id) WHERE head",
            // What is due, most urgent and newest first; heads only, however many wait behind them.
            "CREATE INDEX notifications_due ON notifications (urgency, due_at_ms DESC) \
             WHERE head AND state = 'pending'",
            // When the next row is due: what an idle worker sleeps until.
            "CREATE INDEX notifications_due_time ON notifications (due_at_ms) WHERE head AND state = 'pending'",
            // A chat's lane, first in first out: who comes after the head.
            "CREATE INDEX notifications_lane ON notifications (chat_id, due_at_ms, id) \
             WHERE state = 'pending' AND carrier_id IS NULL",
            "CREATE INDEX notifications_carried ON notifications (carrier_id) WHERE carrier_id IS NOT NULL",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "DROP INDEX notifications_carried",
            "DROP INDEX notifications_lane",
            "DROP INDEX notifications_due_time",
            "DROP INDEX notifications_due",
            "DROP INDEX notifications_head",
            // What travelled with another row's message goes on its own again: nobody else would send it.
            "ALTER TABLE notifications DROP COLUMN carrier_id",
            "ALTER TABLE notifications DROP COLUMN head",
            "CREATE INDEX notifications_due ON notifications (urgency, due_at_ms DESC) WHERE state = 'pending'",
            "CREATE INDEX notifications_due_time ON notifications (due_at_ms) WHERE state = 'pending'",
            "CREATE INDEX notifications_lane ON notifications (chat_id, due_at_ms, id) \
             WHERE state IN ('pending', 'sending')",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
