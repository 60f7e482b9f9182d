package caravana.web.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The OpenAPI document, {@code caravana/openapi.yaml}. */
@Configuration(proxyBeanMethods = false)
public class ContractDocument {

    /** The path of the document on the class path. */
    public static final String RESOURCE = "caravana/openapi.yaml";

    /** Marks an operation that no route of {@code rest: openApi} answers. */
    static final String SERVED_ELSEWHERE = "x-served-by";

    /**
     * Returns the operations that {@code rest: openApi} binds to routes, as JSON; {@code rest-api.camel.yaml} refers to
     * them by name. Operations that other parts of the app answer are left out, because Camel does not start with an
     * operation that has no route.
     */
    @Bean("bound-operations.json")
    String boundOperations(ObjectMapper json) {
        ObjectNode document = json.valueToTree(read());
        Iterator<JsonNode> paths = document.path("paths").iterator();
        while (paths.hasNext()) {
            ObjectNode path = (ObjectNode) paths.next();
            path.properties().removeIf(operation -> operation.getValue().has(SERVED_ELSEWHERE));
            if (path.properties().stream()
                    .noneMatch(operation -> operation.getValue().has("operationId"))) {
                paths.remove();
            }
        }
        return document.toString();
    }

    /** Returns the contract's operations. */
    @Bean
    Operations operations(ObjectMapper json) {
        return new Operations(json.valueToTree(read()));
    }

    private static Object read() {
        try (InputStream in = new ClassPathResource(RESOURCE).getInputStream()) {
            return new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
