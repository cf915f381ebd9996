package dev.mlcore.serving;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.internal.records.RecordType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A served model bound to two records. Binds itself anew when it meets another version. */
final class TypedPredictor<I extends Record, O extends Record> implements Predictor<I, O> {
    /** Bounds the memory of one run; more rows take several. */
    private static final int ROWS_PER_RUN = 1 << 14;

    private final ModelHost model;
    private final Class<I> input;
    private final Class<O> output;
    private final RecordType<I> inputType;
    private volatile Binding<O> binding;

    TypedPredictor(ModelHost model, VersionHost version, Class<I> input, Class<O> output) {
        this.model = model;
        this.input = requireNonNull(input, "input");
        this.output = requireNonNull(output, "output");
        this.inputType = RecordType.of(input);
        this.binding = Binding.of(model.name(), version, input, output);
    }

    @Override
    public O predict(I row) {
        List<@Nullable Object[]> rows = List.<@Nullable Object[]>of(inputType.values(requireNonNull(row, "input")));
        VersionHost version = model.enter();
        try {
            return bound(version).run(rows, Deadline.NONE, new Timing()).get(0);
        } finally {
            version.leave();
        }
    }

    @Override
    public List<O> predictAll(List<I> inputs) {
        List<@Nullable Object[]> rows = new ArrayList<>(inputs.size());
        for (I row : inputs) {
            rows.add(inputType.values(requireNonNull(row, "input")));
        }
        VersionHost version = model.enter();
        try {
            Binding<O> bound = bound(version);
            int together = bound.batchable() ? ROWS_PER_RUN : 1;
            List<O> answers = new ArrayList<>(rows.size());
            for (int from = 0; from < rows.size(); from += together) {
                List<@Nullable Object[]> some = rows.subList(from, Math.min(rows.size(), from + together));
                answers.addAll(bound.run(some, Deadline.NONE, new Timing()));
            }
            return answers;
        } finally {
            version.leave();
        }
    }

    @Override
    public Prediction<O> prediction(I row, Call call) {
        return prediction(inputType.values(requireNonNull(row, "input")), Deadline.of(call));
    }

    @Override
    public CompletableFuture<Prediction<O>> submit(I row, Call call) {
        @Nullable Object[] values = Rows.copied(inputType.values(requireNonNull(row, "input")));
        Deadline deadline = Deadline.of(call);
        return model.submit(() -> prediction(values, deadline));
    }

    private Prediction<O> prediction(@Nullable Object[] values, Deadline deadline) {
        deadline.check(model.name());
        VersionHost version = model.enter();
        try {
            Timing timing = new Timing();
            O answer = bound(version)
                    .run(List.<@Nullable Object[]>of(values), deadline, timing)
                    .get(0);
            return timing.answer(answer, model.name(), version.version(), version.runId(), 1);
        } finally {
            version.leave();
        }
    }

    private Binding<O> bound(VersionHost version) {
        Binding<O> now = binding;
        if (now.version() != version) {
            now = Binding.of(model.name(), version, input, output);
            binding = now;
        }
        return now;
    }
}
