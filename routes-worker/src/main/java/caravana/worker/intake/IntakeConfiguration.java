package caravana.worker.intake;

import caravana.aws.QueueProperties;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.support.DefaultHeaderFilterStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Configures the SQS client of the job consumer, which also drops all headers from senders. Everything else uses the
 * ordinary SQS client.
 */
@Configuration(proxyBeanMethods = false)
public class IntakeConfiguration {

    /** Drops all message attributes, so that senders cannot set headers. */
    @Bean
    HeaderFilterStrategy nothingFromSenders() {
        DefaultHeaderFilterStrategy strategy = new DefaultHeaderFilterStrategy();
        strategy.setInFilterPattern(".*");
        return strategy;
    }

    @Bean(autowireCandidate = false)
    SqsClient intakeClient(SqsClient sqs, Intake intake, RouteDefects defects, QueueProperties queue) {
        return new IntakeClient(sqs, intake, defects, queue);
    }
}
