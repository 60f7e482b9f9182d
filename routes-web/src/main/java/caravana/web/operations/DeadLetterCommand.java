package caravana.web.operations;

import caravana.checks.OneOf;
import caravana.web.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.springframework.stereotype.Component;

/** A request of an operator to redrive or discard dead letters, with the outcome for each of them. */
@Component("deadLetterCommand")
public class DeadLetterCommand {

    private final ObjectMapper json;

    DeadLetterCommand(ObjectMapper json) {
        this.json = json;
    }

    /**
     * Reads the command into the properties {@code message_ids} (null for all), {@code dry_run}, {@code reason} and
     * {@code settled}.
     *
     * @param body of a request that matches the contract
     * @throws Problem 400 {@code nothing_named} when the command names neither dead letters nor all
     */
    public void read(@Body String body, Exchange exchange) throws JsonProcessingException {
        JsonNode command = json.readTree(body);
        Set<String> ids = new LinkedHashSet<>();
        command.path("message_ids").forEach(id -> ids.add(id.asText()));
        boolean all = command.path("all").asBoolean();
        if (all != ids.isEmpty()) {
            throw new Problem(400, "nothing_named", "Send either message_ids or all: true, and not both.");
        }
        exchange.setProperty("message_ids", all ? null : ids);
        exchange.setProperty("dry_run", command.path("dry_run").asBoolean());
        exchange.setProperty("reason", command.path("reason").asText(null));
        exchange.setProperty("settled", new HashMap<String, List<String>>());
    }

    /**
     * Sets the property {@code chosen} to the dead letters that the command names, and notes those that are missing.
     */
    public void choose(@Variable("dead_letters") List<DeadLetter> letters, Exchange exchange) {
        Set<?> ids = exchange.getProperty("message_ids", Set.class);
        List<DeadLetter> chosen = letters.stream()
                .filter(letter -> ids == null || ids.contains(letter.getMessageId()))
                .toList();
        exchange.setProperty("chosen", chosen);
        if (ids != null) {
            List<String> missing = new ArrayList<>();
            ids.forEach(id -> missing.add(String.valueOf(id)));
            chosen.forEach(letter -> missing.remove(letter.getMessageId()));
            settled(exchange).put("missing", missing);
        }
    }

    /** Notes the outcome for the current dead letter. */
    public void settle(@OneOf({"redrivable", "stale", "poison", "discarded"}) String how, Exchange exchange) {
        DeadLetter letter = exchange.getProperty("dead_letter", DeadLetter.class);
        settled(exchange).computeIfAbsent(how, first -> new ArrayList<>()).add(letter.getMessageId());
    }

    /** Composes the answer to a redrive. */
    public Map<String, Object> redriven(Exchange exchange) {
        Map<String, List<String>> settled = settled(exchange);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("dry_run", exchange.getProperty("dry_run"));
        answer.put("redriven", settled.getOrDefault("redrivable", List.of()));
        answer.put("stale", settled.getOrDefault("stale", List.of()));
        answer.put("poison", settled.getOrDefault("poison", List.of()));
        answer.put("missing", settled.getOrDefault("missing", List.of()));
        return answer;
    }

    /** Composes the answer to a discard. */
    public Map<String, Object> discarded(Exchange exchange) {
        Map<String, List<String>> settled = settled(exchange);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("discarded", settled.getOrDefault("discarded", List.of()));
        answer.put("missing", settled.getOrDefault("missing", List.of()));
        return answer;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, List<String>> settled(Exchange exchange) {
        return exchange.getProperty("settled", Map.class);
    }
}
