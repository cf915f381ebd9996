package dev.mlcore.api.internal.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.UnsupportedException;
import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's module, compiled here and put into a layer of its own. */
class ModulePathTest {
    @TempDir
    Path folder;

    private Class<? extends Record> hiddenRecord(String moduleBody) throws IOException, ClassNotFoundException {
        Path source = Files.createDirectories(folder.resolve("source/user/rows"));
        Files.writeString(source.resolve("Hidden.java"), "package user.rows; record Hidden(int a) {}");
        Files.writeString(folder.resolve("source/module-info.java"), "module user.app {" + moduleBody + "}");
        Path classes = folder.resolve("classes");
        int rc = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        System.out,
                        System.err,
                        "-nowarn",
                        "-Xlint:-module",
                        "-d",
                        classes.toString(),
                        folder.resolve("source/module-info.java").toString(),
                        source.resolve("Hidden.java").toString());
        assertThat(rc).isZero();
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration =
                boot.configuration().resolve(ModuleFinder.of(classes), ModuleFinder.of(), Set.of("user.app"));
        ModuleLayer layer = ModuleLayer.defineModulesWithOneLoader(
                        configuration, List.of(boot), ClassLoader.getSystemClassLoader())
                .layer();
        return layer.findLoader("user.app").loadClass("user.rows.Hidden").asSubclass(Record.class);
    }

    @Test
    void saysWhichLineOpensAPackage() throws Exception {
        Class<? extends Record> type = hiddenRecord("");
        String to = RecordType.class.getModule().isNamed() ? " to dev.mlcore.api" : "";
        assertThatThrownBy(() -> RecordType.of(type))
                .isInstanceOf(UnsupportedException.class)
                .hasMessage(
                        "Cannot read record user.rows.Hidden: its package is not open to mlcore. Add to the module-info of user.app:"
                                + " opens user.rows" + to + ";");
    }

    @Test
    @SuppressWarnings("unchecked")
    void readsARecordOfAnOpenPackage() throws Exception {
        RecordType<Record> type = (RecordType<Record>) RecordType.of(hiddenRecord("opens user.rows;"));
        assertThat(type.values(type.newInstance(new Object[] {7}))).containsExactly(7);
    }
}
