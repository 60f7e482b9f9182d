package caravana.checks;

import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Parts;
import caravana.checks.TransformationEntry.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The catalogue of transformations for people, as Markdown. */
final class TransformationList {

    private static final String BEGINNING = """
            # Transformations

            Made by `./caravana transformations > docs/transformations.md`, with its pictures, from [the catalogue](../src/main/resources/camel/catalogue); do not edit.
            [editing-routes.md](editing-routes.md#add-a-transformation) says how to add one.

            An upload asks for transformations in the field `transformaciones`: names separated by commas, or a JSON array of names and
            of objects with `nombre` and parameters, as `POST /api/videos/{video_id}/process` takes it. What is requested applies in the
            order below, whatever the order of the request. `GET /api/transformations` has the same for programs.

            Instead, it may name a preset in the field `preset`. An upload that asks for nothing gets `predeterminado`. These are every
            account's; an account keeps more of its own by `PUT /api/presets/{name}`, and `GET /api/presets` has all of them:
            """;

    private TransformationList() {}

    /**
     * The whole document.
     *
     * @param entries in the order in which they apply
     */
    static String of(List<TransformationEntry> entries, List<TransformationPreset> presets) {
        StringBuilder list =
                new StringBuilder(BEGINNING).append("\n| preset | what it gives | asks for |\n| --- | --- | --- |\n");
        presets.forEach(preset -> list.append("| `")
                .append(preset.name())
                .append("` | ")
                .append(preset.description().get("en"))
                .append(" | ")
                .append(preset.transformations().stream()
                        .map(item -> "`" + (item.isTextual() ? item.textValue() : item) + "`")
                        .collect(Collectors.joining(", ")))
                .append(" |\n"));
        entries.forEach(entry -> list.append(section(entry)));
        return list.toString();
    }

    private static String section(TransformationEntry entry) {
        StringBuilder section = new StringBuilder("\n## ")
                .append(entry.name())
                .append("\n\n")
                .append(entry.description().get("en"))
                .append('\n');
        section.append("\n![")
                .append(TransformationPictures.title(entry))
                .append("](images/transformations/")
                .append(entry.name())
                .append(".jpg)\n");
        List<String> facts = new ArrayList<>();
        if (!entry.needs().isEmpty()) {
            facts.add("Needs " + names(entry.needs()) + ".");
        }
        if (!entry.excludes().isEmpty()) {
            facts.add("Impossible together with " + names(entry.excludes()) + ".");
        }
        entry.allProduced().forEach(produced -> {
            facts.add("Also makes `" + produced.name() + "` (" + produced.role() + ").");
            if (produced.sheets() != null) {
                facts.add("`" + produced.sheets().index() + "` says where in them each second is.");
            }
            if (produced.ladder() != null) {
                facts.add(
                        "It has a rendition of each height of "
                                + produced.ladder().heights().stream()
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(", "))
                                + " that is not above the video or its original. [playback.md](playback.md) says how it is played.");
            }
        });
        if (entry.loudness() != null) {
            facts.add("The loudness is measured in a pass of its own, over the sound alone.");
        }
        if (entry.size() != null) {
            facts.add(
                    "For a size, the video is encoded in two passes or more: its file is never larger, and at least nine tenths of it"
                            + " where the picture has that much in it. The files beside it are not counted. A size that the video's length does"
                            + " not allow is refused (`size_unreachable`).");
        }
        if (entry.parts() == Parts.WHOLE) {
            facts.add("Keeps a video from being made in parts.");
        }
        if (!facts.isEmpty()) {
            section.append('\n').append(String.join(" ", facts)).append('\n');
        }
        if (!entry.parameters().isEmpty()) {
            section.append("\n| parameter | meaning | takes | default |\n| --- | --- | --- | --- |\n");
            entry.parameters().values().forEach(parameter -> section.append(row(parameter)));
        }
        return section.append("\n```json\n")
                .append(example(entry))
                .append("\n```\n")
                .toString();
    }

    private static String names(List<String> names) {
        return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    }

    private static String row(Parameter parameter) {
        String takes =
                switch (parameter.type()) {
                    case NUMBER -> "a number from " + parameter.minimum() + " to " + parameter.maximum();
                    case INTEGER -> "a whole number from " + parameter.minimum() + " to " + parameter.maximum();
                    case BOOLEAN -> "`true` or `false`";
                    case CHOICE -> names(List.copyOf(parameter.choices().keySet()));
                    case COLOUR -> "a colour as `#RRGGBB`";
                    case ASSET -> "the id of an asset: " + names(parameter.accepts());
                    case TEXT -> "a line of at most " + parameter.maxLength() + " characters";
                };
        return "| `" + parameter.name() + "` | " + parameter.title().get("en") + " | " + takes
                + (parameter.above() == null ? "" : ", above `" + parameter.above() + "`") + " | "
                + missing(parameter) + " |\n";
    }

    /** What it means that a request does not say it. */
    private static String missing(Parameter parameter) {
        if (parameter.insteadOf() != null) {
            return "none; given instead of `" + parameter.insteadOf() + "`";
        }
        return parameter.defaultValue() == null ? "must be given" : "`" + parameter.defaultValue() + "`";
    }

    /** A request that is possible. */
    private static String example(TransformationEntry entry) {
        List<String> items = new ArrayList<>();
        entry.needs().forEach(need -> items.add('"' + need + '"'));
        if (entry.parameters().isEmpty()) {
            items.add('"' + entry.name() + '"');
        } else {
            Map<String, String> values = new LinkedHashMap<>();
            values.put("nombre", '"' + entry.name() + '"');
            entry.alternatives().get(0).forEach(parameter -> values.put(parameter.name(), value(parameter)));
            items.add(values.entrySet().stream()
                    .map(value -> '"' + value.getKey() + "\": " + value.getValue())
                    .collect(Collectors.joining(", ", "{", "}")));
        }
        return "[" + String.join(", ", items) + "]";
    }

    private static String value(Parameter parameter) {
        Object value = parameter.defaultValue();
        boolean isText = Set.of(Type.CHOICE, Type.COLOUR, Type.TEXT, Type.ASSET).contains(parameter.type());
        if (value == null) {
            value = switch (parameter.type()) {
                case NUMBER, INTEGER -> parameter.minimum();
                case BOOLEAN -> true;
                case CHOICE -> parameter.choices().keySet().iterator().next();
                case COLOUR -> "#ffffff";
                case TEXT -> "Hola";
                case ASSET -> "3f1b9c52-6a0d-4d6e-9f6e-0c6d3a2b1e47";
            };
        }
        return isText ? "\"" + value + '"' : String.valueOf(value);
    }
}
