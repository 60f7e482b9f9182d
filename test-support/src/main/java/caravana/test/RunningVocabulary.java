package caravana.test;

import caravana.checks.BeanMethod;
import caravana.checks.OneOf;
import caravana.checks.StepOnly;
import caravana.checks.Vocabulary;
import caravana.checks.Vocabulary.Kind;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.springframework.aop.support.AopUtils;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** Collects the names that the routes of a running app may use, and compares them with the file that lists them. */
public final class RunningVocabulary {

    /** Of what Spring Boot and we bring, the beans that routes have use for. */
    private static final Set<String> INFRASTRUCTURE =
            Set.of("dataSource", "stringRedisTemplate", "sqsClient", "s3Client", "intakeClient", "nothingFromSenders");

    /** What Camel gives to a method that asks for it. */
    private static final Set<Class<?>> FILLED = Set.of(Exchange.class, Message.class, CamelContext.class);

    /** Where the failures are that routes handle, besides those of Java and of Camel's and Jackson's cores. */
    private static final List<String> FAILURES = List.of(
            "org/apache/camel/component",
            "org/apache/camel/http/base",
            "com/fasterxml/jackson/databind",
            "software/amazon/awssdk/core/exception",
            "software/amazon/awssdk/services/s3/model",
            "software/amazon/awssdk/services/sqs/model",
            "org/springframework/dao",
            "org/springframework/jdbc",
            "org/springframework/data/redis",
            "org/postgresql/util");

    private static final String SERVICES = "META-INF/services/org/apache/camel/";

    /** Of the database's own rules, which values a column can have. */
    private static final Pattern COLUMN_VALUES = Pattern.compile("CHECK \\((\\w+) IN \\(([^)]*)\\)\\)");

    private static final Pattern DURATION = Pattern.compile("\\d+(ns|us|ms|s|m|h|d)|P[\\dDTHMS.]+");

    /** Nothing is a duration as well. */
    private static final String THREAD_POOL = "camel\\.threadpool\\.config\\.\\w+\\.id";

    private static final Pattern NUMBER = Pattern.compile("(?!0+$)\\d+(\\.\\d+)?");

    private static final PathMatchingResourcePatternResolver CLASS_PATH = new PathMatchingResourcePatternResolver();

    private RunningVocabulary() {}

    /**
     * Writes the app's vocabulary beside the tests' reports and gives both texts: what it is, and what the checks have.
     *
     * @param app {@code web} or {@code worker}
     * @param operations ids of the contract's operations that Camel calls, each with its status codes
     * @param parameters of these, as {@link Vocabulary#parameters} has them
     * @param values the only texts that properties and columns of that name can be, where no annotation says so
     * @param contract answer headers, media types and fields
     */
    public static Map.Entry<String, String> compare(
            ConfigurableApplicationContext context,
            String app,
            Map<String, List<String>> operations,
            Map<String, List<String>> parameters,
            Map<String, List<String>> values,
            Map<Kind, Collection<String>> contract)
            throws IOException {
        PropertyUse use = new PropertyUse();
        Map<Kind, Collection<String>> names = new EnumMap<>(contract);
        names.put(Kind.SETTINGS, settings(context));
        names.put(Kind.DURATIONS, settings(context, DURATION));
        // Those of libraries are milliseconds.
        names.put(
                Kind.NUMBERS,
                settings(context, NUMBER).stream()
                        .filter(name -> !name.endsWith("-timeout"))
                        .toList());
        names.put(Kind.COMPONENTS, services("component"));
        names.get(Kind.COMPONENTS).add("statement");
        names.put(Kind.DATA_FORMATS, services("dataformat"));
        names.put(Kind.LANGUAGES, services("language"));
        names.put(Kind.RESOURCES, resources());
        names.put(Kind.THREAD_POOLS, threadPools(context));
        Collection<String> types = failures();
        Set<String> members = new TreeSet<>();
        Set<String> set = new TreeSet<>();
        Set<String> read = new TreeSet<>();
        Set<String> variables = new TreeSet<>();
        Map<String, List<String>> allowed = new TreeMap<>(values);
        Map<String, List<String>> columns = new TreeMap<>(values);
        columns(columns);
        Map<String, List<String>> accessors = new TreeMap<>();
        Set<String> open = new TreeSet<>();
        for (Class<?> type : ours()) {
            set.addAll(use.sets(type.getName()));
            read.addAll(use.reads(type.getName()));
            variables.addAll(use.variables(type.getName()));
            variables.addAll(variables(type));
            if (Modifier.isPublic(type.getModifiers()) && type.getCanonicalName() != null) {
                types.add(type.getName());
                members(type, members, accessors, open);
            }
        }
        names.put(Kind.TYPES, types);
        names.put(Kind.MEMBERS, members);
        names.put(Kind.PROPERTIES, set);
        names.put(Kind.READ, read);
        names.put(Kind.VARIABLES, variables);
        // The name of one that can be anything says nothing.
        accessors.keySet().removeAll(open);

        Map<String, List<BeanMethod>> beans = new TreeMap<>();
        Set<String> stepOnly = new TreeSet<>();
        for (String name : context.getBeanDefinitionNames()) {
            Class<?> type = context.getBeanFactory().isCurrentlyInCreation(name)
                    ? null
                    : AopUtils.getTargetClass(context.getBean(name));
            if (INFRASTRUCTURE.contains(name)) {
                beans.put(name, List.of());
            } else if (type != null && isOurs(name, type)) {
                beans.put(name, methods(type, use, allowed));
                Arrays.stream(type.getMethods())
                        .filter(method -> method.isAnnotationPresent(StepOnly.class))
                        .forEach(method -> stepOnly.add(name + "." + method.getName()));
            }
        }
        names.put(Kind.STEP_ONLY, stepOnly);
        Map<Kind, List<String>> lists = new EnumMap<>(Kind.class);
        names.forEach((kind, collection) -> lists.put(kind, List.copyOf(collection)));
        String running = new Vocabulary(lists, allowed, columns, accessors, operations, parameters, beans).toYaml();
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

    private static List<BeanMethod> methods(Class<?> type, PropertyUse use, Map<String, List<String>> values) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass().getName().startsWith("caravana."))
                .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic())
                .map(method -> method(method, use, values))
                .sorted(Comparator.comparing(BeanMethod::name)
                        .thenComparing(method -> method.takes().toString()))
                .toList();
    }

    private static BeanMethod method(Method method, PropertyUse use, Map<String, List<String>> values) {
        Set<String> reads = new TreeSet<>(use.reads(method));
        List<String> takes = new ArrayList<>();
        for (Parameter parameter : method.getParameters()) {
            ExchangeProperty property = parameter.getAnnotation(ExchangeProperty.class);
            Variable variable = parameter.getAnnotation(Variable.class);
            if (property != null) {
                reads.add(property.value());
            }
            if (variable != null) {
                reads.add(variable.value());
            }
            boolean filled = property != null
                    || variable != null
                    || FILLED.contains(parameter.getType())
                    || parameter.isAnnotationPresent(Body.class)
                    || parameter.isAnnotationPresent(Header.class)
                    || parameter.isAnnotationPresent(ExchangeException.class);
            takes.add((parameter.isAnnotationPresent(Body.class) ? "@Body " : filled ? "@" : "")
                    + parameter.getType().getSimpleName()
                    + allowed(parameter, values));
        }
        OneOf oneOf = method.getAnnotation(OneOf.class);
        if (oneOf != null && !oneOf.property().isEmpty()) {
            values.put(oneOf.property(), List.of(oneOf.value()));
        }
        return new BeanMethod(
                method.getName(),
                takes,
                method.getReturnType().getSimpleName(),
                List.copyOf(reads),
                List.copyOf(use.sets(method)),
                takesOneRow(method) ? List.copyOf(use.keys(method)) : List.of());
    }

    /** What the methods of a class take as variables. */
    private static List<String> variables(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .flatMap(method -> Arrays.stream(method.getParameters()))
                .map(parameter -> parameter.getAnnotation(Variable.class))
                .filter(Objects::nonNull)
                .map(Variable::value)
                .toList();
    }

    /** Whether the body is the only map that it has, so that what it takes out of a map are columns. */
    private static boolean takesOneRow(Method method) {
        List<Parameter> maps = Arrays.stream(method.getParameters())
                .filter(parameter -> parameter.getType() == Map.class)
                .toList();
        return maps.size() == 1 && maps.get(0).isAnnotationPresent(Body.class);
    }

    private static String allowed(Parameter parameter, Map<String, List<String>> values) {
        OneOf oneOf = parameter.getAnnotation(OneOf.class);
        if (oneOf != null) {
            return ": "
                    + String.join(
                            "|", oneOf.property().isEmpty() ? List.of(oneOf.value()) : values.get(oneOf.property()));
        }
        return parameter.getType().isEnum()
                ? ": "
                        + String.join(
                                "|",
                                Arrays.stream(parameter.getType().getEnumConstants())
                                        .map(constant -> ((Enum<?>) constant).name())
                                        .toList())
                : "";
    }

    /** What expressions may read of an object: {@code getKey()}, {@code isOpen()}, {@code key()}. */
    private static void members(
            Class<?> type, Set<String> members, Map<String, List<String>> values, Set<String> open) {
        for (Method method : type.getMethods()) {
            if (method.getParameterCount() == 0
                    && method.getReturnType() != void.class
                    && !method.isSynthetic()
                    && method.getDeclaringClass().getName().startsWith("caravana.")) {
                String name = method.getName().replaceFirst("^(get|is)(?=[A-Z])", "");
                String member = Character.toLowerCase(name.charAt(0)) + name.substring(1);
                members.add(member);
                OneOf oneOf = method.getAnnotation(OneOf.class);
                if (oneOf != null && oneOf.property().isEmpty()) {
                    values.put(member, List.of(oneOf.value()));
                } else {
                    open.add(member);
                }
            }
        }
    }

    private static void columns(Map<String, List<String>> values) throws IOException {
        List<Resource> migrations = new ArrayList<>(List.of(CLASS_PATH.getResources("classpath*:db/migration/*.sql")));
        // The last one that says what a column can be is right.
        migrations.sort(Comparator.comparing(
                migration -> Integer.valueOf(migration.getFilename().replaceFirst("V(\\d+)__.*", "$1"))));
        for (Resource migration : migrations) {
            COLUMN_VALUES
                    .matcher(migration.getContentAsString(StandardCharsets.UTF_8))
                    .results()
                    .forEach(found -> values.put(
                            found.group(1),
                            Arrays.stream(found.group(2).split(","))
                                    .map(value -> value.strip().replace("'", ""))
                                    .toList()));
        }
    }

    /** Classes of the app itself, and not of its tests. */
    private static List<Class<?>> ours() throws IOException {
        List<Class<?>> classes = new ArrayList<>();
        for (Resource file : CLASS_PATH.getResources("classpath*:caravana/**/*.class")) {
            String place = file.getURL().toString();
            boolean own = place.contains(Path.of("target/classes").toUri().getPath());
            if (own || place.contains("/core/target/classes/") || place.matches(".*/core[-\\w.]*\\.jar!.*")) {
                classes.add(load(place));
            }
        }
        return classes;
    }

    private static Collection<String> failures() throws IOException {
        Set<String> failures = new TreeSet<>();
        for (String folder : FAILURES) {
            for (Resource file : CLASS_PATH.getResources("classpath*:" + folder + "/**/*Exception.class")) {
                String place = file.getURL().toString();
                if (!isOfTests(place)) {
                    Class<?> type = load(place);
                    if (Throwable.class.isAssignableFrom(type) && Modifier.isPublic(type.getModifiers())) {
                        failures.add(type.getName());
                    }
                }
            }
        }
        return failures;
    }

    private static Class<?> load(String place) {
        String path = place.replaceFirst(".*(!/|/classes/)", "").replaceFirst("\\.class$", "");
        try {
            return Class.forName(path.replace('/', '.'), false, RunningVocabulary.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("There is no class at " + place, e);
        } catch (LinkageError notComplete) {
            // A part of a library for another one that the app does without.
            return Void.class;
        }
    }

    private static boolean isOfTests(String place) {
        return place.matches(".*/(camel-test|camel-mock|test-support|local-stack|[-\\w]*-test)[^/]*\\.jar!.*");
    }

    private static Collection<String> services(String kind) throws IOException {
        Set<String> names = new TreeSet<>();
        for (Resource file : CLASS_PATH.getResources("classpath*:" + SERVICES + kind + "/*")) {
            if (!isOfTests(file.getURL().toString())) {
                names.add(file.getFilename());
            }
        }
        return names;
    }

    private static Collection<String> resources() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Resource file : CLASS_PATH.getResources("classpath*:caravana/**/*.*")) {
            String place = file.getURL().toString();
            if (place.matches(".*\\.(json|yaml|png)$")
                    && !place.contains("test-classes")
                    && !place.contains("/checks/")
                    && !isOfTests(place)) {
                names.add(place.replaceFirst(".*/(caravana/)", "$1"));
            }
        }
        return names;
    }

    private static List<String> settings(ConfigurableApplicationContext context) {
        return named(context)
                .filter(name -> name.startsWith("caravana.") && !name.contains("["))
                .toList();
    }

    private static Stream<String> named(ConfigurableApplicationContext context) {
        return context.getEnvironment().getPropertySources().stream()
                .flatMap(source -> source instanceof EnumerablePropertySource<?> names
                        ? Arrays.stream(names.getPropertyNames())
                        : Stream.empty());
    }

    private static List<String> threadPools(ConfigurableApplicationContext context) {
        return named(context)
                .filter(name -> name.matches(THREAD_POOL))
                .map(name -> context.getEnvironment().getProperty(name))
                .toList();
    }

    /** Settings whose value here is of a form. */
    private static List<String> settings(ConfigurableApplicationContext context, Pattern form) {
        return settings(context).stream()
                .filter(name -> form.matcher(context.getEnvironment().getProperty(name, ""))
                        .matches())
                .toList();
    }
}
