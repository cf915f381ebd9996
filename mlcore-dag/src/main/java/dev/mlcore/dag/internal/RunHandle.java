package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.OperationTimeoutException;
import dev.mlcore.api.TaskFailedException;
import dev.mlcore.dag.DagRun;
import dev.mlcore.dag.Out;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A run whose DAG is at hand. */
final class RunHandle implements DagRun {
    private final Engine engine;
    private final GraphDag dag;
    private final RunState run;

    RunHandle(Engine engine, GraphDag dag, RunState run) {
        this.engine = engine;
        this.dag = dag;
        this.run = run;
    }

    @Override
    public String id() {
        return run.id();
    }

    @Override
    public DagRun await(Duration limit) {
        if (requireNonNull(limit, "limit").isNegative()) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: >= PT0S)");
        }
        if (engine.onWriterThread()) {
            throw new IllegalStateException(
                    "Cannot await a DAG run in a DagListener: it holds up the engine's writer; await it on another thread");
        }
        try {
            run.done.get(saturated(limit), TimeUnit.NANOSECONDS);
            return this;
        } catch (ExecutionException e) {
            throw fresh(requireNonNull(e.getCause()));
        } catch (TimeoutException e) {
            throw new OperationTimeoutException("DAG run " + id() + " of '" + run.row.dagId() + "' did not end within "
                    + limit + ": " + Explanation.waiting(run) + "; await it longer, or cancel it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationCancelledException(
                    "Stopped waiting for DAG run " + id() + ": interrupted; the run goes on", e);
        }
    }

    private static long saturated(Duration limit) {
        try {
            return limit.toNanos();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    /** Thrown anew for each who waits, so that stack traces show the waiting thread. */
    private static RuntimeException fresh(Throwable thrown) {
        if (thrown instanceof TaskFailedException failed) {
            return new TaskFailedException(String.valueOf(failed.getMessage()), failed.getCause());
        } else if (thrown instanceof OperationCancelledException cancelled) {
            return new OperationCancelledException(String.valueOf(cancelled.getMessage()), cancelled.getCause());
        } else if (thrown instanceof RuntimeException failure) {
            return failure;
        }
        return new IllegalStateException(thrown);
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"
    }) // the builder gave the handle the type of what the task returns, null included
    public <T> T get(Out<T> value) {
        Graph.Input input = input(requireNonNull(value, "value"));
        if (input instanceof Graph.Input.OfTask of) {
            RunTask task = run.tasks.get(of.task());
            boolean ended;
            boolean present;
            synchronized (run) {
                ended = task.ended();
                present = of.maybe() || (task.mapped() && task.failed + task.upstreamFailed == 0) || task.succeeded > 0;
            }
            if (!ended) {
                throw new IllegalStateException("Cannot get '" + task.node.id() + "' of DAG run " + id()
                        + ": it has not ended (" + Explanation.of(run, task) + "); await the run first");
            }
            if (!present) {
                throw new NotFoundException(
                        "Cannot get '" + task.node.id() + "' of DAG run " + id() + ": it has no value, "
                                + Explanation.of(run, task) + "; take it as maybe() where that is expected");
            }
        }
        return (T) engine.inputs().resolve(run, input, null);
    }

    @Override
    public String explain(Out<?> task) {
        if (input(requireNonNull(task, "task")) instanceof Graph.Input.OfTask of) {
            return Explanation.of(run, run.tasks.get(of.task()));
        }
        return "a parameter, set when the run was submitted";
    }

    /** The handle in the run's own graph: one of the same hash may number its parts otherwise. */
    private Graph.Input input(Out<?> value) {
        Graph.Input input = dag.input(value);
        if (input instanceof Graph.Input.OfTask of) {
            String id = dag.graph().tasks().get(of.task()).id();
            for (Graph.TaskNode node : run.graph.tasks()) {
                if (node.id().equals(id)) {
                    return new Graph.Input.OfTask(node.index(), of.path(), of.maybe());
                }
            }
        } else if (input instanceof Graph.Input.OfParam of) {
            String id = dag.graph().params().get(of.param()).id();
            for (int i = 0; i < run.graph.params().size(); i++) {
                if (run.graph.params().get(i).id().equals(id)) {
                    return new Graph.Input.OfParam(i, of.path());
                }
            }
        }
        return input;
    }

    @Override
    public void cancel() {
        engine.cancel(run);
    }

    @Override
    public String toString() {
        return "DagRun " + id() + " of '" + run.row.dagId() + "': " + run.phase;
    }
}
