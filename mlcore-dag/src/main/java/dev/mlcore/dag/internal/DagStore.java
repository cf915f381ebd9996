package dev.mlcore.dag.internal;

import dev.mlcore.api.internal.jdbc.Database;
import dev.mlcore.api.internal.jdbc.Migrations;
import dev.mlcore.dag.internal.Rows.Stored;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The engine's tables in {@code dag.db}, and every statement on them. Times are microseconds of the epoch.
 *
 * <p>{@code attempt_history.started_no}, {@code attempt_history.ended_no} and {@code outbox.no} are drawn from one counter of the writer's and committed in its
 * order: read together by number they are the stream that tracking hears, and one cursor says how far it has heard it.
 */
final class DagStore implements AutoCloseable {
    private static final List<String> STEPS = List.of("""
            CREATE TABLE run (
              run_no INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, dag_id TEXT NOT NULL, hash TEXT NOT NULL, fingerprint TEXT NOT NULL,
              params_hash TEXT NOT NULL, run_key TEXT, parent TEXT, tracked INTEGER NOT NULL, state TEXT NOT NULL, error TEXT,
              started_at INTEGER NOT NULL, ended_at INTEGER);
            CREATE UNIQUE INDEX run_by_key ON run (dag_id, run_key) WHERE run_key IS NOT NULL;
            CREATE INDEX run_open ON run (dag_id, params_hash) WHERE ended_at IS NULL;
            CREATE TABLE run_param (run_no INTEGER NOT NULL, ix INTEGER NOT NULL, id TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (run_no, ix)) WITHOUT ROWID;
            CREATE TABLE task_instance (
              run_no INTEGER NOT NULL, task TEXT NOT NULL, path TEXT NOT NULL, state TEXT NOT NULL, generation INTEGER NOT NULL, attempt INTEGER NOT NULL,
              failures INTEGER NOT NULL, recoveries INTEGER NOT NULL, reason TEXT, PRIMARY KEY (run_no, task, path)) WITHOUT ROWID;
            CREATE TABLE attempt_history (
              started_no INTEGER PRIMARY KEY, run_no INTEGER NOT NULL, task TEXT NOT NULL, path TEXT NOT NULL, generation INTEGER NOT NULL,
              attempt INTEGER NOT NULL, tracked INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT, error_class TEXT, error_text TEXT,
              started_at INTEGER NOT NULL, ended_at INTEGER, ended_no INTEGER);
            CREATE UNIQUE INDEX attempt_end ON attempt_history (ended_no) WHERE ended_no IS NOT NULL;
            CREATE INDEX attempt_open ON attempt_history (run_no) WHERE ended_no IS NULL;
            CREATE TABLE value (
              run_no INTEGER NOT NULL, task TEXT NOT NULL, path TEXT NOT NULL, generation INTEGER NOT NULL, name TEXT NOT NULL,
              inline BLOB, artifact_uri TEXT, sha256 TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (run_no, task, path, generation, name)) WITHOUT ROWID;
            CREATE TABLE outbox (
              no INTEGER PRIMARY KEY, run_id TEXT NOT NULL, task TEXT NOT NULL, path TEXT NOT NULL, attempt INTEGER NOT NULL, command TEXT NOT NULL);
            CREATE TABLE pump (name TEXT PRIMARY KEY, cursor INTEGER NOT NULL);
            INSERT INTO pump (name, cursor) VALUES ('tracking', 0);
            """);
    private static final String RUN_COLUMNS =
            "run_no, run_id, dag_id, hash, fingerprint, params_hash, run_key, parent, tracked, state, error, started_at";

    private final Database database;

    private DagStore(Database database) {
        this.database = database;
    }

    /** Opens or creates the file. */
    static DagStore open(Path file) {
        Database database = Database.sqlite(file, Database.Durability.PROCESS, "mlcore-dag-store");
        try {
            database.<@Nullable Void>write(connection -> {
                Migrations.migrate(connection, "dag", STEPS);
                return null;
            });
            return new DagStore(database);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    Path file() {
        return database.file();
    }

    /** All of a batch or nothing of it. Harmless to repeat as long as it did not succeed. */
    void commit(Batch batch) {
        database.<@Nullable Void>write(connection -> {
            runs(connection, batch.runs);
            runChanges(connection, batch.runChanges);
            starts(connection, batch.starts);
            ends(connection, batch.ends);
            values(connection, batch.values);
            instances(connection, batch.instances.values());
            outbox(connection, batch.outbox);
            late(connection, batch.late);
            return null;
        });
    }

    private static void runs(Connection connection, List<Rows.RunRow> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement run = connection.prepareStatement(
                        "INSERT INTO run (" + RUN_COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
                PreparedStatement param = connection.prepareStatement(
                        "INSERT INTO run_param (run_no, ix, id, value) VALUES (?, ?, ?, ?)")) {
            for (Rows.RunRow row : rows) {
                bind(
                        run,
                        row.no(),
                        row.id(),
                        row.dagId(),
                        row.hash(),
                        row.fingerprint(),
                        row.paramsHash(),
                        row.key(),
                        row.parent(),
                        row.tracked() ? 1 : 0,
                        row.phase().name(),
                        row.error(),
                        micros(row.startedAt()));
                run.addBatch();
                for (int i = 0; i < row.params().size(); i++) {
                    bind(
                            param,
                            row.no(),
                            i,
                            row.params().get(i).id(),
                            row.params().get(i).value());
                    param.addBatch();
                }
            }
            run.executeBatch();
            param.executeBatch();
        }
    }

    private static void runChanges(Connection connection, List<Rows.RunChange> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE run SET state = ?, fingerprint = coalesce(?, fingerprint), error = coalesce(?, error), ended_at = ? WHERE run_no = ?")) {
            for (Rows.RunChange row : rows) {
                bind(update, row.phase().name(), row.fingerprint(), row.error(), micros(row.endedAt()), row.no());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    private static void starts(Connection connection, List<Rows.AttemptStart> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO attempt_history (started_no, run_no, task, path, generation, attempt, tracked, state, started_at)"
                        + " VALUES (?, ?, ?, ?, 0, ?, ?, 'RUNNING', ?)")) {
            for (Rows.AttemptStart row : rows) {
                bind(
                        insert,
                        row.no(),
                        row.runNo(),
                        row.task(),
                        row.path(),
                        row.attempt(),
                        row.tracked() ? 1 : 0,
                        micros(row.at()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void ends(Connection connection, List<Rows.AttemptEnd> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE attempt_history SET state = ?, reason = ?, error_class = ?, error_text = ?, ended_at = ?, ended_no = ? WHERE started_no = ?")) {
            for (Rows.AttemptEnd row : rows) {
                bind(
                        update,
                        row.end().name(),
                        row.reason(),
                        row.errorClass(),
                        row.errorText(),
                        micros(row.at()),
                        row.no(),
                        row.startNo());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    private static void values(Connection connection, List<Rows.ValueRow> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT OR REPLACE INTO value (run_no, task, path, generation, name, inline, artifact_uri, sha256, size) VALUES (?, ?, ?, 0, 'return', ?, ?, ?, ?)")) {
            for (Rows.ValueRow row : rows) {
                Stored value = row.value();
                bind(
                        insert,
                        row.runNo(),
                        row.task(),
                        row.path(),
                        value.inline(),
                        value.uri(),
                        value.sha256(),
                        value.size());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void instances(Connection connection, Iterable<Rows.InstanceRow> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT OR REPLACE INTO task_instance (run_no, task, path, state, generation, attempt, failures, recoveries, reason) VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?)")) {
            for (Rows.InstanceRow row : rows) {
                bind(
                        insert,
                        row.runNo(),
                        row.task(),
                        row.path(),
                        row.state().name(),
                        row.attempt(),
                        row.failures(),
                        row.recoveries(),
                        row.reason());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void outbox(Connection connection, List<Rows.OutboxRow> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO outbox (no, run_id, task, path, attempt, command) VALUES (?, ?, ?, ?, ?, ?)")) {
            for (Rows.OutboxRow row : rows) {
                bind(insert, row.no(), row.runId(), row.task(), row.path(), row.attempt(), row.command());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Attempts that logged although their start was not told: their end will be. */
    private static void late(Connection connection, List<Long> startNos) throws SQLException {
        if (startNos.isEmpty()) {
            return;
        }
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE attempt_history SET tracked = 2 WHERE started_no = ?")) {
            for (Long no : startNos) {
                bind(update, no);
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    /** The highest number given to a start, an end or a command. */
    long lastNo() {
        return number(
                "SELECT max(coalesce((SELECT max(started_no) FROM attempt_history), 0), coalesce((SELECT max(ended_no) FROM attempt_history), 0),"
                        + " coalesce((SELECT max(no) FROM outbox), 0), (SELECT cursor FROM pump WHERE name = 'tracking'))");
    }

    long lastRunNo() {
        return number("SELECT coalesce(max(run_no), 0) FROM run");
    }

    long outboxBytes() {
        return number("SELECT coalesce(sum(length(command)), 0) FROM outbox");
    }

    Optional<Rows.RunRow> run(String id) {
        return first(runs("run_id = ?", id));
    }

    Optional<Rows.RunRow> runByKey(String dagId, String key) {
        return first(runs("dag_id = ? AND run_key = ?", dagId, key));
    }

    /** The newest run of these parameters that has not ended. */
    Optional<Rows.RunRow> openRun(String dagId, String paramsHash) {
        return first(
                runs("dag_id = ? AND params_hash = ? AND ended_at IS NULL ORDER BY run_no DESC", dagId, paramsHash));
    }

    List<Rows.RunRow> openRuns() {
        return runs("ended_at IS NULL ORDER BY run_no");
    }

    private List<Rows.RunRow> runs(String where, Object... arguments) {
        return database.read(connection -> {
            List<Rows.RunRow> rows = new ArrayList<>();
            try (PreparedStatement select =
                            connection.prepareStatement("SELECT " + RUN_COLUMNS + " FROM run WHERE " + where);
                    PreparedStatement params = connection.prepareStatement(
                            "SELECT id, value FROM run_param WHERE run_no = ? ORDER BY ix")) {
                bind(select, arguments);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        rows.add(run(row, params));
                    }
                }
            }
            return rows;
        });
    }

    private static Rows.RunRow run(ResultSet row, PreparedStatement select) throws SQLException {
        List<Rows.ParamRow> params = new ArrayList<>();
        bind(select, row.getLong("run_no"));
        try (ResultSet param = select.executeQuery()) {
            while (param.next()) {
                params.add(new Rows.ParamRow(param.getString(1), param.getBytes(2)));
            }
        }
        return new Rows.RunRow(
                row.getLong("run_no"),
                row.getString("run_id"),
                row.getString("dag_id"),
                row.getString("hash"),
                row.getString("fingerprint"),
                params,
                row.getString("params_hash"),
                row.getString("run_key"),
                row.getString("parent"),
                row.getInt("tracked") != 0,
                Rows.Phase.valueOf(row.getString("state")),
                row.getString("error"),
                instant(row.getLong("started_at")));
    }

    List<Rows.InstanceRow> instances(long runNo) {
        return list(
                "SELECT run_no, task, path, state, attempt, failures, recoveries, reason FROM task_instance WHERE run_no = ?",
                DagStore::instance,
                runNo);
    }

    /** The instance in this state with the most to say, for a run whose DAG is not at hand. */
    Optional<Rows.InstanceRow> instance(long runNo, String task, String path) {
        return first(list(
                "SELECT run_no, task, path, state, attempt, failures, recoveries, reason FROM task_instance WHERE run_no = ? AND task = ? AND path = ?",
                DagStore::instance,
                runNo,
                task,
                path));
    }

    private static Rows.InstanceRow instance(ResultSet row) throws SQLException {
        return new Rows.InstanceRow(
                row.getLong("run_no"),
                row.getString("task"),
                row.getString("path"),
                TaskState.valueOf(row.getString("state")),
                row.getInt("attempt"),
                row.getInt("failures"),
                row.getInt("recoveries"),
                row.getString("reason"));
    }

    /** Attempts that an earlier process left RUNNING, in order of their start. */
    List<Rows.OpenAttempt> openAttempts() {
        return list(
                "SELECT a.started_no, a.run_no, r.run_id, a.task, a.path, a.attempt FROM attempt_history a JOIN run r ON r.run_no = a.run_no"
                        + " WHERE a.ended_no IS NULL ORDER BY a.started_no",
                row -> new Rows.OpenAttempt(
                        row.getLong(1),
                        row.getLong(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getInt(6)));
    }

    Optional<Stored> value(long runNo, String task, String path) {
        return first(list(
                "SELECT inline, artifact_uri, sha256, size FROM value WHERE run_no = ? AND task = ? AND path = ? AND generation = 0 AND name = 'return'",
                row -> new Stored(row.getBytes(1), row.getString(2), row.getString(3), row.getLong(4)),
                runNo,
                task,
                path));
    }

    /** How far tracking has heard. */
    long cursor() {
        return number("SELECT cursor FROM pump WHERE name = 'tracking'");
    }

    /** What tracking has not heard yet, in order. */
    List<Rows.Item> after(long cursor, int limit) {
        return database.read(
                connection -> { // one snapshot: an end committed between two reads would be passed over for ever
                    List<Rows.Item> items = new ArrayList<>();
                    items.addAll(list(
                            connection,
                            "SELECT a.started_no, r.run_id, r.dag_id, a.task, a.path, a.attempt, a.started_at FROM attempt_history a JOIN run r ON r.run_no = a.run_no"
                                    + " WHERE a.started_no > ? AND a.tracked = 1 ORDER BY a.started_no LIMIT ?",
                            row -> new Rows.Item.Started(
                                    row.getLong(1),
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getString(5),
                                    row.getInt(6),
                                    instant(row.getLong(7))),
                            cursor,
                            limit));
                    items.addAll(list(
                            connection,
                            "SELECT a.ended_no, r.run_id, a.task, a.path, a.attempt, a.state, a.error_text, a.ended_at FROM attempt_history a JOIN run r ON r.run_no = a.run_no"
                                    + " WHERE a.ended_no > ? AND a.tracked >= 1 ORDER BY a.ended_no LIMIT ?",
                            row -> new Rows.Item.Ended(
                                    row.getLong(1),
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getInt(5),
                                    Rows.End.valueOf(row.getString(6)),
                                    row.getString(7),
                                    instant(row.getLong(8))),
                            cursor,
                            limit));
                    items.addAll(list(
                            connection,
                            "SELECT no, run_id, task, path, attempt, command FROM outbox WHERE no > ? ORDER BY no LIMIT ?",
                            row -> new Rows.Item.Command(
                                    row.getLong(1),
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getInt(5),
                                    row.getString(6)),
                            cursor,
                            limit));
                    items.sort(Comparator.comparingLong(Rows.Item::no));
                    return items.size() > limit
                            ? items.subList(0, limit)
                            : items; // each list is whole up to its own limit
                });
    }

    /** Notes that tracking has heard everything up to a number, and forgets the commands. */
    void advance(long cursor) {
        database.<@Nullable Void>write(connection -> {
            try (PreparedStatement update = connection.prepareStatement(
                            "UPDATE pump SET cursor = max(cursor, ?) WHERE name = 'tracking'");
                    PreparedStatement delete = connection.prepareStatement("DELETE FROM outbox WHERE no <= ?")) {
                bind(update, cursor);
                update.executeUpdate();
                bind(delete, cursor);
                delete.executeUpdate();
            }
            return null;
        });
    }

    @Override
    public void close() {
        database.close();
    }

    private interface Reader<T> {
        T on(ResultSet row) throws SQLException;
    }

    private <T> List<T> list(String sql, Reader<T> reader, Object... arguments) {
        return database.read(connection -> list(connection, sql, reader, arguments));
    }

    private static <T> List<T> list(Connection connection, String sql, Reader<? extends T> reader, Object... arguments)
            throws SQLException {
        List<T> rows = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            bind(select, arguments);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    rows.add(reader.on(row));
                }
            }
        }
        return rows;
    }

    private long number(String sql) {
        return list(sql, row -> row.getLong(1)).get(0);
    }

    private static <T> Optional<T> first(List<T> rows) {
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows.get(0));
    }

    private static void bind(PreparedStatement statement, @Nullable Object... arguments) throws SQLException {
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
    }

    private static @Nullable Long micros(@Nullable Instant at) {
        return at == null ? null : ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
