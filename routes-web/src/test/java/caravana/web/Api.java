package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.web.contract.ContractDocument;
import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.atlassian.oai.validator.report.ValidationReport;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.core.io.ClassPathResource;

/** A client of the API under test. Every answer that it gets is validated by the contract. */
final class Api {

    static final ObjectMapper JSON = new ObjectMapper();
    static final HttpClient HTTP = HttpClient.newHttpClient();
    static final String CONTRACT = contract();

    /** Words of Jackson's and of the validator's messages, and of a sentence that leaves its reader alone. */
    private static final Pattern FOREIGN = Pattern.compile(
            "as the contract says|JsonReadFeature|Unrecognized token"
                    + "|Unexpected (character|end-of-input)|Trailing token|fasterxml|Instance (type|failed)|has missing required");

    /** Of the accounts that {@link #signedUp} makes. */
    static final String PASSWORD = "a good password";

    private static final OpenApiInteractionValidator VALIDATOR =
            OpenApiInteractionValidator.createForInlineApiSpecification(CONTRACT)
                    .build();

    private final int port;
    private final String token;
    private final String source;

    private Api(int port, String token, String source) {
        this.port = port;
        this.token = token;
        this.source = source;
    }

    private static String contract() {
        try {
            return new ClassPathResource(ContractDocument.RESOURCE).getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A client without a token. */
    static Api anonymous(int port) {
        return new Api(port, null, null);
    }

    /** The same with a token. */
    Api with(String anyToken) {
        return new Api(port, anyToken, source);
    }

    /** The same behind a proxy that names this address as the client's. */
    Api from(String address) {
        return new Api(port, token, address);
    }

    /** The account's id, as the token says. */
    String subject() throws IOException {
        return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]))
                .path("sub")
                .asText();
    }

    String token() {
        return token;
    }

    /** Opens an account and logs it in. */
    Api signedUp(String email) throws Exception {
        HttpResponse<String> answer = signUp(email, PASSWORD);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return loggedIn(email, PASSWORD);
    }

    HttpResponse<String> signUp(String email, String password) throws Exception {
        return postJson(
                "/api/auth/signup",
                JSON.createObjectNode()
                        .put("email", email)
                        .put("password1", password)
                        .put("password2", password)
                        .put("first_name", "Ana")
                        .put("last_name", "Núñez")
                        .put("city", "Bogotá")
                        .put("country", "Colombia")
                        .toString());
    }

    Api loggedIn(String email, String password) throws Exception {
        HttpResponse<String> answer = logIn(email, password);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return with(json(answer).path("access_token").asText());
    }

    HttpResponse<String> logIn(String email, String password) throws Exception {
        return postJson(
                "/api/auth/login",
                JSON.createObjectNode()
                        .put("email", email)
                        .put("password", password)
                        .toString());
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(request(path));
    }

    HttpResponse<String> delete(String path) throws Exception {
        return send(request(path).DELETE());
    }

    HttpResponse<String> post(String path) throws Exception {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    HttpResponse<String> postJson(String path, String body) throws Exception {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> upload(Form form) throws Exception {
        return send(form(form));
    }

    HttpRequest.Builder form(Form form) {
        return request("/api/videos/upload")
                .header("Content-Type", Form.contentType())
                .POST(BodyPublishers.ofByteArray(form.bytes()));
    }

    HttpRequest.Builder raw(String query, byte[] body) {
        return request("/api/videos" + query)
                .header("Content-Type", "video/mp4")
                .POST(BodyPublishers.ofByteArray(body));
    }

    HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (source != null) {
            request.header("X-Forwarded-For", source);
        }
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(violations(answer, answer.body()))
                .as(answer.request() + " " + answer.statusCode() + " "
                        + answer.headers().map() + answer.body())
                .isEmpty();
        return answer;
    }

    /** What the contract has to say against an answer. */
    static Optional<String> violations(HttpResponse<?> answer, String body) {
        return violations(
                answer.request().method(),
                answer.request().uri().getPath(),
                answer.statusCode(),
                answer.headers().map(),
                body);
    }

    /** The same of an answer however it was got. */
    static Optional<String> violations(
            String method, String path, int status, Map<String, List<String>> headers, String body) {
        if (status >= 400 && FOREIGN.matcher(body).find()) {
            return Optional.of("a sentence of a library, or one that does not say what to do: " + body);
        }
        SimpleResponse.Builder response = SimpleResponse.Builder.status(status);
        headers.forEach((name, values) -> {
            response.withHeader(name, values);
            if (name.equalsIgnoreCase("Content-Type")) {
                response.withContentType(values.get(0));
            }
        });
        if (!body.isEmpty()) {
            response.withBody(body);
        }
        ValidationReport report = VALIDATOR.validateResponse(
                path.startsWith("/api") ? path.substring("/api".length()) : path,
                Request.Method.valueOf(method),
                response.build());
        return report.getMessages().stream()
                .filter(m -> m.getLevel() == ValidationReport.Level.ERROR)
                // Addresses and methods that no operation has are answered as well.
                .filter(m -> !m.getKey().equals("validation.request.path.missing")
                        && !m.getKey().equals("validation.request.operation.notAllowed"))
                .map(ValidationReport.Message::toString)
                .findFirst();
    }

    static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    static void assertProblem(HttpResponse<String> answer, int status, String code) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = json(answer);
        assertThat(problem.path("code").asText()).isEqualTo(code);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("detail").asText()).isNotBlank();
    }
}
