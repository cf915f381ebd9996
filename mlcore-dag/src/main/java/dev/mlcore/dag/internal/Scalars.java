package dev.mlcore.dag.internal;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's values that are stored as a tag and a text. Tags and texts are a stored format: they are read for ever.
 *
 * @param tag in the stored form
 * @param type what comes back
 * @param immutable whether an instance can be shared
 * @param text of a value
 * @param parse the value of a text; throws a {@link RuntimeException} for one that it did not write
 */
record Scalars(
        String tag, Class<?> type, boolean immutable, Function<Object, String> text, Function<String, Object> parse) {
    /** Longest text of a {@link BigInteger} or {@link BigDecimal}: their conversion takes quadratic time. */
    static final int MOST_DIGITS = 100_000;

    private static final Map<Class<?>, Scalars> BY_TYPE = new HashMap<>();
    private static final Map<String, Scalars> BY_TAG = new HashMap<>();

    static {
        add("byte", Byte.class, Object::toString, Byte::valueOf);
        add("short", Short.class, Object::toString, Short::valueOf);
        add("long", Long.class, Object::toString, Long::valueOf);
        add("float", Float.class, v -> floatText((Float) v), Float::valueOf);
        add("double", Double.class, v -> doubleText((Double) v), Double::valueOf);
        add("char", Character.class, Object::toString, Scalars::character);
        add("bigint", BigInteger.class, Object::toString, text -> new BigInteger(digits(text)));
        add("decimal", BigDecimal.class, Object::toString, text -> new BigDecimal(digits(text)));
        add("instant", Instant.class, Object::toString, Instant::parse);
        add("date", LocalDate.class, Object::toString, LocalDate::parse);
        add("time", LocalTime.class, Object::toString, LocalTime::parse);
        add("dateTime", LocalDateTime.class, Object::toString, LocalDateTime::parse);
        add("offsetDateTime", OffsetDateTime.class, Object::toString, OffsetDateTime::parse);
        add("offsetTime", OffsetTime.class, Object::toString, OffsetTime::parse);
        add("zonedDateTime", ZonedDateTime.class, v -> zonedText((ZonedDateTime) v), Scalars::zoned);
        add("duration", Duration.class, Object::toString, Duration::parse);
        add("period", Period.class, Object::toString, Period::parse);
        add("year", Year.class, v -> Integer.toString(((Year) v).getValue()), text -> Year.of(Integer.parseInt(text)));
        add("yearMonth", YearMonth.class, Object::toString, YearMonth::parse);
        add("monthDay", MonthDay.class, Object::toString, MonthDay::parse);
        add("zone", ZoneId.class, v -> ((ZoneId) v).getId(), ZoneId::of);
        add("uuid", UUID.class, Object::toString, UUID::fromString);
        add("uri", URI.class, Object::toString, URI::create);
        add("path", Path.class, Object::toString, Path::of);
        add("locale", Locale.class, v -> ((Locale) v).toLanguageTag(), Locale::forLanguageTag);
        array("byte[]", byte[].class, v -> (byte[]) v, bytes -> bytes);
        array("boolean[]", boolean[].class, v -> bytes((boolean[]) v), Scalars::booleans);
        array("short[]", short[].class, v -> bytes((short[]) v), Scalars::shorts);
        array("char[]", char[].class, v -> bytes((char[]) v), Scalars::chars);
        array("int[]", int[].class, v -> bytes((int[]) v), Scalars::ints);
        array("long[]", long[].class, v -> bytes((long[]) v), Scalars::longs);
        array("float[]", float[].class, v -> bytes((float[]) v), Scalars::floats);
        array("double[]", double[].class, v -> bytes((double[]) v), Scalars::doubles);
    }

    /** The one for a value, or null. */
    static @Nullable Scalars of(Object value) {
        if (value instanceof Path) {
            return BY_TYPE.get(Path.class);
        }
        return value instanceof ZoneId ? BY_TYPE.get(ZoneId.class) : BY_TYPE.get(value.getClass());
    }

    /** The one for a declared type, or null. */
    static @Nullable Scalars ofType(Class<?> type) {
        return BY_TYPE.get(ZoneId.class.isAssignableFrom(type) ? ZoneId.class : type);
    }

    static @Nullable Scalars ofTag(String tag) {
        return BY_TAG.get(tag);
    }

    private static void add(String tag, Class<?> type, Function<Object, String> text, Function<String, Object> parse) {
        put(new Scalars(tag, type, true, text, parse));
    }

    private static void array(
            String tag, Class<?> type, Function<Object, byte[]> bytes, Function<byte[], Object> parse) {
        put(new Scalars(
                tag,
                type,
                false,
                value -> Base64.getEncoder().encodeToString(bytes.apply(value)),
                text -> parse.apply(Base64.getDecoder().decode(text))));
    }

    private static void put(Scalars scalar) {
        BY_TYPE.put(scalar.type, scalar);
        BY_TAG.put(scalar.tag, scalar);
    }

    /**
     * The shortest of the decimals with 15, 16 and 17 digits that give this double again, without trailing zeros: one text per value on every JVM, which
     * {@link Double#toString} is not (it became the shortest in 19). Always has a point or an exponent, except for NaN and the infinities.
     */
    static String doubleText(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.toString(value);
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return zeroSign(value, 1 / value) + (long) value + ".0";
        }
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 15; digits < 17; digits++) {
            BigDecimal shorter = exact.round(new MathContext(digits));
            if (shorter.doubleValue() == value) {
                return decimalText(shorter);
            }
        }
        return decimalText(exact.round(new MathContext(17)));
    }

    /** Likewise, with 6 to 9 digits. */
    static String floatText(float value) {
        if (Float.isNaN(value) || Float.isInfinite(value)) {
            return Float.toString(value);
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e6) {
            return zeroSign(value, 1 / value) + (long) value + ".0";
        }
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 6; digits < 9; digits++) {
            BigDecimal shorter = exact.round(new MathContext(digits));
            if (shorter.floatValue() == value) {
                return decimalText(shorter);
            }
        }
        return decimalText(exact.round(new MathContext(9)));
    }

    private static String zeroSign(double value, double reciprocal) {
        return value == 0 && reciprocal < 0 ? "-" : "";
    }

    private static String decimalText(BigDecimal value) {
        String text = value.stripTrailingZeros().toString();
        return text.indexOf('.') < 0 && text.indexOf('E') < 0 ? text + ".0" : text;
    }

    private static Character character(String text) {
        if (text.length() != 1) {
            throw new IllegalArgumentException("a char of " + text.length() + " characters");
        }
        return text.charAt(0);
    }

    private static String digits(String text) {
        if (text.length() > MOST_DIGITS) {
            throw new IllegalArgumentException("a number of " + text.length() + " characters");
        }
        return text;
    }

    /** Local time, offset and zone apart: {@link ZonedDateTime#parse} loses the offset of some overlaps and of fixed-offset zones. */
    private static String zonedText(ZonedDateTime value) {
        return value.toLocalDateTime() + " " + value.getOffset().getId() + " "
                + value.getZone().getId();
    }

    private static ZonedDateTime zoned(String text) {
        String[] parts = text.split(" ", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException(text);
        }
        return ZonedDateTime.ofStrict(
                LocalDateTime.parse(parts[0]), java.time.ZoneOffset.of(parts[1]), ZoneId.of(parts[2]));
    }

    private static byte[] bytes(boolean[] values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return bytes;
    }

    private static boolean[] booleans(byte[] bytes) {
        boolean[] values = new boolean[bytes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes[i] != 0;
        }
        return values;
    }

    private static byte[] bytes(short[] values) {
        byte[] bytes = room(values.length, Short.BYTES);
        ByteBuffer.wrap(bytes).asShortBuffer().put(values);
        return bytes;
    }

    private static short[] shorts(byte[] bytes) {
        short[] values = new short[count(bytes, Short.BYTES)];
        ByteBuffer.wrap(bytes).asShortBuffer().get(values);
        return values;
    }

    private static byte[] bytes(char[] values) {
        byte[] bytes = room(values.length, Character.BYTES);
        ByteBuffer.wrap(bytes).asCharBuffer().put(values);
        return bytes;
    }

    private static char[] chars(byte[] bytes) {
        char[] values = new char[count(bytes, Character.BYTES)];
        ByteBuffer.wrap(bytes).asCharBuffer().get(values);
        return values;
    }

    private static byte[] bytes(int[] values) {
        byte[] bytes = room(values.length, Integer.BYTES);
        ByteBuffer.wrap(bytes).asIntBuffer().put(values);
        return bytes;
    }

    private static int[] ints(byte[] bytes) {
        int[] values = new int[count(bytes, Integer.BYTES)];
        ByteBuffer.wrap(bytes).asIntBuffer().get(values);
        return values;
    }

    private static byte[] bytes(long[] values) {
        byte[] bytes = room(values.length, Long.BYTES);
        ByteBuffer.wrap(bytes).asLongBuffer().put(values);
        return bytes;
    }

    private static long[] longs(byte[] bytes) {
        long[] values = new long[count(bytes, Long.BYTES)];
        ByteBuffer.wrap(bytes).asLongBuffer().get(values);
        return values;
    }

    private static byte[] bytes(float[] values) {
        byte[] bytes = room(values.length, Float.BYTES);
        ByteBuffer.wrap(bytes).asFloatBuffer().put(values);
        return bytes;
    }

    private static float[] floats(byte[] bytes) {
        float[] values = new float[count(bytes, Float.BYTES)];
        ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
        return values;
    }

    private static byte[] bytes(double[] values) {
        byte[] bytes = room(values.length, Double.BYTES);
        ByteBuffer.wrap(bytes).asDoubleBuffer().put(values);
        return bytes;
    }

    private static double[] doubles(byte[] bytes) {
        double[] values = new double[count(bytes, Double.BYTES)];
        ByteBuffer.wrap(bytes).asDoubleBuffer().get(values);
        return values;
    }

    private static byte[] room(int count, int each) {
        return new byte[Math.multiplyExact(count, each)];
    }

    private static int count(byte[] bytes, int each) {
        if (bytes.length % each != 0) {
            throw new IllegalArgumentException(bytes.length + " bytes for elements of " + each);
        }
        return bytes.length / each;
    }
}
