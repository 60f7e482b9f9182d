package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.platform.http.springboot.CamelRequestHandlerMapping;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import software.amazon.awssdk.core.sync.RequestBody;

/** Web's routes compared with the contract; what holds for every route is checked by route-checks. */
class RoutesTest extends WebTest {

    @Autowired
    private CamelRequestHandlerMapping mappings;

    @Autowired
    private ProducerTemplate routes;

    /** Both ways: nothing is promised that is not there, and nothing is there that is not promised. */
    @Test
    void routesAndContractNameTheSameCalls() throws Exception {
        Set<String> promised = new TreeSet<>();
        JsonNode contract = new YAMLMapper().readTree(Api.CONTRACT);
        contract.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(operation -> operation.getValue().has("operationId"))
                        .filter(operation -> !operation
                                .getValue()
                                .path("x-served-by")
                                .asText()
                                .matches("a (filter|controller).*"))
                        .forEach(
                                operation -> promised.add(operation.getKey().toUpperCase() + " /api" + path.getKey())));

        Set<String> served = new TreeSet<>();
        mappings.getHandlerMethods()
                .keySet()
                .forEach(mapping -> mapping.getPatternValues()
                        .forEach(path -> mapping.getMethodsCondition()
                                .getMethods()
                                .forEach(method ->
                                        served.add(method + " " + path.replace("/{*matchOnUriPrefix}", "")))));

        assertThat(served).isEqualTo(promised);
    }

    /** CVE-2026-95664: as a header Camel would evaluate it, and delete another object. As the step's own option it does not. */
    @Test
    void anObjectsNameIsNotEvaluated() {
        String id = UUID.randomUUID().toString();
        String expression = "processed/" + id + "/${sys:java.specification.version}";
        s3.putObject(p -> p.bucket(bucket()).key(expression), RequestBody.fromString("named by an expression"));

        Exchange deletion = routes.request("direct:delete-results", exchange -> exchange.setProperty("video_id", id));

        assertThat(deletion.getException()).isNull();
        assertThat(s3.listObjectsV2(l -> l.bucket(bucket()).prefix("processed/" + id + "/"))
                        .contents())
                .isEmpty();
    }
}
