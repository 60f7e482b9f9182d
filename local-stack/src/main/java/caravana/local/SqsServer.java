package caravana.local;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.pattern.Patterns;
import org.elasticmq.Limits;
import org.elasticmq.NodeAddress;
import org.elasticmq.StrictSQSLimits$;
import org.elasticmq.actor.QueueManagerActor;
import org.elasticmq.actor.queue.QueueEvent;
import org.elasticmq.persistence.sql.SqlQueuePersistenceActor;
import org.elasticmq.persistence.sql.SqlQueuePersistenceConfig;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder$;
import org.elasticmq.util.NowProvider;
import scala.Option;
import scala.collection.immutable.List$;

/**
 * The SQS server: ElasticMQ with its queues in an H2 file, so that messages, receive counts and queues survive even a
 * kill.
 *
 * <p>Arguments: port, file. It creates the queue {@code video-jobs} and its dead-letter queue if they are missing.
 *
 * <p>ElasticMQ checks no credentials. Instead, its addresses begin with a path that only its clients know. Only the
 * request to move messages back from the dead-letter queue, which names a queue by its ARN, is accepted without this
 * path.
 */
public final class SqsServer {

    /** ElasticMQ's account. */
    static final String ACCOUNT = "000000000000";

    static final String QUEUE = "video-jobs";
    static final String DEAD_LETTERS = QUEUE + "-dlq";
    static final String DEAD_LETTERS_ARN = "arn:aws:sqs:us-east-1:" + ACCOUNT + ":" + DEAD_LETTERS;
    static final int MAX_RECEIVES = 5;

    /** The environment variable with the path that its addresses begin with. */
    static final String PATH = "CARAVANA_SQS_PATH";

    private SqsServer() {}

    /** Serves until the process is ended. */
    public static void main(String[] args) throws Exception {
        NodeAddress address = new NodeAddress("http", "127.0.0.1", Integer.parseInt(args[0]), System.getenv(PATH));
        serve(address, args[1]);
        createQueue(address, DEAD_LETTERS, Map.of("MessageRetentionPeriod", days(14)));
        Map<String, String> jobs = new LinkedHashMap<>();
        jobs.put("VisibilityTimeout", "60");
        jobs.put("ReceiveMessageWaitTimeSeconds", "20");
        jobs.put("MessageRetentionPeriod", days(4));
        jobs.put(
                "RedrivePolicy",
                "{\"deadLetterTargetArn\":\"" + DEAD_LETTERS_ARN + "\",\"maxReceiveCount\":\"" + MAX_RECEIVES + "\"}");
        createQueue(address, QUEUE, jobs);
        System.out.println("SQS serves on port " + address.port());
        Thread.currentThread().join();
    }

    private static void serve(NodeAddress address, String file) throws Exception {
        ActorSystem system = ActorSystem.create("sqs");
        // Without the delay that H2 grants itself, what was answered is on disk.
        SqlQueuePersistenceConfig persistence = new SqlQueuePersistenceConfig(
                true, "org.h2.Driver", "jdbc:h2:" + file + ";WRITE_DELAY=0", "", "", false);
        ActorRef store = system.actorOf(
                Props.create(
                        SqlQueuePersistenceActor.class,
                        () -> new SqlQueuePersistenceActor(persistence, List$.MODULE$.empty())),
                "store");
        Limits limits = StrictSQSLimits$.MODULE$;
        ActorRef queues = system.actorOf(
                Props.create(
                        QueueManagerActor.class,
                        () -> new QueueManagerActor(new NowProvider(), limits, Option.apply(store))),
                "queues");
        Patterns.ask(store, new QueueEvent.Restore(queues), StartLimit.get())
                .toCompletableFuture()
                .get();
        SQSRestServer server = SQSRestServerBuilder$.MODULE$
                .withActorSystem(system)
                .withQueueManagerActor(queues)
                .withInterface("127.0.0.1")
                .withPort(address.port())
                .withServerAddress(address)
                .withSQSLimits(limits)
                .start();
        server.waitUntilStarted();
    }

    /** Makes the queue; one that exists with the same attributes is left as it is. */
    private static void createQueue(NodeAddress address, String name, Map<String, String> attributes) throws Exception {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("Action", "CreateQueue");
        form.put("Version", "2012-11-05");
        form.put("QueueName", name);
        int number = 1;
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            form.put("Attribute." + number + ".Name", attribute.getKey());
            form.put("Attribute." + number + ".Value", attribute.getValue());
            number++;
        }
        String body = form.entrySet().stream()
                .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest request = HttpRequest.newBuilder(URI.create(address.fullAddress() + "/"))
                .timeout(StartLimit.get())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("Could not create the queue " + name + ": " + answer.body());
        }
    }

    private static String days(int days) {
        return String.valueOf(Duration.ofDays(days).toSeconds());
    }
}
