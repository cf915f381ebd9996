package dev.mlcore.tracking;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunStatus;
import dev.mlcore.tracking.store.Store;
import java.util.List;
import java.util.Optional;

/** A query and the store it is asked of. */
record StoreQuery(Store store, Store.RunFilter filter) implements RunQuery {
    private static final int DEFAULT_LIMIT = 1000;

    static RunQuery of(Store store, String... experiments) {
        return new StoreQuery(
                store, new Store.RunFilter(List.of(experiments), Optional.empty(), Optional.empty(), DEFAULT_LIMIT));
    }

    @Override
    public RunQuery children(String parentRunId) {
        requireNonNull(parentRunId, "parentRunId");
        return new StoreQuery(
                store,
                new Store.RunFilter(filter.experiments(), Optional.of(parentRunId), filter.status(), filter.limit()));
    }

    @Override
    public RunQuery status(RunStatus status) {
        requireNonNull(status, "status");
        return new StoreQuery(
                store, new Store.RunFilter(filter.experiments(), filter.parent(), Optional.of(status), filter.limit()));
    }

    @Override
    public RunQuery limit(int runs) {
        if (runs < 1) {
            throw new IllegalArgumentException("limit: " + runs + " (expected: >= 1)");
        }
        return new StoreQuery(store, new Store.RunFilter(filter.experiments(), filter.parent(), filter.status(), runs));
    }

    @Override
    public List<RunInfo> list() {
        return store.search(filter);
    }
}
