package dev.mlcore.dag;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong types are the compiler's to refuse. */
class CompileErrorsTest {
    @Test
    void compilesWhatIsRight() throws Exception {
        assertThat(
                        compile(
                                "d.task(\"t\", In.class, in -> in.set(In::depth).from(number).set(In::name).to(\"x\"), (in, c) -> 1);"))
                .isEmpty();
        assertThat(compile("Out<String> s = d.task(\"t\", text, x -> x.trim());"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "d.task(\"t\", In.class, in -> in.set(In::depth).from(text), (in, c) -> 1);",
                "d.task(\"t\", In.class, in -> in.set(In::depth).to(\"8\"), (in, c) -> 1);",
                "d.task(\"t\", In.class, in -> in.set(In::depth), (in, c) -> 1).x();",
                "Out<Integer> s = d.task(\"t\", text, x -> x.trim());",
                "d.task(\"t\", number, x -> x.trim());",
                "d.each(\"e\", List.of(1)).map(\"m\", x -> x.trim());",
                "d.param(\"p\", Integer.class).orElse(\"x\");",
                "Out<Integer> o = d.choose(\"c\", number).when(\"a\", n -> n > 1, t -> t.task(\"x\", () -> 1)).otherwise(t -> text);",
                "Out<String> o = text.maybe();",
                "class Mine implements Out<String> {}"
            })
    void refusesWhatIsWrong(String statement) throws Exception {
        assertThat(compile(statement)).isNotEmpty();
    }

    private static String compile(String statement) throws Exception {
        String source = "import dev.mlcore.dag.*; import java.util.*;\n"
                + "class Program { record In(int depth, String name) {}\n"
                + "static void build(DagBuilder d, Out<String> text, Out<Integer> number) { " + statement + " } }";
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Program.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter output = new StringWriter();
        String path = place(Dag.class) + java.io.File.pathSeparator + place(dev.mlcore.api.data.Accessor.class);
        boolean compiled = compiler.getTask(
                        output,
                        null,
                        null,
                        List.of(
                                "-proc:none",
                                "-XDshould-stop.ifError=FLOW",
                                "-implicit:none",
                                "-d",
                                System.getProperty("java.io.tmpdir"),
                                "-Xlint:none",
                                "-cp",
                                path),
                        null,
                        List.of(file))
                .call();
        return compiled ? "" : output.toString();
    }

    private static Path place(Class<?> type) throws Exception {
        URL url = type.getProtectionDomain().getCodeSource().getLocation();
        return Path.of(url.toURI());
    }
}
