package caravana.web.identity;

import caravana.web.http.InputText;
import caravana.web.http.Problem;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;

/**
 * Sessions of the page. A session is a refresh token, which is valid once, in a cookie that scripts cannot read and
 * that the browser sends to {@code /api/auth} only. The database stores its hash.
 */
@Component("sessions")
public class Sessions {

    static final String COOKIE = "caravana_session";

    private static final String PATH = "/api/auth";
    private static final int TOKEN_BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final Duration life;

    Sessions(IdentityProperties identity) {
        this.life = identity.sessionLife();
    }

    /** Makes a refresh token, and sets the properties {@code session_token} and {@code session_hash}. */
    public void open(Exchange exchange) {
        byte[] token = new byte[TOKEN_BYTES];
        random.nextBytes(token);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(token);
        exchange.setProperty("session_token", text);
        exchange.setProperty("session_hash", hash(text));
    }

    /**
     * Reads the cookie, and sets the property {@code presented_hash}; without a cookie, it is the hash of an empty
     * text.
     *
     * @throws Problem 403 {@code origin_not_allowed} when a page of another origin makes the call
     */
    public void read(Exchange exchange) {
        HttpServletRequest request = Accounts.request(exchange);
        checkOrigin(request);
        Cookie[] cookies = request.getCookies();
        String token = Arrays.stream(cookies == null ? new Cookie[0] : cookies)
                .filter(cookie -> cookie.getName().equals(COOKIE))
                .map(Cookie::getValue)
                .findFirst()
                .orElse("");
        exchange.setProperty("presented_hash", hash(token));
    }

    /**
     * Checks the {@code Origin}, which browsers send with each POST and programs may omit. It must have the host of the
     * request; proxies do not change the {@code Host}.
     */
    private static void checkOrigin(HttpServletRequest request) {
        String origin = request.getHeader("Origin");
        if (origin != null && !origin.replaceFirst("^https?://", "").equalsIgnoreCase(request.getHeader("Host"))) {
            throw new Problem(
                    403,
                    "origin_not_allowed",
                    "The call comes from a page of " + InputText.shown(origin)
                            + ", and sessions are for this site's own page. Log in with POST /api/auth/login.");
        }
    }

    /**
     * Sets the property {@code account} to the account of the renewed session.
     *
     * @param account the account's row; null when there is no such session
     * @throws Problem 401 {@code session_over}
     */
    public void check(@Body Map<String, Object> account, Exchange exchange) {
        if (account == null) {
            throw new Problem(401, "session_over", "There is no session, or it has ended. Log in again.");
        }
        exchange.setProperty("account", account);
    }

    /** Sets the cookie with the new refresh token. */
    public void setCookie(Exchange exchange) {
        set(exchange, exchange.getProperty("session_token", String.class), life);
    }

    /** Deletes the cookie with the refresh token. */
    public void clearCookie(Exchange exchange) {
        set(exchange, "", Duration.ZERO);
    }

    private static void set(Exchange exchange, String token, Duration age) {
        ResponseCookie cookie = ResponseCookie.from(COOKIE, token)
                .path(PATH)
                .maxAge(age)
                .httpOnly(true)
                .secure(true)
                .sameSite("Strict")
                .build();
        exchange.getMessage().setHeader("Set-Cookie", cookie.toString());
        exchange.getMessage().setHeader("Cache-Control", "no-store");
    }

    /** Returns the SHA-256 in hexadecimal digits. */
    static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
