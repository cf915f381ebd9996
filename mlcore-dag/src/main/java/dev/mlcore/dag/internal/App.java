package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.dag.Codec;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagApp;
import dev.mlcore.dag.TaskFactory;
import dev.mlcore.dag.TaskInterceptor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An application as the engine sees it.
 *
 * @param dags in the order in which they were added
 * @param factory makes class tasks
 * @param resources by name; each supplier is to be called at most once per engine
 * @param interceptors the first is the outermost
 * @param codecs for {@link ValueCodec}
 */
public record App(
        List<GraphDag> dags,
        TaskFactory factory,
        Map<String, Supplier<?>> resources,
        List<TaskInterceptor> interceptors,
        List<Codec<?>> codecs)
        implements DagApp {
    /** Copies the collections. */
    public App {
        dags = List.copyOf(dags);
        resources = Collections.unmodifiableMap(new LinkedHashMap<>(resources));
        interceptors = List.copyOf(interceptors);
        codecs = List.copyOf(codecs);
    }

    /** An application that knows nothing; what an engine without one runs with. */
    public static App empty() {
        return new App(List.of(), Constructors.FACTORY, Map.of(), List.of(), List.of());
    }

    /** The DAG of an id and a hash, if it is known. */
    public Optional<GraphDag> dag(String id, String hash) {
        return dags.stream()
                .filter(dag -> dag.id().equals(id) && dag.hash().equals(hash))
                .findFirst();
    }

    /** Builds one. */
    public static final class Building implements DagApp.Builder {
        private static final Pattern FORMAT = Pattern.compile("[A-Za-z0-9._/-]{1,100}");

        private final List<GraphDag> dags = new ArrayList<>();
        private final Map<String, Supplier<?>> resources = new LinkedHashMap<>();
        private final List<TaskInterceptor> interceptors = new ArrayList<>();
        private final List<Codec<?>> codecs = new ArrayList<>();
        private @Nullable TaskFactory factory;

        @Override
        public Builder dags(Dag... added) {
            for (Dag dag : added) {
                GraphDag graph = (GraphDag) requireNonNull(dag, "dag");
                for (GraphDag known : dags) {
                    if (known.id().equals(graph.id()) && known.hash().equals(graph.hash())) {
                        throw new IllegalArgumentException("dag: '" + graph.id() + "' of hash " + graph.hash()
                                + " was added before (expected: versions of one id differ in their hash)");
                    }
                }
                dags.add(graph);
            }
            return this;
        }

        @Override
        public Builder tasks(TaskFactory tasks) {
            if (factory != null) {
                throw new IllegalStateException("tasks: a second factory (expected: one)");
            }
            factory = requireNonNull(tasks, "factory");
            return this;
        }

        @Override
        public Builder resource(String name, Supplier<?> resource) {
            if (name.isBlank()) {
                throw new IllegalArgumentException("resource name: '" + name + "' (expected: not blank)");
            }
            if (resources.putIfAbsent(name, requireNonNull(resource, "resource")) != null) {
                throw new IllegalArgumentException("resource name: '" + name + "' (expected: given once)");
            }
            return this;
        }

        @Override
        public Builder intercept(TaskInterceptor interceptor) {
            interceptors.add(requireNonNull(interceptor, "interceptor"));
            return this;
        }

        @Override
        public Builder codec(Codec<?> codec) {
            String name = requireNonNull(codec.name(), "name of the codec");
            requireNonNull(codec.type(), "type of the codec");
            if (!FORMAT.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "codec name: '" + name + "' (expected: 1 to 100 letters, digits, . _ / -)");
            }
            for (Codec<?> known : codecs) {
                if (known.name().equals(name)) {
                    throw new IllegalArgumentException("codec name: '" + name + "' (expected: given once)");
                }
            }
            codecs.add(codec);
            return this;
        }

        @Override
        public DagApp build() {
            return new App(dags, factory == null ? Constructors.FACTORY : factory, resources, interceptors, codecs);
        }
    }
}
