package caravana.bench;

import caravana.bench.plain.PlainDirect;
import caravana.bench.plain.PlainUploads;
import caravana.measure.MeasurementException;
import caravana.measure.ProcessFigures;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Measures the cost of files that are uploaded directly to S3: web's CPU time compared with a file that passes web, and
 * the speed compared with the SDK.
 */
final class DirectUploads implements Benchmark {

    private static final double MB = 1024 * 1024;
    private static final long FILE_BYTES = 512L * 1024 * 1024;
    private static final int PAIRS = 5;

    /** Web signs 32 addresses in each. The compiler of the JVM compiles what was called some hundred times. */
    private static final int WARM_UPS = 20;

    private static final double CPU_TARGET = 0.05;
    private static final double SPEED_TARGET = 0.95;

    @Override
    public List<String> names() {
        return List.of("direct-upload-cpu", "direct-upload-speed");
    }

    @Override
    public void run(Setting setting) throws Exception {
        Path file = UploadSpeed.file(setting.folder(), FILE_BYTES);
        try (WebOnStack system = WebOnStack.start(setting.folder(), Map.of());
                PlainProgram sdk = PlainProgram.start(
                        PlainUploads.class,
                        system.environment(),
                        setting.folder().resolve("sdk.log"));
                PlainProgram client = PlainProgram.start(
                        PlainDirect.class,
                        system.environment(),
                        setting.folder().resolve("direct.log"))) {
            String order = system.web().uri() + " " + system.client().token() + " " + file;
            Pairs.Side direct = () -> speed(file, () -> client.order(order));
            Pairs.Side plain = () -> speed(file, () -> sdk.order("uploads/" + UUID.randomUUID() + " " + file));
            Pairs.Side directCpu = () -> cpu(system, file, () -> client.order(order));
            Pairs.Side proxiedCpu = () -> cpu(system, file, () -> upload(system, file));
            plain.measure();
            for (int i = 0; i < WARM_UPS; i++) {
                direct.measure();
            }
            proxiedCpu.measure();
            Pairs pairs = Pairs.measure(PAIRS, "s/GB", "web's CPU, directly ÷ through web", directCpu, proxiedCpu);
            setting.results().atMost("direct-upload-cpu", pairs.ratio(), "ratio", CPU_TARGET, pairs.detail());
            pairs = Pairs.measure(PAIRS, "MB/s", "directly ÷ AWS SDK", direct, plain);
            setting.results().atLeast("direct-upload-speed", pairs.ratio(), "ratio", SPEED_TARGET, pairs.detail());
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    /** Megabytes a second. */
    private static double speed(Path file, Action upload) throws Exception {
        long started = System.nanoTime();
        upload.run();
        return Files.size(file) / MB / ((System.nanoTime() - started) / 1e9);
    }

    /** Seconds of web's processor time a gigabyte. */
    private static double cpu(WebOnStack system, Path file, Action upload) throws Exception {
        double before = ProcessFigures.cpuSeconds(system.web().pid());
        upload.run();
        return (ProcessFigures.cpuSeconds(system.web().pid()) - before) / (Files.size(file) / MB / 1024);
    }

    private static void upload(WebOnStack system, Path file) throws Exception {
        HttpResponse<String> answer = system.client().upload(system.web().uri(), "bench", BodyPublishers.ofFile(file));
        if (answer.statusCode() != 201) {
            throw new MeasurementException("The upload was answered " + answer.statusCode() + ": " + answer.body());
        }
    }
}
