package dev.mlcore.samples;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** The arrows of CONTRIBUTING, held against the compiled classes. */
@AnalyzeClasses(packages = "dev.mlcore", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final List<String> ENGINES = List.of("dag", "tracking", "serving", "gpu");

    /** A rule over no classes always holds, so first: are they here? */
    @ArchTest
    static void seesTheClasses(JavaClasses classes) {
        assertThat(classes.stream().map(JavaClass::getPackageName))
                .contains(
                        "dev.mlcore.api.model",
                        "dev.mlcore.api.internal.jdbc",
                        "dev.mlcore.dag",
                        "dev.mlcore.tracking",
                        "dev.mlcore.serving",
                        "dev.mlcore.serving.server",
                        "dev.mlcore.gpu",
                        "dev.mlcore.http",
                        "dev.mlcore.samples");
    }

    @ArchTest
    static void enginesDoNotSeeOneAnother(JavaClasses classes) {
        for (String engine : ENGINES) {
            String[] others = Stream.concat(ENGINES.stream(), Stream.of("samples"))
                    .filter(other -> !other.equals(engine))
                    .map(other -> "dev.mlcore." + other + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("dev.mlcore." + engine + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(classes);
        }
    }

    @ArchTest
    static final ArchRule apiSeesNoEngine = noClasses()
            .that()
            .resideInAPackage("dev.mlcore.api..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.mlcore.dag..",
                    "dev.mlcore.tracking..",
                    "dev.mlcore.serving..",
                    "dev.mlcore.gpu..",
                    "dev.mlcore.http..",
                    "dev.mlcore.samples..");

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("dev.mlcore.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyServingSeesOnnxRuntime = noClasses()
            .that()
            .resideOutsideOfPackages("dev.mlcore.serving..", "dev.mlcore.samples..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.onnxruntime..");

    @ArchTest
    static final ArchRule onlyTheHostSeesJetty = noClasses()
            .that()
            .resideOutsideOfPackage("dev.mlcore.http..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.eclipse.jetty..");

    @ArchTest
    static final ArchRule samplesUseWhatUsersCanUse = noClasses()
            .that()
            .resideInAPackage("dev.mlcore.samples..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.mlcore..internal..").as("internal classes"));

    /** Whoever links mlcore must be free to have other versions of what it uses inside. */
    @ArchTest
    static final ArchRule noThirdPartyTypeInASignature = methods()
            .that(describe(
                    "are exported",
                    (JavaMethod m) -> m.getOwner().getModifiers().contains(JavaModifier.PUBLIC)
                            && !m.getOwner().getPackageName().contains(".internal")
                            && !m.getOwner().getPackageName().startsWith("dev.mlcore.samples")
                            && (m.getModifiers().contains(JavaModifier.PUBLIC)
                                    || m.getModifiers().contains(JavaModifier.PROTECTED))))
            .should(new ArchCondition<>("name JDK types and mlcore's own only") {
                @Override
                public void check(JavaMethod method, ConditionEvents events) {
                    Stream.concat(
                                    Stream.of(method.getReturnType()),
                                    Stream.concat(
                                            method.getParameterTypes().stream(), method.getExceptionTypes().stream()))
                            .flatMap(type -> type.getAllInvolvedRawTypes().stream())
                            .map(JavaClass::getBaseComponentType)
                            .filter(type -> !type.isPrimitive()
                                    && !type.getName().startsWith("java.")
                                    && !type.getName().startsWith("javax.sql.")
                                    && !type.getName().startsWith("dev.mlcore."))
                            .forEach(type -> events.add(SimpleConditionEvent.violated(
                                    method, method.getFullName() + " names " + type.getName())));
                }
            });

    @ArchTest
    static void everyPackageIsNullMarked(JavaClasses classes) throws ClassNotFoundException {
        TreeSet<String> packages = new TreeSet<>();
        classes.forEach(c -> packages.add(c.getPackageName()));
        assertThat(packages).isNotEmpty();
        for (String name : packages) {
            Class<?> info = Class.forName(name + ".package-info");
            assertThat(info.isAnnotationPresent(NullMarked.class))
                    .as("@NullMarked on package %s", name)
                    .isTrue();
        }
    }
}
