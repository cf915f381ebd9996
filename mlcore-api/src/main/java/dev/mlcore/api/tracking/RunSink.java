package dev.mlcore.api.tracking;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What every tracker is underneath, and the only tracking interface that applications implement: {@link Run} is a face over it, and outboxes
 * replay into it. Applying the same commands twice changes nothing that one application did not. Must be thread-safe.
 */
@FunctionalInterface
public interface RunSink {
    /**
     * Applies commands in their order; when it returns, all that was not refused is durable.
     *
     * @param commands of any runs, those of one run in order of their sequence
     * @return what is refused for ever and why (a parameter that would change, a run that does not exist); empty if nothing. What follows a
     *     refused command is applied all the same
     * @throws dev.mlcore.api.MlcoreException with {@code retryable()} for an outage: then the whole call is to be repeated
     */
    List<Refusal> apply(List<RunCommand> commands);

    /**
     * A command that will never be applied.
     *
     * @param command which
     * @param reason one sentence for a person
     */
    record Refusal(RunCommand command, String reason) {
        /** Checks the parts. */
        public Refusal {
            requireNonNull(command, "command");
            requireNonNull(reason, "reason");
        }
    }
}
