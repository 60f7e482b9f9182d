package caravana.local;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client of the REST API with an account of its own, for the demo and for tests. It needs only the JDK. */
public final class ApiClient {

    /** For a machine that does everything else at the same time. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Pattern TOKEN = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"");
    private static final String JSON = "application/json";
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    private final String token;

    private ApiClient(String token) {
        this.token = token;
    }

    /**
     * Signs a new account up, with a random address, and logs it in.
     *
     * @throws LocalStackException when web refuses
     */
    public static ApiClient signUp(URI web) throws IOException, InterruptedException {
        String email = "user-" + UUID.randomUUID() + "@example.org";
        String password = UUID.randomUUID().toString();
        HttpResponse<String> signedUp = postJson(
                web.resolve("/api/auth/signup"),
                "{\"email\":\"" + email + "\",\"password1\":\"" + password + "\",\"password2\":\"" + password
                        + "\",\"first_name\":\"Ana\",\"last_name\":\"Local\",\"city\":\"Bogotá\",\"country\":\"Colombia\"}");
        expect(201, signedUp, "The sign-up");
        return logIn(web, email, password);
    }

    /**
     * Logs an account in.
     *
     * @throws LocalStackException when web refuses
     */
    public static ApiClient logIn(URI web, String email, String password) throws IOException, InterruptedException {
        HttpResponse<String> loggedIn = postJson(
                web.resolve("/api/auth/login"), "{\"email\":\"" + email + "\",\"password\":\"" + password + "\"}");
        expect(200, loggedIn, "The log-in");
        Matcher token = TOKEN.matcher(loggedIn.body());
        if (!token.find()) {
            throw new LocalStackException("The log-in was answered without a token");
        }
        return new ApiClient(token.group(1));
    }

    /** A client with a token that it was given. */
    public static ApiClient with(String token) {
        return new ApiClient(token);
    }

    private static HttpResponse<String> postJson(URI address, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .header("Content-Type", JSON)
                .POST(BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, BodyHandlers.ofString());
    }

    private static void expect(int status, HttpResponse<String> answer, String what) {
        if (answer.statusCode() != status) {
            throw new LocalStackException(what + " was answered " + answer.statusCode() + ": " + answer.body());
        }
    }

    /** The account's token. */
    public String token() {
        return token;
    }

    /** A request with the account's token. */
    public HttpRequest.Builder request(URI address) {
        return HttpRequest.newBuilder(address).timeout(PATIENCE).header("Authorization", "Bearer " + token);
    }

    /** {@code GET} of an address. */
    public HttpResponse<String> get(URI address) throws IOException, InterruptedException {
        return send(request(address).build());
    }

    /** Sends a request as it is, such as {@link #request} began. */
    public HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return HTTP.send(request, BodyHandlers.ofString());
    }

    /** Uploads a video as the body itself. */
    public HttpResponse<String> upload(URI web, String title, BodyPublisher video)
            throws IOException, InterruptedException {
        return send(uploadRequest(web, title, video).build());
    }

    /** The request of {@link #upload}, not yet sent. */
    public HttpRequest.Builder uploadRequest(URI web, String title, BodyPublisher video) {
        String query = "?title=" + URLEncoder.encode(title, StandardCharsets.UTF_8);
        return request(web.resolve("/api/videos" + query))
                .timeout(Duration.ofMinutes(30))
                .header("Content-Type", "application/octet-stream")
                .POST(video);
    }

    /** Uploads a video as a form. */
    public HttpResponse<String> uploadForm(URI web, String title, BodyPublisher video)
            throws IOException, InterruptedException {
        return send(formRequest(web, title, video).build());
    }

    /** The request of {@link #uploadForm}, not yet sent. */
    public HttpRequest.Builder formRequest(URI web, String title, BodyPublisher video) {
        String boundary = "caravana-" + UUID.randomUUID();
        String head = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n" + title + "\r\n--"
                + boundary + "\r\nContent-Disposition: form-data; name=\"video_file\"; filename=\"video.mp4\"\r\n"
                + "Content-Type: video/mp4\r\n\r\n";
        return request(web.resolve("/api/videos/upload"))
                .timeout(Duration.ofMinutes(30))
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(BodyPublishers.concat(
                        BodyPublishers.ofString(head), video, BodyPublishers.ofString("\r\n--" + boundary + "--\r\n")));
    }
}
