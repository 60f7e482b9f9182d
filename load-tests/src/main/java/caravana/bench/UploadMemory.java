package caravana.bench;

import caravana.measure.MeasurementException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;

/**
 * Measures how much web's resident set grows during one upload of 1 GB, after one of 100 MB that brought web to its
 * working size. Its heap is 640 MB at most.
 */
final class UploadMemory implements Benchmark {

    private static final double GROWTH_MB = 64;

    @Override
    public List<String> names() {
        return List.of("upload-memory");
    }

    @Override
    public void run(Setting setting) throws Exception {
        try (WebOnStack system = WebOnStack.start(setting.folder(), Map.of())) {
            upload(system, 100L * Growth.MB);
            double growth = Growth.during(
                    () -> upload(system, 1024L * Growth.MB), 1, system.web().pid());
            setting.results().atMost("upload-memory", growth, "MB", GROWTH_MB);
        }
    }

    private static void upload(WebOnStack system, long bytes) throws Exception {
        HttpResponse<String> answer = system.client()
                .upload(
                        system.web().uri(),
                        "Large",
                        BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> new Zeros(bytes)), bytes));
        if (answer.statusCode() != 201) {
            throw new MeasurementException("The upload was answered " + answer.statusCode() + ": " + answer.body());
        }
    }

    /** That many bytes, from nowhere. */
    private static final class Zeros extends InputStream {

        private long left;

        Zeros(long bytes) {
            this.left = bytes;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int count = (int) Math.min(left, length);
            left -= count;
            return count;
        }
    }
}
