package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.local.LocalStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * The servers of all classes of this JVM that neither stop, kill nor reconfigure them: a start costs 6 s of a processor. They
 * end with the JVM.
 */
public final class SharedStack {

    private static LocalStack stack;

    private SharedStack() {}

    /** To begin a class with: nothing of the class before is left to do, or counted. Its accounts are there. */
    public static synchronized LocalStack cleared() {
        if (stack == null) {
            stack = start();
        } else {
            clear();
        }
        return stack;
    }

    private static LocalStack start() {
        try {
            Path folder = Files.createTempDirectory("caravana-system-test");
            LocalStack started = LocalStack.start(folder);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                started.close();
                delete(folder);
            }));
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void clear() {
        Map<String, String> settings = stack.environment();
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                Statement statement = database.createStatement();
                SqsClient sqs = Clients.sqs(settings);
                S3Client s3 = Clients.s3(settings)) {
            // Web makes the tables when it first starts.
            statement.execute("DO $$ BEGIN IF to_regclass('videos') IS NOT NULL THEN"
                    + " DELETE FROM renditions; DELETE FROM videos; DELETE FROM workers; END IF; END $$");
            clearBucket(s3, settings.get("S3_BUCKET"));
            for (String queue : List.of("SQS_QUEUE_URL", "SQS_DLQ_URL")) {
                sqs.purgeQueue(p -> p.queueUrl(settings.get(queue)));
            }
            clearRedis(URI.create(settings.get("REDIS_URL")));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void clearBucket(S3Client s3, String bucket) {
        s3.listMultipartUploads(l -> l.bucket(bucket))
                .uploads()
                .forEach(open -> s3.abortMultipartUpload(
                        a -> a.bucket(bucket).key(open.key()).uploadId(open.uploadId())));
        s3.listObjectsV2Paginator(l -> l.bucket(bucket))
                .contents()
                .forEach(object -> s3.deleteObject(d -> d.bucket(bucket).key(object.key())));
    }

    private static void clearRedis(URI redis) throws IOException {
        try (Socket socket = new Socket(redis.getHost(), redis.getPort())) {
            String commands = "AUTH " + redis.getUserInfo().substring(1) + "\r\nFLUSHALL\r\nQUIT\r\n";
            socket.getOutputStream().write(commands.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("+OK\r\n".repeat(3));
        }
    }
}
