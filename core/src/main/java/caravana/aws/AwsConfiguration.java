package caravana.aws;

import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * One AWS client for each service. Camel's components find the clients by their type.
 *
 * <p>Credentials come from the SDK's default chain: the role of the instance, environment variables, and so on.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({AwsProperties.class, QueueProperties.class, BucketProperties.class})
public class AwsConfiguration {

    private static final Set<String> DAMAGED = Set.of("BadDigest", "XAmzContentSHA256Mismatch");

    /**
     * Ends calls at their time limits. Its thread is started when this class is loaded. The SDK would start its own
     * thread with the first call, and a call ends with an {@link OutOfMemoryError} if the limit of processes is reached
     * by then.
     */
    private static final ScheduledExecutorService TIME_LIMITS = timeLimits();

    @Bean(destroyMethod = "close")
    SqsClient sqsClient(AwsProperties aws, QueueProperties queue) {
        return SqsClient.builder()
                .httpClientBuilder(new CancelledCalls.Builder())
                .region(Region.of(aws.region()))
                .endpointOverride(aws.sqsEndpoint())
                // At least two tries, so that a connection that has died unnoticed does not fail the call.
                .overrideConfiguration(c -> c.apiCallTimeout(queue.callTimeout())
                        .apiCallAttemptTimeout(queue.callTimeout().dividedBy(2))
                        .scheduledExecutorService(TIME_LIMITS))
                .build();
    }

    private static ScheduledExecutorService timeLimits() {
        ScheduledThreadPoolExecutor limits = new ScheduledThreadPoolExecutor(1, run -> {
            Thread thread = new Thread(run, "aws-time-limits");
            thread.setDaemon(true);
            return thread;
        });
        limits.setRemoveOnCancelPolicy(true);
        limits.prestartAllCoreThreads();
        return limits;
    }

    /** Creates an S3 client for programs that run before the app has beans. The caller closes it. */
    public static S3Client s3Client(Environment environment) {
        return s3(Binder.get(environment).bindOrCreate(AwsProperties.PREFIX, AwsProperties.class));
    }

    @Bean(destroyMethod = "close")
    S3Client s3Client(AwsProperties aws) {
        return new WriteOnceClient(s3(aws));
    }

    private static S3Client s3(AwsProperties aws) {
        return S3Client.builder()
                .httpClientBuilder(new CancelledCalls.Builder())
                .region(Region.of(aws.region()))
                .endpointOverride(aws.s3Endpoint())
                .forcePathStyle(aws.s3Endpoint() != null)
                // Bytes that were changed on the way are sent again; the SDK takes a wrong checksum for the sender's
                // fault.
                .overrideConfiguration(c -> c.retryStrategy(r -> r.retryOnException(AwsConfiguration::damaged))
                        .scheduledExecutorService(TIME_LIMITS))
                .build();
    }

    private static boolean damaged(Throwable failure) {
        return failure instanceof S3Exception refusal && AwsErrors.hasCode(refusal, DAMAGED);
    }
}
