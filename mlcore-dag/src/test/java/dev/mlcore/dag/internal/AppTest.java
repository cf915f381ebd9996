package dev.mlcore.dag.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.UnsupportedException;
import dev.mlcore.dag.Codec;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagApp;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.Fn0;
import dev.mlcore.dag.TaskContext;
import dev.mlcore.dag.TaskFactory;
import dev.mlcore.dag.TaskInterceptor;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@SuppressWarnings("ClassCanBeStatic")
class AppTest {
    private static Dag dag(String id, String task) {
        DagBuilder d = Dag.builder(id);
        d.task(task, () -> 1);
        return d.build();
    }

    private record Chars(String name) implements Codec<StringBuilder> {
        @Override
        public Class<StringBuilder> type() {
            return StringBuilder.class;
        }

        @Override
        public byte[] encode(StringBuilder value) {
            return new byte[0];
        }

        @Override
        public StringBuilder decode(byte[] stored) {
            return new StringBuilder();
        }
    }

    @Test
    void holdsSeveralVersionsOfADagAndOpensNothing() {
        Dag one = dag("a", "x");
        Dag two = dag("a", "y");
        AtomicInteger opened = new AtomicInteger();
        App app = (App) DagApp.builder()
                .dags(one, two)
                .resource("db", opened::incrementAndGet)
                .codec(new Chars("chars/1"))
                .codec(new Chars("chars/2"))
                .build();
        assertThat(app.dag("a", one.hash())).containsSame((GraphDag) one);
        assertThat(app.dag("a", two.hash())).containsSame((GraphDag) two);
        assertThat(app.dag("b", two.hash())).isEmpty();
        assertThat(app.resources()).containsOnlyKeys("db");
        assertThat(opened).hasValue(0);
        assertThat(app.codecs()).extracting(Codec::name).containsExactly("chars/1", "chars/2");
        assertThat(App.empty().dags()).isEmpty();
    }

    @Test
    void refusesWhatIsGivenTwiceOrMalformed() {
        Dag one = dag("a", "x");
        DagApp.Builder builder =
                DagApp.builder().dags(one).resource("db", () -> 1).codec(new Chars("chars/1"));
        assertThatThrownBy(() -> builder.dags(dag("a", "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dag: 'a' of hash " + one.hash()
                        + " was added before (expected: versions of one id differ in their hash)");
        assertThatThrownBy(() -> builder.resource("db", () -> 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("resource name: 'db' (expected: given once)");
        assertThatThrownBy(() -> builder.resource(" ", () -> 2)).hasMessage("resource name: ' ' (expected: not blank)");
        assertThatThrownBy(() -> builder.codec(new Chars("chars/1")))
                .hasMessage("codec name: 'chars/1' (expected: given once)");
        assertThatThrownBy(() -> builder.codec(new Chars("a b")))
                .hasMessage("codec name: 'a b' (expected: 1 to 100 letters, digits, . _ / -)");
        builder.tasks(App.empty().factory());
        assertThatThrownBy(() -> builder.tasks(App.empty().factory())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void keepsInterceptorsInTheirOrder() {
        TaskInterceptor outer = new TaskInterceptor() {
            @Override
            public <R> R around(TaskContext context, Fn0<R> body) throws Exception {
                return body.apply();
            }
        };
        TaskInterceptor inner = new TaskInterceptor() {
            @Override
            public <R> R around(TaskContext context, Fn0<R> body) throws Exception {
                return body.apply();
            }
        };
        assertThat(((App) DagApp.builder().intercept(outer).intercept(inner).build()).interceptors())
                .isEqualTo(List.of(outer, inner));
    }

    private static final class Hidden {}

    static final class NeedsMore {
        NeedsMore(String more) {}
    }

    static final class Throws {
        Throws() {
            throw new IllegalStateException("mine");
        }
    }

    final class Inner {}

    abstract static class Half {}

    @Test
    void makesClassTasksByTheirConstructor() {
        TaskFactory factory = App.empty().factory();
        assertThat(factory.create(Hidden.class)).isNotSameAs(factory.create(Hidden.class));
        refuses(NeedsMore.class, "it has no constructor without parameters");
        refuses(Inner.class, "it is an inner class and not static");
        refuses(Half.class, "it is abstract");
        refuses(Runnable.class, "it is abstract");
        refuses(Throws.class, "its constructor threw java.lang.IllegalStateException: mine");
        refuses(Thread.State.class, "it has no constructor without parameters");
    }

    private static void refuses(Class<?> type, String why) {
        assertThatThrownBy(() -> App.empty().factory().create(type))
                .isInstanceOf(UnsupportedException.class)
                .hasMessage(
                        "Cannot make the task " + type.getName() + ": " + why
                                + ". Give the DagApp a TaskFactory that makes it, or the class a constructor without parameters.");
    }
}
