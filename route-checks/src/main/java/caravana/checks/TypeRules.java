package caravana.checks;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks that the classes, data formats and expression languages of a route are on the class path of every app that
 * loads it.
 */
final class TypeRules implements FileRule {

    /** Camel knows these without their package. */
    private static final Set<String> SHORT = Set.of(
            "String",
            "Object",
            "Integer",
            "int",
            "Long",
            "long",
            "Boolean",
            "boolean",
            "Double",
            "double",
            "Float",
            "float",
            "Short",
            "short",
            "Byte",
            "byte",
            "byte[]",
            "Iterator",
            "Map",
            "List",
            "Set",
            "Date");

    private static final Set<String> CLASS_KEYS =
            Set.of("resultType", "exceptionType", "unmarshalType", "beanType", "type");
    private static final Pattern IS = Pattern.compile("!?\\bis\\s+'([\\w.$]+)'");
    private static final String CLASS = "#class:";
    private static final Map<String, String> LANGUAGE_OF = Map.of("method", "bean");
    private static final Set<String> NO_LANGUAGE = Set.of("id", "expression", "language");
    private static final Set<String> MARSHALLING = Set.of("marshal", "unmarshal");
    private static final Set<String> EXPRESSING = Set.of("expression", "handled", "continued", "retryWhile");

    @Override
    public void check(RouteFile source, Consumer<Finding> report) {
        String file = source.name();
        source.elements()
                .forEach(element -> element.fields().forEach((key, value) -> {
                    if (key.equals("exception")) {
                        value.items().forEach(item -> type(file, item, item.text(), true, report));
                    } else if (CLASS_KEYS.contains(key)
                            && value.isText()
                            && value.text().matches("[\\w.$]+")) {
                        type(file, value, value.text(), key.equals("exceptionType"), report);
                    } else if (MARSHALLING.contains(key)) {
                        dataFormat(file, value, report);
                    } else if (EXPRESSING.contains(key) && value.isMapping()) {
                        value.fields().keySet().forEach(language -> language(file, value, language, report));
                    }
                    if (value.isText() && value.text().startsWith(CLASS)) {
                        type(
                                file,
                                value,
                                value.text().substring(CLASS.length()).replaceFirst("\\(.*", ""),
                                false,
                                report);
                    }
                    if (value.isText()) {
                        SimpleText.types(value.text()).forEach(name -> type(file, value, name, false, report));
                        Matcher is = IS.matcher(value.text());
                        while (is.find()) {
                            type(file, value, is.group(1), false, report);
                        }
                    }
                }));
    }

    private static void type(String file, Element place, String name, boolean failure, Consumer<Finding> report) {
        if (name.contains("{{") || SHORT.contains(name) && !failure) {
            return;
        }
        Class<?> onOurPath = load(name);
        String missing = AppFolders.loading(file).stream()
                .filter(app -> onOurPath == null && !Vocabulary.of(app).has(Vocabulary.Kind.TYPES, name))
                .map(AppFolders::label)
                .findFirst()
                .orElse(null);
        if (missing != null) {
            String simple = name.replaceFirst(".*\\.", "");
            Set<String> known = known(file, Vocabulary.Kind.TYPES);
            Set<String> sameName = new LinkedHashSet<>(known);
            sameName.removeIf(other -> !other.endsWith("." + simple));
            report.accept(new Finding(
                    file,
                    place.line(),
                    "type-unknown",
                    "There is no class " + name + " in " + missing,
                    "Name one that exists, with its package"
                            + (sameName.isEmpty()
                                    ? Nearest.to(name, withJdk(known))
                                    : " (" + String.join(", ", sameName) + "?)")));
        } else if (failure && onOurPath != null && !Throwable.class.isAssignableFrom(onOurPath)
                || failure && onOurPath == null && !name.matches(".*(Exception|Error|Throwable)")) {
            report.accept(new Finding(
                    file, place.line(), "type-unknown", name + " is no exception", "Name a class that can be thrown"));
        }
    }

    private static Set<String> withJdk(Set<String> known) {
        Set<String> all = new TreeSet<>(known);
        all.addAll(List.of(
                "java.lang.Throwable",
                "java.lang.Exception",
                "java.lang.RuntimeException",
                "java.lang.IllegalStateException",
                "java.lang.IllegalArgumentException",
                "java.lang.Integer",
                "java.lang.Long",
                "java.lang.Boolean",
                "java.lang.String",
                "java.lang.Double",
                "java.io.IOException",
                "java.sql.SQLException",
                "java.util.Date",
                "java.util.Map",
                "java.util.List"));
        return all;
    }

    /** A class of Java or of Camel's core; null when it is neither. */
    static Class<?> load(String name) {
        try {
            return Class.forName(name, false, TypeRules.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError notThere) {
            return null;
        }
    }

    private static void dataFormat(String file, Element step, Consumer<Finding> report) {
        step.fields().forEach((name, value) -> {
            if (Set.of("id", "description", "note", "disabled", "variableSend", "variableReceive", "allowNullBody")
                    .contains(name)) {
                return;
            }
            String library = value.text("library").isEmpty() ? "jackson" : value.text("library");
            String format = name.equals("json") ? library : name;
            Set<String> known = known(file, Vocabulary.Kind.DATA_FORMATS);
            if (known.stream().noneMatch(format::equalsIgnoreCase)) {
                int line = value.get("library").map(Element::line).orElse(step.line(name));
                report.accept(new Finding(
                        file,
                        line,
                        "data-format-unknown",
                        "The app has no data format " + format,
                        "Use one that it has" + Nearest.orOneOf(format.toLowerCase(Locale.ROOT), known)));
            }
        });
    }

    private static void language(String file, Element expression, String name, Consumer<Finding> report) {
        String language = LANGUAGE_OF.getOrDefault(name, name);
        Set<String> known = known(file, Vocabulary.Kind.LANGUAGES);
        if (!NO_LANGUAGE.contains(name) && !known.contains(language)) {
            report.accept(new Finding(
                    file,
                    expression.line(name),
                    "language-unknown",
                    "The app has no expression language " + name,
                    "Use one that it has" + Nearest.orOneOf(name, known)));
        }
    }

    /** What every app has that loads a file. */
    private static Set<String> known(String file, Vocabulary.Kind kind) {
        Set<String> known = null;
        for (AppFolders app : AppFolders.loading(file)) {
            Set<String> names = new TreeSet<>(Vocabulary.of(app).names(kind));
            if (known == null) {
                known = names;
            } else {
                known.retainAll(names);
            }
        }
        return known == null ? Set.of() : known;
    }
}
