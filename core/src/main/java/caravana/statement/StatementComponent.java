package caravana.statement;

import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.util.TimeUtils;
import org.springframework.stereotype.Component;

/**
 * The Camel component {@code statement:job/claim-job.sql?result=row}: a step that runs the SQL of one file, whose path
 * is relative to the routes' folder. {@link StatementValues} supplies the values of {@code :?name}. ADR 19 says why
 * routes do not use {@code jdbc:}.
 */
@Component("statement-component")
class StatementComponent extends DefaultComponent {

    private final StatementFiles files;
    private final StatementValues values;
    private final DataSource database;

    StatementComponent(StatementFiles files, StatementValues values, DataSource database) {
        this.files = files;
        this.values = values;
        this.database = database;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String file, Map<String, Object> parameters) throws Exception {
        StatementCall.Result result =
                getAndRemoveParameter(parameters, "result", StatementCall.Result.class, StatementCall.Result.rows);
        long timeout = TimeUtils.toMilliSeconds(getAndRemoveParameter(parameters, "timeout", String.class, "0"));
        return new StatementEndpoint(
                uri, this, new StatementCall(files, values, database, file, result, Duration.ofMillis(timeout)));
    }

    private static final class StatementEndpoint extends DefaultEndpoint {

        private final StatementCall call;

        StatementEndpoint(String uri, StatementComponent component, StatementCall call) {
            super(uri, component);
            this.call = call;
        }

        @Override
        public Producer createProducer() {
            return new DefaultProducer(this) {
                @Override
                public void process(Exchange exchange) throws Exception {
                    call.run(exchange);
                }
            };
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            throw new UnsupportedOperationException("statement: is a step; a route cannot start with it");
        }
    }
}
