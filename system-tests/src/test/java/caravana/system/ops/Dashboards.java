package caravana.system.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The queries of Grafana's dashboards. */
final class Dashboards {

    static final List<String> NAMES = List.of("service", "jobs");

    private Dashboards() {}

    /**
     * One query of a panel.
     *
     * @param source uid of its data source
     * @param query PromQL or SQL
     */
    record Query(String dashboard, String panel, String source, String query) {}

    static List<Query> queries() throws IOException {
        List<Query> queries = new ArrayList<>();
        for (String name : NAMES) {
            JsonNode dashboard = new ObjectMapper()
                    .readTree(Shell.ROOT
                            .resolve("ops/grafana/dashboards/" + name + ".json")
                            .toFile());
            for (JsonNode panel : dashboard.path("panels")) {
                for (JsonNode target : panel.path("targets")) {
                    String query =
                            target.path("expr").asText(target.path("rawSql").asText());
                    queries.add(new Query(
                            name,
                            panel.path("title").asText(),
                            target.at("/datasource/uid").asText(),
                            query));
                }
            }
        }
        return queries;
    }
}
