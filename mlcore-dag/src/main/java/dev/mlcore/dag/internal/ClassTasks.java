package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import com.google.common.reflect.TypeToken;
import dev.mlcore.dag.Bind;
import dev.mlcore.dag.Task;
import java.lang.reflect.Type;
import java.util.function.Consumer;

/** Tasks that are classes. */
final class ClassTasks {
    private ClassTasks() {}

    @SuppressWarnings("unchecked") // I is what the class says it is
    static <I extends Record, O> void define(
            Scope scope, TaskDraft task, Class<? extends Task<I, O>> type, Consumer<Bind<I>> inputs) {
        requireNonNull(type, "type");
        requireNonNull(inputs, "inputs");
        Class<?> input = argument(type, 0).getRawType();
        task.taskClass = type;
        task.code.add(type);
        task.resultType = argument(type, 1).getType();
        if (!input.isRecord()) {
            scope.plan.error(
                    task,
                    type.getName()
                            + " does not say which record it takes (expected: implements Task<SomeRecord, …>, not generic)");
            task.inputs.add(new Source.Broken());
            return;
        }
        task.inputs.add(Binding.bind(scope.plan, task, (Class<I>) input, inputs));
        task.body = (in, context, bodies) -> bodies.create(type).run((I) in[0], context);
    }

    private static TypeToken<?> argument(Class<?> type, int index) {
        Type declared = Task.class.getTypeParameters()[index];
        return TypeToken.of(type).resolveType(declared);
    }
}
