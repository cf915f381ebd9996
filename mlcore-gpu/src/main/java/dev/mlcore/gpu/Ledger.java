package dev.mlcore.gpu;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import dev.mlcore.api.ExhaustedException;
import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.device.Device;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.device.DeviceRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which GPU, and who waits. The queue is strict: nobody passes the request at its head, even if devices lie idle while it
 * gathers enough of them; a wait is then bounded by the leases ahead, whatever else is asked for.
 *
 * <p>Everything is decided under one lock, and told outside it: futures are completed after the lock is given back, so that callbacks may
 * call the pool. A future that its owner completed first (a cancellation, a timeout of its own) refuses the grant, which then goes on to
 * the next in line.
 */
final class Ledger implements DevicePool {
    private final List<Gpu> gpus;
    private final String whatIsHere; // why there are not more, for the error that needs it
    private final DevicePool cpu = DevicePool.cpu();
    private final List<Device> devices;
    private final Limits limits = new Limits();

    private final Object lock = new Object();
    private final @Nullable Lease[] holders; // guarded by lock, one place per GPU
    private final Set<Waiter> queue = new LinkedHashSet<>(); // guarded by lock, first come first
    private boolean closed; // guarded by lock

    Ledger(List<Gpu> gpus, String whatIsHere) {
        this.gpus = List.copyOf(gpus);
        this.whatIsHere = whatIsHere;
        this.holders = new Lease[gpus.size()];
        List<Device> all = new ArrayList<>(gpus);
        all.addAll(cpu.devices());
        this.devices = List.copyOf(all);
    }

    @Override
    public List<Device> devices() {
        return devices;
    }

    @Override
    public CompletableFuture<DeviceLease> request(DeviceRequest request, String owner) {
        requireNonNull(request, "request");
        requireNonNull(owner, "owner");
        if (request.gpus() == 0 || (request.gpus() > gpus.size() && request.cpuWillDo())) {
            return cpu.request(DeviceRequest.ofCpu(), owner);
        }
        if (request.gpus() > gpus.size()) {
            return CompletableFuture.failedFuture(new UnsupportedException("Cannot lease GPUs to " + owner + ": "
                    + request.gpus() + " (expected: at most " + gpus.size() + "). " + whatIsHere
                    + " Ask for fewer, or with elseCpu()"));
        }
        Waiter waiter = new Waiter(request, owner);
        synchronized (lock) {
            if (closed) {
                return CompletableFuture.failedFuture(closed(owner));
            }
            // Whoever waits already has been found not to fit, so nobody can pass but the newcomer, and only if alone.
            if (queue.isEmpty() && request.gpus() <= free()) {
                return CompletableFuture.completedFuture(take(waiter));
            }
            if (request.atMost().isPresent()) {
                Duration limit = request.atMost().get();
                if (limit.isZero()) {
                    return CompletableFuture.failedFuture(exhausted(waiter, limit));
                }
                waiter.clock = limits.after(limit, () -> expire(waiter, limit));
            }
            queue.add(waiter);
        }
        CompletableFuture<?> unused = waiter.future.whenComplete((lease, failure) -> withdraw(waiter));
        return waiter.future;
    }

    @Override
    public DeviceLease acquire(DeviceRequest request, String owner) {
        CompletableFuture<DeviceLease> future = request(request, owner);
        Telling.tellWhatThisThreadOwes(); // else a callback that acquires could wait for itself
        try {
            return future.get();
        } catch (InterruptedException e) {
            if (!future.cancel(true) && !future.isCompletedExceptionally()) {
                future.join().close();
            }
            Thread.currentThread().interrupt();
            throw new OperationCancelledException(
                    "Cannot lease devices to " + owner + ": its thread was interrupted while it waited for "
                            + wanted(request),
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MlcoreException refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        Telling telling = new Telling();
        synchronized (lock) {
            closed = true;
            for (Waiter waiter : queue) {
                telling.refusal(waiter, closed(waiter.owner));
            }
            queue.clear();
        }
        cpu.close();
        limits.close();
        telling.tell();
    }

    private void release(Lease lease) {
        Telling telling = new Telling();
        synchronized (lock) {
            for (int place = 0; place < holders.length; place++) {
                if (holders[place] == lease) {
                    holders[place] = null;
                }
            }
            grantWhatFits(telling);
        }
        telling.tell();
    }

    /** Takes a request out of the queue; the one behind it may fit where this one did not. */
    private void withdraw(Waiter waiter) {
        Telling telling = new Telling();
        synchronized (lock) {
            waiter.stopClock();
            if (queue.remove(waiter)) {
                grantWhatFits(telling);
            }
        }
        telling.tell();
    }

    private void expire(Waiter waiter, Duration limit) {
        Telling telling = new Telling();
        synchronized (lock) {
            if (queue.contains(waiter)) {
                telling.refusal(waiter, exhausted(waiter, limit));
                queue.remove(waiter);
                grantWhatFits(telling);
            }
        }
        telling.tell();
    }

    private void grantWhatFits(Telling telling) {
        Iterator<Waiter> line = queue.iterator();
        while (line.hasNext()) {
            Waiter head = line.next();
            if (head.request.gpus() > free()) {
                return;
            }
            line.remove();
            telling.grant(head, take(head));
        }
    }

    private Lease take(Waiter waiter) {
        int[] places = IntStream.range(0, holders.length)
                .filter(place -> holders[place] == null)
                .limit(waiter.request.gpus())
                .toArray();
        Lease lease =
                new Lease(waiter.owner, IntStream.of(places).mapToObj(gpus::get).toList());
        for (int place : places) {
            holders[place] = lease;
        }
        return lease;
    }

    private int free() {
        int free = 0;
        for (Lease holder : holders) {
            free += holder == null ? 1 : 0;
        }
        return free;
    }

    private ExhaustedException exhausted(Waiter waiter, Duration limit) {
        int ahead = 0;
        for (Waiter other : queue) {
            if (other == waiter) {
                break;
            }
            ahead++;
        }
        List<String> held = new ArrayList<>();
        for (int place = 0; place < holders.length; place++) {
            Lease holder = holders[place];
            if (holder != null) {
                held.add(gpus.get(place).id() + " held by " + holder.owner);
            }
        }
        String line =
                ahead == 0 ? "" : "; " + ahead + (ahead == 1 ? " request stands" : " requests stand") + " before it";
        return new ExhaustedException(
                "Cannot lease " + wanted(waiter.request) + " to " + waiter.owner + " within " + limit
                        + ": " + free() + " of " + gpus.size() + " free (" + String.join(", ", held) + ")" + line
                        + ". Wait longer, or close leases sooner");
    }

    private static OperationCancelledException closed(String owner) {
        return new OperationCancelledException(
                "Cannot lease a device to " + owner + ": the pool is closed (close it after the engines that use it)");
    }

    private static String wanted(DeviceRequest request) {
        return request.gpus() == 1 ? "1 GPU" : request.gpus() + " GPUs";
    }

    /** A request in line; identity matters, not content. */
    static final class Waiter {
        final DeviceRequest request;
        final String owner;
        final CompletableFuture<DeviceLease> future = new CompletableFuture<>();
        private @Nullable Runnable clock; // stops it; guarded by the pool's lock

        Waiter(DeviceRequest request, String owner) {
            this.request = request;
            this.owner = owner;
        }

        void stopClock() {
            if (clock != null) {
                clock.run();
                clock = null;
            }
        }
    }

    private final class Lease implements DeviceLease {
        private final String owner;
        private final List<Gpu> held;

        Lease(String owner, List<Gpu> held) {
            this.owner = owner;
            this.held = held;
        }

        @Override
        public List<Device> devices() {
            return List.copyOf(held); // itself, seen as devices
        }

        @Override
        public OptionalInt ordinal(Device device) {
            requireNonNull(device, "device");
            for (Gpu gpu : held) {
                if (gpu.equals(device)) {
                    return gpu.ordinal();
                }
            }
            throw new IllegalArgumentException("device: " + device.id() + " (expected: one of "
                    + held.stream().map(Gpu::id).collect(joining(", ")) + ", which " + owner + " holds)");
        }

        @Override
        public Map<String, String> environment() {
            return Map.of("CUDA_VISIBLE_DEVICES", held.stream().map(Gpu::id).collect(joining(",")));
        }

        @Override
        public void close() {
            release(this); // once closed it holds no place, so again does nothing
        }

        @Override
        public String toString() {
            return held + " held by " + owner;
        }
    }
}
