package caravana.worker.intake;

import caravana.aws.QueueProperties;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.support.DefaultHeaderFilterStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import software.amazon.awssdk.services.sqs.SqsClient;

/** What the job consumer receives by, and what it lets in. Everything else continues using the ordinary SQS client. */
@Configuration(proxyBeanMethods = false)
public class IntakeConfiguration {

    /** Lets no message attribute become a header. */
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
