package caravana.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * {@code ./caravana status}: shows a running system on one screen. It uses only calls for operators, so it works with
 * any deployment. The output is plain text of at most 100 columns, for a terminal over SSH.
 */
final class Status {

    private static final Duration PERIOD = Duration.ofSeconds(2);
    private static final int FAILURES = 5;
    private static final int BAR = 30;
    private static final int WIDTH = 100;
    private static final String CLEAR = "\u001b[H\u001b[J";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

    private final ObjectMapper json = new ObjectMapper();
    private final URI web;
    private final ApiClient operator;

    private Status(URI web, ApiClient operator) {
        this.web = web;
        this.operator = operator;
    }

    /**
     * Shows it until a signal comes, or once.
     *
     * @param data the folder of {@code ./caravana up}, whose operator logs in unless {@code CARAVANA_OPERATOR_TOKEN} is set
     * @param once only once, as for a file or another program
     */
    static int run(Path data, boolean once, Shutdown shutdown) {
        URI web = URI.create(System.getenv().getOrDefault("CARAVANA_URL", "http://127.0.0.1:" + Ports.WEB.named()));
        try {
            Status status = new Status(web, operator(web, data));
            String screen = status.screen();
            while (!once && !shutdown.asked().isDone()) {
                System.out.print(CLEAR + screen);
                System.out.flush();
                shutdown.awaitAsked(PERIOD);
                screen = status.screen();
            }
            if (once) {
                System.out.print(screen);
            }
            return 0;
        } catch (ConnectException e) {
            throw new LocalStackException(
                    web + " does not answer; start ./caravana up, or set CARAVANA_URL to where web is");
        } catch (IOException e) {
            throw new LocalStackException("The status cannot be read: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private static ApiClient operator(URI web, Path data) throws IOException, InterruptedException {
        String token = System.getenv("CARAVANA_OPERATOR_TOKEN");
        if (token != null && !token.isBlank()) {
            return ApiClient.with(token);
        }
        Path account = data.resolve("operator.json");
        if (!Files.isReadable(account)) {
            throw new LocalStackException("There is no operator's account in " + account
                    + "; set CARAVANA_OPERATOR_TOKEN, or CARAVANA_DATA to the data of ./caravana up");
        }
        JsonNode said = new ObjectMapper().readTree(account.toFile());
        return ApiClient.logIn(
                web, said.path("email").asText(), said.path("password").asText());
    }

    private String screen() throws IOException, InterruptedException {
        JsonNode queue = get("queue");
        JsonNode failures = get("failures").path("items");
        StringBuilder screen = new StringBuilder();
        line(screen, "Caravana at %s, %s UTC", web, TIME.format(Instant.now()));
        line(screen, "");
        line(
                screen,
                "queue    %d waiting, %d in work, %d delayed; the oldest is due for %s",
                queue.path("visible").asInt(),
                queue.path("in_flight").asInt(),
                queue.path("delayed").asInt(),
                span(queue.path("oldest_due_seconds")));
        int dead = queue.at("/dead_letters/visible").asInt()
                + queue.at("/dead_letters/in_flight").asInt();
        line(screen, "dead     %s", dead == 0 ? "none" : dead + " dead letters: ops/runbooks/dead-letters.md");
        JsonNode workers = queue.path("workers");
        line(
                screen,
                "workers  %s%s",
                workers.isEmpty() ? "NONE: ops/runbooks/no-worker-alive.md" : String.valueOf(workers.size()),
                queue.path("paused").asBoolean() ? ", PAUSED: no jobs are taken" : "");
        workers.forEach(worker -> worker(screen, worker));
        line(screen, "");
        line(screen, "last failures%s", failures.isEmpty() ? ": none" : "");
        for (int i = 0; i < Math.min(FAILURES, failures.size()); i++) {
            JsonNode failure = failures.get(i);
            line(
                    screen,
                    "  %s  %s  %s%s",
                    TIME.format(Instant.parse(failure.path("failed_at").asText())),
                    failure.path("video_id").asText(),
                    failure.path("code").asText(),
                    failure.path("last_code").isTextual()
                            ? ": " + failure.path("last_code").asText()
                            : "");
        }
        return screen.toString();
    }

    private static void worker(StringBuilder screen, JsonNode worker) {
        StringBuilder closed = new StringBuilder();
        worker.path("closed_by")
                .forEach(by -> closed.append(closed.isEmpty() ? "; takes no jobs: " : ", ")
                        .append(by.asText()));
        line(
                screen,
                "  %s  %d of %d slots%s",
                worker.path("worker").asText(),
                worker.path("jobs").size(),
                worker.path("slots").asInt(),
                closed);
        if (worker.path("closed_why").isTextual()) {
            line(screen, "    %s", worker.path("closed_why").asText());
        }
        worker.path("jobs").forEach(job -> {
            boolean known = job.path("percent").isNumber();
            line(
                    screen,
                    "    %s  %s %s  %s",
                    job.path("video_id").asText(),
                    bar(job.path("percent").asDouble()),
                    known
                            ? String.format(
                                    Locale.ROOT, "%3.0f %%", job.path("percent").asDouble())
                            : "    -",
                    job.path("phase").asText("-")
                            + (job.path("attempt").asInt() > 1
                                    ? ", attempt " + job.path("attempt").asInt()
                                    : ""));
        });
    }

    private static String bar(double percent) {
        int full = (int) Math.round(BAR * percent / 100);
        return "[" + "#".repeat(full) + ".".repeat(BAR - full) + "]";
    }

    private static String span(JsonNode seconds) {
        if (!seconds.isNumber()) {
            return "no time";
        }
        long whole = Math.max(0, Math.round(seconds.asDouble()));
        return whole < 120 ? whole + " s" : whole / 60 + " min";
    }

    private static void line(StringBuilder screen, String format, Object... values) {
        String line = String.format(Locale.ROOT, format, values);
        screen.append(line.length() <= WIDTH ? line : line.substring(0, WIDTH)).append('\n');
    }

    private JsonNode get(String what) throws IOException, InterruptedException {
        HttpResponse<String> answer = operator.get(web.resolve("/api/ops/" + what));
        if (answer.statusCode() != 200) {
            throw new LocalStackException(
                    "/api/ops/" + what + " was answered " + answer.statusCode() + ": " + answer.body());
        }
        return json.readTree(answer.body());
    }
}
