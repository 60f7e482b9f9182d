package caravana.checks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.catalog.EndpointValidationResult;

/** Endpoints as Camel's catalogue knows them: components that exist, options that they have, values that these take. */
final class CatalogRule implements Rule {

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

    @Override
    public void check(RouteTree tree, Consumer<Finding> report) {
        for (Route route : tree.routes()) {
            endpoint(route, route.from(), true, report);
            route.steps().stream()
                    .filter(step -> step.kind().equals("to"))
                    .forEach(step -> endpoint(route, step, false, report));
        }
    }

    private void endpoint(Route route, Route.Step step, boolean consumer, Consumer<Finding> report) {
        if (step.uri().isBlank() || step.uses("direct")) {
            return;
        }
        // The catalogue does not know milliseconds by their unit, which are what a bare number is.
        StringJoiner uri = new StringJoiner("&", step.uri() + "?", "");
        uri.setEmptyValue(step.uri());
        step.element()
                .get("parameters")
                .ifPresent(parameters -> parameters
                        .fields()
                        .forEach((name, value) -> uri.add(name + "="
                                + URLEncoder.encode(
                                        value.text().replaceFirst("^(\\d+)ms$", "$1"), StandardCharsets.UTF_8))));
        EndpointValidationResult result =
                CATALOG.validateEndpointProperties(uri.toString(), false, consumer, !consumer);
        if (result.getUnknownComponent() != null) {
            report.accept(new Finding(
                    route.file(),
                    step.element().line(),
                    "endpoint-options",
                    "There is no component " + result.getUnknownComponent(),
                    "Write one that exists"
                            + NameRules.similar(result.getUnknownComponent(), CATALOG.findComponentNames())));
        } else if (!result.isSuccess() && result.hasErrors()) {
            report.accept(new Finding(
                    route.file(),
                    step.element().line(),
                    "endpoint-options",
                    result.summaryErrorMessage(false).strip().replaceAll("\\s+", " "),
                    "Write an option that the component has, with a value that it takes"));
        }
    }
}
