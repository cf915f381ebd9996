package dev.mlcore.serving.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.ModelFailedException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.api.model.ModelUri;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every backend keeps to, on two models of the subclass's making. */
abstract class BackendContract {
    private final List<Slot> slots = new ArrayList<>();
    private LoadedModel model;

    abstract Backend backend();

    /** Takes {@code a} and {@code b}, FLOAT32 [batch, 2], and gives {@code sum}, of the same shape. */
    abstract ModelSource add();

    /** Takes {@code x}, STRING [n], and gives it back as {@code y}. */
    abstract ModelSource words();

    /** Takes {@code index}, INT64 [n], and gives {@code value}, FLOAT32 [n]; fails on indices other than 0 and 1, for which it gives 10 and 20. */
    abstract ModelSource table();

    private static LoadContext context() {
        return new LoadContext(1, Optional.empty());
    }

    @BeforeEach
    void load() {
        model = backend().load(add(), context()).orElseThrow();
    }

    @AfterEach
    void release() {
        slots.forEach(Slot::close);
        model.release();
    }

    private Slot slot(long... elements) {
        Slot slot = model.slot(elements);
        slots.add(slot);
        return slot;
    }

    private static float[] add(Slot slot, int rows, float a, float b) {
        for (int i = 0; i < rows * 2; i++) {
            slot.input(0).putFloat(i * 4, a + i);
            slot.input(1).putFloat(i * 4, b);
        }
        slot.run(new long[][] {{rows, 2}, {rows, 2}});
        assertThat(slot.outputShape(0)).containsExactly(rows, 2);
        float[] sum = new float[rows * 2];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = slot.output(0).getFloat(i * 4);
        }
        return sum;
    }

    private static float[] expected(int rows, float a, float b) {
        float[] sum = new float[rows * 2];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a + i + b;
        }
        return sum;
    }

    @Test
    void tellsWhatItTakesAndGives() {
        assertThat(model.inputs())
                .containsExactly(
                        new TensorSpec("a", DataType.FLOAT32, List.of("batch", "2"), false),
                        new TensorSpec("b", DataType.FLOAT32, List.of("batch", "2"), false));
        assertThat(model.outputs())
                .containsExactly(new TensorSpec("sum", DataType.FLOAT32, List.of("batch", "2"), false));
        assertThat(model.platform()).isNotBlank();
    }

    @Test
    void aSlotRunsAnyShapeThatFits() {
        Slot slot = slot(40, 40);
        int call = 0;
        for (int rows : new int[] {1, 1, 1, 20, 20, 3, 1, 2, 4, 5, 6, 7, 8, 9, 10, 1, 20, 1}) {
            float a = call++;
            assertThat(add(slot, rows, a, 0.5f)).isEqualTo(expected(rows, a, 0.5f));
        }
    }

    @Test
    void slotsRunAtTheSameTime() throws Exception {
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CountDownLatch start = new CountDownLatch(threads);
        try {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Slot slot = slot(10, 10);
                float mine = 1000 * t;
                all.add(pool.submit(() -> {
                    start.countDown();
                    start.await();
                    boolean right = true;
                    for (int i = 0; i < 2000; i++) {
                        right &= java.util.Arrays.equals(add(slot, 1 + i % 5, mine, i), expected(1 + i % 5, mine, i));
                    }
                    return right;
                }));
            }
            for (Future<Boolean> one : all) {
                assertThat(one.get()).isTrue();
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void cancellingAnIdleSlotChangesNothing() {
        Slot slot = slot(2, 2);
        slot.cancel();
        assertThat(add(slot, 1, 1, 1)).isEqualTo(expected(1, 1, 1));
        slot.close();
        slot.cancel();
        slots.clear();
    }

    @Test
    void text() {
        LoadedModel words = backend().load(words(), context()).orElseThrow();
        Slot slot = words.slot(new long[] {3});
        for (String word : List.of("öß€", "", "b")) {
            slot.inputStrings(0)[0] = word.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            slot.inputStrings(0)[1] = "x".getBytes(java.nio.charset.StandardCharsets.UTF_8);
            slot.run(new long[][] {{2}});
            assertThat(slot.outputShape(0)).containsExactly(2);
            assertThat(new String(slot.outputStrings(0)[0], java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo(word);
        }
        slot.close();
        words.release();
    }

    @Test
    void aFailedRunLeavesTheSlotUsable() {
        LoadedModel table = backend().load(table(), context()).orElseThrow();
        Slot slot = table.slot(new long[] {1});
        for (int i = 0; i < 3; i++) {
            slot.input(0).putLong(0, 1);
            slot.run(new long[][] {{1}});
            assertThat(slot.output(0).getFloat(0)).isEqualTo(20);
            slot.input(0).putLong(0, 7);
            assertThatThrownBy(() -> slot.run(new long[][] {{1}}))
                    .isInstanceOfAny(ModelFailedException.class, InvalidInputException.class)
                    .hasMessageContaining("Cannot run");
        }
        slot.input(0).putLong(0, 0);
        slot.run(new long[][] {{1}});
        assertThat(slot.output(0).getFloat(0)).isEqualTo(10);
        slot.close();
        table.release();
    }

    @Test
    void anotherKindIsLeftToOthers() {
        assertThat(backend().load(new ModelSource(ModelUri.of("java:another"), Optional.empty()), context()))
                .isEmpty();
    }
}
