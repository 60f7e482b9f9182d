package caravana.web.identity;

import caravana.web.credential.CredentialRefusedException;
import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.stereotype.Component;

/** Answers requests without a token, with an invalid one, or with one that does not permit the call (RFC 6750). */
@Component
class Refusals implements AuthenticationEntryPoint, AccessDeniedHandler {

    private final ProblemWriter problems;

    Refusals(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException refused)
            throws IOException {
        if (refused instanceof IssuerUnavailableException unavailable) {
            Problem problem = new Problem(
                    503,
                    "issuer_unavailable",
                    "The issuer of the token is unavailable, so the token cannot be verified. Try again later.",
                    unavailable.retryAfter());
            problems.write(problem, response);
        } else if (refused instanceof CredentialRefusedException key) {
            if (key.problem().getStatus() == 401) {
                invalid(response, key.getMessage());
            }
            problems.write(key.problem(), response);
        } else if (refused instanceof OAuth2AuthenticationException invalid) {
            String why = why(invalid);
            invalid(response, why);
            problems.write(new Problem(401, "unauthenticated", why + " Log in again."), response);
        } else {
            problems.write(Problem.of(401), response);
        }
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException refused)
            throws IOException {
        if (refused instanceof ScopeMissingException key) {
            problems.write(key.problem(), response);
        } else {
            challenge(response, ", error=\"insufficient_scope\"");
            problems.write(Problem.of(403), response);
        }
    }

    private static void invalid(HttpServletResponse response, String why) {
        challenge(response, ", error=\"invalid_token\", error_description=\"" + why + "\"");
    }

    private static void challenge(HttpServletResponse response, String error) {
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, Problem.CHALLENGE + error);
    }

    /** Returns the rule that the token violates. No rule quotes the token. */
    private static String why(OAuth2AuthenticationException invalid) {
        return invalid.getCause() instanceof JwtValidationException broken
                ? broken.getErrors().stream()
                        .map(OAuth2Error::getDescription)
                        .findFirst()
                        .orElseThrow()
                : "The token is malformed, or its signature is not valid.";
    }
}
