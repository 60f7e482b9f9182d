package caravana.web.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** Which operation of the contract a request asks for. */
public final class Operations {

    private record Operation(String method, PathPattern path, String id) {}

    private final List<Operation> operations = new ArrayList<>();

    Operations(JsonNode contract) {
        String base = contract.at("/servers/0/url").asText();
        PathPatternParser parser = new PathPatternParser();
        contract.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(operation -> operation.getValue().has("operationId"))
                        .forEach(operation -> operations.add(new Operation(
                                operation.getKey().toUpperCase(Locale.ROOT),
                                parser.parse(base + path.getKey()),
                                operation.getValue().path("operationId").asText()))));
        // Of several patterns that match, the most specific.
        operations.sort(Comparator.comparing(Operation::path));
    }

    /**
     * The methods that an address takes, in alphabetical order: those of its operations, {@code HEAD} where there is
     * {@code GET}, and {@code OPTIONS}. Empty when the contract has no such address.
     */
    public Set<String> methods(String path) {
        PathContainer parsed = PathContainer.parsePath(path);
        Set<String> methods = new TreeSet<>();
        operations.stream()
                .filter(operation -> operation.path().matches(parsed))
                // Of several patterns that match, the most specific alone.
                .findFirst()
                .ifPresent(first -> operations.stream()
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

    /** The operation's id; {@code HEAD} is that of {@code GET}; {@code unknown} when the contract has none. */
    public String of(String method, String path) {
        PathContainer parsed = PathContainer.parsePath(path);
        String asked = method.equals("HEAD") ? "GET" : method;
        return operations.stream()
                .filter(operation -> operation.method().equals(asked))
                .filter(operation -> operation.path().matches(parsed))
                .map(Operation::id)
                .findFirst()
                .orElse("unknown");
    }
}
