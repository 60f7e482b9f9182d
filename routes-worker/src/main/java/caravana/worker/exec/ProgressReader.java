package caravana.worker.exec;

import caravana.worker.tool.ToolProgress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads ffmpeg's {@code -progress} output: blocks of {@code key=value} lines, each ended by a line
 * {@code progress=continue} or {@code progress=end}.
 */
final class ProgressReader {

    private ProgressReader() {}

    /** Reads until the stream ends, and passes each block to the consumer. */
    static void read(InputStream in, Consumer<ToolProgress> each) throws IOException {
        Map<String, String> block = new HashMap<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int equals = line.indexOf('=');
            if (equals < 0) {
                continue;
            }
            String key = line.substring(0, equals).strip();
            if (key.equals("progress")) {
                each.accept(new ToolProgress(
                        (long) number(block.get("frame")),
                        Math.max(0, number(block.get("out_time_us")) / 1e6),
                        (long) number(block.get("total_size")),
                        number(block.get("fps")),
                        number(block.get("speed"))));
                block.clear();
            } else {
                block.put(key, line.substring(equals + 1).strip());
            }
        }
    }

    /** Parses a number. ffmpeg writes {@code N/A} for an unknown value, and {@code 1.5x} for a speed. */
    private static double number(String value) {
        if (value == null) {
            return 0;
        }
        try {
            return Double.parseDouble(value.endsWith("x") ? value.substring(0, value.length() - 1) : value);
        } catch (NumberFormatException notKnownYet) {
            return 0;
        }
    }
}
