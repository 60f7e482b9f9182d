package caravana.checks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** The program of {@code ./caravana check-routes} and {@code ./caravana routes}. */
public final class Main {

    /** The database that statements are prepared by, as {@code postgresql://user:password@host:port/database}. */
    private static final String DATABASE = "CARAVANA_CHECK_DATABASE";

    private static final String ADDRESS =
            "The address of the database is not written as postgresql://user:password@host:port/database."
                    + " Write signs of the password such as @, / and blanks as %40, %2F and %20.";

    private static final String USAGE =
            "caravana: the checks take check FOLDER text|json|sarif [sql] [graphs], list FOLDER,"
                    + " or transformations FOLDER [PICTURES]";

    private static final int WRONG = 1;
    private static final int IMPOSSIBLE = 2;

    private final String database;
    private final PrintStream out;
    private final PrintStream err;

    /** @param database the address of the one that prepares the statements; null or blank for none */
    Main(String database, PrintStream out, PrintStream err) {
        this.database = database;
        this.out = out;
        this.err = err;
    }

    /**
     * Ends with the status of {@link #run}.
     *
     * @param args {@code check FOLDER text|json|sarif [sql] [graphs]}, which prints what is wrong with the routes, or
     *     {@code list FOLDER} or {@code transformations FOLDER [PICTURES]}, which print what they are. The environment names a database
     *     for the statements; with
     *     {@code sql} it must answer, without it they go unprepared when it does not.
     */
    public static void main(String[] args) throws IOException {
        System.exit(new Main(System.getenv(DATABASE), System.out, System.err).run(args));
    }

    /**
     * Exit status 0 for nothing wrong, 1 for something, 2 for arguments that are not as they should be or a database
     * that does not answer though it was requested.
     */
    int run(String... args) throws IOException {
        if (args.length < 2) {
            return impossible(USAGE);
        }
        Path folder = Path.of(args[1]);
        if (!Files.isDirectory(folder)) {
            return impossible("caravana: there is no folder " + folder);
        }
        if (args[0].equals("list")) {
            out.print(RouteList.of(folder));
            return 0;
        }
        if (args[0].equals("transformations")) {
            // What is wrong with them, the checks report.
            Map<String, String> catalogue = RouteFiles.read(folder);
            if (args.length > 2) {
                TransformationPictures.make(catalogue, Path.of(args[2]));
            }
            List<TransformationEntry> entries = TransformationFiles.read(catalogue, nothing -> {});
            out.print(TransformationList.of(entries, PresetFiles.read(catalogue, entries, nothing -> {})));
            return 0;
        }
        Map<String, String> files = RouteFiles.read(folder);
        List<Finding> findings = new ArrayList<>(new RouteChecks().check(files));
        List<String> further = List.of(args).subList(Math.min(args.length, 3), args.length);
        try {
            findings.addAll(refused(files));
        } catch (SQLException | IllegalArgumentException e) {
            if (further.contains("sql")) {
                return impossible("caravana: The SQL statements cannot be prepared: " + e.getMessage());
            }
            // The database of `up` is used when it runs; a user who did not name it needs no message when it does not.
            err.println("caravana: skipped: preparing the SQL statements, since no database answers. They were checked"
                    + " against the migrations' schema. Start ./caravana up, or name a database by --sql.");
        }
        if (further.contains("graphs") && findings.isEmpty()) {
            graphs(files, findings);
        }
        print(args.length > 2 ? args[2] : "text", folder, findings);
        return findings.isEmpty() ? 0 : WRONG;
    }

    /** With the real ffmpeg, whose absence is said where it does not disturb a format. */
    private void graphs(Map<String, String> files, List<Finding> findings) {
        if (!TransformationGraphs.isPossible()) {
            err.println("caravana: skipped: the graphs of the catalogue, since ffmpeg cannot be run");
            return;
        }
        int graphs = TransformationGraphs.check(files, findings::add);
        err.println("caravana: ffmpeg runs " + graphs + " graphs of the catalogue");
    }

    private int impossible(String why) {
        err.println(why);
        return IMPOSSIBLE;
    }

    private void print(String format, Path folder, List<Finding> findings) throws IOException {
        ObjectWriter json = new ObjectMapper().writerWithDefaultPrettyPrinter();
        switch (format) {
            case "json" -> out.println(json.writeValueAsString(findings));
            case "sarif" -> out.println(json.writeValueAsString(Sarif.log(folder, findings)));
            default -> {
                findings.forEach(out::println);
                if (findings.isEmpty()) {
                    out.println(folder + ": nothing is wrong");
                }
            }
        }
    }

    private List<Finding> refused(Map<String, String> files) throws SQLException {
        try (Connection connection = connect(database)) {
            return StatementSchema.check(files, connection);
        }
    }

    /** @throws IllegalArgumentException when that is not an address; its message names no part of it, which has a password */
    static Connection connect(String url) throws SQLException {
        URI uri;
        try {
            uri = new URI(url == null ? "" : url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(ADDRESS);
        }
        if (uri.getUserInfo() == null
                || uri.getHost() == null
                || !uri.getUserInfo().contains(":")) {
            throw new IllegalArgumentException(ADDRESS);
        }
        String[] login = uri.getUserInfo().split(":", 2);
        Properties properties = new Properties();
        properties.put("user", login[0]);
        properties.put("password", login[1]);
        properties.put("loginTimeout", "2");
        properties.put("readOnly", "true");
        // Outside of transactions as well.
        properties.put("readOnlyMode", "always");
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return DriverManager.getConnection(
                "jdbc:postgresql://" + uri.getHost() + port + uri.getPath()
                        + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()),
                properties);
    }
}
