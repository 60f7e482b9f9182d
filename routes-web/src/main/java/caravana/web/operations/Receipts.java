package caravana.web.operations;

import caravana.web.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Body;
import org.springframework.stereotype.Component;

/**
 * The cost of a video's jobs: the measurements of each attempt in {@code receipts}, at the prices of the current
 * settings.
 */
@Component("receipts")
public class Receipts {

    private static final double MILLIS_PER_HOUR = 3_600_000.0;
    private static final double MILLIS_PER_SECOND = 1000.0;
    private static final double GB = 1024.0 * 1024 * 1024;

    private final PriceProperties prices;
    private final ObjectMapper json;

    Receipts(PriceProperties prices, ObjectMapper json) {
        this.prices = prices;
        this.json = json;
    }

    /**
     * Composes the receipt.
     *
     * @param row a row of {@code show-receipt.sql}; null when there is no such video
     * @throws Problem 404 {@code not_found}
     */
    public Map<String, Object> document(@Body Map<String, Object> row) throws JsonProcessingException {
        if (row == null) {
            throw new Problem(404, "not_found", "There is no video with this id.");
        }
        JsonNode attempts = json.readTree((String) row.get("attempts"));
        Map<String, Long> cpuMillis = new TreeMap<>();
        long peak = 0;
        long read = 0;
        long written = 0;
        for (JsonNode attempt : attempts) {
            for (Map.Entry<String, JsonNode> tool : attempt.path("cpu_ms").properties()) {
                cpuMillis.merge(tool.getKey(), tool.getValue().longValue(), Long::sum);
            }
            peak = Math.max(peak, attempt.path("peak_tool_memory_bytes").longValue());
            read += attempt.path("bytes_read").longValue();
            written += attempt.path("bytes_written").longValue();
        }
        long storage = ((Number) row.get("storage_bytes")).longValue();

        Map<String, Object> document = new LinkedHashMap<>();
        document.put("video_id", row.get("video_id"));
        document.put("cpu_seconds", seconds(cpuMillis));
        document.put("peak_tool_memory_bytes", peak);
        document.put("bytes_read", read);
        document.put("bytes_written", written);
        document.put("storage_bytes", storage);
        document.put("usd", usd(cpuMillis, storage));
        document.put("attempts", attempts);
        return document;
    }

    private static Map<String, Double> seconds(Map<String, Long> millis) {
        Map<String, Double> seconds = new TreeMap<>();
        millis.forEach((tool, used) -> seconds.put(tool, used / MILLIS_PER_SECOND));
        return seconds;
    }

    private Map<String, Object> usd(Map<String, Long> cpuMillis, long storage) {
        long millis = cpuMillis.values().stream().mapToLong(Long::longValue).sum();
        Map<String, Object> usd = new LinkedHashMap<>();
        usd.put("processing", millis / MILLIS_PER_HOUR * prices.cpuHour());
        usd.put("storage_month", storage / GB * prices.storageGbMonth());
        usd.put("prices_as_of", prices.asOf());
        return usd;
    }
}
