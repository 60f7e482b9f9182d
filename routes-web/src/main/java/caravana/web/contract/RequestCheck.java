package caravana.web.contract;

import caravana.web.http.AnnouncedBody;
import caravana.web.http.MediaTypes;
import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import caravana.web.http.QueryString;
import caravana.web.http.UnknownName;
import com.fasterxml.jackson.databind.JsonNode;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Checks the rules that hold for every call: no repeated header, an accepted and uncompressed media type, and only
 * query parameters of the call. It runs after the check of the token, and before any of the body is read or requested
 * ({@code 100-continue}).
 */
@Component
@Order(Ordered.LOWEST_PRECEDENCE - 1)
class RequestCheck extends OncePerRequestFilter {

    /** Headers that may occur only once. If there were two, a proxy and this app could use different ones. */
    private static final List<String> SINGLE = List.of(
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "Tus-Resumable",
            "Upload-Checksum",
            "Upload-Complete",
            "Upload-Defer-Length",
            "Upload-Draft-Interop-Version",
            "Upload-Incomplete",
            "Upload-Length",
            "Upload-Metadata",
            "Upload-Offset",
            "X-HTTP-Method-Override");

    /**
     * Media types that are not checked here. The checks of uploads decide: the type may be missing or wrong although
     * the content is a video.
     */
    private static final Set<String> UPLOADS = Set.of("video/*", "multipart/form-data");

    private final Operations operations;
    private final ProblemWriter problems;

    RequestCheck(Operations operations, ProblemWriter problems) {
        this.operations = operations;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Operations.Operation operation =
                operations.find(request.getMethod(), request.getRequestURI()).orElse(null);
        if (operation != null) {
            try {
                checkSingle(request);
                checkEncoding(request);
                checkBody(request, operation);
                checkQuery(request, operation);
                checkAccept(request, operation);
            } catch (Problem refused) {
                if (refused.getStatus() == 415) {
                    // Names the accepted encoding, see RFC 9110, 15.5.16.
                    response.setHeader("Accept-Encoding", "identity");
                }
                problems.write(refused, response);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private static void checkSingle(HttpServletRequest request) {
        for (String name : SINGLE) {
            if (Collections.list(request.getHeaders(name)).size() > 1) {
                throw Problem.invalid("The header " + name + " appears more than once. Send it once.");
            }
        }
    }

    private static void checkBody(HttpServletRequest request, Operations.Operation operation) {
        boolean announced = AnnouncedBody.isIn(request);
        Set<String> types = operation.bodies().keySet();
        if (announced && types.isEmpty()) {
            throw Problem.invalid("This call takes no body. Send none.");
        }
        if (announced
                && Collections.disjoint(types, UPLOADS)
                && !types.contains(MediaTypes.essence(request.getContentType()))) {
            throw Problem.unsupportedType(
                    MediaTypes.essence(request.getContentType()),
                    "This call needs a body of " + String.join(" or ", types) + ".");
        }
    }

    private static void checkEncoding(HttpServletRequest request) {
        for (String encoding : Collections.list(request.getHeaders("Content-Encoding"))) {
            if (!encoding.isBlank() && !encoding.strip().equalsIgnoreCase("identity")) {
                throw new Problem(
                        415,
                        "content_encoding_unsupported",
                        "The request has a Content-Encoding header. Send the body uncompressed, without this "
                                + "header.");
            }
        }
    }

    /** Checks that the client accepts the answer before the call changes anything. */
    private static void checkAccept(HttpServletRequest request, Operations.Operation operation) {
        List<String> accepted = Collections.list(request.getHeaders(HttpHeaders.ACCEPT));
        if (operation.answers().isEmpty() || accepted.isEmpty()) {
            return;
        }
        List<MediaType> ranges;
        try {
            ranges = MediaType.parseMediaTypes(accepted);
        } catch (InvalidMediaTypeException unreadable) {
            return;
        }
        boolean taken = ranges.isEmpty()
                || operation.answers().stream()
                        .map(MediaType::parseMediaType)
                        .anyMatch(answer -> ranges.stream()
                                .anyMatch(range -> range.getQualityValue() > 0 && range.isCompatibleWith(answer)));
        if (!taken) {
            throw new Problem(
                    406,
                    "not_acceptable",
                    "This call returns " + String.join(" or ", operation.answers())
                            + ", which the header Accept excludes. Add it to Accept, or leave the header out.");
        }
    }

    /** Returns whether a name such as {@code metadata[title]} is a field of a parameter that is an object. */
    private static boolean isField(String name, Map<String, JsonNode> known) {
        int bracket = name.indexOf('[');
        return bracket > 0
                && name.endsWith("]")
                && known.containsKey(name.substring(0, bracket))
                && known.get(name.substring(0, bracket)).path("type").asText().equals("object");
    }

    private static void checkQuery(HttpServletRequest request, Operations.Operation operation) {
        Map<String, JsonNode> known = operation.parameters();
        for (String name : QueryString.parsed(request.getQueryString()).keySet()) {
            if (!known.containsKey(name) && !isField(name, known)) {
                throw UnknownName.of("parameter", name, known.keySet());
            }
        }
    }
}
