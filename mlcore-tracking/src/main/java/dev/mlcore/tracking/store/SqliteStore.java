package dev.mlcore.tracking.store;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.internal.jdbc.Database;
import dev.mlcore.api.internal.jdbc.Migrations;
import dev.mlcore.api.tracking.MetricPoint;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * MLflow's schema in a SQLite file that stock MLflow may use, and migrate, at the same time. A new file is made at the revision of MLflow 3.0: every newer
 * MLflow migrates that by itself, while it refuses a complete set of tables that is one revision behind.
 *
 * <p>Own tables ({@code mlcore_…}) hold no foreign key into MLflow's, since migrations drop and rename those.
 */
public final class SqliteStore implements Store {
    private static final String FLOOR = "6953534de441";
    private static final String COMPONENT = "tracking";
    private static final List<String> OWN_TABLES = List.of(
            "CREATE TABLE mlcore_run_seq (run_uuid VARCHAR(32) NOT NULL PRIMARY KEY, seq BIGINT NOT NULL) WITHOUT ROWID");

    /** Stock has no index for "the newest runs of an experiment" and "the children of a run"; a migration may drop ours, so they are made at each open. */
    private static final List<String> OWN_INDEXES = List.of(
            "CREATE INDEX IF NOT EXISTS mlcore_runs_newest ON runs (experiment_id, lifecycle_stage, start_time)",
            "CREATE INDEX IF NOT EXISTS mlcore_tags_value ON tags (\"key\", value)");

    private final String uri;
    private final Database database;
    private final ExperimentTable experiments;
    private final ModelTable models;
    private final RegistryTables registry;
    private volatile @Nullable Shape shape;

    private SqliteStore(Path file, String artifactRoot, InstantSource clock) {
        this.uri = "sqlite:///" + file;
        this.experiments = new ExperimentTable(artifactRoot, clock);
        this.models = new ModelTable(clock, uri);
        this.registry = new RegistryTables(clock, models);
        this.database = Database.sqlite(file, Database.Durability.PROCESS, "mlcore-tracking-writer");
    }

    /**
     * Opens a file, or creates it with MLflow's tables.
     *
     * @param file absolute
     * @param artifactRoot where new experiments keep their files
     * @param clock of creation and update times
     */
    public static SqliteStore open(Path file, String artifactRoot, InstantSource clock) {
        SqliteStore store = new SqliteStore(file, artifactRoot, clock);
        try {
            store.database.write(connection -> {
                store.prepare(connection);
                return true;
            });
            return store;
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    private void prepare(Connection connection) throws SQLException {
        if (Shape.isEmpty(connection)) {
            try (Statement statement = connection.createStatement()) {
                for (String ddl : schema().split(";")) {
                    if (!ddl.isBlank()) {
                        statement.execute(ddl);
                    }
                }
                statement.execute("INSERT INTO alembic_version (version_num) VALUES ('" + FLOOR + "')");
            }
        }
        Shape.of(connection, uri); // refused before anything of ours is put beside it
        Migrations.migrate(connection, COMPONENT, OWN_TABLES);
        try (Statement statement = connection.createStatement()) {
            for (String ddl : OWN_INDEXES) {
                statement.execute(ddl);
            }
        }
        try (Sql sql = sql(connection)) {
            experiments.ensureDefault(sql);
        }
    }

    private static String schema() {
        try (InputStream in =
                Objects.requireNonNull(SqliteStore.class.getResourceAsStream("mlflow-schema-sqlite.sql"))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.replaceAll("(?m)^--.*$", "");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A transaction's view: the picture of the tables is renewed if another process changed them since it was taken. */
    private Sql sql(Connection connection) throws SQLException {
        Shape current = shape;
        if (current == null || !current.isOf(Shape.cookie(connection))) {
            current = Shape.of(connection, uri);
            shape = current;
        }
        return new Sql(connection, current);
    }

    /** Statements in one transaction. */
    @FunctionalInterface
    private interface Work<T> {
        T on(Sql sql) throws SQLException;
    }

    private <T> Database.Work<T> in(Work<T> work) {
        return connection -> {
            try (Sql sql = sql(connection)) {
                return work.on(sql);
            }
        };
    }

    @Override
    public ExperimentRow experiment(String name) {
        Rules.experimentName(name);
        ExperimentRow row = database.read(in(sql -> experiments.find(sql, name)))
                .orElseGet(() -> database.write(in(sql -> experiments.findOrCreate(sql, name))));
        if (!row.active()) {
            throw new ConflictException(Rules.deletedExperiment(name));
        }
        return row;
    }

    @Override
    public CompletableFuture<List<RunSink.Refusal>> submit(List<RunCommand> commands) {
        return database.submit(in(sql -> new RunWriter(sql, experiments).apply(commands)));
    }

    @Override
    public RunInfo run(String id) {
        return database.read(in(sql -> new RunReader(sql, experiments).run(id)));
    }

    @Override
    public RunPlace place(String id) {
        return database.read(in(sql -> new RunReader(sql, experiments).place(id)));
    }

    @Override
    public List<MetricPoint> metricHistory(String runId, String key) {
        return database.read(in(sql -> new RunReader(sql, experiments).history(runId, key)));
    }

    @Override
    public List<RunInfo> search(RunFilter filter) {
        return database.read(in(sql -> new RunReader(sql, experiments).search(filter)));
    }

    @Override
    public ModelRow beginModel(NewModel model) {
        return database.write(
                in(sql -> models.begin(sql, new RunReader(sql, experiments).place(model.runId()), model)));
    }

    @Override
    public void readyModel(String id, String runId) {
        database.write(in(sql -> {
            models.ready(sql, id, runId);
            return true;
        }));
    }

    @Override
    public void failModel(String id, String reason) {
        database.write(in(sql -> {
            models.fail(sql, id, reason);
            return true;
        }));
    }

    @Override
    public Optional<ModelRow> model(String id) {
        return database.read(in(sql -> models.find(sql, id)));
    }

    @Override
    public Optional<ModelRow> modelOf(String runId, String name) {
        return database.read(in(sql -> models.ofRun(sql, runId, name)));
    }

    @Override
    public Registered register(NewVersion version) {
        return database.write(in(sql -> registry.register(sql, version)));
    }

    @Override
    public Optional<VersionRow> version(String name, int number) {
        return database.read(in(sql -> registry.version(sql, name, number)));
    }

    @Override
    public OptionalInt alias(String name, String alias) {
        return database.read(in(sql -> registry.alias(sql, name, alias)));
    }

    @Override
    public List<VersionRow> versions(String name) {
        return database.read(in(sql -> registry.versions(sql, name)));
    }

    @Override
    public boolean setAlias(String name, int number, String alias) {
        return database.write(in(sql -> registry.setAlias(sql, name, number, alias)));
    }

    @Override
    public void setTag(String name, int number, String key, String value) {
        database.write(in(sql -> {
            registry.setTag(sql, name, number, key, value);
            return true;
        }));
    }

    @Override
    public void close() {
        database.close();
    }

    @Override
    public String toString() {
        return uri;
    }
}
