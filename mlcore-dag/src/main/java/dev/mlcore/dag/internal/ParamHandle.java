package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.dag.Param;
import java.util.List;
import java.util.function.Predicate;

/**
 * Handle on a parameter.
 *
 * @param <T> its type
 */
public final class ParamHandle<T> extends Handle<T> implements Param<T> {
    private final ParamDraft param;

    ParamHandle(Plan plan, ParamDraft param) {
        super(plan);
        this.param = param;
    }

    @Override
    Source source() {
        return new Source.OfParam(param, List.of());
    }

    @Override
    public Param<T> orElse(T defaultValue) {
        plan.open();
        requireNonNull(defaultValue, "defaultValue");
        if (!param.type.isInstance(defaultValue)) {
            throw new IllegalArgumentException("default of parameter '" + param.id + "': a "
                    + defaultValue.getClass().getName() + " (expected: a " + param.type.getName() + ")");
        }
        if (param.defaultValue != null) {
            throw new IllegalStateException("default of parameter '" + param.id + "': " + defaultValue
                    + " (expected: no second default, there is " + param.defaultValue + ")");
        }
        param.defaultValue = defaultValue;
        return this;
    }

    @Override
    @SuppressWarnings("unchecked") // values of a parameter are instances of its type
    public Param<T> check(String rule, Predicate<? super T> valid) {
        plan.open();
        requireNonNull(rule, "rule");
        requireNonNull(valid, "valid");
        param.checks.add(new Graph.Check(rule, (Predicate<Object>) valid));
        return this;
    }
}
