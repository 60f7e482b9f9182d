package caravana.web.usage;

import caravana.web.caller.Caller;
import caravana.web.http.Problem;
import caravana.web.http.QueryString;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** The usage for which accounts are billed, in sums by day (UTC). */
@Component("usageReport")
public class UsageReport {

    private static final int MOST_DAYS = 366;
    private static final int MOST_ROWS = 10_000;
    private static final MediaType CSV = MediaType.valueOf("text/csv");
    private static final List<String> COLUMNS =
            List.of("key", "role", "media_type", "codec", "width", "height", "files", "seconds", "bytes");

    private final ObjectMapper json;

    UsageReport(ObjectMapper json) {
        this.json = json;
    }

    /**
     * Reads the parameters for {@code list-usage.sql}. An operator gets all accounts, others get their own.
     *
     * @throws Problem 400 {@code invalid_request} when the period ends before it begins, or is too long
     */
    public Map<String, Object> read(Message request, @ExchangeProperty("caller") Caller caller) {
        Map<String, String> query = QueryString.of(request);
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        LocalDate to = day(query, "to", today);
        LocalDate from = day(query, "from", to.withDayOfMonth(1));
        if (from.isAfter(to)) {
            throw Problem.invalid("The period from " + from + " to " + to + " ends before it begins. Swap the dates.");
        }
        if (ChronoUnit.DAYS.between(from, to) >= MOST_DAYS) {
            throw Problem.invalid("The period from " + from + " to " + to + " is longer than " + MOST_DAYS
                    + " days. Request parts of it.");
        }
        Map<String, Object> usage = new LinkedHashMap<>();
        usage.put("from", from + "T00:00:00Z");
        usage.put("to", to.plusDays(1) + "T00:00:00Z");
        usage.put("first", from.toString());
        usage.put("last", to.toString());
        usage.put("group", query.getOrDefault("group", "day"));
        usage.put("owner_id", caller.roles().contains(Caller.OPERATOR) ? null : caller.getId());
        return usage;
    }

    private static LocalDate day(Map<String, String> query, String name, LocalDate usual) {
        String text = query.get(name);
        if (text == null) {
            return usual;
        }
        try {
            LocalDate day = LocalDate.parse(text);
            if (day.getYear() < 1970 || day.getYear() > 9998) {
                throw new DateTimeException(text);
            }
            return day;
        } catch (DateTimeException e) {
            throw Problem.invalid(
                    "The parameter " + name + " is not a date of the years 1970 to 9998. Send one such as 2026-11-30.");
        }
    }

    /**
     * Composes the answer from the rows in the message's body, in the media type that the client accepts.
     *
     * @throws Problem 400 {@code invalid_request} when there are too many rows
     */
    public void answer(Message message, @ExchangeProperty("usage") Map<String, Object> usage)
            throws JsonProcessingException {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> rows = message.getBody(List.class);
        if (rows.size() > MOST_ROWS) {
            throw Problem.invalid("The period has more than 10,000 sums. Request parts of it.");
        }
        boolean csv = prefersCsv(message.getHeader("Accept", "", String.class));
        message.removeHeaders("*");
        message.setHeader("Vary", "Accept");
        message.setHeader("Content-Type", csv ? CSV + ";charset=UTF-8" : "application/json");
        message.setBody(csv ? csv(rows) : json(rows, usage));
    }

    private static boolean prefersCsv(String accepted) {
        try {
            List<MediaType> ranges = MediaType.parseMediaTypes(accepted);
            return quality(CSV, ranges) > quality(MediaType.APPLICATION_JSON, ranges);
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    /** Returns the quality of the most specific range that matches the type (RFC 9110, 12.5.1); 0 when none does. */
    private static double quality(MediaType type, List<MediaType> ranges) {
        return ranges.stream()
                .filter(range -> range.includes(type))
                .min(Comparator.comparing(MediaType::isWildcardType).thenComparing(MediaType::isWildcardSubtype))
                .map(MediaType::getQualityValue)
                .orElse(0.0);
    }

    private String json(List<Map<String, Object>> rows, Map<String, Object> usage) throws JsonProcessingException {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("from", usage.get("first"));
        document.put("to", usage.get("last"));
        document.put("group", usage.get("group"));
        document.put("items", rows);
        return json.writeValueAsString(document);
    }

    /**
     * Returns the rows as CSV (RFC 4180). No value needs quotation marks: they are dates, ids, names of the catalogue,
     * and numbers.
     */
    private static String csv(List<Map<String, Object>> rows) {
        StringBuilder text = new StringBuilder(String.join(",", COLUMNS)).append("\r\n");
        for (Map<String, Object> row : rows) {
            text.append(COLUMNS.stream()
                            .map(column -> row.get(column) == null
                                    ? ""
                                    : row.get(column).toString())
                            .collect(Collectors.joining(",")))
                    .append("\r\n");
        }
        return text.toString();
    }
}
