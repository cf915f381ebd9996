package dev.mlcore.api.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.UnsupportedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void isAValue() {
        float[] values = {1, 2, 3, 4};
        long[] shape = {2, 2};
        Tensor tensor = Tensor.of(values, shape);
        values[0] = 9;
        shape[0] = 9;
        tensor.toFloats()[1] = 9;
        tensor.shape()[1] = 9;
        assertThat(tensor).isEqualTo(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));
        assertThat(tensor.bytes().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThatThrownBy(() -> tensor.bytes().put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);

        byte[][] strings = {{1}};
        Tensor bytes = Tensor.ofBytes(strings, 1);
        strings[0][0] = 9;
        bytes.toBytes()[0][0] = 9;
        assertThat(bytes.toBytes()).isDeepEqualTo(new byte[][] {{1}});
    }

    @Test
    void comparesNumbersByTheirBits() {
        assertThat(Tensor.of(new double[] {Double.NaN}, 1)).isEqualTo(Tensor.of(new double[] {Double.NaN}, 1));
        assertThat(Tensor.of(new double[] {0.0}, 1)).isNotEqualTo(Tensor.of(new double[] {-0.0}, 1));
        assertThat(Tensor.of(new double[] {1}, 1)).isNotEqualTo("1");
    }

    @Test
    void knowsScalarsAndEmptiness() {
        Tensor scalar = Tensor.of(new long[] {7});
        assertThat(scalar.shape()).isEmpty();
        assertThat(scalar.size()).isEqualTo(1);
        assertThatThrownBy(() -> scalar.rows(0, 0))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("rows 0 to 0 of a scalar, which has none");
        Tensor none = Tensor.of(new float[0], 0, 4);
        assertThat(none.rows(0, 0)).isEqualTo(none);
        assertThat(Tensor.of(new float[0], 0, Long.MAX_VALUE, Long.MAX_VALUE).size())
                .isZero();
    }

    @Test
    void isShortAsText() {
        assertThat(Tensor.of(new float[] {39.1f, 18.7f}, 1, 2)).hasToString("FLOAT32[1, 2]{39.1, 18.7}");
        assertThat(Tensor.of(new int[9], 3, 3)).hasToString("INT32[3, 3]{0, 0, 0, 0, 0, 0, 0, 0, …}");
        assertThat(Tensor.of(new String[] {"a", "b".repeat(30)}, 2))
                .hasToString("STRING[2]{'a', '" + "b".repeat(20) + "…'}");
        assertThat(Tensor.ofBytes(new byte[][] {{1, 2}}, 1)).hasToString("BYTES[1]{2 bytes}");
        assertThat(Tensor.of(new boolean[] {true})).hasToString("BOOL[]{true}");
        ByteBuffer ones = ByteBuffer.allocate(8).putLong(0, -1L);
        assertThat(Tensor.of(DataType.UINT64, ones, 1)).hasToString("UINT64[1]{18446744073709551615}");
        assertThat(Tensor.of(DataType.UINT8, ones, 8)).asString().startsWith("UINT8[8]{255, 255");
        assertThat(Tensor.of(DataType.INT16, ones, 4)).hasToString("INT16[4]{-1, -1, -1, -1}");
    }

    @Test
    void refusesWhatCannotBeATensor() {
        assertThatThrownBy(() -> Tensor.of(new float[3], 2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape: [2, 2] of 4 elements (expected: 3, the number of values)");
        assertThatThrownBy(() -> Tensor.of(new float[3], -3, -1))
                .hasMessage("shape: [-3, -1] (expected: sizes of 0 or more)");
        assertThatThrownBy(() -> Tensor.of(new float[0], 1L << 32, 1L << 32))
                .hasMessage("shape: [4294967296, 4294967296] (expected: fewer than 2^63 elements)");
        for (DataType half : new DataType[] {DataType.FLOAT16, DataType.BFLOAT16}) {
            assertThatThrownBy(() -> Tensor.of(half, ByteBuffer.allocate(2), 1))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageStartingWith("Cannot make a tensor of " + half + ": ");
        }
        assertThatThrownBy(() -> Tensor.of(DataType.STRING, ByteBuffer.allocate(2), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("type: STRING (expected: a type of fixed width)");
        assertThatThrownBy(() -> Tensor.of(DataType.INT32, ByteBuffer.allocate(6), 1))
                .hasMessage("bytes: 6 (expected: a multiple of 4, the width of INT32)");
        assertThatThrownBy(() -> Tensor.of(DataType.BOOL, ByteBuffer.wrap(new byte[] {1, 2}), 2))
                .hasMessage("BOOL at 1: 2 (expected: 0 or 1)");
        assertThatThrownBy(() -> Tensor.of(new String[] {"a", null}, 2)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void readsOnlyAsItsType() {
        Tensor floats = Tensor.of(new float[0], 0);
        Tensor text = Tensor.of(new String[0], 0);
        assertThatThrownBy(floats::toLongs)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot read longs from FLOAT32[0]{} (expected: an integer type)");
        assertThatThrownBy(floats::toStrings).hasMessageContaining("(expected: STRING or BYTES)");
        assertThatThrownBy(floats::toBytes).hasMessageContaining("(expected: STRING or BYTES)");
        assertThatThrownBy(floats::toBooleans).hasMessageContaining("(expected: BOOL)");
        assertThatThrownBy(text::toFloats).hasMessageContaining("(expected: FLOAT32)");
        assertThatThrownBy(text::toDoubles).hasMessageContaining("(expected: FLOAT64 or FLOAT32)");
        assertThatThrownBy(text::bytes)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Use toBytes()");
    }

    @Test
    void refusesRowsOutsideTheFirstDimension() {
        Tensor tensor = Tensor.of(new int[4], 4);
        for (long[] range : new long[][] {{-1, 2}, {0, 5}, {3, 2}, {5, 5}, {0, 1L << 32}}) {
            assertThatThrownBy(() -> tensor.rows(range[0], range[1]))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("rows " + range[0] + " to " + range[1] + " of INT32[4]");
        }
    }
}
