package caravana.checks;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks that the settings and beans that a route names exist, in every app that loads the route. */
final class NameRules implements FileRule {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}]+)}}");
    private static final Pattern BEAN_FUNCTION =
            Pattern.compile("bean:([\\w-]+)(?:(?:\\?method=|\\.)([^&]*))?.*", Pattern.DOTALL);
    private static final Pattern REF_FUNCTION = Pattern.compile("ref:([\\w-]+)");
    private static final Pattern REFERENCE = Pattern.compile("#(?:bean:)?([\\w-]+)");
    private static final Pattern RESOURCE =
            Pattern.compile("(json-validator|validator|xslt):(?:classpath:)?/?(?!\\w+:)([^?{$]+)(?:\\?.*)?");
    private static final String BEAN = "bean:";

    /** Keys whose value is a bean, or several. */
    private static final Set<String> REFERRING = Set.of(
            "routePolicy",
            "aggregationStrategy",
            "aggregationRepository",
            "comparator",
            "idempotentRepository",
            "onPrepare",
            "onPrepareFailureRef",
            "onRedeliveryRef",
            "onExceptionOccurredRef",
            "redeliveryPolicyRef",
            "retryWhileRef");

    /** Keys under which a bean stands as ref:, and none of its methods. */
    private static final Set<String> HOLDERS = Set.of("process", "policy", "refErrorHandler");

    private static final Set<String> CALLERS = Set.of("bean", "method");

    private final Map<AppFolders, Vocabulary> vocabularies = new EnumMap<>(AppFolders.class);
    private final UnaryOperator<String> environment;

    /** @param environment gives an environment variable's value, or null: settings may come from there as well */
    NameRules(UnaryOperator<String> environment) {
        this.environment = environment;
        for (AppFolders app : AppFolders.values()) {
            vocabularies.put(app, Vocabulary.of(app));
        }
    }

    @Override
    public void check(RouteFile source, Consumer<Finding> report) {
        String file = source.name();
        source.elements().forEach(element -> {
            if (element.isText()) {
                placeholders(file, element.line(), element.text(), report);
                functions(file, element, report);
            }
            endpoint(file, element, report);
            resource(file, element, report);
            element.fields().forEach((key, value) -> {
                if (CALLERS.contains(key)) {
                    if (value.isMapping()
                            && value.get("ref").isEmpty()
                            && value.get("beanType").isEmpty()) {
                        report.accept(new Finding(
                                file,
                                value.line(),
                                "bean-unknown",
                                "This " + key + " names no bean",
                                "Add ref: with the name of one"));
                    }
                    value.get("ref").ifPresent(ref -> {
                        int line = value.get("method").map(Element::line).orElse(ref.line());
                        bean(file, ref.line(), line, ref.text(), value.text("method"), true, report);
                    });
                } else if (HOLDERS.contains(key) && value.isMapping()) {
                    value.get("ref").ifPresent(ref -> bean(file, ref.line(), ref.text(), "", report));
                } else if (REFERRING.contains(key)
                        && value.isText()
                        && !value.text().matches(".*[{:].*")) {
                    for (String name : value.text().split(",")) {
                        bean(file, value.line(), name.strip().replaceFirst("^#", ""), "", report);
                    }
                } else if (key.equals("executorService")
                        && value.isText()
                        && !value.text().contains("{")) {
                    threadPool(file, value, report);
                } else if (key.equals("parameters")) {
                    value.fields().values().forEach(parameter -> reference(file, parameter, report));
                }
            });
        });
    }

    private void threadPool(String file, Element value, Consumer<Finding> report) {
        String name = value.text().replaceFirst("^#", "");
        unlessEverywhere(
                file,
                vocabulary -> vocabulary.has(Vocabulary.Kind.THREAD_POOLS, name),
                (app, vocabulary) -> report.accept(new Finding(
                        file,
                        value.line(),
                        "bean-unknown",
                        "There is no thread pool " + name + " in " + app,
                        "Name one of its settings' camel.threadpool.config"
                                + Nearest.orOneOf(name, vocabulary.names(Vocabulary.Kind.THREAD_POOLS)))));
    }

    /** A step that calls a bean by its endpoint, {@code bean:NAME}, with the method among the parameters. */
    private void endpoint(String file, Element element, Consumer<Finding> report) {
        Element uri = element.get("uri").orElse(element);
        if (uri.text().startsWith(BEAN) && !uri.equals(element)) {
            Route.Step step = new Route.Step("to", element);
            int line = element.get("parameters")
                    .flatMap(parameters -> parameters.get("method"))
                    .map(Element::line)
                    .orElse(uri.line());
            String name = step.uri().substring(BEAN.length());
            bean(file, uri.line(), line, name, step.parameter("method"), true, report);
        }
    }

    /** A step whose endpoint names a file of the app's. */
    private void resource(String file, Element element, Consumer<Finding> report) {
        Element uri = element.get("uri").filter(Element::isText).orElse(null);
        Matcher resource = uri == null ? null : RESOURCE.matcher(uri.text());
        if (resource == null || !resource.matches()) {
            return;
        }
        String component = resource.group(1);
        String name = resource.group(2);
        boolean json = component.equals("json-validator");
        if (json ? name.matches(".*\\.(xsd|xslt?|xml|dtd)") : name.endsWith(".json")) {
            report.accept(new Finding(
                    file,
                    uri.line(),
                    "resource-unknown",
                    component + " reads " + (json ? "JSON" : "XML") + ", and " + name + " is none",
                    "Use " + (json ? "validator" : "json-validator") + ", or name another file"));
        } else {
            unlessEverywhere(
                    file,
                    vocabulary -> vocabulary.has(Vocabulary.Kind.RESOURCES, name),
                    (app, vocabulary) -> report.accept(new Finding(
                            file,
                            uri.line(),
                            "resource-unknown",
                            "There is no file " + name + " in " + app,
                            "Name one that exists"
                                    + Nearest.orOneOf(name, vocabulary.names(Vocabulary.Kind.RESOURCES)))));
        }
    }

    @Override
    public void check(SqlFile file, Consumer<Finding> report) {
        file.sql().defaults().values().forEach(value -> placeholders(file.name(), value.line(), value.value(), report));
    }

    private void placeholders(String file, int line, String text, Consumer<Finding> report) {
        Matcher placeholder = PLACEHOLDER.matcher(text);
        while (placeholder.find()) {
            String name = placeholder.group(1);
            if (name.startsWith(BEAN)) {
                String[] call = name.substring(BEAN.length()).split("\\.", 2);
                bean(file, line, call[0], call.length > 1 ? call[1] : "", report);
            }
            String missing = missingVariable(name);
            if (missing != null) {
                report.accept(new Finding(
                        file,
                        line,
                        "setting-unknown",
                        "Nothing sets the environment variable " + missing + " that {{" + name + "}} takes",
                        "Set it for this check and for the app, or give a default: {{" + name + ":default}}"));
            } else if (isSetting(name)) {
                unlessEverywhere(
                        file,
                        vocabulary -> vocabulary.has(Vocabulary.Kind.SETTINGS, name),
                        (app, vocabulary) -> report.accept(new Finding(
                                file,
                                line,
                                "setting-unknown",
                                "There is no setting " + name + " in " + app,
                                "Name one that exists" + Nearest.to(name, vocabulary.names(Vocabulary.Kind.SETTINGS))
                                        + ", set the variable " + variable(name) + ", or give a default: {{" + name
                                        + ":default}}")));
            }
        }
    }

    /** The variable that {@code env:NAME} asks for and that is not set; null when all is well. */
    private String missingVariable(String placeholder) {
        if (!placeholder.startsWith("env:")) {
            return null;
        }
        String name = placeholder.substring("env:".length());
        return name.contains(":") || environment.apply(name) != null ? null : name;
    }

    /** Whether it must be among the app's settings: it has no default, and no variable gives it. */
    private boolean isSetting(String placeholder) {
        return !placeholder.contains(":")
                && !placeholder.startsWith("?")
                && environment.apply(variable(placeholder)) == null;
    }

    /** The variable by which Spring Boot takes a setting. */
    private static String variable(String setting) {
        return setting.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT);
    }

    private void functions(String file, Element element, Consumer<Finding> report) {
        for (String text : SimpleText.functions(element.text())) {
            Matcher function = BEAN_FUNCTION.matcher(text);
            if (function.matches()) {
                String call = function.group(2);
                bean(file, element.line(), function.group(1), call == null ? "" : call, report);
            }
            Matcher reference = REF_FUNCTION.matcher(text);
            if (reference.matches()) {
                bean(file, element.line(), reference.group(1), "", report);
            }
        }
    }

    private void reference(String file, Element parameter, Consumer<Finding> report) {
        Matcher reference = REFERENCE.matcher(parameter.text());
        if (reference.matches()) {
            bean(file, parameter.line(), reference.group(1), "", report);
        }
    }

    private void bean(String file, int line, String name, String call, Consumer<Finding> report) {
        bean(file, line, line, name, call, false, report);
    }

    /** @param beanLine where the bean's name stands; {@code line} is that of the call */
    private void bean(
            String file, int beanLine, int line, String name, String call, boolean isCall, Consumer<Finding> report) {
        unlessEverywhere(
                file,
                vocabulary -> vocabulary.beans().containsKey(name),
                (app, vocabulary) -> report.accept(new Finding(
                        file,
                        beanLine,
                        "bean-unknown",
                        "There is no bean " + name + " in " + app,
                        "Name one that exists"
                                + Nearest.to(name, vocabulary.beans().keySet()))));
        String method = call.replaceFirst("\\(.*", "");
        if (method.isBlank()) {
            if (isCall) {
                unlessEverywhere(
                        file,
                        vocabulary -> vocabulary.methods(name).size() < 2,
                        (app, vocabulary) -> report.accept(new Finding(
                                file,
                                line,
                                "bean-method-unknown",
                                "This does not say which method of the bean " + name + " it calls",
                                "Add method: with one of " + Nearest.list(vocabulary.methods(name)))));
            }
            return;
        }
        unlessEverywhere(
                file,
                vocabulary -> vocabulary.methods(name).isEmpty()
                        || !vocabulary.methods(name, method).isEmpty(),
                (app, vocabulary) -> report.accept(new Finding(
                        file,
                        line,
                        "bean-method-unknown",
                        "The bean " + name + " has no method " + method,
                        "Call one that it has" + Nearest.orOneOf(method, vocabulary.methods(name)))));
        List<String> arguments = BeanCalls.arguments(call);
        if (arguments == null) {
            report.accept(new Finding(
                    file, line, "bean-arguments", "The call " + call + " lacks its closing bracket", "Write )"));
            return;
        }
        Function<Vocabulary, String> wrong = vocabulary -> BeanCalls.wrong(vocabulary.methods(name, method), arguments);
        unlessEverywhere(
                file,
                vocabulary -> wrong.apply(vocabulary) == null,
                (app, vocabulary) -> report.accept(new Finding(
                        file,
                        line,
                        "bean-arguments",
                        "The call does not fit the bean " + name + ": " + wrong.apply(vocabulary),
                        "Call " + BeanCalls.signatures(vocabulary.methods(name, method)))));
    }

    /** What is wrong in the first app that loads the file and lacks something; said once. */
    private void unlessEverywhere(String file, Function<Vocabulary, Boolean> has, Lack lack) {
        for (AppFolders app : AppFolders.loading(file)) {
            Vocabulary vocabulary = vocabularies.get(app);
            if (!has.apply(vocabulary)) {
                lack.tell(app.label(), vocabulary);
                return;
            }
        }
    }

    private interface Lack {
        void tell(String app, Vocabulary vocabulary);
    }
}
