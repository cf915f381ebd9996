package dev.mlcore.dag;

import dev.mlcore.dag.internal.App;
import java.util.function.Supplier;

/**
 * The code side of an application: its DAGs, how its tasks are made and what they may use. It opens nothing by itself; engines are started from
 * it, and take up only runs whose DAG it knows. Immutable and thread-safe.
 */
public sealed interface DagApp permits App {
    /**
     * Starts an application without DAGs.
     *
     * @return an empty builder
     */
    static Builder builder() {
        return new App.Building();
    }

    /** Builds a {@link DagApp}. Not thread-safe. */
    interface Builder {
        /**
         * Adds DAGs. Several versions of one id may stand side by side: a new run takes the one it is submitted with, a stored one goes on with the
         * one of its hash.
         *
         * @param dags to know
         * @return this
         * @throws IllegalArgumentException if one of the same id and hash was added before
         */
        Builder dags(Dag... dags);

        /**
         * How class tasks are made. Default: by their constructor without parameters, which must be accessible to mlcore.
         *
         * @param factory called once per attempt
         * @return this
         * @throws IllegalStateException if one was given before
         */
        Builder tasks(TaskFactory factory);

        /**
         * Something that bodies find by {@link TaskContext#resource}.
         *
         * @param name unique, not blank
         * @param resource called at most once per engine, when a body first asks; what it returns is shared by all bodies and never closed by mlcore
         * @return this
         * @throws IllegalArgumentException if the name is blank or was given before
         */
        Builder resource(String name, Supplier<?> resource);

        /**
         * Adds something around every body, within those added before.
         *
         * @param interceptor called once per attempt
         * @return this
         */
        Builder intercept(TaskInterceptor interceptor);

        /**
         * Adds how values of one more type are stored. Of several for a type the first one writes; the others read what they wrote in
         * earlier releases.
         *
         * @param codec thread-safe
         * @return this
         * @throws IllegalArgumentException if there is one of the same name already, or its name is malformed
         */
        Builder codec(Codec<?> codec);

        /**
         * Freezes it.
         *
         * @return the application
         */
        DagApp build();
    }
}
