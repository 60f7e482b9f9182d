package caravana.checks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.catalog.EndpointValidationResult;
import org.apache.camel.tooling.model.ComponentModel;

/** Checks endpoints against Camel's catalogue: components, their options, and the values of these. */
final class CatalogRule implements FileRule {

    /** Its answers are kept: reading a component's description takes longer than a whole check. */
    static final CamelCatalog CATALOG = catalog();

    /** With our own component beside those of Camel. */
    private static CamelCatalog catalog() {
        CamelCatalog catalog = new DefaultCamelCatalog(true);
        try (InputStream in = CatalogRule.class.getResourceAsStream("statement.json")) {
            catalog.addComponent(
                    "statement",
                    "caravana.statement.StatementComponent",
                    new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return catalog;
    }

    /** Where error handling sends what failed. */
    static final String DEAD_LETTERS = "deadLetterUri";

    /** Steps whose endpoint stands under uri:. */
    private static final Set<String> SENDING = Set.of("to", "toD", "wireTap", "poll");

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        String name = file.name();
        file.items()
                .forEach(item ->
                        item.get("restConfiguration").ifPresent(configuration -> rest(name, configuration, report)));
        file.routes().forEach(route -> endpoint(name, route.from(), true, report));
        file.elements()
                .forEach(element -> element.get(DEAD_LETTERS)
                        .ifPresent(uri -> endpoint(name, uri.text(), uri.line(), Optional.empty(), false, report)));
        for (RouteTree.Placed placed : file.allSteps()) {
            Route.Step step = placed.step();
            if (SENDING.contains(step.kind())) {
                endpoint(name, step, step.kind().equals("poll"), report);
            } else {
                step.named()
                        .forEach((uri, line) -> endpoint(
                                name, uri, line, Optional.empty(), step.kind().equals("pollEnrich"), report));
            }
        }
    }

    /** What a REST configuration hands on to each endpoint of its component. */
    private static void rest(String file, Element configuration, Consumer<Finding> report) {
        ComponentModel model = CATALOG.componentModel(configuration.text("component"));
        if (model == null) {
            report.accept(new Finding(
                    file,
                    configuration.line("component"),
                    "component-unknown",
                    "There is no component " + configuration.text("component"),
                    "Write one that serves requests" + Nearest.to(configuration.text("component"), known(file))));
            return;
        }
        List<String> names = model.getEndpointParameterOptions().stream()
                .map(ComponentModel.EndpointOptionModel::getName)
                .toList();
        configuration
                .get("endpointProperty")
                .ifPresent(list -> list.items().stream()
                        .filter(item -> !names.contains(item.text("key")))
                        .forEach(item -> report.accept(new Finding(
                                file,
                                item.line("key"),
                                "endpoint-options",
                                model.getScheme() + " has no option " + item.text("key"),
                                "Write an option that it has" + Nearest.orOneOf(item.text("key"), names)))));
    }

    private static void endpoint(String file, Route.Step step, boolean consumer, Consumer<Finding> report) {
        int line = step.element()
                .get("uri")
                .map(Element::line)
                .orElse(step.element().line());
        endpoint(file, step.whole(), line, step.element().get("parameters"), consumer, report);
    }

    private static void endpoint(
            String file,
            String uri,
            int line,
            Optional<Element> parameters,
            boolean consumer,
            Consumer<Finding> report) {
        if (uri.isBlank() || uri.startsWith("${") || uri.startsWith("{{")) {
            return;
        }
        String scheme = uri.replaceFirst("[:?].*", "");
        ComponentModel model = CATALOG.componentModel(scheme);
        if (model == null
                || AppFolders.loading(file).stream()
                        .anyMatch(app -> !Vocabulary.of(app).has(Vocabulary.Kind.COMPONENTS, scheme))) {
            Set<String> known = known(file);
            report.accept(new Finding(
                    file,
                    line,
                    "component-unknown",
                    model == null ? "There is no component " + scheme : "The app has no component " + scheme,
                    "Write one that it has" + Nearest.orOneOf(scheme, known)));
            return;
        }
        if (consumer && model.isProducerOnly() || !consumer && model.isConsumerOnly()) {
            report.accept(new Finding(
                    file,
                    line,
                    "endpoint-options",
                    consumer ? "Nothing can be received from " + scheme : "Nothing can be sent to " + scheme,
                    consumer ? "Begin the route with another endpoint" : "Use another component"));
            return;
        }
        Map<String, ComponentModel.EndpointOptionModel> options = new TreeMap<>();
        model.getEndpointParameterOptions().forEach(option -> options.put(option.getName(), option));
        List<Finding> wrong = new ArrayList<>();
        int query = uri.indexOf('?');
        if (query >= 0) {
            for (String pair : uri.substring(query + 1).split("&")) {
                String[] parts = pair.split("=", 2);
                option(file, line, line, parts[0], parts.length < 2 ? "" : parts[1], model, options, consumer, wrong);
            }
        }
        parameters.ifPresent(given -> given.fields().forEach((name, value) -> {
            if (!value.isText()) {
                wrong.add(new Finding(
                        file,
                        value.line(),
                        "endpoint-options",
                        name + " takes text, and keys or a list stand there",
                        "Write text, in quotes when it begins with a brace; a function is ${…}"));
                return;
            }
            option(file, given.line(name), value.line(), name, value.text(), model, options, consumer, wrong);
        }));
        if (wrong.isEmpty()) {
            judge(file, line, uri, parameters, consumer, wrong::add);
        }
        wrong.forEach(report);
    }

    private static Set<String> known(String file) {
        Set<String> known = new TreeSet<>();
        AppFolders.loading(file).forEach(app -> known.addAll(Vocabulary.of(app).names(Vocabulary.Kind.COMPONENTS)));
        return known;
    }

    private static void option(
            String file,
            int keyLine,
            int line,
            String name,
            String text,
            ComponentModel model,
            Map<String, ComponentModel.EndpointOptionModel> options,
            boolean consumer,
            List<Finding> wrong) {
        ComponentModel.EndpointOptionModel option = options.get(name);
        boolean prefixed = options.values().stream()
                .anyMatch(o -> o.isMultiValue() && o.getPrefix() != null && name.startsWith(o.getPrefix()));
        if (prefixed || option == null && model.isLenientProperties()) {
            return;
        }
        String label = option == null || option.getLabel() == null ? "" : option.getLabel();
        boolean other = consumer ? label.startsWith("producer") : label.startsWith("consumer");
        if (option == null || other) {
            Set<String> usable = new TreeSet<>();
            options.forEach((known, o) -> {
                String side = o.getLabel() == null ? "" : o.getLabel();
                if (!(consumer ? side.startsWith("producer") : side.startsWith("consumer"))) {
                    usable.add(known);
                }
            });
            wrong.add(new Finding(
                    file,
                    keyLine,
                    "endpoint-options",
                    option == null
                            ? model.getScheme() + " has no option " + name
                            : name + " is an option for " + (consumer ? "sending to " : "receiving from ")
                                    + model.getScheme(),
                    "Write an option that it has" + Nearest.orOneOf(name, usable)));
            return;
        }
        Finding value = Values.wrong(
                file,
                line,
                "endpoint-options",
                name,
                text,
                option.getType(),
                option.getEnums() == null ? List.of() : option.getEnums());
        if (value != null) {
            wrong.add(value);
        }
    }

    /** What the options one by one do not show: one that is missing, or a path that the component does not take. */
    private static void judge(
            String file,
            int line,
            String whole,
            Optional<Element> parameters,
            boolean consumer,
            Consumer<Finding> report) {
        if (whole.startsWith("direct:") || whole.contains("${")) {
            return;
        }
        // The catalogue does not know milliseconds by their unit, which are what a bare number is.
        StringJoiner uri = new StringJoiner("&", whole + "?", "");
        uri.setEmptyValue(whole);
        parameters.ifPresent(given -> given.fields()
                .forEach((name, value) -> uri.add(name + "="
                        + URLEncoder.encode(value.text().replaceFirst("^(\\d+)ms$", "$1"), StandardCharsets.UTF_8))));
        EndpointValidationResult result =
                CATALOG.validateEndpointProperties(uri.toString(), false, consumer, !consumer);
        if (!result.isSuccess() && result.hasErrors()) {
            report.accept(new Finding(
                    file,
                    line,
                    "endpoint-options",
                    result.summaryErrorMessage(false).strip().replaceAll("\\s+", " "),
                    "Write an option that the component has, with a value that it takes"));
        }
    }
}
