package dev.mlcore.api.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The oracles are a byte buffer, {@link BigInteger} and index arithmetic done here. */
class TensorProperties {
    @Provide
    Arbitrary<long[]> shapes() {
        return Arbitraries.longs().between(0, 4).array(long[].class).ofMaxSize(4);
    }

    @Provide
    Arbitrary<DataType> integers() {
        return Arbitraries.of(DataType.class).filter(DataType::isInteger);
    }

    private static int size(long[] shape) {
        return BigInteger.valueOf(1)
                .multiply(
                        Arrays.stream(shape).mapToObj(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply))
                .intValueExact();
    }

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** An element's value from its bytes, most significant last, with or without sign. */
    private static BigInteger integer(DataType type, byte[] bytes, int index) {
        int width = type.sizeBytes();
        byte[] bigEndian = new byte[width];
        for (int i = 0; i < width; i++) {
            bigEndian[width - 1 - i] = bytes[index * width + i];
        }
        return type.name().startsWith("U") ? new BigInteger(1, bigEndian) : new BigInteger(bigEndian);
    }

    @Property
    void integersReadAsTheirBytesSay(
            @ForAll @From("integers") DataType type, @ForAll @From("shapes") long[] shape, @ForAll long seed) {
        byte[] bytes = random(size(shape) * type.sizeBytes(), seed);
        // a buffer with things before and after, in the other order, that must be left as it was
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length + 10).order(ByteOrder.BIG_ENDIAN);
        buffer.position(3).put(bytes).flip().position(3);

        Tensor tensor = Tensor.of(type, buffer, shape);

        assertThat(buffer.position()).isEqualTo(3);
        assertThat(tensor.type()).isEqualTo(type);
        assertThat(tensor.shape()).isEqualTo(shape);
        assertThat(tensor.size()).isEqualTo(size(shape));
        long[] longs = tensor.toLongs();
        assertThat(longs).hasSize(size(shape));
        for (int i = 0; i < longs.length; i++) {
            assertThat(longs[i]).isEqualTo(integer(type, bytes, i).longValue());
        }
        byte[] back = new byte[bytes.length];
        tensor.bytes().get(back);
        assertThat(back).isEqualTo(bytes);
    }

    @Property
    void floatsKeepTheirBits(@ForAll int[] bits) {
        float[] values = new float[bits.length];
        ByteBuffer expected = ByteBuffer.allocate(bits.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < bits.length; i++) {
            values[i] = Float.intBitsToFloat(bits[i]);
            expected.putInt(Float.floatToRawIntBits(values[i]));
        }
        Tensor tensor = Tensor.of(values, values.length);
        assertThat(tensor.bytes()).isEqualTo(expected.flip());
        assertThat(tensor.toFloats()).isEqualTo(values);
        double[] doubles = tensor.toDoubles();
        for (int i = 0; i < values.length; i++) {
            assertThat(Double.compare(doubles[i], values[i])).isZero();
        }
        assertThat(Tensor.of(DataType.FLOAT32, expected, values.length))
                .isEqualTo(tensor)
                .hasSameHashCodeAs(tensor);
    }

    @Property
    void theOtherTypesComeBackEqual(
            @ForAll double[] doubles, @ForAll int[] ints, @ForAll long[] longs, @ForAll boolean[] booleans) {
        assertThat(Tensor.of(doubles, doubles.length).toDoubles()).isEqualTo(doubles);
        assertThat(Tensor.of(ints, ints.length).toLongs())
                .isEqualTo(Arrays.stream(ints).asLongStream().toArray());
        assertThat(Tensor.of(longs, longs.length).toLongs()).isEqualTo(longs);
        assertThat(Tensor.of(booleans, booleans.length).toBooleans()).isEqualTo(booleans);
    }

    @Property
    void textAndBytesAreTwoViewsOfOne(@ForAll @Size(max = 8) String[] raw) {
        // what UTF-8 cannot carry is not the matter here
        byte[][] utf8 =
                Arrays.stream(raw).map(s -> s.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
        String[] values = Arrays.stream(utf8)
                .map(b -> new String(b, StandardCharsets.UTF_8))
                .toArray(String[]::new);
        Tensor text = Tensor.of(values, 1, values.length);
        Tensor bytes = Tensor.ofBytes(utf8, 1, values.length);
        assertThat(text.toStrings()).isEqualTo(values);
        assertThat(bytes.toStrings()).isEqualTo(values);
        assertThat(text.toBytes()).isDeepEqualTo(utf8);
        assertThat(bytes.toBytes()).isDeepEqualTo(utf8);
        assertThat(text).isNotEqualTo(bytes);
        assertThat(Tensor.ofBytes(bytes.toBytes(), 1, values.length))
                .isEqualTo(bytes)
                .hasSameHashCodeAs(bytes);
    }

    /** Rows of rows, against the position that each element has in the whole. */
    @Property
    void rowsAreThoseOfTheWhole(
            @ForAll @IntRange(min = 0, max = 6) int rows,
            @ForAll @IntRange(min = 0, max = 3) int wide,
            @ForAll @IntRange(min = 0, max = 3) int deep,
            @ForAll Random random) {
        int[] values = new int[rows * wide * deep];
        Arrays.setAll(values, i -> i);
        String[] texts = Arrays.stream(values).mapToObj(Integer::toString).toArray(String[]::new);
        int from = random.nextInt(rows + 1);
        int to = from + random.nextInt(rows - from + 1);
        int inner = random.nextInt(to - from + 1);

        Tensor part = Tensor.of(values, rows, wide, deep).rows(from, to).rows(inner, to - from);
        Tensor text = Tensor.of(texts, rows, wide, deep).rows(from, to).rows(inner, to - from);

        int first = (from + inner) * wide * deep;
        int count = (to - from - inner) * wide * deep;
        int[] expected = Arrays.copyOfRange(values, first, first + count);
        assertThat(part.shape()).containsExactly(to - from - inner, wide, deep);
        assertThat(part.toLongs())
                .isEqualTo(Arrays.stream(expected).asLongStream().toArray());
        assertThat(part.size()).isEqualTo(count);
        assertThat(part.bytes().remaining()).isEqualTo(4 * count);
        assertThat(part).isEqualTo(Tensor.of(expected, to - from - inner, wide, deep));
        assertThat(part).hasSameHashCodeAs(Tensor.of(expected, to - from - inner, wide, deep));
        assertThat(text.toStrings()).isEqualTo(Arrays.copyOfRange(texts, first, first + count));
        assertThat(text).isEqualTo(Tensor.of(text.toStrings(), to - from - inner, wide, deep));
    }

    @Property
    void aDifferenceAnywhereIsADifference(@ForAll @Size(min = 1, max = 20) int[] values, @ForAll Random random) {
        int[] other = values.clone();
        other[random.nextInt(other.length)] ^= 1 << random.nextInt(32);
        assertThat(Tensor.of(values, values.length)).isNotEqualTo(Tensor.of(other, values.length));
        assertThat(Tensor.of(values, values.length)).isNotEqualTo(Tensor.of(values, 1, values.length));
        assertThat(Tensor.of(values, values.length))
                .isNotEqualTo(Tensor.of(
                        DataType.UINT32, Tensor.of(values, values.length).bytes(), values.length));
    }

    /** Any shape either fits exactly or is refused, whatever its product overflows to. */
    @Property
    void aShapeFitsOrIsRefused(@ForAll @Size(max = 4) long[] shape, @ForAll @IntRange(min = 0, max = 3) int values) {
        boolean negative = Arrays.stream(shape).anyMatch(d -> d < 0);
        BigInteger product =
                Arrays.stream(shape).mapToObj(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply);
        boolean fits = !negative && product.equals(BigInteger.valueOf(values));
        boolean made;
        try {
            made = Tensor.of(new float[values], shape).size() == values;
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("shape: " + Arrays.toString(shape));
            made = false;
        }
        assertThat(made).isEqualTo(fits);
    }
}
