package dev.mlcore.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunSink;
import dev.mlcore.tracking.store.Store;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** The queue against a store that is slow, away or broken. */
@NullUnmarked
class CommandQueueTest {
    private static final String RUN = "0".repeat(32);

    private final List<RunCommand> stored = new ArrayList<>();

    private static Store store(Function<List<RunCommand>, CompletableFuture<List<RunSink.Refusal>>> submit) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, args) -> {
                    assertThat(method.getName()).isEqualTo("submit");
                    @SuppressWarnings("unchecked")
                    List<RunCommand> commands = (List<RunCommand>) args[0];
                    return submit.apply(commands);
                });
    }

    private CompletableFuture<List<RunSink.Refusal>> keep(List<RunCommand> commands) {
        stored.addAll(commands);
        return CompletableFuture.completedFuture(List.of());
    }

    private static RunCommand command(int i) {
        return new RunCommand.Metric(RUN, 0, Instant.EPOCH, "m", i, i);
    }

    private static List<RunCommand> commands(int count) {
        List<RunCommand> commands = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            commands.add(command(i));
        }
        return commands;
    }

    @Test
    void anOutageIsThrownByFlushAndLosesNothing() {
        boolean[] away = {true};
        CommandQueue queue = new CommandQueue(
                store(batch ->
                        away[0] ? CompletableFuture.failedFuture(new UnavailableException("locked")) : keep(batch)),
                RUN);
        commands(5).forEach(queue::add);

        assertThatThrownBy(queue::flush)
                .isInstanceOf(UnavailableException.class)
                .hasMessage("locked");
        assertThatThrownBy(queue::flush).isInstanceOf(UnavailableException.class);
        away[0] = false;
        queue.flush();
        queue.flush();

        assertThat(stored).isEqualTo(commands(5));
    }

    @Test
    void anOutageThatLastsStopsTheWriterInsteadOfTheMemory() {
        CommandQueue queue = new CommandQueue(
                store(batch -> CompletableFuture.failedFuture(new UnavailableException("locked"))), RUN);

        assertThatThrownBy(() -> commands(CommandQueue.CAPACITY + 1).forEach(queue::add))
                .isInstanceOf(UnavailableException.class);
    }

    @Test
    void whatTheStoreCannotStoreIsThrownOnceAndTheRestGoesOn() {
        List<Integer> batches = new ArrayList<>();
        CommandQueue queue = new CommandQueue(
                store(batch -> {
                    batches.add(batch.size());
                    return batches.size() == 1
                            ? CompletableFuture.failedFuture(new ArithmeticException("bug"))
                            : keep(batch);
                }),
                RUN);
        commands(3).forEach(queue::add);

        assertThatThrownBy(queue::flush)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(RUN)
                .hasRootCauseMessage("bug");
        queue.flush();
        assertThat(stored).containsExactly(command(1), command(2));
    }

    @Test
    void whatIsWrittenWhileABatchIsUnderWayFormsTheNext() {
        List<CompletableFuture<List<RunSink.Refusal>>> underWay = new ArrayList<>();
        List<List<RunCommand>> batches = new ArrayList<>();
        CommandQueue queue = new CommandQueue(
                store(batch -> {
                    batches.add(batch);
                    underWay.add(new CompletableFuture<>());
                    return underWay.get(underWay.size() - 1);
                }),
                RUN);
        commands(4).forEach(queue::add);
        assertThat(batches).containsExactly(List.of(command(0)));

        underWay.get(0).complete(List.of());
        assertThat(batches).containsExactly(List.of(command(0)), commands(4).subList(1, 4));
        underWay.get(1).complete(List.of());
        queue.flush();
        assertThat(batches).hasSize(2);
    }

    @Test
    void aWriterThatIsFarAheadWaitsAndFlushWaitsForAll() throws Exception {
        CompletableFuture<List<RunSink.Refusal>> first = new CompletableFuture<>();
        boolean[] began = {false};
        CommandQueue queue = new CommandQueue(
                store(batch -> {
                    if (!began[0]) {
                        began[0] = true;
                        stored.addAll(batch);
                        return first;
                    }
                    return keep(batch);
                }),
                RUN);
        int count = CommandQueue.CAPACITY + 10;
        Thread writer = new Thread(
                () -> {
                    commands(count).forEach(queue::add);
                    queue.flush();
                },
                "writer");
        writer.start();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> writer.getState() == Thread.State.WAITING);
        assertThat(stored).hasSize(1);

        first.complete(List.of());
        writer.join(20_000);

        assertThat(writer.isAlive()).isFalse();
        assertThat(stored).isEqualTo(commands(count));
    }

    @Test
    void anInterruptDoesNotLoseTheWriteOrTheFlag() {
        CompletableFuture<List<RunSink.Refusal>> slow = new CompletableFuture<>();
        CommandQueue queue = new CommandQueue(store(batch -> slow), RUN);
        queue.add(command(0));
        Thread.currentThread().interrupt();
        new Thread(() -> slow.complete(List.of()), "store").start();

        queue.flush();

        assertThat(Thread.interrupted()).isTrue();
    }
}
