package caravana.test;

import caravana.checks.TransformationEntry;
import caravana.checks.TransformationEntry.Parameter;
import caravana.checks.TransformationEntry.Type;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Generates random requests for transformations from the catalogue, valid and invalid ones. The same seed makes the
 * same requests, so that the tests of web and worker can be compared.
 */
public final class TransformationRequests {

    /** What has a meaning for a shell, for JSON, in a filter graph, or in a text that drawtext expands. */
    private static final List<String> NASTY = List.of(
            "'",
            "\\",
            ":",
            ";",
            ",",
            "[",
            "]",
            "{",
            "}",
            "{texto}",
            "{in}",
            "%{localtime}",
            "%",
            "\n",
            "\r",
            "\0",
            "\u2028",
            "\u202E",
            "مرحبا",
            "🎬",
            "\uD83C",
            "$(id)",
            "`id`",
            "\"",
            "=",
            "../../etc/passwd",
            "x".repeat(10_000),
            "",
            " ");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final List<TransformationEntry> entries;
    private final Random random;
    private final Function<Parameter, String> assets;

    /**
     * Begins them.
     *
     * @param entries of the catalogue
     * @param assets gives the id of an asset that a parameter accepts
     */
    public TransformationRequests(List<TransformationEntry> entries, long seed, Function<Parameter, String> assets) {
        this.entries = entries;
        this.random = new Random(seed);
        this.assets = assets;
    }

    /** The next one: what the field {@code transformaciones} has. */
    public ArrayNode next() {
        ArrayNode request = NODES.arrayNode();
        int items = 1 + random.nextInt(3);
        for (int i = 0; i < items; i++) {
            TransformationEntry entry = entries.get(random.nextInt(entries.size()));
            ObjectNode item = NODES.objectNode();
            item.put("nombre", chance(50) ? nasty() : entry.name());
            for (Parameter parameter : parameters(entry)) {
                if (!chance(4)) {
                    item.set(parameter.name(), chance(6) ? illegal() : legal(parameter, random, this::nasty, assets));
                }
            }
            if (chance(20)) {
                item.set(nasty(), illegal());
            }
            if (chance(40)) {
                request.add(illegal());
            } else if (entry.parameters().isEmpty() && chance(2)) {
                request.add(entry.name());
            } else {
                request.add(item);
            }
        }
        return request;
    }

    /** Those that go together, and now and then all. */
    private List<Parameter> parameters(TransformationEntry entry) {
        List<List<Parameter>> together = entry.alternatives();
        List<Parameter> all = List.copyOf(entry.parameters().values());
        return chance(10) ? all : together.get(random.nextInt(together.size()));
    }

    private boolean chance(int oneOf) {
        return random.nextInt(oneOf) == 0;
    }

    private String nasty() {
        StringBuilder text = new StringBuilder();
        int parts = 1 + random.nextInt(4);
        for (int i = 0; i < parts; i++) {
            text.append(NASTY.get(random.nextInt(NASTY.size())));
        }
        return text.toString();
    }

    /** A value that the parameter takes; of a text, one that is tried. */
    public static JsonNode legal(
            Parameter parameter, Random random, Supplier<String> text, Function<Parameter, String> assets) {
        return switch (parameter.type()) {
            case NUMBER, INTEGER -> {
                BigDecimal range = parameter.maximum().subtract(parameter.minimum());
                int decimals = parameter.type() == Type.INTEGER ? 0 : random.nextInt(7);
                BigDecimal share = BigDecimal.valueOf(
                        random.nextInt(8) == 0
                                ? random.nextInt(2)
                                : random.nextDouble() / (random.nextInt(2) == 0 ? 1 : 1000));
                // Rounded to few decimals, it may leave the range.
                yield NODES.numberNode(parameter
                        .minimum()
                        .add(range.multiply(share))
                        .setScale(decimals, RoundingMode.HALF_UP)
                        .max(parameter.minimum())
                        .min(parameter.maximum()));
            }
            case BOOLEAN -> NODES.booleanNode(random.nextBoolean());
            case CHOICE ->
                NODES.textNode(List.copyOf(parameter.choices().keySet())
                        .get(random.nextInt(parameter.choices().size())));
            case COLOUR -> NODES.textNode(String.format("#%06x", random.nextInt(1 << 24)));
            case TEXT -> NODES.textNode(text.get());
            case ASSET -> NODES.textNode(assets.apply(parameter));
        };
    }

    private JsonNode illegal() {
        return switch (random.nextInt(9)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.textNode(nasty());
            case 2 -> NODES.numberNode(new BigDecimal("1e999999999"));
            case 3 -> NODES.numberNode(new BigDecimal("1e-999999999"));
            case 4 -> NODES.numberNode(-random.nextInt());
            case 5 -> NODES.booleanNode(random.nextBoolean());
            case 6 -> NODES.arrayNode().add(nasty());
            case 7 -> NODES.objectNode().put(nasty(), nasty());
            default -> NODES.textNode("12");
        };
    }
}
