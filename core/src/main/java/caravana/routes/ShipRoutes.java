package caravana.routes;

import caravana.aws.AwsConfiguration;
import caravana.aws.WriteOnceClient;
import caravana.checks.Finding;
import caravana.checks.RouteChecks;
import caravana.checks.RouteFiles;
import caravana.checks.TransformationGraphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.core.env.StandardEnvironment;
import software.amazon.awssdk.services.s3.S3Client;

/** The program of {@code ops/bin/ship-routes}: checks a folder of routes, and uploads it as a version. */
public final class ShipRoutes {

    private ShipRoutes() {}

    /**
     * Exits with 0 when the routes are uploaded, and with 1 when they are refused; then it prints the mistakes to
     * standard error.
     *
     * @param args the version's name, the folder, and optionally the versions of the apps that can run the routes;
     *     by default only this app's. Bucket, region and endpoint come from the apps' settings
     */
    public static void main(String[] args) throws IOException {
        String version = args[0];
        Path folder = Path.of(args[1]);
        AppVersions fits = fits(args);
        Map<String, String> routes = RouteFiles.read(folder);
        List<Finding> findings = new RouteChecks().check(routes);
        if (findings.isEmpty()) {
            findings.addAll(graphs(routes));
        }
        findings.forEach(System.err::println);
        if (!findings.isEmpty()) {
            System.err.println("Nothing was shipped.");
            System.exit(1);
        }
        StandardEnvironment environment = new StandardEnvironment();
        ConfigDataEnvironmentPostProcessor.applyTo(environment);
        String bucket = environment.getProperty("caravana.s3.bucket", "");
        if (bucket.isBlank()) {
            System.err.println("Set S3_BUCKET to the deployment's bucket. Nothing was shipped.");
            System.exit(1);
        }
        try (S3Client s3 = new WriteOnceClient(AwsConfiguration.s3Client(environment))) {
            int files = new RouteStore(s3, bucket).ship(version, fits, routes);
            System.out.printf(
                    "%d files are in %s as version %s, for apps %s. Set CARAVANA_ROUTES_VERSION=%s to run it.%n",
                    files, bucket, version, fits, version);
        } catch (RoutesRefusedException e) {
            System.err.println(e.getMessage() + ". " + e.remedy() + ".");
            System.exit(1);
        }
    }

    /** Returns the mistakes that ffmpeg finds in the catalogue, if the routes have one. */
    private static List<Finding> graphs(Map<String, String> routes) {
        List<Finding> refused = new ArrayList<>();
        if (TransformationGraphs.isPossible()) {
            TransformationGraphs.check(routes, refused::add);
        } else {
            System.err.println(
                    "Skipped: the graphs of the catalogue, since ffmpeg cannot be run. The build runs them.");
        }
        return refused;
    }

    private static AppVersions fits(String[] args) {
        try {
            return args.length > 2 ? AppVersions.of(args[2]) : AppVersions.ofApp(AppVersions.thisApp());
        } catch (IllegalArgumentException e) {
            System.err.println("ship-routes: --fits " + e.getMessage());
            System.exit(2);
            throw e;
        }
    }
}
