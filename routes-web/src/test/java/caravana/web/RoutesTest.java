package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.component.platform.http.springboot.CamelRequestHandlerMapping;
import org.apache.camel.model.CatchDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** The rules of the house for every route that web loads, and its routes held against the contract. */
class RoutesTest extends WebTest {

    @Autowired
    private ModelCamelContext context;

    @Autowired
    private CamelRequestHandlerMapping mappings;

    @Test
    void everyRouteAndStepIsNamedAndEveryRouteSaysWhatBecomesOfItsFailures() {
        List<RouteDefinition> routes = context.getRouteDefinitions().stream()
                // Camel's own, which rest: openApi makes.
                .filter(route -> !Boolean.TRUE.equals(route.isRest()))
                .toList();
        assertThat(routes).isNotEmpty().allSatisfy(route -> {
            assertThat(route.hasCustomIdAssigned()).as(route.toString()).isTrue();
            assertThat(route.getDescriptionText()).as(route.getId()).isNotBlank();
            assertThat(route.getRouteConfigurationId()).as(route.getId()).isNotBlank();
            assertThat(ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class))
                    .filteredOn(step -> !(step instanceof CatchDefinition))
                    .as(route.getId())
                    .isNotEmpty()
                    .allSatisfy(step -> assertThat(step.hasCustomIdAssigned())
                            .as(step.toString())
                            .isTrue());
        });
        assertThat(routes)
                .extracting(RouteDefinition::getRouteConfigurationId)
                .isSubsetOf(context.getRouteConfigurationDefinitions().stream()
                        .map(RouteConfigurationDefinition::getId)
                        .toList());
    }

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
}
