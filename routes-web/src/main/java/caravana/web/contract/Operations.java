package caravana.web.contract;

import caravana.web.http.InputText;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** Finds the operation of the OpenAPI document that a request calls. */
public final class Operations {

    /**
     * An operation of the contract.
     *
     * @param parameters the schema of each query parameter, by its name
     * @param queryRequired whether at least one query parameter is required
     * @param pathParameters the schema of each variable part of the address, by its name
     * @param bodies the schema of the body, by its media type in lower case; empty when the operation takes none
     * @param bodyRequired whether the request must have a body
     * @param answers the media types of successful answers; empty when another part of the app decides them
     * @param scope the scope that an API key needs; null when no key may call the operation
     */
    record Operation(
            String id,
            String method,
            PathPattern path,
            Map<String, JsonNode> parameters,
            boolean queryRequired,
            Map<String, JsonNode> pathParameters,
            Map<String, JsonNode> bodies,
            boolean bodyRequired,
            Set<String> answers,
            String scope) {}

    /** The id for requests that are not in the OpenAPI document. */
    public static final String UNKNOWN = "unknown";

    /** Names the scope that an API key needs. An operation without it accepts no key. */
    private static final String SCOPE = "x-scope";

    /** Marks texts that people read on one line, see {@link InputText#isLine}. */
    static final String LINE = "x-line";

    /**
     * Marks a list whose items are calls. Each item is checked as its single call is, and refused alone. The value is
     * the code of the 422 answer to a list with too many items.
     */
    static final String LIST = "x-operations";

    private final JsonNode contract;
    private final List<Operation> operations = new ArrayList<>();

    /** The operations by the {@link #place} of their paths, so that a request is compared with only a few of them. */
    private final Map<String, List<Operation>> byPlace = new HashMap<>();

    Operations(JsonNode contract) {
        this.contract = contract;
        String base = contract.at("/servers/0/url").asText();
        PathPatternParser parser = new PathPatternParser();
        contract.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(operation -> operation.getValue().has("operationId"))
                        .forEach(operation -> operations.add(new Operation(
                                operation.getValue().path("operationId").asText(),
                                operation.getKey().toUpperCase(Locale.ROOT),
                                parser.parse(base + path.getKey()),
                                parameters(operation.getValue(), "query"),
                                isQueryRequired(operation.getValue()),
                                parameters(path.getValue(), "path"),
                                bodies(operation.getValue()),
                                operation.getValue().at("/requestBody/required").asBoolean(),
                                answers(operation.getValue()),
                                operation.getValue().path(SCOPE).textValue()))));
        // Of several patterns that match, the most specific.
        operations.sort(Comparator.comparing(Operation::path));
        operations.forEach(operation -> byPlace.computeIfAbsent(
                        place(operation.path().getPatternString()), first -> new ArrayList<>())
                .add(operation));
    }

    /**
     * Returns the number of a path's segments and its second one, such as {@code videos}, which is fixed in each
     * operation's path.
     */
    private static String place(String path) {
        int segments = 0;
        int second = 0;
        int end = path.length();
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) == '/') {
                segments++;
                second = segments == 2 ? i + 1 : second;
                end = segments == 3 ? i : end;
            }
        }
        return segments + path.substring(second, end);
    }

    /** Returns the operations that may match a path, in their order. */
    private List<Operation> near(String path) {
        // A segment with parameters or encoded characters may mean another text.
        boolean plain = path.indexOf(';') < 0 && path.indexOf('%') < 0;
        return plain ? byPlace.getOrDefault(place(path), List.of()) : operations;
    }

    /**
     * Returns the methods that an address supports, in alphabetical order, including {@code HEAD} where there is {@code
     * GET}, and {@code OPTIONS}. Empty when the contract has no such address.
     */
    public Set<String> methods(String path) {
        PathContainer parsed = PathContainer.parsePath(path);
        Set<String> methods = new TreeSet<>();
        List<Operation> near = near(path);
        near.stream()
                .filter(operation -> operation.path().matches(parsed))
                // Of several patterns that match, the most specific alone.
                .findFirst()
                .ifPresent(first -> near.stream()
                        .filter(operation -> operation.path().equals(first.path()))
                        .forEach(operation -> methods.add(operation.method())));
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        if (!methods.isEmpty()) {
            methods.add("OPTIONS");
        }
        return methods;
    }

    /** Returns the methods that at least one address of the contract supports, in alphabetical order. */
    public Set<String> allMethods() {
        Set<String> methods = new TreeSet<>();
        operations.forEach(operation -> methods.addAll(methods(operation.path().getPatternString())));
        return methods;
    }

    private Map<String, JsonNode> parameters(JsonNode owner, String place) {
        Map<String, JsonNode> parameters = new LinkedHashMap<>();
        owner.path("parameters").forEach(reference -> {
            JsonNode parameter = resolved(reference);
            if (parameter.path("in").asText().equals(place)) {
                parameters.put(parameter.path("name").asText(), resolved(parameter.path("schema")));
            }
        });
        return parameters;
    }

    private boolean isQueryRequired(JsonNode operation) {
        for (JsonNode reference : operation.path("parameters")) {
            JsonNode parameter = resolved(reference);
            if (parameter.path("in").asText().equals("query")
                    && parameter.path("required").asBoolean()) {
                return true;
            }
        }
        return false;
    }

    private Map<String, JsonNode> bodies(JsonNode operation) {
        Map<String, JsonNode> bodies = new LinkedHashMap<>();
        operation
                .path("requestBody")
                .path("content")
                .properties()
                .forEach(type -> bodies.put(
                        type.getKey().toLowerCase(Locale.ROOT),
                        resolved(type.getValue().path("schema"))));
        return bodies;
    }

    private Set<String> answers(JsonNode operation) {
        Set<String> types = new TreeSet<>();
        if (!operation.has(ContractDocument.SERVED_ELSEWHERE)) {
            operation.path("responses").properties().stream()
                    .filter(response -> response.getKey().startsWith("2"))
                    .forEach(response -> resolved(response.getValue())
                            .path("content")
                            .fieldNames()
                            .forEachRemaining(types::add));
        }
        return types;
    }

    /** Returns the target of a reference; other nodes are returned as they are. */
    JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? contract.at(node.path("$ref").asText().substring(1)) : node;
    }

    /** Finds the operation; {@code HEAD} finds that of {@code GET}. Empty when the contract has none. */
    Optional<Operation> find(String method, String path) {
        PathContainer parsed = PathContainer.parsePath(path);
        String asked = method.equals("HEAD") ? "GET" : method;
        return near(path).stream()
                .filter(operation -> operation.method().equals(asked))
                .filter(operation -> operation.path().matches(parsed))
                .findFirst();
    }

    /**
     * Returns the scope that an API key needs for the operation; empty when no key may call it, or the contract has no
     * such operation.
     */
    public Optional<String> scope(String method, String path) {
        return find(method, path).map(Operation::scope);
    }

    /** Returns the operation's id; {@link #UNKNOWN} when the contract has no such operation. */
    public String of(String method, String path) {
        return find(method, path).map(Operation::id).orElse(UNKNOWN);
    }
}
