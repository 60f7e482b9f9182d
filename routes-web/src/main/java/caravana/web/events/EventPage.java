package caravana.web.events;

import caravana.web.http.Problem;
import caravana.web.http.QueryString;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/** One page of an account's events. Its cursor names the last event that the client has, by transaction and id. */
@Component("eventPage")
public class EventPage {

    private static final int LIMIT = 100;
    private static final Pattern CURSOR = Pattern.compile("(0|[1-9]\\d{0,18})-(0|[1-9]\\d{0,17})");

    private final CloudEvents events;

    EventPage(CloudEvents events) {
        this.events = events;
    }

    /**
     * Reads the parameters of the page, for {@code list-events.sql}.
     *
     * @return {@code transaction} and {@code id} of the last event that the client has, zeros for none, and {@code
     *     limit}
     * @throws Problem 400 {@code invalid_request} when the cursor is not valid
     */
    public Map<String, Object> read(Message request) {
        Map<String, String> query = QueryString.of(request);
        Matcher cursor = CURSOR.matcher(query.getOrDefault("cursor", "0-0"));
        if (!cursor.matches()) {
            throw Problem.invalid(
                    "The parameter cursor is not one that this call has returned. Send the cursor of the last answer, or"
                            + " none to begin with the oldest event.");
        }
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("transaction", cursor.group(1));
        page.put("id", cursor.group(2));
        page.put("limit", query.containsKey("limit") ? Integer.parseInt(query.get("limit")) : LIMIT);
        return page;
    }

    /** Composes the answer from the rows in the message's body. */
    public void answer(Message message, @ExchangeProperty("page") Map<String, Object> page)
            throws JsonProcessingException {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> rows = message.getBody(List.class);
        List<Map<String, Object>> documents = new ArrayList<>();
        for (Map<String, Object> row : rows) {
            documents.add(events.document(row));
        }
        Map<String, Object> last = rows.isEmpty() ? page : rows.get(rows.size() - 1);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("events", documents);
        answer.put("cursor", last.get("transaction") + "-" + last.get("id"));
        message.removeHeaders("*");
        message.setBody(answer);
    }
}
