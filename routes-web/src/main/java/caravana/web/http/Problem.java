package caravana.web.http;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpStatus;

/**
 * An error for the client: an RFC 9457 problem document ({@code application/problem+json}) with a stable code.
 *
 * <p>Beans of routes throw it, and {@code web-failures} turns it into the answer.
 */
public class Problem extends RuntimeException {

    /** The media type of problem documents. */
    public static final String TYPE = "application/problem+json";

    /** The challenge for all calls. RFC 9110 requires a challenge in each 401. */
    public static final String CHALLENGE = "Bearer realm=\"caravana\"";

    private static final int UNAVAILABLE_RETRY_SECONDS = 5;
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final Integer retryAfter;

    /**
     * @param status HTTP status, 400 to 599; with 503 the answer has {@code Retry-After: 5}
     * @param code stable code for programs
     * @param detail one sentence for people: what is wrong, and what to do
     */
    public Problem(int status, String code, String detail) {
        this(status, code, detail, status == 503 ? UNAVAILABLE_RETRY_SECONDS : null);
    }

    /** @param retryAfter seconds after which a retry may succeed; null for no header */
    public Problem(int status, String code, String detail, Integer retryAfter) {
        super(detail);
        this.status = status;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /**
     * Returns 400 {@code invalid_request}: the request does not match the OpenAPI document.
     *
     * @param detail what is wrong, and what to send instead
     */
    public static Problem invalid(String detail) {
        return new Problem(400, "invalid_request", detail);
    }

    /**
     * Returns 415 {@code unsupported_media_type} for the body of a request.
     *
     * @param type media type of the body, without parameters; empty when the header is missing
     * @param remedy a sentence that says which media type to send
     */
    public static Problem unsupportedType(String type, String remedy) {
        return new Problem(
                415,
                "unsupported_media_type",
                (type.isEmpty() ? "The header Content-Type is missing" : "The media type is " + InputText.shown(type))
                        + ". " + remedy);
    }

    /**
     * Returns the problem for a status that the servlet container or Camel has set.
     *
     * @param status HTTP status, 400 to 599
     */
    public static Problem of(int status) {
        return switch (status) {
            case 400 ->
                new Problem(
                        400,
                        "invalid_request",
                        "The request is not valid HTTP, its address has characters that must be percent-encoded, or its"
                                + " address and headers are longer than 8 KiB. Correct it.");
            case 401 ->
                new Problem(401, "unauthenticated", "Log in, and send the token as Authorization: Bearer TOKEN.");
            case 403 -> new Problem(403, "forbidden", "This account may not do that.");
            case 404 -> new Problem(404, "not_found", "There is nothing at this address.");
            case 405 -> new Problem(405, "method_not_allowed", "This address does not support this method.");
            case 406 -> new Problem(406, "not_acceptable", "Only application/json is available.");
            case 411 ->
                new Problem(
                        411,
                        "length_required",
                        "Send the body with a Content-Length header; only uploads may omit it.");
            case 412 ->
                new Problem(
                        412,
                        "precondition_failed",
                        "The file does not match If-Match or If-Unmodified-Since. Request it without these "
                                + "headers.");
            case 415 ->
                new Problem(415, "unsupported_media_type", "This call does not accept a body of this media type.");
            case 416 ->
                new Problem(416, "range_not_satisfiable", "The range is outside the file. Request a range within it.");
            case 417 -> new Problem(417, "expectation_failed", "Send no Expect header, or Expect: 100-continue.");
            case 501 ->
                new Problem(501, "not_implemented", "This server does not support this method or transfer coding.");
            case 503 ->
                new Problem(
                        503,
                        "unavailable",
                        "A system that this server needs is unavailable. Try again in a few seconds.");
            case 505 -> new Problem(505, "http_version_not_supported", "Use HTTP/1.1.");
            default ->
                status < 500
                        ? new Problem(status, "refused", "The request was refused.")
                        : new Problem(
                                status,
                                "internal_error",
                                "An internal error has occurred, and the server has logged its cause. Try again later.");
        };
    }

    public int getStatus() {
        return status;
    }

    public String getCode() {
        return code;
    }

    /** Returns the seconds after which to retry; null if unknown. */
    public Integer getRetryAfter() {
        return retryAfter;
    }

    /**
     * Returns the header {@code WWW-Authenticate} (RFC 6750, section 3); null when authentication is not the reason.
     */
    public String getChallenge() {
        return status == 401 ? CHALLENGE : null;
    }

    /** Returns the problem document of the answer. */
    public Map<String, Object> getDocument() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("type", "about:blank");
        document.put("title", phrase());
        document.put("status", status);
        document.put("code", code);
        document.put("detail", getMessage());
        return document;
    }

    /** Returns the name of the status in RFC 9110. Spring has older names for two of them. */
    private String phrase() {
        HttpStatus known = HttpStatus.resolve(status);
        return switch (status) {
            case 413 -> "Content Too Large";
            case 422 -> "Unprocessable Content";
            default -> known == null ? "Error" : known.getReasonPhrase();
        };
    }
}
