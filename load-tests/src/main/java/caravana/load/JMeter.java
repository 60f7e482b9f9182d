package caravana.load;

import caravana.measure.MeasurementException;
import caravana.measure.Project;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs a plan in a JMeter process without a window. */
final class JMeter {

    private static final String VERDICT = "verdict";
    private static final Path HOME = Project.jmeter("target/jmeter");

    private JMeter() {}

    /**
     * What a run has left.
     *
     * @param samples JMeter's own CSV, one map a sample
     * @param held whether the plan's verdict is good
     * @param verdict what the plan says
     */
    record Run(List<Map<String, String>> samples, boolean held, String verdict) {

        List<Map<String, String>> of(String label) {
            return samples.stream().filter(s -> s.get("label").equals(label)).toList();
        }
    }

    /**
     * Runs a plan to its end.
     *
     * @param variables of the plan that are to be kept with each sample
     * @param folder gets {@code samples.csv}, {@code jmeter.log} and JMeter's own report in {@code dashboard/}
     * @throws MeasurementException when JMeter fails, or the plan ends without a verdict
     */
    static Run run(
            String plan,
            URI web,
            Map<String, String> properties,
            List<String> variables,
            Path folder,
            boolean dashboard)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path samples = folder.resolve("samples.csv");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-Djava.awt.headless=true",
                "-jar",
                HOME.resolve("bin/ApacheJMeter.jar").toString(),
                "-n",
                "-t",
                Project.jmeter(plan).toString(),
                "-l",
                samples.toString(),
                "-j",
                folder.resolve("jmeter.log").toString(),
                "-Jsample_variables=" + String.join(",", variables),
                "-Jprotocol=" + web.getScheme(),
                "-Jhost=" + web.getHost(),
                "-Jport=" + (web.getPort() < 0 ? "" : web.getPort())));
        properties.forEach((name, value) -> command.add("-J" + name + "=" + value));
        if (dashboard) {
            command.addAll(List.of("-e", "-o", folder.resolve("dashboard").toString()));
        }
        // JMeter complains when it is missing.
        Files.createDirectories(HOME.resolve("lib/junit"));
        Path said = folder.resolve("console.log");
        Process jmeter = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        Thread endWithUs = new Thread(jmeter::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(endWithUs);
        int status = jmeter.waitFor();
        Runtime.getRuntime().removeShutdownHook(endWithUs);
        if (status != 0 || !Files.exists(samples)) {
            throw new MeasurementException("JMeter failed; see " + said);
        }
        return read(samples);
    }

    private static Run read(Path samples) throws IOException {
        List<Map<String, String>> rows;
        try (MappingIterator<Map<String, String>> read = new CsvMapper()
                .readerForMapOf(String.class)
                .with(CsvSchema.emptySchema().withHeader())
                .readValues(samples.toFile())) {
            rows = read.readAll();
        }
        Map<String, String> verdict = rows.stream()
                .filter(row -> row.get("label").equals(VERDICT))
                .findFirst()
                .orElseThrow(() -> new MeasurementException(
                        "The plan ended without a verdict; what went wrong before is in " + samples));
        return new Run(rows, Boolean.parseBoolean(verdict.get("success")), verdict.get("responseMessage"));
    }
}
