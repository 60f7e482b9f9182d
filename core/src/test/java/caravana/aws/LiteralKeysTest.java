package caravana.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import org.apache.camel.Exchange;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;

/** What a header must not name, on a step to S3. */
class LiteralKeysTest {

    @Test
    void aNameWithAnExpressionIsRefusedBeforeS3IsCalled() throws Exception {
        S3Client s3 = mock(S3Client.class);
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.getCamelContextExtension().addInterceptStrategy(new LiteralKeys());
            camel.getRegistry().bind("s3", s3);
            camel.start();
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("example.yaml", """
                    - from:
                        uri: direct:delete
                        steps:
                          - to:
                              uri: aws2-s3:bucket
                              parameters: {operation: deleteObject, amazonS3Client: "#s3", autoCreateBucket: false}
                    """));

            for (String header : new String[] {AWS2S3Constants.KEY, AWS2S3Constants.OVERRIDE_BUCKET_NAME}) {
                for (String name : new String[] {"a/${sys:user.home}", "a/$simple{sys:user.home}"}) {
                    Exchange refused = camel.createProducerTemplate().send("direct:delete", exchange -> {
                        exchange.getMessage().setHeader(AWS2S3Constants.KEY, "a/b");
                        exchange.getMessage().setHeader(header, name);
                    });
                    assertThat(refused.getException())
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining(name)
                            .hasMessageContaining("expression");
                }
            }
            verify(s3, never()).deleteObject(any(DeleteObjectRequest.class));
            camel.createProducerTemplate()
                    .send("direct:delete", exchange -> exchange.getMessage().setHeader(AWS2S3Constants.KEY, "a/b"));
            verify(s3).deleteObject(any(DeleteObjectRequest.class));
        }
    }
}
