package dev.mlcore.api.internal.tracking;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.data.DatasetInfo;
import dev.mlcore.api.internal.records.Flatten;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.RunCommand;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/**
 * What every {@link Run} has in common: it checks keys, cuts long values, takes records apart and makes commands, all numbered 0. Where the commands go, and
 * everything that is stored at once (artifacts, models), is its subclass's matter.
 */
public abstract class RunFace implements Run {
    private final String id;
    private final InstantSource clock;

    /**
     * A face over a run.
     *
     * @param id of the run
     * @param clock gives commands their times
     */
    protected RunFace(String id, InstantSource clock) {
        this.id = requireNonNull(id, "id");
        this.clock = requireNonNull(clock, "clock");
    }

    /**
     * Takes a command that this handle made. Called on the thread that wrote, by several at once if several write.
     *
     * @param command numbered 0
     * @throws IllegalStateException if the handle is closed
     */
    protected abstract void emit(RunCommand command);

    /**
     * The time now.
     *
     * @return from the clock given
     */
    protected final Instant now() {
        return clock.instant();
    }

    @Override
    public final String id() {
        return id;
    }

    @Override
    public final Run param(String key, Object value) {
        RunKeys.check("param", key);
        emit(new RunCommand.Param(
                id, 0, now(), key, RunKeys.cut(requireNonNull(value, "value").toString(), RunKeys.PARAM_VALUE)));
        return this;
    }

    @Override
    public final Run params(Record values) {
        return params(Flatten.params(values));
    }

    @Override
    public final Run params(Map<String, ?> values) {
        values.forEach((key, value) -> RunKeys.check("param", key)); // all or none
        values.forEach(this::param);
        return this;
    }

    @Override
    public final Run metric(String key, double value) {
        return metric(key, value, 0);
    }

    @Override
    public final Run metric(String key, double value, long step) {
        emit(new RunCommand.Metric(id, 0, now(), RunKeys.check("metric", key), value, step));
        return this;
    }

    @Override
    public final Run tag(String key, String value) {
        RunKeys.check("tag", key);
        emit(new RunCommand.Tag(id, 0, now(), key, RunKeys.cut(requireNonNull(value, "value"), RunKeys.TAG_VALUE)));
        return this;
    }

    @Override
    public final Run input(DatasetInfo dataset, String context) {
        emit(new RunCommand.Dataset(id, 0, now(), dataset, context));
        return this;
    }
}
