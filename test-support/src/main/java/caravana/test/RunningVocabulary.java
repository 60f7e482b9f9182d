package caravana.test;

import caravana.checks.StepOnly;
import caravana.checks.Vocabulary;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.aop.support.AopUtils;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.env.EnumerablePropertySource;

/** What the routes of a running app may name, and the file that is to say the same. */
public final class RunningVocabulary {

    /** Of what Spring Boot and we bring, the beans that routes have use for. */
    private static final Set<String> INFRASTRUCTURE =
            Set.of("dataSource", "stringRedisTemplate", "sqsClient", "s3Client", "intakeClient", "nothingFromSenders");

    private static final Pattern SETS = Pattern.compile("exchange\\.setProperty\\(\\s*\"(\\w+)\"");
    private static final Pattern READS =
            Pattern.compile("(?:@ExchangeProperty\\(|@Variable\\(|\\.getProperty\\(|\\.getVariable\\()\\s*\"(\\w+)\"");

    private RunningVocabulary() {}

    /**
     * Writes the app's vocabulary beside the tests' reports and gives both texts: what it is, and what the checks have.
     *
     * @param app {@code web} or {@code worker}
     * @param operations ids of the contract's operations that Camel calls
     * @param answerHeaders names of the headers that routes may answer with
     */
    public static Map.Entry<String, String> compare(
            ConfigurableApplicationContext context, String app, List<String> operations, List<String> answerHeaders)
            throws IOException {
        Map<String, List<String>> beans = new TreeMap<>();
        Set<String> stepOnly = new TreeSet<>();
        for (String name : context.getBeanDefinitionNames()) {
            Class<?> type = context.getBeanFactory().isCurrentlyInCreation(name)
                    ? null
                    : AopUtils.getTargetClass(context.getBean(name));
            if (INFRASTRUCTURE.contains(name)) {
                beans.put(name, List.of());
            } else if (type != null && isOurs(name, type)) {
                beans.put(name, methods(type));
                Arrays.stream(type.getMethods())
                        .filter(method -> method.isAnnotationPresent(StepOnly.class))
                        .forEach(method -> stepOnly.add(name + "." + method.getName()));
            }
        }
        String running = new Vocabulary(
                        operations, answerHeaders, settings(context), names(SETS), names(READS), beans, stepOnly)
                .toYaml();
        Path actual = Path.of("target", app + ".yaml");
        Files.writeString(actual, running);
        return Map.entry(
                running,
                Files.readString(Path.of("../route-checks/src/main/resources/caravana/checks", app + ".yaml")));
    }

    /** Beans that have a name of their own, and are no settings or plumbing. */
    private static boolean isOurs(String name, Class<?> type) {
        return type.getName().startsWith("caravana.")
                && !name.contains(".")
                && !AnnotatedElementUtils.hasAnnotation(type, Configuration.class)
                && !type.isRecord();
    }

    private static List<String> methods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass().getName().startsWith("caravana."))
                .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic())
                .map(Method::getName)
                .distinct()
                .toList();
    }

    /** The exchange properties and variables that the app's code sets or reads by their names. */
    private static Set<String> names(Pattern use) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source : sources.filter(Files::isRegularFile).toList()) {
                use.matcher(Files.readString(source)).results().forEach(found -> names.add(found.group(1)));
            }
        }
        return names;
    }

    private static List<String> settings(ConfigurableApplicationContext context) {
        return context.getEnvironment().getPropertySources().stream()
                .flatMap(source -> source instanceof EnumerablePropertySource<?> names
                        ? Arrays.stream(names.getPropertyNames())
                        : Stream.empty())
                .filter(name -> name.startsWith("caravana.") && !name.contains("["))
                .toList();
    }
}
