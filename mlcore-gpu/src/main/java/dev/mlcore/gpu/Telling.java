package dev.mlcore.gpu;

import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.device.DeviceLease;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What was decided under a pool's lock and is said after it: grants and refusals, in order.
 *
 * <p>A callback of one grant may close its lease and so cause the next grant, and that callback another. What a callback causes is
 * therefore queued for the thread that already tells, instead of being told from within: a queue of any length needs one stack frame.
 */
final class Telling {
    private static final ThreadLocal<Deque<Runnable>> OWED = new ThreadLocal<>();

    private final List<Runnable> news = new ArrayList<>(1);

    void grant(Ledger.Waiter waiter, DeviceLease lease) {
        news.add(() -> {
            if (!waiter.future.complete(lease)) {
                lease.close(); // withdrawn between the grant and now
            }
        });
    }

    void refusal(Ledger.Waiter waiter, MlcoreException why) {
        news.add(() -> waiter.future.completeExceptionally(why));
    }

    void tell() {
        if (news.isEmpty()) {
            return;
        }
        Deque<Runnable> owed = OWED.get();
        if (owed != null) {
            owed.addAll(news);
            return;
        }
        OWED.set(new ArrayDeque<>(news));
        try {
            tellWhatThisThreadOwes();
        } finally {
            OWED.remove();
        }
    }

    /** For a thread about to wait inside a callback: what it waits for may depend on what it has not told yet. */
    static void tellWhatThisThreadOwes() {
        Deque<Runnable> owed = OWED.get();
        if (owed == null) {
            return;
        }
        for (Runnable next = owed.poll(); next != null; next = owed.poll()) {
            next.run();
        }
    }
}
