package caravana.checks;

import caravana.checks.TransformationEntry.Check;
import caravana.checks.TransformationEntry.Chosen;
import caravana.checks.TransformationEntry.Ladder;
import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Parts;
import caravana.checks.TransformationEntry.Produced;
import caravana.checks.TransformationEntry.Sheets;
import caravana.checks.TransformationEntry.Trim;
import caravana.checks.TransformationEntry.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Parses one file of the catalogue of transformations, and reports its mistakes. */
final class TransformationReader {

    private static final Set<String> KEYS = Set.of(
            "nombre",
            "description",
            "order",
            "parts",
            "needs",
            "excludes",
            "parameters",
            "trim",
            "filter",
            "audio_filter",
            "loudness",
            "size",
            "output",
            "subtitles",
            "sets",
            "inputs",
            "produces");

    private static final Set<String> PARAMETER_KEYS = Set.of(
            "type",
            "title",
            "minimum",
            "maximum",
            "enum",
            "write",
            "format",
            "maxLength",
            "accepts",
            "default",
            "above",
            "instead_of");

    private static final Set<String> FORMATS = Set.of("asset", "color");

    private static final Set<String> TYPES = Set.of("number", "integer", "boolean", "string");
    private static final Set<String> PRODUCED_KEYS = Set.of(
            "name",
            "role",
            "media_type",
            "stream",
            "sound",
            "options",
            "sheets",
            "ladder",
            "cues",
            "language",
            "check");
    private static final Set<String> SHEETS_KEYS = Set.of("index", "every", "columns", "rows");
    private static final Set<String> LADDER_KEYS = Set.of("heights", "sound");
    private static final Set<String> CHECK_KEYS =
            Set.of("codec", "width", "height", "least", "from", "length", "rate", "optional");
    private static final Set<String> PARTS = Set.of("exact", "beside", "whole");
    private static final String FILE_NAME = "[a-z0-9_-]+\\.[a-z0-9]+";
    private static final String NAME = "[a-z][a-z0-9_]{0,39}";
    private static final String AMOUNT = "[0-9]+(\\.[0-9]+)?|\\{" + NAME + "}";
    private static final String CHOOSE = "choose";

    /** Of a choice that is written into a filter as it stands. */
    private static final String PLAIN = "[A-Za-z0-9_.-]+";

    private final String file;
    private final Element root;
    private final Consumer<Finding> report;
    private boolean readable = true;

    TransformationReader(String file, Element root, Consumer<Finding> report) {
        this.file = file;
        this.root = root;
        this.report = report;
    }

    /** The entry; null when something in it cannot be read, which was reported. */
    TransformationEntry read() {
        String stem = file.substring(file.lastIndexOf('/') + 1).replaceFirst("\\.yaml$", "");
        if (!root.isMapping()) {
            wrong(root.line(), "catalogue-value", "An entry is a mapping of keys", "Begin with nombre: " + stem);
            return null;
        }
        allowOnly(root, KEYS, "An entry");
        String name = text(root, "nombre");
        if (name != null && !(name.matches(NAME) && name.equals(stem))) {
            wrong(
                    root.line("nombre"),
                    "catalogue-name",
                    "The entry's name " + name + " is not that of its file, " + stem,
                    "Name both alike, by up to 40 lower-case letters, digits and underscores");
        }
        Map<String, Parameter> parameters = parameters();
        TransformationEntry entry = new TransformationEntry(
                name,
                file,
                languages(root, "description", "An entry"),
                orZero(integer(root, "order", true)),
                parts(),
                list(root, "needs"),
                list(root, "excludes"),
                parameters,
                trim(),
                chosen(root, "filter", this::string),
                chosen(root, "audio_filter", this::string),
                chosen(root, "loudness", this::level),
                chosen(root, "size", this::megabytes),
                chosen(root, "output", this::strings),
                chosen(root, "subtitles", this::string),
                sets(),
                list(root, "inputs"),
                chosen(root, "produces", this::produces));
        return readable ? entry : null;
    }

    private Parts parts() {
        String parts = root.text("parts");
        if (!parts.isEmpty() && !PARTS.contains(parts)) {
            wrong(
                    root.line("parts"),
                    "catalogue-value",
                    "parts is " + parts,
                    "Write exact, when a part of a video comes out as in the whole; beside, when the entry only makes files; or whole");
        }
        return PARTS.contains(parts) ? Parts.valueOf(parts.toUpperCase(Locale.ROOT)) : Parts.WHOLE;
    }

    private Map<String, Parameter> parameters() {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        root.get("parameters").ifPresent(all -> {
            if (!all.isMapping()) {
                wrong(all.line(), "catalogue-value", "parameters is no mapping", "Write a name and its schema each");
            }
            all.fields().forEach((name, schema) -> {
                if (!name.matches(NAME)) {
                    wrong(
                            all.line(name),
                            "catalogue-parameter",
                            name + " cannot be the name of a parameter",
                            "Use up to 40 lower-case letters, digits and underscores");
                }
                parameters.put(name, parameter(name, schema));
            });
        });
        return parameters;
    }

    private Parameter parameter(String name, Element schema) {
        allowOnly(schema, PARAMETER_KEYS, "A parameter");
        Type type = type(name, schema);
        Map<String, String> choices = choices(name, schema);
        Parameter parameter = new Parameter(
                name,
                type,
                languages(schema, "title", "The parameter " + name),
                number(schema, "minimum"),
                number(schema, "maximum"),
                orNull(schema.text("above")),
                orNull(schema.text("instead_of")),
                choices,
                integer(schema, "maxLength", false),
                accepts(name, type, schema),
                type == null ? null : defaultValue(name, type, choices, schema));
        if ((type == Type.NUMBER || type == Type.INTEGER)
                && (parameter.minimum() == null || parameter.maximum() == null)) {
            wrong(
                    schema.line(),
                    "catalogue-parameter",
                    "The number " + name + " has no range",
                    "Add minimum and maximum: what ffmpeg does with others, nobody has tried");
        } else if (parameter.minimum() != null
                && parameter.maximum() != null
                && parameter.minimum().compareTo(parameter.maximum()) > 0) {
            wrong(
                    schema.line("minimum"),
                    "catalogue-parameter",
                    "The minimum of " + name + " is above its maximum",
                    "Exchange them");
        }
        if (type == Type.TEXT && parameter.maxLength() == null) {
            wrong(
                    schema.line(),
                    "catalogue-parameter",
                    "The text " + name + " has no maxLength",
                    "Say how many characters it may have, or list its values as enum");
        }
        return parameter;
    }

    private Type type(String name, Element schema) {
        String type = text(schema, "type");
        if (type == null) {
            return null;
        }
        if (!TYPES.contains(type)) {
            wrong(
                    schema.line("type"),
                    "catalogue-parameter",
                    "The parameter " + name + " has the type " + type,
                    "Write a type that there is" + Nearest.orOneOf(type, TYPES));
            return null;
        }
        String format = schema.text("format");
        if (!format.isEmpty() && !(FORMATS.contains(format) && type.equals("string"))) {
            wrong(
                    schema.line("format"),
                    "catalogue-parameter",
                    "The parameter " + name + " has the format " + format,
                    "There are asset and color, of a string; leave format out for another text");
        }
        return switch (type) {
            case "number" -> Type.NUMBER;
            case "integer" -> Type.INTEGER;
            case "boolean" -> Type.BOOLEAN;
            default ->
                schema.get("enum").isPresent()
                        ? Type.CHOICE
                        : switch (format) {
                            case "" -> Type.TEXT;
                            case "asset" -> Type.ASSET;
                            default -> Type.COLOUR;
                        };
        };
    }

    private List<String> accepts(String name, Type type, Element schema) {
        List<String> accepts = list(schema, "accepts");
        boolean fits = type == Type.ASSET
                ? !accepts.isEmpty()
                        && (TransformationEntry.PICTURES.containsAll(accepts)
                                || TransformationEntry.TEXTS.containsAll(accepts))
                : accepts.isEmpty();
        if (!fits) {
            wrong(
                    schema.line("accepts"),
                    "catalogue-parameter",
                    type == Type.ASSET
                            ? "The asset " + name + " accepts " + accepts
                            : name + " is no asset, and has accepts",
                    "Write accepts, of a string with format: asset, with some of " + TransformationEntry.PICTURES
                            + " or of " + TransformationEntry.TEXTS);
        }
        return accepts;
    }

    private Map<String, String> choices(String name, Element schema) {
        Map<String, String> choices = new LinkedHashMap<>();
        Map<String, Element> written = schema.get("write").map(Element::fields).orElse(Map.of());
        for (String choice : list(schema, "enum")) {
            Element text = written.get(choice);
            choices.put(choice, text == null ? choice : text.text());
            if (text == null && !choice.matches(PLAIN)) {
                wrong(
                        schema.line("enum"),
                        "catalogue-parameter",
                        "The value " + choice + " of " + name + " would be read as filter syntax",
                        "Say under write what stands in the filter for it");
            }
        }
        for (String value : written.keySet()) {
            if (!choices.containsKey(value)) {
                wrong(
                        schema.get("write").orElseThrow().line(value),
                        "catalogue-parameter",
                        "write names " + value + ", which is no value of " + name,
                        "Write one of its values" + Nearest.orOneOf(value, choices.keySet()));
            }
        }
        return choices;
    }

    private Object defaultValue(String name, Type type, Map<String, String> choices, Element schema) {
        Element element = schema.get("default").orElse(null);
        if (element == null) {
            return null;
        }
        String text = element.text();
        boolean fits =
                switch (type) {
                    case NUMBER, INTEGER -> number(schema, "default") != null && isInRange(type, schema);
                    case BOOLEAN -> text.equals("true") || text.equals("false");
                    case CHOICE -> choices.containsKey(text);
                    case COLOUR -> text.matches("#[0-9A-Fa-f]{6}");
                    case TEXT -> element.isText();
                    case ASSET -> false;
                };
        if (!fits) {
            wrong(
                    element.line(),
                    "catalogue-parameter",
                    "The default " + text + " of " + name + " is no value that it takes",
                    "Write one within its type and range"
                            + (choices.isEmpty() ? "" : Nearest.orOneOf(text, choices.keySet())));
            return null;
        }
        return switch (type) {
            case NUMBER, INTEGER -> number(schema, "default");
            case BOOLEAN -> Boolean.valueOf(text);
            default -> text;
        };
    }

    private boolean isInRange(Type type, Element schema) {
        BigDecimal value = number(schema, "default");
        BigDecimal minimum = number(schema, "minimum");
        BigDecimal maximum = number(schema, "maximum");
        return (type != Type.INTEGER || value.stripTrailingZeros().scale() <= 0)
                && (minimum == null || value.compareTo(minimum) >= 0)
                && (maximum == null || value.compareTo(maximum) <= 0);
    }

    private Trim trim() {
        Element trim = root.get("trim").orElse(null);
        if (trim == null) {
            return null;
        }
        allowOnly(trim, Set.of("start", "end", "keep"), "trim");
        for (Map.Entry<String, Element> part : trim.fields().entrySet()) {
            if (!part.getValue().text().matches(AMOUNT)) {
                wrong(
                        part.getValue().line(),
                        "catalogue-value",
                        "trim has " + part.getValue().text() + " as " + part.getKey(),
                        "Write seconds, or a parameter in braces and quotes");
            }
        }
        return new Trim(orNull(trim.text("start")), orNull(trim.text("end")), orNull(trim.text("keep")));
    }

    private static String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private Map<String, Chosen<String>> sets() {
        Map<String, Chosen<String>> sets = new LinkedHashMap<>();
        Element element = root.get("sets").orElse(null);
        if (element == null) {
            return sets;
        }
        allowOnly(element, TransformationEntry.SETS.keySet(), "sets");
        for (String key : element.fields().keySet()) {
            Chosen<String> chosen = chosen(element, key, this::string);
            TransformationEntry.Form form = TransformationEntry.SETS.get(key);
            if (chosen == null || form == null) {
                continue;
            }
            for (String value : chosen.cases().values()) {
                if (value != null && !value.matches(form.pattern())) {
                    wrong(
                            element.line(key),
                            "catalogue-value",
                            "sets has " + value + " as " + key,
                            "Write " + form.example());
                }
            }
            sets.put(key, chosen);
        }
        return sets;
    }

    private List<Produced> produces(Element list) {
        List<Produced> produced = new ArrayList<>();
        for (Element each : list.items()) {
            allowOnly(each, PRODUCED_KEYS, "A produced file");
            Sheets sheets = sheets(each);
            produced.add(new Produced(
                    fileName(each, "name", sheets != null),
                    text(each, "role"),
                    text(each, "media_type"),
                    text(each, "stream"),
                    bool(each, "sound"),
                    list(each, "options"),
                    sheets,
                    ladder(each),
                    orNull(each.text("cues")),
                    orNull(each.text("language")),
                    check(each)));
        }
        return produced;
    }

    private String fileName(Element in, String key, boolean numbered) {
        String name = text(in, key);
        if (name != null
                && (name.equals("video.mp4")
                        || numbered && !name.contains("%d")
                        || !(numbered ? name.replace("%d", "1") : name).matches(FILE_NAME))) {
            wrong(
                    in.line(key),
                    "catalogue-value",
                    "A file cannot be named " + name,
                    "Write a plain name of its own, such as poster.jpg, or sheet-%d.jpg for sheets; video.mp4 is the video");
        }
        return name;
    }

    private Sheets sheets(Element produced) {
        Element sheets = produced.get("sheets").orElse(null);
        if (sheets == null) {
            return null;
        }
        allowOnly(sheets, SHEETS_KEYS, "sheets");
        Integer columns = integer(sheets, "columns", true);
        Integer rows = integer(sheets, "rows", true);
        if (orZero(columns) * orZero(rows) == 0) {
            wrong(sheets.line(), "catalogue-value", "A sheet has no tiles", "Write columns and rows above 0");
        }
        return new Sheets(
                fileName(sheets, "index", false), amount(sheets, "every", true), orZero(columns), orZero(rows));
    }

    private Ladder ladder(Element produced) {
        Element ladder = produced.get("ladder").orElse(null);
        if (ladder == null) {
            return null;
        }
        allowOnly(ladder, LADDER_KEYS, "ladder");
        List<Integer> heights = new ArrayList<>();
        for (String height : list(ladder, "heights")) {
            int above = heights.isEmpty() ? 0 : heights.get(heights.size() - 1);
            if (!height.matches("[0-9]{2,4}")
                    || Integer.parseInt(height) <= above
                    || Integer.parseInt(height) % 2 != 0) {
                wrong(
                        ladder.line("heights"),
                        "catalogue-value",
                        "heights has " + height,
                        "Write even numbers of pixels, the lowest first, such as [240, 360, 720]");
                return null;
            }
            heights.add(Integer.valueOf(height));
        }
        if (heights.isEmpty() || list(ladder, "sound").isEmpty() || !bool(produced, "sound")) {
            wrong(
                    ladder.line(),
                    "catalogue-value",
                    "A ladder has no heights, or does not name an encoder of its sound",
                    "Write heights and sound below ladder, and sound: true beside it");
        }
        return new Ladder(heights, list(ladder, "sound"));
    }

    private Check check(Element produced) {
        Element check = produced.get("check").orElse(null);
        if (check == null || !check.isMapping()) {
            wrong(
                    produced.line("check"),
                    "catalogue-key",
                    "A produced file has no checks",
                    "Write check: {codec: …}, with ffmpeg's name of its codec");
            return null;
        }
        allowOnly(check, CHECK_KEYS, "check");
        String length = check.text("length");
        return new Check(
                text(check, "codec"),
                amount(check, "width", false),
                amount(check, "height", false),
                amount(check, "least", false),
                amount(check, "from", false),
                length.equals(Check.WHOLE) ? length : amount(check, "length", false),
                amount(check, "rate", false),
                bool(check, "optional"));
    }

    /** A number, or a parameter in braces; null for none. */
    private String amount(Element in, String key, boolean required) {
        String text = required ? text(in, key) : orNull(in.text(key));
        if (text != null && !text.matches(AMOUNT)) {
            wrong(
                    in.line(key),
                    "catalogue-value",
                    key + " is " + text,
                    "Write a number, or a parameter in braces and quotes");
        }
        return text;
    }

    /** A part that is the same always, or is chosen by a parameter. */
    private <T> Chosen<T> chosen(Element in, String key, Function<Element, T> read) {
        Element element = in.get(key).orElse(null);
        if (element == null) {
            return null;
        }
        if (!element.isMapping()) {
            Map<String, T> only = new LinkedHashMap<>();
            only.put("", read.apply(element));
            return new Chosen<>(null, only);
        }
        String by = element.text(CHOOSE);
        if (by.isEmpty()) {
            wrong(
                    element.line(),
                    "catalogue-value",
                    key + " is a mapping without " + CHOOSE,
                    "Write a value, or " + CHOOSE + ": and a parameter, and a value for each of its values");
        }
        Map<String, T> cases = new LinkedHashMap<>();
        element.fields().forEach((value, text) -> {
            if (!value.equals(CHOOSE)) {
                cases.put(value, read.apply(text));
            }
        });
        return new Chosen<>(by, cases);
    }

    private String string(Element element) {
        if (!element.isText() || element.text().isBlank()) {
            wrong(element.line(), "catalogue-value", "Text is missing here", "Write some, or delete the key");
            return null;
        }
        return element.text();
    }

    private String level(Element element) {
        String text = element.text();
        if (!text.matches("-?" + AMOUNT)) {
            wrong(
                    element.line(),
                    "catalogue-value",
                    "loudness is " + text,
                    "Write a number of LUFS, or a parameter in braces");
            return null;
        }
        return text;
    }

    private String megabytes(Element element) {
        String text = element.text();
        if (!text.matches(AMOUNT)) {
            wrong(
                    element.line(),
                    "catalogue-value",
                    "size is " + text,
                    "Write a number of megabytes, or a parameter in braces");
            return null;
        }
        return text;
    }

    private List<String> strings(Element element) {
        if (element.isText() || element.items().stream().anyMatch(item -> !item.isText())) {
            wrong(element.line(), "catalogue-value", "A list of texts is missing here", "Write [\"-an\"], for example");
            return List.of();
        }
        return element.items().stream().map(Element::text).toList();
    }

    private List<String> list(Element in, String key) {
        return in.get(key).map(this::strings).orElse(List.of());
    }

    private Map<String, String> languages(Element in, String key, String what) {
        Element texts = in.get(key).orElse(null);
        Map<String, String> read = new LinkedHashMap<>();
        for (String language : TransformationEntry.LANGUAGES) {
            String text = texts == null ? "" : texts.text(language);
            if (text.isBlank()) {
                wrong(
                        in.line(key),
                        "catalogue-key",
                        what + " has no " + key + " in " + language,
                        "Write " + key + ": {es: …, en: …}");
            }
            read.put(language, text);
        }
        if (texts != null && texts.isMapping()) {
            allowOnly(texts, Set.copyOf(TransformationEntry.LANGUAGES), key);
        }
        return read;
    }

    private String text(Element in, String key) {
        String text = in.text(key);
        if (text.isBlank()) {
            wrong(in.line(key), "catalogue-key", "The key " + key + " is missing or empty", "Add it");
            return null;
        }
        return text;
    }

    private Integer integer(Element in, String key, boolean required) {
        if (required && text(in, key) == null) {
            return null;
        }
        String text = in.text(key);
        if (text.isEmpty()) {
            return null;
        }
        if (!text.matches("[0-9]{1,6}")) {
            wrong(in.line(key), "catalogue-value", key + " is " + text, "Write a whole number");
            return null;
        }
        return Integer.valueOf(text);
    }

    private static int orZero(Integer value) {
        return value == null ? 0 : value;
    }

    private BigDecimal number(Element in, String key) {
        String text = in.text(key);
        if (text.isEmpty()) {
            return null;
        }
        if (!text.matches("-?[0-9]{1,9}(\\.[0-9]{1,6})?")) {
            wrong(in.line(key), "catalogue-value", key + " is " + text, "Write a number of six decimals at most");
            return null;
        }
        return new BigDecimal(text);
    }

    private Boolean bool(Element in, String key) {
        String text = in.text(key);
        if (!text.isEmpty() && !text.equals("true") && !text.equals("false")) {
            wrong(in.line(key), "catalogue-value", key + " is " + text, "Write true or false");
        }
        return text.equals("true");
    }

    private void allowOnly(Element in, Set<String> known, String what) {
        for (String key : in.fields().keySet()) {
            if (!known.contains(key)) {
                wrong(
                        in.line(key),
                        "catalogue-key",
                        what + " has no key " + key,
                        "Write one that there is" + Nearest.orOneOf(key, known));
            }
        }
    }

    private void wrong(int line, String id, String what, String instead) {
        readable = false;
        report.accept(new Finding(file, line, id, what, instead));
    }
}
