package dev.mlcore.tracking;

import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.Striped;
import dev.mlcore.api.AlreadyExistsException;
import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.LoggedModel;
import dev.mlcore.tracking.store.Rules;
import dev.mlcore.tracking.store.Store;
import dev.mlcore.tracking.store.Store.ModelRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;

/**
 * Stores packages as logged models: first a row that is PENDING, then the files in one step, then the row READY together with the edge from the run. A crash in
 * between leaves a PENDING row, which the same key finds and does over; a READY row has its files.
 */
final class ModelShelf {
    private final Store store;
    private final Striped<Lock> keys = Striped.lock(64);

    ModelShelf(Store store) {
        this.store = store;
    }

    LoggedModel store(Store.RunPlace run, String name, ModelPackage model, Optional<String> key) {
        Rules.loggedName(name);
        requireNonNull(model, "model");
        key.ifPresent(Rules::actKey);
        LocalPlace.path(run.experiment().location());
        Lock lock = keys.get(key.orElse(run.id()));
        lock.lock(); // the same act twice at once: the second finds what the first made
        try {
            return stored(run, name, model, key);
        } finally {
            lock.unlock();
        }
    }

    private LoggedModel stored(Store.RunPlace run, String name, ModelPackage model, Optional<String> key) {
        ModelRow row = store.beginModel(new Store.NewModel("m-" + Rules.newId(), name, run.id(), key));
        if (row.status() != ModelRow.Status.READY) {
            try {
                copy(model, row, run.id());
            } catch (RuntimeException e) {
                giveUp(row, e);
                throw e;
            }
        }
        store.readyModel(row.id(), run.id());
        return new LoggedModel(row.id(), row.name(), ModelUri.of("models:/" + row.id()));
    }

    private static void copy(ModelPackage model, ModelRow row, String runId) {
        Path place = LocalPlace.path(row.location());
        if (holds(place, model)) {
            return; // a crash came between the files and the row
        }
        try {
            LocalPlace.delete(place);
        } catch (IOException e) {
            throw new UnavailableException(
                    "Cannot replace the unfinished model at " + place + ": " + e.getMessage(), e);
        }
        try {
            model.copyTo(
                    place,
                    Map.of(
                            "model_id", row.id(),
                            "model_uuid", row.id(),
                            "run_id", row.runId().orElse(runId),
                            "artifact_path", row.location()));
        } catch (AlreadyExistsException e) {
            if (!holds(place, model)) { // not even another process doing the same act
                throw e;
            }
        }
    }

    private static boolean holds(Path place, ModelPackage model) {
        try {
            return Files.exists(place) && ModelPackage.open(place).digest().equals(model.digest());
        } catch (MlcoreException notWhole) {
            return false;
        }
    }

    private void giveUp(ModelRow row, RuntimeException e) {
        try {
            store.failModel(row.id(), String.valueOf(e.getMessage()));
        } catch (RuntimeException alsoFailed) {
            e.addSuppressed(alsoFailed);
        }
    }
}
