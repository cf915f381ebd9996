package dev.mlcore.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnavailableException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowsTest {
    private static final String HEADER =
            "species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year\n";

    @TempDir
    Path dir;

    @Test
    void ofThe344Rows342HaveAllFourMeasurements() {
        Rows rows = Samples.penguins();
        assertThat(rows.size()).isEqualTo(342);
        assertThat(rows.penguins().get(0)).isEqualTo(new Penguin(39.1f, 18.7f, 181f, 3750f));
        assertThat(Collections.frequency(rows.species(), "adelie")).isEqualTo(151);
        assertThat(Collections.frequency(rows.species(), "chinstrap")).isEqualTo(68);
        assertThat(Collections.frequency(rows.species(), "gentoo")).isEqualTo(123);
    }

    @Test
    void theSplitKeepsProportionsAndIsTheSameForTheSameSeed() {
        Rows rows = Samples.penguins();
        Rows.Split split = rows.split(0.8, 42);
        assertThat(split.train().size() + split.test().size()).isEqualTo(342);
        assertThat(Collections.frequency(split.train().species(), "chinstrap")).isEqualTo(54);
        assertThat(Collections.frequency(split.test().species(), "gentoo")).isEqualTo(25);
        Set<Penguin> both = new HashSet<>(split.train().penguins());
        both.addAll(split.test().penguins());
        assertThat(both).isEqualTo(new HashSet<>(rows.penguins()));
        assertThat(rows.split(0.8, 42)).isEqualTo(split);
        assertThat(rows.split(0.8, 43)).isNotEqualTo(split);
    }

    @Test
    void quotesCarriageReturnsAndAByteOrderMarkAreUnderstood() throws Exception {
        String text = HEADER.replace("\n", "\r\n")
                + "\"Adelie\",\"Tor,\"\"ger\nsen\",39.1,18.7,181,3750,male,2007\r\n"
                + "Chinstrap,Dream,46.5,17.9,192,3500,NA,2007\r\n\r\nGentoo,Biscoe,46.1,13.2,211,4500,female,2007";
        Rows rows = Rows.read(file(("\uFEFF" + text).getBytes(StandardCharsets.UTF_8)));
        assertThat(rows.species()).containsExactly("adelie", "chinstrap", "gentoo");
    }

    /** Each refusal is one line that names the file and says where, what was found and what was expected. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                            | : empty (expected: a header line, then rows)",
                "'\n\n'                                        | : empty (expected: a header line, then rows)",
                "'species,bill_length_mm\n'                    | , line 1: no column 'bill_depth_mm' (found: species, bill_length_mm; expected that name among them)",
                "'species,species\n'                           | , line 1: column 'species' twice (expected: each name once)",
                "'HEADERAdelie,Torgersen,39.1\n'               | , line 2: 3 values (expected: 8, as many as the header names)",
                "'HEADERAdelie,T,39.1,18.7,181,3750,m,2007\nAdelie,T,39.1,18.7,181,3750,m,2007,x\n' | , line 3: 9 values (expected: 8, as many as the header names)",
                "'HEADERAdelie,T,39.1,18.7,much,3750,m,2007\n' | , line 2, column 'flipper_length_mm': 'much' (expected: a number above 0, or NA)",
                "'HEADERAdelie,T,NaN,18.7,181,3750,m,2007\n'   | , line 2, column 'bill_length_mm': 'NaN' (expected: a number above 0, or NA)",
                "'HEADERAdelie,T,-1,18.7,181,3750,m,2007\n'    | , line 2, column 'bill_length_mm': '-1' (expected: a number above 0, or NA)",
                "'HEADERAdelie,T,1e99,18.7,181,3750,m,2007\n'  | , line 2, column 'bill_length_mm': '1e99' (expected: a number above 0, or NA)",
                "'HEADERAdelie,T,,18.7,181,3750,m,2007\n'      | , line 2, column 'bill_length_mm': '' (expected: a number above 0, or NA)",
                "'HEADERPuffin,T,39.1,18.7,181,3750,m,2007\n'  | , line 2, column 'species': 'Puffin' (expected: one of Adelie, Chinstrap, Gentoo)",
                "'HEADER\"Adelie,T,39.1,18.7,181,3750,m,2007\n' | , line 2: a quote is never closed (expected: \" at the end of the value)",
                "'HEADERAdelie,T,39.1,18.7,181,3750,m,2007\n'  | : no usable row of species chinstrap among 1 (expected: rows of all three species with all four measurements)",
            })
    void badFilesAreRefusedInOneLine(String text, String message) throws Exception {
        Path file = file(text.replace("HEADER", HEADER).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Rows.read(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(file + message);
    }

    @Test
    void bytesThatAreNotUtf8AreLocated() throws Exception {
        byte[] bytes = (HEADER + "Adelie,T\u00e9,39.1,18.7,181,3750,m,2007\n").getBytes(StandardCharsets.ISO_8859_1);
        Path file = file(bytes);
        assertThatThrownBy(() -> Rows.read(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(file + ", line 2: byte 0xE9 at offset " + (HEADER.length() + 8)
                        + " is not UTF-8 (expected: UTF-8 text; convert the file, for example with iconv)");
        Path cut = file("abc\u00e9".getBytes(StandardCharsets.UTF_8), 4);
        assertThatThrownBy(() -> Rows.read(cut))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("offset 3");
    }

    @Test
    void whatIsNotThereOrNoFileIsSaid() {
        assertThatThrownBy(() -> Rows.read(dir.resolve("none.csv")))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("none.csv: no such file (expected: ");
        assertThatThrownBy(() -> Rows.read(dir))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(dir + ": it is a directory (expected: ");
    }

    private Path file(byte[] bytes) throws Exception {
        return file(bytes, bytes.length);
    }

    private Path file(byte[] bytes, int length) throws Exception {
        return Files.write(dir.resolve("penguins-" + length + ".csv"), java.util.Arrays.copyOf(bytes, length));
    }
}
