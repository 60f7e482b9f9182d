package caravana.checks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;

/** Writes findings in SARIF 2.1.0, the format that editors and code hosts import from static analysis. */
final class Sarif {

    private static final String SCHEMA =
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    /** Under this name the log says once where the folder is. */
    private static final String BASE = "ROUTES";

    private Sarif() {}

    /** The log of one check. */
    static ObjectNode log(Path folder, List<Finding> findings) {
        ObjectNode log = new ObjectMapper().createObjectNode();
        log.put("$schema", SCHEMA).put("version", "2.1.0");
        ObjectNode run = log.putArray("runs").addObject();
        ObjectNode driver = run.putObject("tool").putObject("driver");
        driver.put("name", "caravana check-routes");
        ArrayNode rules = driver.putArray("rules");
        List<String> ids =
                findings.stream().map(Finding::id).distinct().sorted().toList();
        ids.forEach(id -> rules.addObject().put("id", id));
        String uri = folder.toAbsolutePath().normalize().toUri().toString();
        run.putObject("originalUriBaseIds").putObject(BASE).put("uri", uri.endsWith("/") ? uri : uri + "/");
        ArrayNode results = run.putArray("results");
        for (Finding finding : findings) {
            ObjectNode result = results.addObject();
            result.put("ruleId", finding.id())
                    .put("ruleIndex", ids.indexOf(finding.id()))
                    .put("level", "error");
            result.putObject("message").put("text", finding.what() + ". " + finding.instead() + ".");
            ObjectNode place = result.putArray("locations").addObject().putObject("physicalLocation");
            place.putObject("artifactLocation").put("uri", finding.file()).put("uriBaseId", BASE);
            place.putObject("region").put("startLine", finding.line());
        }
        return log;
    }
}
