package caravana.web.video;

import caravana.web.http.InputText;
import caravana.web.http.Problem;
import caravana.web.http.QueryString;
import caravana.web.upload.VideoLabels;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/**
 * One page of an account's videos. The cursor names the last video of the page, so that new videos do not shift the
 * next one.
 */
@Component("videoPage")
public class VideoPage {

    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 100;
    private static final int LAST_YEAR = 9999;
    private static final String NEWEST_FIRST = "-uploaded_at";

    /** The prefix of cursors of lists by title, which distinguishes them from cursors of lists by time. */
    private static final String TITLE = "title:";

    private final VideoDocument documents;
    private final ObjectMapper json;

    VideoPage(VideoDocument documents, ObjectMapper json) {
        this.documents = documents;
        this.json = json;
    }

    /**
     * Reads the parameters of the page, for {@code list-videos.sql} and {@code count-matching.sql}.
     *
     * @return {@code rows} (how many), {@code sort}, {@code count} (whether the total is wanted), and {@code q},
     *     {@code status}, {@code reference}, {@code metadata}, {@code uploaded_after}, {@code cursor_at}, {@code
     *     cursor_title} and {@code cursor_id}, each null when the address does not have it
     * @throws Problem 400 when the address does not match the contract
     */
    public Map<String, Object> read(Exchange exchange) throws JsonProcessingException {
        Map<String, String> query = QueryString.of(exchange.getMessage());
        query.forEach(InputText::check);
        Map<String, Object> page = new HashMap<>();
        page.put(
                "q",
                query.getOrDefault("q", "").isBlank() ? null : query.get("q").strip());
        page.put("status", query.get("status"));
        page.put(
                "reference",
                query.containsKey("reference") ? query.get("reference").strip() : null);
        page.put("metadata", metadata(query));
        page.put("sort", query.getOrDefault("sort", NEWEST_FIRST));
        page.put("count", Boolean.valueOf(query.get("count")));
        try {
            int limit = query.containsKey("limit") ? Integer.parseInt(query.get("limit")) : DEFAULT_LIMIT;
            if (limit < 1 || limit > MAX_LIMIT) {
                throw new IllegalArgumentException("limit");
            }
            // One more than requested, which shows whether there is another page.
            page.put("rows", limit + 1);
            exchange.setProperty("limit", limit);
            String after = query.get("uploaded_after");
            page.put("uploaded_after", time(after));
            cursor(query.get("cursor"), page);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new Problem(
                    400,
                    "invalid_request",
                    "limit must be 1 to " + MAX_LIMIT
                            + ", uploaded_after a time such as 2026-01-31T12:00:00Z, and cursor the value from the "
                            + "Link header of the previous page with the same sort.");
        }
        exchange.setProperty("query", query);
        return page;
    }

    /** Returns the wanted metadata values by their names, as a JSON object; null when the address has none. */
    private String metadata(Map<String, String> query) throws JsonProcessingException {
        if (query.containsKey(VideoLabels.METADATA)) {
            throw Problem.invalid("The parameter metadata has no name. Write it as metadata[customer]=…, for example.");
        }
        String field = VideoLabels.METADATA + "[";
        Map<String, String> wanted = new LinkedHashMap<>();
        query.forEach((name, value) -> {
            if (name.startsWith(field)) {
                wanted.put(name.substring(field.length(), name.length() - 1), value);
            }
        });
        return wanted.isEmpty() ? null : json.writeValueAsString(wanted);
    }

    /** Returns a time in UTC, limited to the years that the database can store. */
    private static String time(String text) {
        if (text == null) {
            return null;
        }
        OffsetDateTime time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
        if (time.getYear() < 1 || time.getYear() > LAST_YEAR) {
            throw new DateTimeException("The year is not one of 1 to " + LAST_YEAR);
        }
        return time.toString();
    }

    private static void cursor(String cursor, Map<String, Object> page) {
        page.put("cursor_at", null);
        page.put("cursor_title", null);
        page.put("cursor_id", null);
        if (cursor == null) {
            return;
        }
        String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        InputText.check("cursor", text);
        int end = text.lastIndexOf(' ');
        if (end < 0) {
            throw new IllegalArgumentException("cursor");
        }
        String last = text.substring(0, end);
        if (!isByTitle(page.get("sort"))) {
            page.put("cursor_at", time(last));
        } else if (last.startsWith(TITLE)) {
            page.put("cursor_title", last.substring(TITLE.length()));
        } else {
            throw new IllegalArgumentException("cursor");
        }
        page.put("cursor_id", UUID.fromString(text.substring(end + 1)).toString());
    }

    private static boolean isByTitle(Object sort) {
        return "title".equals(sort) || "-title".equals(sort);
    }

    /**
     * Composes the answer from the rows in the message's body: the documents, a {@code Link} to the next page, and the
     * total.
     */
    public void answer(
            Exchange exchange,
            @ExchangeProperty("page") Map<String, Object> asked,
            @ExchangeProperty("total") Long total)
            throws JsonProcessingException {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> rows = exchange.getMessage().getBody(List.class);
        int limit = exchange.getProperty("limit", Integer.class);
        List<Map<String, Object>> page = rows.subList(0, Math.min(limit, rows.size()));
        exchange.getMessage().removeHeaders("*");
        if (rows.size() > limit) {
            String next = next(exchange, asked, page.get(limit - 1));
            exchange.getMessage().setHeader("Link", "<" + next + ">; rel=\"next\"");
        }
        if (total != null) {
            exchange.getMessage().setHeader("X-Total-Count", total);
        }
        List<Map<String, Object>> summaries = new ArrayList<>();
        for (Map<String, Object> row : page) {
            summaries.add(documents.summary(row));
        }
        exchange.getMessage().setBody(summaries);
    }

    private static String next(Exchange exchange, Map<String, Object> asked, Map<String, Object> last) {
        StringBuilder address = new StringBuilder("/api/videos?");
        Map<?, ?> query = exchange.getProperty("query", Map.class);
        query.forEach((name, value) -> {
            if (!name.equals("cursor")) {
                address.append(encoded(String.valueOf(name)))
                        .append('=')
                        .append(encoded(String.valueOf(value)))
                        .append('&');
            }
        });
        Object sorted = isByTitle(asked.get("sort")) ? TITLE + last.get("cursor_title") : last.get("cursor_at");
        String cursor = sorted + " " + last.get("video_id");
        return address.append("cursor=")
                .append(Base64.getUrlEncoder().withoutPadding().encodeToString(cursor.getBytes(StandardCharsets.UTF_8)))
                .toString();
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
