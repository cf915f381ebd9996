package dev.mlcore.dag;

import dev.mlcore.dag.internal.ParamHandle;
import java.util.function.Predicate;

/**
 * A parameter of a run, set when it is submitted and stored with it. A run without a value for a parameter that has no default is refused.
 *
 * @param <T> its type
 */
public sealed interface Param<T> extends Out<T> permits ParamHandle {
    /**
     * The value of a run that does not set it. Not part of the DAG's {@link Dag#hash()}: the run stores the value it got.
     *
     * @param defaultValue an instance of the declared type
     * @return this
     * @throws IllegalArgumentException if it is no instance of the declared type
     * @throws IllegalStateException if there is one already, or the DAG is built
     */
    Param<T> orElse(T defaultValue);

    /**
     * A rule that every value must meet, checked when a run is submitted; the default is checked when the DAG is built.
     *
     * @param rule in words, for the message: {@code "between 0 and 1"}
     * @param valid false for a value to refuse
     * @return this
     * @throws IllegalStateException if the DAG is built already
     */
    Param<T> check(String rule, Predicate<? super T> valid);
}
