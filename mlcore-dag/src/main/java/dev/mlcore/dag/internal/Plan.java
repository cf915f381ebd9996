package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import com.google.common.primitives.Primitives;
import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.TriggerRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that was declared for one DAG so far, with the errors found on the way; shared by its scopes and handles. */
final class Plan {
    final String id;
    final List<ParamDraft> params = new ArrayList<>();
    final List<TaskDraft> tasks = new ArrayList<>();
    final Set<String> eachIds = new HashSet<>();
    final Set<TaskDraft> unended = new LinkedHashSet<>();
    final List<String> errors = new ArrayList<>();

    /** What an id was used for first. */
    private final Map<String, String> taken = new HashMap<>();

    private @Nullable GraphDag built;

    Plan(String id) {
        this.id = id;
    }

    void open() {
        if (built != null) {
            throw new IllegalStateException(
                    "DAG '" + id + "' is built and can no longer be changed (expected: changes before build())");
        }
    }

    @Nullable GraphDag built() {
        return built;
    }

    void built(GraphDag dag) {
        built = dag;
    }

    void error(String where, String what) {
        errors.add(where + ": " + what);
    }

    void error(TaskDraft task, String what) {
        error("task '" + task.id + "'", what);
    }

    /** Notes that an id is used. */
    void takes(String taskId, String as) {
        String before = taken.putIfAbsent(taskId, as);
        if (before != null) {
            error(as + " '" + taskId + "'", "the id is taken by a " + before + " (expected: another id)");
        }
        String tooLong = Ids.tooLong(taskId);
        if (tooLong != null) {
            error(as, "id: " + tooLong);
        }
    }

    TaskDraft add(String taskId, TaskDraft.@Nullable Branch guard) {
        open();
        takes(taskId, "task");
        TaskDraft task = new TaskDraft(taskId, tasks.size(), guard);
        tasks.add(task);
        return task;
    }

    ParamDraft addParam(String paramId, Class<?> type) {
        open();
        takes(paramId, "parameter");
        ParamDraft param = new ParamDraft(paramId, Primitives.wrap(type), params.size());
        params.add(param);
        return param;
    }

    Source source(TaskDraft task, Out<?> out) {
        return source("task '" + task.id + "'", task, out);
    }

    /** What a handle stands for, as an input of {@code task}; a handle that cannot be one is reported. */
    Source source(String where, @Nullable TaskDraft task, Out<?> out) {
        Handle<?> handle = (Handle<?>) requireNonNull(out, "input");
        if (handle.plan != this) {
            error(
                    where,
                    "its input " + handle + " belongs to "
                            + (handle.plan.id.equals(id)
                                    ? "another builder of this DAG"
                                    : "DAG '" + handle.plan.id + "'")
                            + " (expected: a handle that this builder made)");
            return new Source.Broken();
        }
        if (handle.source() instanceof Source.OfElement of && of.scope() != task) {
            error(where, "its input is " + handle + " (expected: an element is used in its own mapped task only)");
            return new Source.Broken();
        }
        return handle.source();
    }

    void after(TaskDraft task, Out<?>... upstream) {
        open();
        for (Out<?> out : upstream) {
            Source source = source(task, out);
            if (source instanceof Source.OfTask of) {
                task.after.add(of.task());
            } else if (!(source instanceof Source.Broken)) {
                error(task, "after(" + words(source) + ") (expected: a task, there is nothing else to wait for)");
            }
        }
    }

    void trigger(TaskDraft task, TriggerRule rule) {
        open();
        task.rule = requireNonNull(rule, "rule");
    }

    void retries(TaskDraft task, int times) {
        open();
        if (times < 0) {
            throw new IllegalArgumentException("retries of task '" + task.id + "': " + times + " (expected: >= 0)");
        }
        task.retries = times;
    }

    void device(TaskDraft task, DeviceRequest request) {
        open();
        task.device = requireNonNull(request, "request");
    }

    static Source part(Source source, String component) {
        if (source instanceof Source.OfTask of) {
            if (of.maybe()) {
                throw new IllegalArgumentException(
                        "get(" + component + ") of " + words(source) + " (expected: get first, then maybe())");
            }
            return new Source.OfTask(of.task(), Handle.longer(of.path(), component), false);
        }
        if (source instanceof Source.OfParam of) {
            return new Source.OfParam(of.param(), Handle.longer(of.path(), component));
        }
        if (source instanceof Source.OfElement of) {
            return new Source.OfElement(of.scope(), Handle.longer(of.path(), component));
        }
        throw new IllegalStateException(words(source));
    }

    static String words(Source source) {
        if (source instanceof Source.OfTask of) {
            return dotted(of.task().id, of.path()) + (of.maybe() ? "?" : "");
        }
        if (source instanceof Source.OfParam of) {
            return dotted("parameter " + of.param().id, of.path());
        }
        if (source instanceof Source.OfElement of) {
            return dotted("the element of " + ((TaskDraft) of.scope()).id, of.path());
        }
        if (source instanceof Source.OfRecord of) {
            return "a " + of.type().getSimpleName();
        }
        return source instanceof Source.Literal ? "a literal" : "?";
    }

    private static String dotted(String name, List<String> path) {
        return path.isEmpty() ? name : name + "." + String.join(".", path);
    }
}
