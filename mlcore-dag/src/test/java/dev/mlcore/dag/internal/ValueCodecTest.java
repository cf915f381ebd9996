package dev.mlcore.dag.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mlcore.api.IncompatibleException;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.artifact.FileRef;
import dev.mlcore.api.data.ColumnType;
import dev.mlcore.api.data.DatasetInfo;
import dev.mlcore.api.data.Schema;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.dag.Codec;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.MonthDay;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueCodecTest {
    enum Kind {
        OLD,
        NEW {
            @Override
            int weight() {
                return 2;
            }
        };

        int weight() {
            return 1;
        }
    }

    sealed interface Shape permits Circle, Box {}

    record Circle(double radius) implements Shape {}

    record Box(int width, Optional<Shape> inside) implements Shape {}

    record Row(long id, List<Kind> tags) {}

    record Empty() {}

    private final ValueCodec codec = new ValueCodec(List.of(), getClass().getClassLoader());

    static Stream<Object> values() {
        return Stream.of(
                true,
                1,
                Integer.MIN_VALUE,
                Long.MAX_VALUE,
                (1L << 53) + 1,
                (short) -3,
                (byte) 255,
                'x',
                '\ud800',
                '\0',
                1.5,
                -0.0,
                0.0,
                100.0,
                1e15,
                1e23,
                5e-324,
                Double.MAX_VALUE,
                2.2250738585072011e-308,
                Double.NaN,
                Double.NEGATIVE_INFINITY,
                0.1f,
                -0.0f,
                1e6f,
                16777216f,
                Float.MIN_VALUE,
                Float.MAX_VALUE,
                Float.NaN,
                Float.POSITIVE_INFINITY,
                "",
                "é😀\u0000\u001f\"\\/\u2028",
                "lone \ud83d and \ude00 reversed \ude00\ud83d",
                new BigInteger("-123456789012345678901234567890"),
                new BigDecimal("1.50"),
                new BigDecimal("1E+400"),
                Instant.parse("2026-11-24T10:15:30.123456789Z"),
                Instant.MIN,
                Instant.MAX,
                LocalDate.of(-44, 3, 15),
                LocalDate.MAX,
                LocalDateTime.of(2026, 1, 2, 3, 4),
                ZonedDateTime.of(LocalDateTime.of(2026, 10, 25, 2, 30), ZoneId.of("Europe/Paris"))
                        .withLaterOffsetAtOverlap(),
                ZonedDateTime.of(LocalDateTime.of(2026, 10, 25, 2, 30), ZoneOffset.ofHours(1)),
                Duration.ofSeconds(-1, 1),
                Period.of(1, -2, 3),
                Year.of(12345),
                YearMonth.of(-5, 2),
                MonthDay.of(2, 29),
                ZoneId.of("UTC"),
                ZoneOffset.UTC,
                ZoneId.of("UTC+01:00"),
                UUID.fromString("00000000-0000-0001-8000-00000000000f"),
                URI.create("s3://bucket/a%20b?x=1#y"),
                Path.of("a", "b c"),
                Path.of(""),
                Locale.FRANCE,
                Locale.ROOT,
                Kind.NEW,
                DayOfWeek.MONDAY,
                TimeUnit.DAYS,
                new Empty(),
                new Circle(Double.NaN),
                new Box(1, Optional.of(new Box(2, Optional.of(new Circle(3))))),
                new Row(7, List.of(Kind.NEW, Kind.OLD)),
                List.of(),
                Arrays.asList(1, null, List.of("x")),
                Set.of(1, 2, 3),
                new HashSet<>(Arrays.asList(null, "a")),
                Map.of("a", 1, "b", List.of()),
                Map.of(new Circle(1), Kind.OLD),
                new TreeSet<>(List.of("b", "a")),
                new TreeMap<>(Map.of(2, "b", 1, "a")),
                Optional.empty(),
                Optional.of(Optional.empty()),
                OptionalInt.of(3),
                OptionalInt.empty(),
                OptionalLong.of(4L),
                OptionalDouble.of(Double.NaN),
                ModelUri.of("models:/churn/3"),
                new FileRef(URI.create("file:///a"), "0".repeat(64), 3),
                new DatasetInfo(
                        "n",
                        "d",
                        new DatasetInfo.Source("local", Map.of("uri", "x")),
                        Optional.of(new Schema(List.of(new Schema.Column("c", ColumnType.Scalar.DOUBLE, true)))),
                        Map.of("num_rows", 3)));
    }

    @ParameterizedTest
    @MethodSource("values")
    void comesBackEqual(Object value) {
        byte[] stored = codec.encode(value);
        Object back = codec.decode(stored);
        assertThat(back).isEqualTo(value);
        assertThat(codec.encode(back)).isEqualTo(stored);
        assertThat(back.hashCode()).isEqualTo(value.hashCode());
    }

    @Test
    void storesNull() {
        assertThat(codec.decode(codec.encode(null))).isNull();
    }

    @Test
    void keepsTheBitsOfArrays() {
        float nan = Float.intBitsToFloat(0x7fc12345);
        assertThat(roundTrip(new byte[] {1, -1})).isEqualTo(new byte[] {1, -1});
        assertThat(roundTrip(new boolean[] {true, false})).isEqualTo(new boolean[] {true, false});
        assertThat(roundTrip(new short[] {1, -2})).isEqualTo(new short[] {1, -2});
        assertThat(roundTrip(new char[] {'a', '\ud800'})).isEqualTo(new char[] {'a', '\ud800'});
        assertThat(roundTrip(new int[] {1, Integer.MIN_VALUE})).isEqualTo(new int[] {1, Integer.MIN_VALUE});
        assertThat(roundTrip(new long[] {1, Long.MIN_VALUE})).isEqualTo(new long[] {1, Long.MIN_VALUE});
        assertThat(roundTrip(new double[] {-0.0, Math.PI})).isEqualTo(new double[] {-0.0, Math.PI});
        float[] floats = (float[]) roundTrip(new float[] {nan, -0.0f});
        assertThat(Float.floatToRawIntBits(floats[0])).isEqualTo(0x7fc12345);
        assertThat(Float.floatToRawIntBits(floats[1])).isEqualTo(0x80000000);
    }

    /** The stored format of version 1: bytes of today are read by every later release. */
    @Test
    void writesAndReadsVersion1() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("row", new Row(7, List.of(Kind.NEW)));
        value.put("numbers", Arrays.asList(1, 2L, 0.1, 0.1f, -0.0, Double.NaN, new BigDecimal("1.50"), null, true));
        value.put("bytes", Optional.of("x"));
        value.put("path", Path.of("data", "x.csv"));
        String stored = "{\"v\":1,\"types\":[{\"name\":\"dev.mlcore.dag.internal.ValueCodecTest$Kind\"},"
                + "{\"name\":\"dev.mlcore.dag.internal.ValueCodecTest$Row\",\"parts\":[\"id\",\"tags\"]}],"
                + "\"value\":{\"map\":[[\"bytes\",{\"optional\":[\"x\"]}],"
                + "[\"numbers\",[1,{\"long\":\"2\"},0.1,{\"float\":\"0.1\"},-0.0,{\"double\":\"NaN\"},{\"decimal\":\"1.50\"},null,true]],"
                + "[\"path\",{\"path\":\"data/x.csv\"}],"
                + "[\"row\",{\"1\":[{\"long\":\"7\"},[{\"0\":\"NEW\"}]]}]]}}";
        assertThat(text(codec.encode(value))).isEqualTo(stored);
        assertThat(codec.decode(bytes(stored))).isEqualTo(value);
    }

    @Test
    void givesEqualValuesEqualBytesWhateverTheirOrder() {
        Set<Object> one = new LinkedHashSet<>(List.of(new Circle(1), Kind.OLD, new Empty(), "a"));
        Set<Object> other = new LinkedHashSet<>(List.of("a", new Empty(), Kind.OLD, new Circle(1)));
        assertThat(codec.encode(List.of(one, new Row(1, List.of()))))
                .isEqualTo(codec.encode(Arrays.asList(other, new Row(1, new ArrayList<>()))));
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put(new Circle(1), Kind.OLD);
        map.put(new Empty(), new Row(1, List.of()));
        Map<Object, Object> turned = new LinkedHashMap<>();
        turned.put(new Empty(), new Row(1, List.of()));
        turned.put(new Circle(1), Kind.OLD);
        assertThat(codec.encode(map)).isEqualTo(codec.encode(turned));
    }

    @Test
    void returnsCollectionsThatNobodyCanChange() {
        List<Object> list = cast(roundTrip(new ArrayList<>(List.of(1))));
        assertThatThrownBy(() -> list.add(2)).isInstanceOf(UnsupportedOperationException.class);
        Set<Object> set = cast(roundTrip(new HashSet<>(Set.of(1))));
        assertThatThrownBy(() -> set.add(2)).isInstanceOf(UnsupportedOperationException.class);
        Map<Object, Object> map = cast(roundTrip(new HashMap<>(Map.of(1, 1))));
        assertThatThrownBy(() -> map.put(2, 2)).isInstanceOf(UnsupportedOperationException.class);
        SortedMap<Object, Object> sorted = cast(roundTrip(new TreeMap<>(Map.of(1, 1))));
        assertThatThrownBy(() -> sorted.put(2, 2)).isInstanceOf(UnsupportedOperationException.class);
    }

    record Grown(String name, Optional<String> since, OptionalInt count, OptionalLong size, OptionalDouble share) {}

    record Stricter(String name, int since) {}

    record Renamed(String name) {}

    private static byte[] grown(Class<?> type, String parts, String values) {
        return bytes("{\"v\":1,\"types\":[{\"name\":\"" + type.getName() + "\",\"parts\":[" + parts
                + "]}],\"value\":{\"0\":[" + values + "]}}");
    }

    @Test
    void readsRecordsByTheNamesOfTheirComponents() {
        assertThat(codec.decode(grown(Grown.class, "\"name\"", "\"a\"")))
                .isEqualTo(new Grown(
                        "a", Optional.empty(), OptionalInt.empty(), OptionalLong.empty(), OptionalDouble.empty()));
        assertThat(codec.decode(grown(Stricter.class, "\"since\",\"name\"", "3,\"a\"")))
                .isEqualTo(new Stricter("a", 3));
        assertThatThrownBy(() -> codec.decode(grown(Stricter.class, "\"name\"", "\"a\"")))
                .isInstanceOf(IncompatibleException.class)
                .hasMessage("Cannot read a stored " + Stricter.class.getName() + ": it has no component since"
                        + " (expected: a component added later is an Optional)");
        assertThatThrownBy(() -> codec.decode(grown(Stricter.class, "\"name\",\"since\"", "\"a\",\"b\"")))
                .isInstanceOf(IncompatibleException.class)
                .hasMessage("Cannot read a stored " + Stricter.class.getName()
                        + ": its component since holds a java.lang.String (expected: a int, as declared now)");
        assertThatThrownBy(() -> codec.decode(grown(Stricter.class, "\"name\",\"since\"", "\"a\",null")))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("since holds null");
    }

    /** What is gone from the record is not even looked at: its own class may be gone as well. */
    @Test
    void ignoresStoredComponentsThatTheRecordNoLongerHas() {
        byte[] stored = bytes("{\"v\":1,\"types\":[{\"name\":\"" + Renamed.class.getName()
                + "\",\"parts\":[\"old\",\"name\"]},{\"name\":\"gone.Away\",\"parts\":[\"x\"]}],"
                + "\"value\":{\"0\":[{\"1\":[{\"set\":[1]}]},\"a\"]}}");
        assertThat(codec.decode(stored)).isEqualTo(new Renamed("a"));
    }

    @Test
    void saysWhatIsGone() {
        assertThatThrownBy(() -> codec.decode(
                        bytes("{\"v\":1,\"types\":[{\"name\":\"gone.Away\",\"parts\":[]}],\"value\":{\"0\":[]}}")))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("there is no class gone.Away");
        assertThatThrownBy(() -> codec.decode(bytes("{\"v\":1,\"types\":[{\"name\":\"" + Kind.class.getName()
                        + "\"}],\"value\":{\"0\":\"NEWER\"}}")))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("has no constant NEWER");
        assertThatThrownBy(() -> codec.decode(bytes("{\"v\":2,\"value\":1}")))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("version 2");
        assertThat(codec.decode(bytes("{\"v\":1,\"later\":{\"x\":[1]},\"value\":1}")))
                .isEqualTo(1);
    }

    record Picky(int n) {
        Picky {
            if (n < 0) {
                throw new IllegalArgumentException("n: " + n + " (expected: >= 0)");
            }
        }
    }

    @Test
    void saysWhatAConstructorRefused() {
        assertThatThrownBy(() -> codec.decode(grown(Picky.class, "\"n\"", "-1")))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageEndingWith(
                        "its constructor refused it: java.lang.IllegalArgumentException: n: -1 (expected: >= 0)");
    }

    private static boolean trapIsSprung;

    static final class Quiet {
        static {
            trapIsSprung = true;
        }

        private Quiet() {}
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.util.ArrayList",
                "java.lang.ProcessBuilder",
                "java.lang.Runtime",
                "java.io.File",
                "java.net.URL",
                "javax.sql.rowset.serial.SerialBlob",
                "com.sun.jndi.rmi.registry.RegistryContextFactory",
                "[I",
                "[Ldev.mlcore.dag.internal.ValueCodecTest$Circle;",
                "dev.mlcore.dag.internal.ValueCodecTest$Quiet",
                "dev.mlcore.dag.internal.ValueCodecTest$Shape",
                "java.lang.Thread",
                ""
            })
    void makesNoClassButRecordsAndEnums(String name) {
        for (String parts : List.of(",\"parts\":[]", "")) {
            String value = parts.isEmpty() ? "\"X\"" : "[]";
            Throwable refusal = catchThrowable(() -> codec.decode(bytes(
                    "{\"v\":1,\"types\":[{\"name\":\"" + name + "\"" + parts + "}],\"value\":{\"0\":" + value + "}}")));
            assertThat(refusal).isInstanceOfAny(InvalidFormatException.class, IncompatibleException.class);
        }
        assertThat(trapIsSprung).as("looked at before it is initialised").isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "null",
                "{}",
                "{\"v\":1}",
                "{\"v\":\"1\",\"value\":1}",
                "{\"v\":1,\"value\":1} 2",
                "{\"v\":1,\"value\":{}}",
                "{\"v\":1,\"value\":{\"long\":\"1\",\"int\":\"2\"}}",
                "{\"v\":1,\"value\":{\"long\":\"x\"}}",
                "{\"v\":1,\"value\":{\"long\":1}}",
                "{\"v\":1,\"value\":{\"nonsense\":\"x\"}}",
                "{\"v\":1,\"value\":{\"0\":[]}}",
                "{\"v\":1,\"value\":{\"-1\":[]}}",
                "{\"v\":1,\"value\":{\"99999999999\":[]}}",
                "{\"v\":1,\"value\":99999999999}",
                "{\"v\":1,\"value\":{\"optional\":[null]}}",
                "{\"v\":1,\"value\":{\"optional\":[1,2]}}",
                "{\"v\":1,\"value\":{\"optionalInt\":[\"x\"]}}",
                "{\"v\":1,\"value\":{\"set\":[1,1]}}",
                "{\"v\":1,\"value\":{\"map\":[[1,1],[1,2]]}}",
                "{\"v\":1,\"value\":{\"map\":[[1]]}}",
                "{\"v\":1,\"value\":{\"map\":[1]}}",
                "{\"v\":1,\"value\":{\"byte[]\":\"*\"}}",
                "{\"v\":1,\"value\":{\"int[]\":\"AAA=\"}}",
                "{\"v\":1,\"value\":{\"char\":\"xy\"}}",
                "{\"v\":1,\"value\":{\"path\":\"a\\u0000b\"}}",
                "{\"v\":1,\"value\":{\"codec\":[\"x\"]}}",
                "{\"v\":1,\"value\":NaN}",
                "{\"v\":1,\"types\":[{}],\"value\":1}"
            })
    void refusesWhatItDidNotWrite(String stored) {
        assertThatThrownBy(() -> codec.decode(bytes(stored)))
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageStartingWith("Cannot read the stored value: ");
    }

    @Test
    void refusesUnsortableElementsOfASortedSet() {
        assertThatThrownBy(() -> codec.decode(bytes("{\"v\":1,\"value\":{\"sortedSet\":[1,\"a\"]}}")))
                .isInstanceOf(IncompatibleException.class);
    }

    @Test
    void refusesWhatIsTooDeepToRead() {
        for (int depth : List.of(403, 900, 100_000)) {
            byte[] stored = bytes("{\"v\":1,\"value\":" + "[".repeat(depth) + "]".repeat(depth) + "}");
            assertThatThrownBy(() -> codec.decode(stored)).isInstanceOf(InvalidFormatException.class);
        }
    }

    @Test
    void readsWhatItWroteAtItsDeepest() {
        Object maps = 1;
        Object boxes = new Circle(1);
        for (int i = 0; i < 200; i++) {
            maps = Map.of("k", maps);
        }
        for (int i = 0; i < 99; i++) {
            boxes = new Box(i, Optional.of((Shape) boxes));
        }
        assertThat(roundTrip(maps)).isEqualTo(maps);
        assertThat(roundTrip(boxes)).isEqualTo(boxes);
        Object deeper = List.of(maps);
        assertThatThrownBy(() -> codec.encode(deeper))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("is nested more than 200 deep (expected: use a flatter value");
    }

    record Holder(String name, Object part) {}

    @Test
    void namesThePartThatItCannotStore() {
        Object value = List.of(1, new Holder("a", Map.of("k", Optional.of(new Thread()))));
        assertThatThrownBy(() -> codec.encode(value))
                .isInstanceOf(UnsupportedException.class)
                .hasMessage(
                        "Cannot store the value: value[1].part[k][0] is a java.lang.Thread, which mlcore cannot store"
                                + " (expected: make it a record, pass on a FileRef of ctx.store(file), or register a Codec for it in the DagApp)");
        assertThatThrownBy(() -> codec.encode(new String[] {"a"}))
                .hasMessageContaining("value is a java.lang.String[], which")
                .hasMessageContaining("use a List");
        assertThatThrownBy(() -> codec.encode(new ArrayDeque<>())).hasMessageContaining("copy it to a list");
        assertThatThrownBy(() -> codec.encode(new TreeSet<>(Collections.reverseOrder())))
                .hasMessageContaining("is sorted by a comparator");
        assertThatThrownBy(() -> codec.encode(new Object())).isInstanceOf(UnsupportedException.class);
        Comparable<Integer> lambda = x -> 0;
        assertThatThrownBy(() -> codec.encode(lambda)).isInstanceOf(UnsupportedException.class);
    }

    record Concrete(ArrayList<Integer> list) {}

    record Sorted(SortedMap<String, Integer> map, java.util.Collection<Integer> any) {}

    @Test
    void refusesComponentsThatWouldNotFitWhenReadAgain() {
        assertThatThrownBy(() -> codec.encode(new Concrete(new ArrayList<>())))
                .isInstanceOf(UnsupportedException.class)
                .hasMessage(
                        "Cannot store the value: value.list is declared as java.util.ArrayList and comes back as another List"
                                + " (expected: declare the component as List)");
        Sorted sorted = new Sorted(new TreeMap<>(Map.of("a", 1)), List.of(1));
        assertThat(roundTrip(sorted)).isEqualTo(sorted);
    }

    @Test
    void refusesCyclesWithoutOverflowing() {
        List<Object> cyclic = new ArrayList<>();
        cyclic.add(new Holder("a", cyclic));
        assertThatThrownBy(() -> codec.encode(cyclic))
                .isInstanceOf(UnsupportedException.class)
                .hasMessage(
                        "Cannot store the value: value[0].part contains itself (expected: values between tasks are trees)");
        Map<Object, Object> map = new HashMap<>();
        map.put("self", map);
        assertThatThrownBy(() -> codec.encode(map)).hasMessageContaining("value[self] contains itself");
        List<Object> shared = List.of(1);
        assertThat(roundTrip(List.of(shared, shared)))
                .as("shared is not cyclic")
                .isEqualTo(List.of(shared, shared));
    }

    @Test
    void refusesWhatIsTooLarge() {
        assertThatThrownBy(() -> codec.encode(List.of(new byte[50 << 20])))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("value[0] is larger than 64 MiB as text")
                .hasMessageContaining("FileRef");
        assertThatThrownBy(() -> codec.encode(BigInteger.TWO.pow(1_000_000))).hasMessageContaining("too many digits");
    }

    @Test
    void refusesPathsIntoTheAttemptsFolder(@TempDir Path folder) throws Exception {
        Path work = Files.createDirectory(folder.resolve("work"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), work);
        Files.createFile(work.resolve("file"));
        for (Path path : List.of(work, work.resolve("new"), folder.resolve("x/../work/file"), link.resolve("file"))) {
            assertThatThrownBy(() -> codec.encode(new Holder("a", List.of(path)), List.of(work)))
                    .as("%s", path)
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("value.part[0] is the path " + path + " in the attempt's own folder")
                    .hasMessageContaining("FileRef of ctx.store(file)");
        }
        assertThat(codec.encode(folder.resolve("workshop"), List.of(work))).isNotEmpty();
        assertThat(codec.encode(work.resolve("file"))).isNotEmpty();
        try (var zip = FileSystems.newFileSystem(
                URI.create("jar:" + folder.resolve("a.zip").toUri()), Map.of("create", "true"))) {
            assertThatThrownBy(() -> codec.encode(zip.getPath("/a"))).hasMessageContaining("another file system");
        }
    }

    static class Matrix {
        final double[] cells;

        Matrix(double... cells) {
            this.cells = cells;
        }
    }

    static final class SquareMatrix extends Matrix {
        SquareMatrix(double cell) {
            super(cell);
        }
    }

    private static final Codec<Matrix> MATRICES = new Codec<>() {
        @Override
        public Class<Matrix> type() {
            return Matrix.class;
        }

        @Override
        public String name() {
            return "matrix/1";
        }

        @Override
        public byte[] encode(Matrix value) {
            if (value.cells.length == 0) {
                throw new IllegalStateException("empty");
            }
            return new byte[] {(byte) value.cells[0]};
        }

        @Override
        public Matrix decode(byte[] stored) {
            return new Matrix(stored[0]);
        }
    };

    @Test
    void storesWhatACodecIsRegisteredFor() {
        ValueCodec with = new ValueCodec(List.of(MATRICES), getClass().getClassLoader());
        byte[] stored = with.encode(new Holder("m", new SquareMatrix(3)));
        assertThat(((Matrix) ((Holder) with.decode(stored)).part()).cells).containsExactly(3);
        assertThatThrownBy(() -> codec.encode(new Matrix(3))).isInstanceOf(UnsupportedException.class);
        assertThatThrownBy(() -> codec.decode(stored))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("there is no codec 'matrix/1'");
        assertThatThrownBy(() -> with.encode(new Matrix()))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("is refused by its codec 'matrix/1'")
                .hasRootCauseMessage("empty");
        assertThatThrownBy(() -> with.decode(bytes("{\"v\":1,\"value\":{\"codec\":[\"matrix/1\",\"\"]}}")))
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageContaining("codec 'matrix/1' refused its bytes");
        assertThat(with.deeplyImmutable(new Matrix(1))).isFalse();
    }

    @Test
    void sharesOnlyWhatNobodyCanChange() {
        assertThat(Stream.of(
                        1,
                        "a",
                        Kind.OLD,
                        new Row(1, List.of(Kind.OLD)),
                        List.of(1, 2, 3),
                        Stream.of(1, null, 2).toList(),
                        Optional.of(List.of()),
                        Instant.EPOCH,
                        Path.of("a"),
                        new BigDecimal("1"),
                        OptionalInt.of(1)))
                .allMatch(codec::deeplyImmutable);
        assertThat(codec.deeplyImmutable(null)).isTrue();
        assertThat(codec.deeplyImmutable(codec.decode(codec.encode(new ArrayList<>(List.of("a"))))))
                .isTrue();
        assertThat(Stream.of(
                        new ArrayList<>(),
                        Arrays.asList(1),
                        Collections.unmodifiableList(new ArrayList<>()),
                        new byte[1],
                        Optional.of(new int[1]),
                        List.of(new byte[1]),
                        new Row(1, new ArrayList<>()),
                        new Holder("a", new StringBuilder()),
                        Set.of(1, 2),
                        Map.of(1, 2),
                        new Object()))
                .noneMatch(codec::deeplyImmutable);
    }

    @Test
    void refusesClassesThatItsLoaderCannotFindAgain() {
        ValueCodec elsewhere = new ValueCodec(List.of(), new URLClassLoader(new URL[0], null));
        assertThatThrownBy(() -> elsewhere.encode(new Empty()))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("which could not be read again");
        assertThat(elsewhere.decode(elsewhere.encode(DayOfWeek.FRIDAY))).isEqualTo(DayOfWeek.FRIDAY);
    }

    @Test
    void knowsWhichDeclaredTypesItCanStore() {
        assertThat(Stream.<Class<?>>of(
                        String.class,
                        Integer.class,
                        Long.class,
                        Path.class,
                        LocalDate.class,
                        List.class,
                        Set.class,
                        Map.class,
                        SortedMap.class,
                        Optional.class,
                        Row.class,
                        Kind.class,
                        Shape.class,
                        byte[].class,
                        ZoneId.class,
                        ZoneOffset.class,
                        java.util.Collection.class))
                .allMatch(type -> ValueCodec.problem(type) == null);
        assertThat(Stream.<Class<?>>of(
                        Object.class, Thread.class, ArrayList.class, String[].class, Number.class, Runnable.class))
                .noneMatch(type -> ValueCodec.problem(type) == null);
    }

    private Object roundTrip(Object value) {
        return codec.decode(codec.encode(value));
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object value) {
        return (T) value;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
