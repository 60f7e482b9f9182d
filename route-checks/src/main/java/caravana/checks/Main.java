package caravana.checks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Behind {@code ./caravana check-routes} and {@code ./caravana routes}. */
public final class Main {

    private Main() {}

    /**
     * Exit status 0 for nothing wrong, 1 for something, 2 for arguments that are not as they should be.
     *
     * @param args {@code check FOLDER text|json}, which prints what is wrong with the routes, or {@code list FOLDER},
     *     which prints what they are
     */
    public static void main(String[] args) throws IOException {
        if (args.length < 2) {
            System.err.println("caravana: the checks take check FOLDER text|json, or list FOLDER");
            System.exit(2);
        }
        Path folder = Path.of(args[1]);
        if (!Files.isDirectory(folder)) {
            System.err.println("caravana: there is no folder " + folder);
            System.exit(2);
        }
        if (args[0].equals("list")) {
            System.out.print(RouteList.of(folder));
            return;
        }
        List<Finding> findings = RouteChecks.check(folder);
        if (args.length > 2 && args[2].equals("json")) {
            System.out.println(
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(findings));
        } else {
            findings.forEach(System.out::println);
            if (findings.isEmpty()) {
                System.out.println(folder + ": nothing is wrong");
            }
        }
        System.exit(findings.isEmpty() ? 0 : 1);
    }
}
