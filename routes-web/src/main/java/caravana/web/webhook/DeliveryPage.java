package caravana.web.webhook;

import caravana.web.http.Problem;
import caravana.web.http.QueryString;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/** One page of the deliveries of a webhook, the newest first. The cursor names the last delivery of the page. */
@Component("deliveryPage")
public class DeliveryPage {

    private static final int LIMIT = 50;

    private final ObjectMapper json;

    DeliveryPage(ObjectMapper json) {
        this.json = json;
    }

    /**
     * Reads the parameters of the page, for {@code list-deliveries.sql}.
     *
     * @return {@code before}, {@code state} (null for any) and {@code rows}, one more than the page shows
     * @throws Problem 400 {@code invalid_request} when the cursor is not valid
     */
    public Map<String, Object> read(Message request) {
        Map<String, String> query = QueryString.of(request);
        String cursor = query.getOrDefault("cursor", String.valueOf(Long.MAX_VALUE));
        if (!cursor.matches("\\d{1,18}|" + Long.MAX_VALUE)) {
            throw Problem.invalid("The parameter cursor is not one that this call has returned. Send one of an answer,"
                    + " or none for the newest deliveries.");
        }
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("before", cursor);
        page.put("state", query.get("state"));
        page.put("rows", 1 + (query.containsKey("limit") ? Integer.parseInt(query.get("limit")) : LIMIT));
        return page;
    }

    /** Composes the answer from rows of {@code list-deliveries.sql}. */
    public Map<String, Object> answer(
            @Body List<Map<String, Object>> rows, @ExchangeProperty("page") Map<String, Object> page)
            throws JsonProcessingException {
        int most = (Integer) page.get("rows") - 1;
        List<Map<String, Object>> deliveries = new ArrayList<>();
        Object last = null;
        for (Map<String, Object> row : rows.subList(0, Math.min(most, rows.size()))) {
            Map<String, Object> delivery = new LinkedHashMap<>(row);
            last = delivery.remove("place");
            delivery.put("tries", json.readTree((String) row.get("tries")));
            deliveries.add(delivery);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("deliveries", deliveries);
        answer.put("cursor", rows.size() > most ? String.valueOf(last) : null);
        return answer;
    }

    /**
     * Reads the time since which events are to be sent again.
     *
     * @throws Problem 400 {@code invalid_request}
     */
    public String since(Message request) {
        String since = QueryString.of(request).get("since");
        try {
            OffsetDateTime time = OffsetDateTime.parse(since).withOffsetSameInstant(ZoneOffset.UTC);
            if (time.getYear() < 1 || time.getYear() > 9999) {
                throw new DateTimeException("year");
            }
            return time.toString();
        } catch (DateTimeException none) {
            throw Problem.invalid("The parameter since must be a time such as 2026-01-31T12:00:00Z.");
        }
    }

    /**
     * Checks that the delivery was found.
     *
     * @throws Problem 404 {@code not_found}
     */
    public void checkFound(@Body Object row) {
        if (row == null) {
            throw new Problem(
                    404,
                    "not_found",
                    "The webhook has no delivery with this id, or the delivery is being sent at the "
                            + "moment. List the webhook's deliveries.");
        }
    }
}
