package caravana.worker.intake;

import caravana.aws.QueueProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import software.amazon.awssdk.services.sqs.SqsClient;

/** Makes the job consumer's own client; everything else goes on using the other one. */
@Configuration(proxyBeanMethods = false)
public class IntakeConfiguration {

    @Bean(autowireCandidate = false)
    SqsClient intakeClient(SqsClient sqs, Intake intake, QueueProperties queue) {
        return new IntakeClient(sqs, intake, queue);
    }
}
