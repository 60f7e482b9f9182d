package caravana.checks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code ./caravana check-routes [FOLDER]}. */
public final class Main {

    private static final Pattern OPERATION = Pattern.compile("operationId:\\s*([\\w-]+)");

    private Main() {}

    /**
     * Prints what is wrong; exit status 0 for nothing, 1 for something, 2 for a folder that is not there.
     *
     * @param args the folder with the routes, and the OpenAPI document whose operations they serve
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        if (!Files.isDirectory(folder)) {
            System.err.println("caravana: there is no folder " + folder);
            System.exit(2);
        }
        List<Finding> findings = RouteChecks.check(folder, operations(Path.of(args[1])));
        findings.forEach(System.out::println);
        if (findings.isEmpty()) {
            System.out.println(folder + ": nothing is wrong");
        }
        System.exit(findings.isEmpty() ? 0 : 1);
    }

    /** The ids of a contract's operations. */
    static Set<String> operations(Path contract) throws IOException {
        return OPERATION
                .matcher(Files.readString(contract))
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toSet());
    }
}
