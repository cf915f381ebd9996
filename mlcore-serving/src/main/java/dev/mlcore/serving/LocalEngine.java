package dev.mlcore.serving;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.AlreadyExistsException;
import dev.mlcore.api.ExhaustedException;
import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.model.ModelUri;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The names that are served, and the two small pools of daemon threads: one thread that loads new versions, some that make submitted calls. */
final class LocalEngine implements InferenceEngine {
    private static final int MOST_SUBMITTED = 10_000;

    private final ModelLoader loader;
    private final Duration drain;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor loading = pool("load", 1, Integer.MAX_VALUE);
    private final ThreadPoolExecutor calls = pool("call", Runtime.getRuntime().availableProcessors(), MOST_SUBMITTED);
    private volatile boolean closed;

    LocalEngine(ModelLoader loader, Duration drain) {
        this.loader = loader;
        this.drain = drain;
    }

    private static ThreadPoolExecutor pool(String name, int threads, int queued) {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 60, TimeUnit.SECONDS, new LinkedBlockingQueue<>(queued), task -> {
                    Thread thread = new Thread(task, "mlcore-serving-" + name + "-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** A name and the model under it, once it is loaded. */
    private record Entry(ModelUri uri, CompletableFuture<ModelHost> model) {}

    @Override
    public ServedModel serve(ModelUri uri) {
        return serve(uri, options -> {});
    }

    @Override
    public ServedModel serve(ModelUri uri, Consumer<ServeOptions> options) {
        requireNonNull(uri, "uri");
        Options chosen = new Options();
        options.accept(chosen);
        String name = chosen.name().orElseGet(() -> ModelLoader.defaultName(uri));
        checkOpen(uri);
        Entry mine = new Entry(uri, new CompletableFuture<>());
        Entry there = entries.putIfAbsent(name, mine);
        if (there == null) {
            return load(name, mine, chosen);
        }
        if (!there.uri().equals(uri)) {
            throw new AlreadyExistsException("Cannot serve " + uri + " as " + name + ": that name is served from "
                    + there.uri() + " (expected: another name(…), or close the served model first)");
        }
        return await(there);
    }

    private ServedModel load(String name, Entry entry, Options options) {
        try {
            VersionHost first = loader.load(name, loader.find(entry.uri()), options);
            ModelHost model = new ModelHost(this, name, entry.uri(), options, first);
            entry.model().complete(model);
            if (closed) {
                model.close();
                checkOpen(entry.uri());
            }
            model.follow();
            return model;
        } catch (RuntimeException | Error e) {
            entries.remove(name, entry);
            entry.model().completeExceptionally(e);
            throw e;
        }
    }

    private static ModelHost await(Entry entry) {
        try {
            return entry.model().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationCancelledException(
                    "Cannot serve " + entry.uri() + ": the thread was interrupted while another one loaded it", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MlcoreException failure) {
                throw failure; // the same for all who asked
            }
            throw new IllegalStateException("Cannot serve " + entry.uri(), e.getCause());
        }
    }

    private void checkOpen(ModelUri uri) {
        if (closed) {
            throw new UnavailableException("Cannot serve " + uri + ": the engine was closed");
        }
    }

    @Override
    public Optional<ServedModel> model(String name) {
        requireNonNull(name, "name");
        return Optional.ofNullable(entries.get(name))
                .flatMap(LocalEngine::loaded)
                .map(model -> model);
    }

    private static Optional<ModelHost> loaded(Entry entry) {
        CompletableFuture<ModelHost> model = entry.model();
        return model.isDone() && !model.isCompletedExceptionally() ? Optional.of(model.join()) : Optional.empty();
    }

    @Override
    public List<ServedModel> models() {
        List<ServedModel> models = new ArrayList<>();
        entries.values().forEach(entry -> loaded(entry).ifPresent(models::add));
        models.sort(Comparator.comparing(ServedModel::name));
        return List.copyOf(models);
    }

    @Override
    public boolean ready() {
        return !closed
                && entries.values().stream().allMatch(entry -> loaded(entry).isPresent());
    }

    ModelLoader loader() {
        return loader;
    }

    Duration drain() {
        return drain;
    }

    void forget(ModelHost model) {
        entries.computeIfPresent(
                model.name(),
                (name, entry) -> loaded(entry).filter(model::equals).isPresent() ? null : entry);
    }

    /** Runs something on the one loading thread; nothing once the engine is closed. */
    void background(Runnable task) {
        try {
            loading.execute(task);
        } catch (RejectedExecutionException e) {
            // closed: there is nothing to keep up to date any more
        }
    }

    <T> CompletableFuture<T> submit(String model, Supplier<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            calls.execute(() -> complete(answer, call));
        } catch (RejectedExecutionException e) {
            if (closed) {
                throw new UnavailableException("Cannot call model " + model + ": the engine was closed", e);
            }
            throw new ExhaustedException(
                    "Cannot submit a call of model " + model + ": " + MOST_SUBMITTED
                            + " wait already (expected: fewer at a time, or predict on the caller's thread)",
                    e);
        }
        return answer;
    }

    private static <T> void complete(CompletableFuture<T> answer, Supplier<T> call) {
        if (answer.isDone()) {
            return; // withdrawn
        }
        try {
            answer.complete(call.get());
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        loading.shutdown();
        long end = System.nanoTime() + drain.toNanos();
        boolean interrupted = false;
        List<ModelHost> models = new ArrayList<>();
        for (Entry entry : entries.values()) {
            try {
                models.add(entry.model().get(left(end), TimeUnit.NANOSECONDS));
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException | TimeoutException | CancellationException e) {
                // it was not loaded, or whoever loads it finds the engine closed
            }
        }
        models.forEach(ModelHost::beginClose);
        for (ModelHost model : models) {
            model.finishClose(Duration.ofNanos(left(end)));
            forget(model);
        }
        calls.shutdown(); // what still waits there finds its model closed
        interrupted |= !awaitEnd(calls, end);
        interrupted |= !awaitEnd(loading, end);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static long left(long end) {
        return Math.max(0, end - System.nanoTime());
    }

    /** False if the thread was interrupted. */
    private static boolean awaitEnd(ThreadPoolExecutor pool, long end) {
        try {
            if (!pool.awaitTermination(Math.max(left(end), TimeUnit.SECONDS.toNanos(1)), TimeUnit.NANOSECONDS)) {
                pool.shutdownNow();
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
