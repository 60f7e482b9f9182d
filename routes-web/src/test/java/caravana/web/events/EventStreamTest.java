package caravana.web.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import caravana.test.Sample;
import caravana.test.Waits;
import caravana.web.EventClient;
import caravana.web.http.ContainerHandle;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.ValveBase;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Streams on the real container, without the rest of the app. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventStreamTest {

    private static final Duration SOON = Waits.LIMIT;
    private static final Duration NEVER = Duration.ofDays(1);
    private static final Instant TOKEN_ENDS = Instant.now().plus(NEVER);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final BlockingQueue<EventStream> opened = new LinkedBlockingQueue<>();
    private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
    private final List<EventClient> clients = new ArrayList<>();
    private final FfmpegErrors complaints = new FfmpegErrors();
    private final Tomcat tomcat = new Tomcat();

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Logger.getLogger("").addHandler(complaints);
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        StandardContext context = (StandardContext) tomcat.addContext("", folder.toString());
        context.addValve(new ValveBase(true) {
            @Override
            public void invoke(Request request, Response response) throws IOException, ServletException {
                ContainerHandle.lend(request);
                getNext().invoke(request, response);
            }
        });
        add(context, DispatchedRequest.PATH, new HttpServlet() {
            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                EventStream stream =
                        new EventStream("account", null, null, TOKEN_ENDS, () -> true, null, MAPPER, open::remove);
                open.add(stream);
                stream.open(request);
                opened.add(stream);
            }
        });
        add(context, "/echo", new HttpServlet() {
            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                response.getOutputStream().print(request.getParameter("text"));
            }
        });
        FilterDef filter = new FilterDef();
        filter.setFilterName("continued");
        filter.setFilter((Filter) DispatchedRequest::resume);
        filter.setAsyncSupported("true");
        context.addFilterDef(filter);
        FilterMap mapping = new FilterMap();
        mapping.setFilterName("continued");
        mapping.addURLPattern(DispatchedRequest.PATH);
        mapping.setDispatcher(DispatcherType.ASYNC.name());
        context.addFilterMap(mapping);
        tomcat.start();
    }

    private static void add(Context context, String path, HttpServlet servlet) {
        Wrapper wrapper = Tomcat.addServlet(context, path, servlet);
        wrapper.setAsyncSupported(true);
        wrapper.addMapping(path);
    }

    @AfterEach
    void leave() throws Exception {
        for (EventClient client : clients) {
            client.close();
        }
        opened.clear();
        open.clear();
        complaints.texts.clear();
    }

    @AfterAll
    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
        Logger.getLogger("").removeHandler(complaints);
    }

    @Test
    void eventsComeInOrderAndTheIdsSayWhatHasBeenTold() throws Exception {
        EventClient client = connect();
        EventStream stream = opened.take();

        stream.tell(List.of(video("a"), video("b"), video("c")), 100_000);
        stream.tell(List.of(video("d")), 200_000);

        assertThat(client.lines("id:", 4)).containsExactly("70000", "70000", "100000", "200000");
        stream.tell(List.of(video("e"), video("f")), 300_000);
        assertThat(client.lines("data:", 3))
                .containsExactly("{\"video_id\":\"d\"}", "{\"video_id\":\"e\"}", "{\"video_id\":\"f\"}");
    }

    @Test
    void ofAVideoThatChangesMeanwhileTheLastStateIsSent() throws Exception {
        EventClient client = connect();
        EventStream stream = opened.take();
        block(stream);

        for (int at = 1; at <= 3 * EventStream.MOST_WAITING; at++) {
            stream.tell(List.of(video("one"), video("two")), 1_000_000 + at);
        }
        stream.tell(List.of(video("the last one")), 2_000_000);

        assertThat(client.line("data:{\"video_id\":\"the last one\"}")).isNotNull();
        assertThat(open).contains(stream);
    }

    @Test
    void aClientThatTakesNothingIsDroppedWithWhatItWasSent() throws Exception {
        EventClient client = connect();
        EventStream stream = opened.take();
        block(stream);

        await().atMost(SOON).until(() -> {
            stream.lookAfter(Instant.now(), NEVER, Duration.ZERO);
            return !open.contains(stream);
        });

        assertThatThrownBy(() -> client.line("the end"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cut off");
        assertThat(complaints.texts).isEmpty();
    }

    @Test
    void aClientThatIsTooFarBehindIsDropped() throws Exception {
        connect();
        EventStream stream = opened.take();
        block(stream);

        for (int i = 0; i <= EventStream.MOST_WAITING; i++) {
            stream.tell(List.of(video("number " + i)), i);
        }

        await().atMost(SOON).until(() -> !open.contains(stream));
    }

    @Test
    void aStreamEndsWithItsToken() throws Exception {
        EventClient client = connect();
        EventStream stream = opened.take();
        block(stream);

        stream.lookAfter(TOKEN_ENDS.plusMillis(1), NEVER, NEVER);

        assertThat(client.line("more")).isNull();
        await().atMost(SOON).until(() -> !open.contains(stream));
    }

    @Test
    void streamsEndWhenTheNodeStopsWhetherTheirClientsReadOrNot() throws Exception {
        connect();
        EventStream blocked = opened.take();
        block(blocked);
        EventClient client = connect();
        EventStream idle = opened.take();

        blocked.stop();
        idle.stop();

        assertThat(client.line("more")).isNull();
        await().atMost(SOON).until(open::isEmpty);
    }

    /** Clients come and go at any moment of a stream's life, while other connections use the same pool of requests. */
    @Test
    void clientsThatVanishLeaveNothingBehind() throws Exception {
        int rounds = Sample.size("event streams whose clients vanish, by each of two threads", 500, 20_000);
        ExecutorService threads = Executors.newCachedThreadPool();
        Future<?> vanishing = threads.submit(() -> vanish(rounds, new Random(1)));
        Future<?> more = threads.submit(() -> vanish(rounds, new Random(2)));
        Future<?> telling = threads.submit(() -> {
            Random random = new Random(3);
            List<FoundVideo> videos = random.ints(50, 0, 20_000)
                    .mapToObj(length -> video("x".repeat(length)))
                    .toList();
            while (!vanishing.isDone() || !more.isDone()) {
                for (EventStream stream : open) {
                    stream.tell(List.of(videos.get(random.nextInt(videos.size()))), 1_000_000);
                    stream.lookAfter(Instant.now(), Duration.ZERO, Duration.ofMillis(20));
                }
                Thread.onSpinWait();
            }
        });
        HttpClient http = HttpClient.newHttpClient();
        int asked = 0;
        while (!telling.isDone()) {
            String text = "text-" + asked++;
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/echo?text=" + text))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode() + " " + answer.body()).isEqualTo("200 " + text);
        }
        vanishing.get();
        more.get();
        telling.get();
        threads.shutdown();

        await().atMost(SOON).until(() -> {
            open.forEach(stream -> stream.lookAfter(Instant.now(), Duration.ZERO, Duration.ZERO));
            return open.isEmpty();
        });
        System.out.printf(
                "RESULT name=vanishing-event-clients value=%d unit=complaints clients=%d other_calls=%d target=0%n",
                complaints.texts.size(), 2 * rounds, asked);
        assertThat(complaints.texts).isEmpty();
    }

    private Void vanish(int times, Random random) throws Exception {
        for (int i = 0; i < times; i++) {
            EventClient client = new EventClient(port()).send("GET", DispatchedRequest.PATH, null);
            client.setPatience(50);
            try {
                switch (random.nextInt(5)) {
                    case 0 -> client.head();
                    case 1 -> client.lines("data:", 1 + random.nextInt(5));
                    case 2 -> client.halfClose();
                    case 3 -> TimeUnit.MICROSECONDS.sleep(random.nextInt(2000));
                    default -> {
                        // Gone before the answer.
                    }
                }
            } catch (IOException slow) {
                // It has waited for long enough, or was dropped.
            }
            if (random.nextBoolean()) {
                client.reset();
            }
            client.close();
        }
        return null;
    }

    private EventClient connect() throws IOException {
        EventClient client = new EventClient(port()).send("GET", DispatchedRequest.PATH, null);
        clients.add(client);
        return client;
    }

    private int port() {
        return tomcat.getConnector().getLocalPort();
    }

    /** Sends more than the kernel buffers for a client that does not read. */
    private static void block(EventStream stream) {
        for (int i = 0; i < 16; i++) {
            stream.tell(List.of(video(i + "x".repeat(1024 * 1024))), 1_000_000 + i);
        }
    }

    /** Its event has only the id. */
    private static FoundVideo video(String id) {
        return FoundVideo.gone(id);
    }

    /** What the container has to say against the way it is used. */
    private static final class FfmpegErrors extends Handler {

        private final ConcurrentLinkedQueue<String> texts = new ConcurrentLinkedQueue<>();

        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.WARNING.intValue() || line.getThrown() != null) {
                texts.add(line.getLoggerName() + ": " + line.getMessage() + " " + line.getThrown());
            }
        }

        @Override
        public void flush() {
            // Nothing is held back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
