package dev.mlcore.api.tracking;

/** A named collection of runs. Thread-safe; made by mlcore alone. */
public interface Experiment {
    /**
     * MLflow's id.
     *
     * @return a number as text
     */
    String id();

    /**
     * The name it was asked for by.
     *
     * @return unique in its store
     */
    String name();

    /**
     * Does something inside a run, which ends FINISHED, or FAILED with what was thrown.
     *
     * @param runName not unique
     * @param block what is done
     * @throws RuntimeException what the block threw, as it was; a checked exception comes as the cause of a
     *     {@link java.util.concurrent.CompletionException}
     */
    void run(String runName, Block block);

    /**
     * The same, with a result.
     *
     * @param <T> of the result
     * @param runName not unique
     * @param body what is done
     * @return what the body returned
     */
    <T> T call(String runName, Body<T> body);

    /**
     * Begins a run that outlives a block; the caller ends and closes it.
     *
     * @param runName not unique
     * @return a run that is RUNNING and durable
     */
    Run start(String runName);

    /** What {@link #run} does. */
    @FunctionalInterface
    interface Block {
        /**
         * Works inside the run.
         *
         * @param run open until this returns
         * @throws Exception whatever fails; the run is then FAILED
         */
        void in(Run run) throws Exception;
    }

    /**
     * What {@link #call} does.
     *
     * @param <T> of the result
     */
    @FunctionalInterface
    interface Body<T> {
        /**
         * Works inside the run.
         *
         * @param run open until this returns
         * @return the result
         * @throws Exception whatever fails; the run is then FAILED
         */
        T in(Run run) throws Exception;
    }
}
