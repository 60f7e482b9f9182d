package caravana.web.http;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpStatus;

/**
 * A refusal that the client has to know about: RFC 9457 {@code application/problem+json} with a stable code.
 *
 * <p>Routes throw it from beans; {@code web-failures} turns it into the answer.
 */
public class Problem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    /**
     * @param status HTTP status, 400 to 599
     * @param code stable code for programs
     * @param detail one sentence for people, which says what to do
     */
    public Problem(int status, String code, String detail) {
        super(detail);
        this.status = status;
        this.code = code;
    }

    public int getStatus() {
        return status;
    }

    public String getCode() {
        return code;
    }

    /** The document that the client gets. */
    public Map<String, Object> getDocument() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("type", "about:blank");
        document.put("title", HttpStatus.valueOf(status).getReasonPhrase());
        document.put("status", status);
        document.put("code", code);
        document.put("detail", getMessage());
        return document;
    }
}
