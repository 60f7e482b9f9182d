package caravana.web.operations;

import caravana.checks.StepOnly;
import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.apache.camel.Body;
import org.springframework.stereotype.Component;

/** Exports queue and workers as gauges, from the last query; NaN while the query fails. */
@Component("fleetMetrics")
public class FleetMetrics {

    private final Map<String, Double> values = new ConcurrentHashMap<>();

    FleetMetrics(MeterRegistry meters) {
        for (String state : new String[] {"visible", "in_flight", "delayed"}) {
            gauge(meters, "caravana.backlog.messages", Tags.of("state", state), state);
        }
        for (String state : new String[] {"visible", "in_flight"}) {
            gauge(meters, "caravana.dead.letters", Tags.of("state", state), "dead_" + state);
        }
        gauge(meters, "caravana.oldest.due.seconds", Tags.empty(), "oldest_due_seconds");
        gauge(meters, "caravana.work.seconds", Tags.empty(), "work_seconds");
        gauge(meters, "caravana.due.work.seconds", Tags.empty(), "due_work_seconds");
        gauge(meters, "caravana.workers.alive", Tags.empty(), "workers_alive");
        gauge(meters, "caravana.workers.slots", Tags.empty(), "workers_slots");
        gauge(meters, "caravana.workers.paused", Tags.empty(), "paused");
    }

    private void gauge(MeterRegistry meters, String name, Tags tags, String key) {
        ToDoubleFunction<Map<String, Double>> value = all -> all.getOrDefault(key, Double.NaN);
        meters.gauge(name, tags, values, value);
    }

    /** Updates the gauges from an answer of {@link QueueView}. */
    @StepOnly
    public void show(@Body Map<String, Object> queue) {
        for (String state : new String[] {"visible", "in_flight", "delayed"}) {
            values.put(state, number(queue.get(state)));
        }
        Map<?, ?> dead = (Map<?, ?>) queue.get("dead_letters");
        dead.forEach((state, number) -> values.put("dead_" + state, number(number)));
        Object oldest = queue.get("oldest_due_seconds");
        values.put("oldest_due_seconds", oldest == null ? 0.0 : number(oldest));
        values.put("work_seconds", number(queue.get("work_seconds")));
        values.put("due_work_seconds", number(queue.get("due_work_seconds")));
        JsonNode workers = (JsonNode) queue.get("workers");
        values.put("workers_alive", (double) workers.size());
        int slots = 0;
        for (JsonNode worker : workers) {
            slots += worker.path("slots").asInt();
        }
        values.put("workers_slots", (double) slots);
        values.put("paused", Boolean.TRUE.equals(queue.get("paused")) ? 1.0 : 0.0);
    }

    /** Sets the gauges to NaN, because the queue or the database does not answer. */
    @StepOnly
    public void hide() {
        values.clear();
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }
}
