package caravana.checks;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.tooling.model.EipModel;

/**
 * Checks options of steps and of error handling whose values are text in Camel's schema, and have a type in its
 * catalogue.
 */
final class EipRule implements FileRule {

    private final Map<String, Optional<Map<String, BaseOptionModel>>> options = new HashMap<>();

    @Override
    public void check(RouteFile file, Consumer<Finding> report) {
        file.elements()
                .forEach(element -> element.fields().forEach((key, value) -> {
                    check(file.name(), key, value, report);
                    value.items().forEach(item -> check(file.name(), key, item, report));
                }));
    }

    private void check(String file, String kind, Element step, Consumer<Finding> report) {
        if (!step.isMapping()) {
            return;
        }
        options(kind)
                .ifPresent(known -> step.fields().forEach((name, value) -> {
                    BaseOptionModel option = known.get(name);
                    if (option != null && value.isText() && !value.isEmpty()) {
                        Finding wrong = Values.wrong(
                                file,
                                value.line(),
                                "step-option",
                                name,
                                value.text(),
                                option.getType(),
                                option.getEnums() == null ? java.util.List.of() : option.getEnums());
                        if (wrong != null) {
                            report.accept(wrong);
                        }
                    }
                }));
    }

    private Optional<Map<String, BaseOptionModel>> options(String kind) {
        return options.computeIfAbsent(kind, unseen -> {
            EipModel model = kind.matches("\\w+") ? CatalogRule.CATALOG.eipModel(kind) : null;
            if (model == null) {
                return Optional.empty();
            }
            Map<String, BaseOptionModel> byName = new HashMap<>();
            model.getOptions().forEach(option -> byName.put(option.getName(), option));
            return Optional.of(byName);
        });
    }
}
