package caravana.aws;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.springframework.stereotype.Component;

/**
 * Refuses object keys and bucket names that Camel 4.17 would evaluate as an expression (CVE-2026-95664). Otherwise,
 * anyone who can name an object in the bucket could read settings and call beans. None of our own keys contains an
 * expression.
 */
@Component
class LiteralKeys implements InterceptStrategy {

    private static final String S3 = "aws2-s3";
    private static final String[] HEADERS = {AWS2S3Constants.KEY, AWS2S3Constants.OVERRIDE_BUCKET_NAME};

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode step, Processor target, Processor nextTarget) {
        if (!(step instanceof ToDefinition to) || !to.getUri().startsWith(S3)) {
            return target;
        }
        return new DelegateAsyncProcessor(exchange -> {
            check(exchange);
            target.process(exchange);
        });
    }

    private static void check(Exchange exchange) {
        for (String header : HEADERS) {
            String value = exchange.getMessage().getHeader(header, String.class);
            if (value != null && (value.contains("${") || value.contains("$simple{"))) {
                throw new IllegalArgumentException(
                        "The S3 name '" + value
                                + "' contains an expression, which Camel would evaluate. Rename or delete the object by another tool.");
            }
        }
    }
}
