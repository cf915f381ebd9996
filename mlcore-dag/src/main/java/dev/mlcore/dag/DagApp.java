package dev.mlcore.dag;

import java.util.function.Supplier;

/** The code side of an application: its DAGs, how its tasks are made and what they may use. Opens nothing by itself; an engine, a child JVM, a container and the command line all start from it. */
public interface DagApp {
    static Builder builder() { throw new UnsupportedOperationException(); }
    interface Builder {
        Builder dags(Dag... dags);             // several versions of one id may stand side by side
        Builder tasks(TaskFactory factory);
        Builder resource(String name, Supplier<?> resource);
        Builder intercept(TaskInterceptor interceptor);
        Builder codec(Codec<?> codec);
        DagApp build();
    }
}
