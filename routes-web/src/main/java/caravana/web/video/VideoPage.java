package caravana.web.video;

import caravana.web.http.Problem;
import caravana.web.http.QueryString;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** One page of an owner's videos. The cursor names the last video of a page, so that new ones never shift the next. */
@Component("videoPage")
public class VideoPage {

    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 100;
    private static final int LAST_YEAR = 9999;

    private final VideoDocument documents;

    VideoPage(VideoDocument documents) {
        this.documents = documents;
    }

    /**
     * Reads which page is wanted, for {@code list-videos.sql}.
     *
     * @return {@code rows} (how many), and {@code status}, {@code uploaded_after}, {@code cursor_at} and {@code cursor_id},
     *     each null when the address does not say
     * @throws Problem 400 when the address is not as the contract says
     */
    public Map<String, Object> read(Exchange exchange) {
        Map<String, String> query = QueryString.of(exchange.getMessage());
        Map<String, Object> page = new HashMap<>();
        page.put("status", query.get("status"));
        try {
            int limit = query.containsKey("limit") ? Integer.parseInt(query.get("limit")) : DEFAULT_LIMIT;
            if (limit < 1 || limit > MAX_LIMIT) {
                throw new IllegalArgumentException("limit");
            }
            // One more than asked for, which tells whether there is another page.
            page.put("rows", limit + 1);
            exchange.setProperty("limit", limit);
            String after = query.get("uploaded_after");
            page.put("uploaded_after", time(after));
            cursor(query.get("cursor"), page);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new Problem(
                    400,
                    "invalid_request",
                    "limit is 1 to " + MAX_LIMIT + ", uploaded_after a time such as 2026-01-31T12:00:00Z, and cursor as"
                            + " the Link header of the page before has it.");
        }
        exchange.setProperty("query", query);
        return page;
    }

    /** In UTC, and within the years that the database can hold as we write them. */
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
        String[] parts = cursor == null
                ? new String[] {null, null}
                : new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII).split(" ");
        if (parts.length != 2) {
            throw new IllegalArgumentException("cursor");
        }
        page.put("cursor_at", time(parts[0]));
        page.put(
                "cursor_id", parts[1] == null ? null : UUID.fromString(parts[1]).toString());
    }

    /** Makes the answer of the rows that are the body: the documents, and a {@code Link} to the next page. */
    public void answer(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> rows = exchange.getMessage().getBody(List.class);
        int limit = exchange.getProperty("limit", Integer.class);
        List<Map<String, Object>> page = rows.subList(0, Math.min(limit, rows.size()));
        exchange.getMessage().removeHeaders("*");
        if (rows.size() > limit) {
            exchange.getMessage().setHeader("Link", "<" + next(exchange, page.get(limit - 1)) + ">; rel=\"next\"");
        }
        exchange.getMessage().setBody(page.stream().map(documents::summary).toList());
    }

    private static String next(Exchange exchange, Map<String, Object> last) {
        StringBuilder address = new StringBuilder("/api/videos?");
        Map<?, ?> query = exchange.getProperty("query", Map.class);
        query.forEach((name, value) -> {
            if (!name.equals("cursor")) {
                address.append(name)
                        .append('=')
                        .append(encoded(String.valueOf(value)))
                        .append('&');
            }
        });
        String cursor = last.get("cursor_at") + " " + last.get("video_id");
        return address.append("cursor=")
                .append(Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(cursor.getBytes(StandardCharsets.US_ASCII)))
                .toString();
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
