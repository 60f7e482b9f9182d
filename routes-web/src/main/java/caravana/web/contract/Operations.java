package caravana.web.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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

    /** The operation's id; {@code unknown} when the contract has none. */
    public String of(String method, String path) {
        PathContainer parsed = PathContainer.parsePath(path);
        return operations.stream()
                .filter(operation -> operation.method().equals(method))
                .filter(operation -> operation.path().matches(parsed))
                .map(Operation::id)
                .findFirst()
                .orElse("unknown");
    }
}
