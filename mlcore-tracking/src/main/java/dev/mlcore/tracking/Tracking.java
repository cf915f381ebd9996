package dev.mlcore.tracking;

import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.Tracker;
import java.time.InstantSource;

/**
 * A store of experiments, runs and models, with the registry of models. Thread-safe; whoever opened it closes it. Made by mlcore alone.
 *
 * <p><b>Places.</b> {@code memory:} lives as long as the object. {@code sqlite:FILE} is MLflow's own database: stock MLflow, its command line and its user
 * interface may use the file at the same time, and migrate it when they open it; afterwards an MLflow older than that cannot open it any more, this
 * library can. A new file gets the tables of MLflow 3.0; an existing one is never migrated. MLflow's spellings {@code sqlite:///relative} and
 * {@code sqlite:////absolute} name the same files. Do not put the file on a network file system.
 *
 * <p><b>What an acknowledged write is.</b> When {@code Run.flush()}, {@code Run.close()} or a method that is said to be durable has returned, what it wrote survives a
 * kill of the process. Power loss may take the last moments, never the file.
 *
 * <p>A SQLite store starts one daemon thread, {@code mlcore-tracking-writer}; {@code memory:} starts none.
 */
public interface Tracking extends Tracker, AutoCloseable {
    /**
     * Short for {@link #builder}{@code (uri).build()}.
     *
     * @param uri {@code memory:}, {@code sqlite:FILE} or MLflow's spelling of that
     * @return the open store
     * @throws dev.mlcore.api.UnsupportedException if no store has that scheme
     * @throws dev.mlcore.api.UnavailableException if the folder is missing, the file cannot be written or stays locked for 20 s
     * @throws dev.mlcore.api.InvalidFormatException if the file is no SQLite database, or a damaged one
     * @throws dev.mlcore.api.IncompatibleException if its tables are not those of MLflow 2.18 or newer, or a newer mlcore wrote its own there
     */
    static Tracking open(String uri) {
        return builder(uri).build();
    }

    /**
     * Begins a store.
     *
     * @param uri as of {@link #open}
     * @return settings at their defaults
     * @throws dev.mlcore.api.UnsupportedException if no store has that scheme
     */
    static Builder builder(String uri) {
        return new TrackingBuilder(StoreUri.parse(uri));
    }

    /**
     * The registered models of this store.
     *
     * @return the same registry each time; closed with the store
     */
    ModelRegistry registry();

    /**
     * Looks for runs.
     *
     * @param experiments their names; none for all of the store. One that does not exist has no runs
     * @return a query that has found nothing yet
     */
    RunQuery search(String... experiments);

    /**
     * Closes runs that are still open as {@link dev.mlcore.api.tracking.Run#close()} does, waits for what was written (at most 30 s), and deletes the
     * temporary folder of a memory store. What a run could not store is logged. A second call does nothing.
     */
    @Override
    void close();

    /** Settings of a store. Not thread-safe. */
    interface Builder {
        /**
         * Where new experiments keep artifacts and models. Default: the folder {@code artifacts} beside the SQLite file; a temporary folder for {@code memory:},
         * deleted when the store is closed. Experiments that exist keep the place they have.
         *
         * @param uri a folder, or {@code file:///folder}; at most 155 characters as an absolute path, since MLflow's columns are that narrow
         * @return this
         * @throws dev.mlcore.api.UnsupportedException if it is of another scheme
         * @throws IllegalArgumentException if it is blank or too long
         */
        Builder artifacts(String uri);

        /**
         * Gives runs, metric points and versions their times. Default: the system's clock.
         *
         * @param clock thread-safe
         * @return this
         */
        Builder clock(InstantSource clock);

        /**
         * Opens the store.
         *
         * @return the open store
         * @throws dev.mlcore.api.MlcoreException as of {@link Tracking#open}
         */
        Tracking build();
    }
}
