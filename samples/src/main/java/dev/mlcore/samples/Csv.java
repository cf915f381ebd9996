package dev.mlcore.samples;

import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A comma-separated file (RFC 4180) read strictly: UTF-8, a header, every row as wide as the header. Each refusal is one line that says where.
 *
 * @param file it was read from
 * @param header the column names, in order
 * @param rows the rows below the header; blank lines are none
 */
record Csv(Path file, List<String> header, List<Row> rows) {
    /**
     * One row.
     *
     * @param line where it begins, the header being line 1
     * @param cells as many as the header has
     */
    record Row(int line, List<String> cells) {}

    /**
     * Reads a file whole.
     *
     * @param file to read
     * @return its rows
     * @throws NotFoundException if there is no such file
     * @throws UnavailableException if it cannot be read
     * @throws InvalidInputException if it is empty, not UTF-8, has a row of another width than the header or an open quote
     */
    static Csv read(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new NotFoundException(
                    "cannot read " + file + ": no such file (expected: a CSV file; name another with --csv FILE)", e);
        } catch (IOException e) {
            String why = Files.isDirectory(file) ? "it is a directory" : e.toString();
            throw new UnavailableException(
                    "cannot read " + file + ": " + why
                            + " (expected: a readable CSV file; name another with --csv FILE)",
                    e);
        }
        List<Row> rows = parse(file, decode(file, bytes));
        if (rows.isEmpty()) {
            throw new InvalidInputException(file + ": empty (expected: a header line, then rows)");
        }
        List<String> header = rows.get(0).cells();
        Set<String> seen = new HashSet<>();
        for (String name : header) {
            if (!seen.add(name)) {
                throw new InvalidInputException(
                        file + ", line 1: column '" + name + "' twice (expected: each name once)");
            }
        }
        for (Row row : rows) {
            if (row.cells().size() != header.size()) {
                throw new InvalidInputException(
                        file + ", line " + row.line() + ": " + row.cells().size() + " values (expected: "
                                + header.size() + ", as many as the header names)");
            }
        }
        return new Csv(file, header, List.copyOf(rows.subList(1, rows.size())));
    }

    /**
     * The place of a column.
     *
     * @param name in the header
     * @return from 0
     * @throws InvalidInputException if the header does not name it
     */
    int column(String name) {
        int at = header.indexOf(name);
        if (at < 0) {
            throw new InvalidInputException(file + ", line 1: no column '" + name + "' (found: "
                    + String.join(", ", header) + "; expected that name among them)");
        }
        return at;
    }

    /**
     * What to throw for a cell that is not what was expected.
     *
     * @param row of the cell
     * @param column of the cell
     * @param expected in words
     * @return says the file, line, column and value
     */
    InvalidInputException refuse(Row row, int column, String expected) {
        return new InvalidInputException(file + ", line " + row.line() + ", column '" + header.get(column) + "': '"
                + row.cells().get(column) + "' (expected: " + expected + ")");
    }

    private static String decode(Path file, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .decode(in, out, true);
        if (result.isError()) {
            int line = 1;
            for (int i = 0; i < in.position(); i++) {
                if (bytes[i] == '\n') {
                    line++;
                }
            }
            throw new InvalidInputException(String.format(
                    "%s, line %d: byte 0x%02X at offset %d is not UTF-8 (expected: UTF-8 text; convert the file, for example with iconv)",
                    file, line, bytes[in.position()], in.position()));
        }
        String text = out.flip().toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static List<Row> parse(Path file, String text) {
        List<Row> rows = new ArrayList<>();
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        int line = 1;
        int begun = 1;
        boolean quoted = false;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : '\n';
            if (quoted && i == text.length()) {
                throw new InvalidInputException(
                        file + ", line " + begun + ": a quote is never closed (expected: \" at the end of the value)");
            } else if (quoted && c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                cell.append('"');
                i++;
            } else if (c == '"' && (quoted || cell.isEmpty())) {
                quoted = !quoted;
            } else if (!quoted && c == ',') {
                cells.add(take(cell));
            } else if (!quoted && c == '\n') {
                String last = take(cell);
                if (!cells.isEmpty() || !last.isBlank()) {
                    cells.add(last);
                    rows.add(new Row(begun, List.copyOf(cells)));
                    cells.clear();
                }
                begun = line + 1;
            } else if (quoted || c != '\r') {
                cell.append(c);
            }
            if (c == '\n') {
                line++;
            }
        }
        return rows;
    }

    private static String take(StringBuilder cell) {
        String value = cell.toString();
        cell.setLength(0);
        return value;
    }
}
