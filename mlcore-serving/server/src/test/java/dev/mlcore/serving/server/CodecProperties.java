package dev.mlcore.serving.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.serving.server.Samples.Sample;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class CodecProperties {
    private static final ObjectMapper EXACT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /** What a tree builder wrote, in any order of members and nesting, is read as the tensors it was made of. */
    @Property(tries = 400)
    void readsWhatAnotherWrote(@ForAll Random random, @ForAll @IntRange(min = 1, max = 4) int count) throws Exception {
        List<Sample> samples = samples(random, count);
        byte[] body = Samples.request(samples, random);
        InferRequest request = RequestReader.read("m", body, body.length);
        assertThat(request.id()).contains("r" + count);
        assertThat(new ArrayList<>(request.inputs().keySet()))
                .isEqualTo(samples.stream().map(Sample::name).toList());
        for (Sample sample : samples) {
            assertThat(request.inputs().get(sample.name())).isEqualTo(sample.tensor());
        }
    }

    /** What is written, another parser reads: exact integers, and floats that are the same value of their type. */
    @Property(tries = 400)
    void anotherReadsWhatIsWritten(@ForAll Random random, @ForAll @IntRange(min = 1, max = 4) int count)
            throws Exception {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        List<Sample> samples = samples(random, count);
        samples.forEach(s -> outputs.put(s.name(), s.tensor()));
        String json = Samples.write(outputs);
        assertThat(Samples.write(outputs)).isEqualTo(json);
        JsonNode root = EXACT.readTree(json);
        assertThat(root.get("model_name").asText()).isEqualTo("m");
        assertThat(root.get("model_version").asText()).isEqualTo("7");
        for (int i = 0; i < count; i++) {
            Sample sample = samples.get(i);
            JsonNode output = root.get("outputs").get(i);
            assertThat(output.get("name").asText()).isEqualTo(sample.name());
            assertThat(output.get("datatype").asText()).isEqualTo(sample.type().oipName());
            assertThat(output.get("shape").toString().replace(" ", ""))
                    .isEqualTo(java.util.Arrays.toString(sample.shape()).replace(" ", ""));
            assertThat(output.get("data")).hasSize(sample.leaves().size());
            for (int k = 0; k < sample.leaves().size(); k++) {
                assertSame(
                        sample.type(),
                        output.get("data").get(k),
                        sample.leaves().get(k));
            }
        }
    }

    private static void assertSame(DataType type, JsonNode written, JsonNode expected) {
        switch (type) {
            case BOOL ->
                assertThat(written.isBoolean() && written.asBoolean() == expected.asBoolean())
                        .isTrue();
            case STRING -> assertThat(written.textValue()).isEqualTo(expected.textValue());
            case FLOAT32 -> {
                assertThat(Float.parseFloat(written.asText())).isEqualTo(Float.parseFloat(expected.asText()));
                assertThat(new BigDecimal(written.asText()).precision()).isLessThanOrEqualTo(9);
            }
            case FLOAT64 -> {
                assertThat(Double.parseDouble(written.asText())).isEqualTo(Double.parseDouble(expected.asText()));
                assertThat(new BigDecimal(written.asText()).precision()).isLessThanOrEqualTo(17);
            }
            default -> assertThat(written.bigIntegerValue()).isEqualTo(new BigInteger(expected.asText()));
        }
    }

    /** Any float, NaN and infinities too, comes back through our own writer and reader, bit for bit but for NaN's payload. */
    @Property(tries = 2_000)
    void floatsComeBack(@ForAll int bits, @ForAll long moreBits) {
        Tensor f = Tensor.of(
                new float[] {Float.intBitsToFloat(bits), Float.intBitsToFloat((int) moreBits), -0.0f, Float.NaN}, 4);
        Tensor d = Tensor.of(new double[] {Double.longBitsToDouble(moreBits), -0.0, Double.NEGATIVE_INFINITY}, 3);
        assertThat(back(f).toFloats()).isEqualTo(f.toFloats());
        assertThat(back(d).toDoubles()).isEqualTo(d.toDoubles());
        assertThat(Float.floatToIntBits(back(f).toFloats()[2])).isEqualTo(Float.floatToIntBits(-0.0f));
    }

    private static Tensor back(Tensor tensor) {
        String written = Samples.write(Map.of("x", tensor));
        String data = written.substring(written.indexOf("\"data\":"), written.lastIndexOf("}]}"));
        return Samples.get(
                Samples.read("{\"inputs\":[{\"name\":\"x\",\"shape\":[" + tensor.size() + "],\"datatype\":\""
                                + tensor.type().oipName() + "\"," + data + "}]}")
                        .inputs(),
                "x");
    }

    /** Bytes behind the JSON are the tensors' own, in order, both ways. */
    @Property(tries = 200)
    void binaryTensorsComeBack(@ForAll Random random, @ForAll @IntRange(min = 1, max = 4) int count) throws Exception {
        List<Sample> samples = samples(random, count);
        Map<String, Tensor> all = new LinkedHashMap<>();
        samples.forEach(s -> all.put(s.name(), s.tensor()));
        var written = ResponseWriter.write("m", "1", Optional.empty(), all, all.keySet());
        JsonNode root = EXACT.readTree(written.body(), 0, written.jsonLength());
        ByteBuffer tail =
                ByteBuffer.wrap(written.body(), written.jsonLength(), written.body().length - written.jsonLength());
        StringBuilder inputs = new StringBuilder();
        for (int i = 0; i < count; i++) {
            JsonNode output = root.get("outputs").get(i);
            int bytes = output.get("parameters").get("binary_data_size").asInt();
            assertThat(output.has("data")).isFalse();
            ByteBuffer own = tail.slice(tail.position(), bytes).order(ByteOrder.LITTLE_ENDIAN);
            tail.position(tail.position() + bytes);
            if (samples.get(i).type() != DataType.STRING) {
                assertThat(own).isEqualTo(samples.get(i).tensor().bytes());
            } else {
                for (String text : samples.get(i).tensor().toStrings()) {
                    byte[] utf8 = new byte[own.getInt()];
                    own.get(utf8);
                    assertThat(new String(utf8, StandardCharsets.UTF_8)).isEqualTo(text);
                }
                assertThat(own.hasRemaining()).isFalse();
            }
            inputs.append(i == 0 ? "" : ",")
                    .append("{\"name\":\"")
                    .append(samples.get(i).name())
                    .append("\",\"shape\":")
                    .append(output.get("shape"))
                    .append(",\"datatype\":")
                    .append(output.get("datatype"))
                    .append(",\"parameters\":")
                    .append(output.get("parameters"))
                    .append('}');
        }
        assertThat(tail.hasRemaining()).isFalse();
        byte[] json = ("{\"inputs\":[" + inputs + "]}").getBytes(StandardCharsets.UTF_8);
        byte[] body = java.util.Arrays.copyOf(json, json.length + written.body().length - written.jsonLength());
        System.arraycopy(written.body(), written.jsonLength(), body, json.length, body.length - json.length);
        InferRequest request = RequestReader.read("m", body, json.length);
        for (Sample sample : samples) {
            Tensor read = Samples.get(request.inputs(), sample.name());
            if (sample.type() == DataType.STRING) {
                assertThat(read.toBytes()).isDeepEqualTo(sample.tensor().toBytes());
            } else {
                assertThat(read).isEqualTo(sample.tensor());
            }
        }
    }

    /** A damaged request is read or refused as the client's fault, whatever the damage; nothing else is thrown. */
    @Property(tries = 1_500)
    void damageIsTheClientsFault(@ForAll Random random) throws Exception {
        byte[] body = Hostile.damaged(Samples.request(samples(random, 1 + random.nextInt(2)), random), random);
        assertThatCode(() -> {
                    try {
                        RequestReader.read("m", body, body.length);
                    } catch (InvalidInputException | UnsupportedException e) {
                        assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(2_000);
                    }
                })
                .doesNotThrowAnyException();
    }

    private static List<Sample> samples(Random random, int count) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            samples.add(Samples.sample(random, "x" + i));
        }
        return samples;
    }
}
