package dev.mlcore.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.device.Device;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.device.DeviceRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class LedgerProperties {
    enum Verb {
        REQUEST,
        CANCEL,
        CLOSE
    }

    /** The number picks how many GPUs are asked for, or which of the requests so far is meant. */
    record Step(Verb verb, int number) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.of(Verb.class), Arbitraries.integers().between(0, 1_000))
                .as(Step::new)
                .list()
                .ofMaxSize(120);
    }

    /**
     * The oracle is a list of all requests in the order they came, each with the number it wants and whether it waits, holds or is done;
     * after every step it serves from the front while the sum of what is held leaves room. It knows counts, not devices.
     */
    @Property(tries = 2_000)
    void grantsAsAListOfCountsWould(@ForAll @IntRange(min = 1, max = 5) int size, @ForAll("steps") List<Step> steps) {
        List<Asked> asked = new ArrayList<>();
        try (DevicePool pool = Gpus.simulated(size, 1)) {
            for (Step step : steps) {
                switch (step.verb()) {
                    case REQUEST -> {
                        int wanted = 1 + step.number() % size;
                        asked.add(new Asked(wanted, pool.request(DeviceRequest.ofGpus(wanted), "r" + asked.size())));
                    }
                    case CANCEL -> {
                        if (!asked.isEmpty()) {
                            Asked one = asked.get(step.number() % asked.size());
                            boolean took = one.future.cancel(true);
                            assertThat(took).isEqualTo(one.state != State.HOLDS && one.state != State.RETURNED);
                            one.state = one.state == State.WAITS ? State.WITHDRAWN : one.state;
                        }
                    }
                    case CLOSE -> {
                        if (!asked.isEmpty()) {
                            Asked one = asked.get(step.number() % asked.size());
                            if (one.state == State.HOLDS || one.state == State.RETURNED) {
                                one.future.join().close();
                                one.state = State.RETURNED;
                            }
                        }
                    }
                }
                serve(asked, size);
                check(asked);
            }
        }
    }

    private static void serve(List<Asked> asked, int size) {
        int held = asked.stream()
                .filter(a -> a.state == State.HOLDS)
                .mapToInt(a -> a.wanted)
                .sum();
        for (Asked one : asked) {
            if (one.state == State.WAITS) {
                if (held + one.wanted > size) {
                    return;
                }
                one.state = State.HOLDS;
                held += one.wanted;
            }
        }
    }

    private static void check(List<Asked> asked) {
        Set<String> held = new HashSet<>();
        for (Asked one : asked) {
            assertThat(one.future.isDone()).as("%s", one.state).isEqualTo(one.state != State.WAITS);
            if (one.state == State.HOLDS) {
                List<Device> devices = one.future.join().devices();
                assertThat(devices).hasSize(one.wanted);
                for (Device device : devices) {
                    assertThat(held.add(device.id()))
                            .as("%s is held once", device.id())
                            .isTrue();
                }
            }
        }
    }

    enum State {
        WAITS,
        HOLDS,
        RETURNED,
        WITHDRAWN
    }

    static final class Asked {
        final int wanted;
        final CompletableFuture<DeviceLease> future;
        State state = State.WAITS;

        Asked(int wanted, CompletableFuture<DeviceLease> future) {
            this.wanted = wanted;
            this.future = future;
        }
    }
}
