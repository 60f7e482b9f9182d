package caravana.web.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The metadata that an issuer of tokens publishes (OpenID Connect Discovery, RFC 8414). */
final class IssuerMetadata {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final int TIMEOUT_SECONDS = 5;

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    private final ObjectMapper json = new ObjectMapper();
    private final String issuer;

    IssuerMetadata(String issuer) {
        this.issuer = issuer;
    }

    /**
     * Reads the address of the issuer's keys from its metadata, and fetches the keys. Each call to the issuer ends
     * within five seconds.
     *
     * @throws IOException when the keys are not available; the message is the reason
     */
    JWKSet fetchKeys() throws IOException, InterruptedException {
        JsonNode metadata = json.readTree(discover());
        String named = metadata.path("issuer").asText();
        if (!named.equals(issuer)) {
            throw new IOException("the metadata is that of \"" + named + "\"; set JWT_ISSUER_URI to exactly that");
        }
        String address = metadata.path("jwks_uri").asText();
        HttpResponse<String> keys = get(URI.create(address));
        if (keys.statusCode() != 200) {
            throw new IOException(address + " was answered " + keys.statusCode());
        }
        try {
            return JWKSet.parse(keys.body());
        } catch (ParseException e) {
            throw new IOException(address + " returned no JWK set: " + e.getMessage(), e);
        }
    }

    private String discover() throws IOException, InterruptedException {
        HttpResponse<String> answer = null;
        for (URI address : addresses()) {
            answer = get(address);
            if (answer.statusCode() == 200) {
                return answer.body();
            }
        }
        throw new IOException(answer.uri() + " was answered " + answer.statusCode());
    }

    /**
     * Returns the possible addresses of the metadata. For an issuer with a path, OpenID Connect appends its path, and
     * RFC 8414 inserts its path before the issuer's.
     */
    private Set<URI> addresses() {
        URI root = URI.create(issuer);
        String path = root.getRawPath().replaceAll("/$", "");
        Set<URI> addresses = new LinkedHashSet<>();
        addresses.add(root.resolve(path + "/.well-known/openid-configuration"));
        addresses.add(root.resolve("/.well-known/openid-configuration" + path));
        addresses.add(root.resolve("/.well-known/oauth-authorization-server" + path));
        return addresses;
    }

    private HttpResponse<String> get(URI address) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Accept", "application/json")
                .build();
        // The timeout of a request ends with the response's headers; this one includes the body.
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
        try {
            return answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException(address + " was not answered within " + TIMEOUT_SECONDS + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(address + " cannot be reached: " + e.getCause(), e);
        }
    }
}
