package caravana.worker.intake;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.component.aws2.sqs.Sqs2Endpoint;
import org.apache.camel.component.timer.TimerEndpoint;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.springframework.stereotype.Component;

/** Reports the outcome of jobs and timers to {@link RouteDefects}, independently of the content of their routes. */
@Component
class RouteDefectPolicy implements RoutePolicyFactory {

    private final RouteDefects defects;

    RouteDefectPolicy(RouteDefects defects) {
        this.defects = defects;
    }

    @Override
    public RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode definition) {
        return new RoutePolicySupport() {
            @Override
            public void onExchangeBegin(Route route, Exchange exchange) {
                if (route.getEndpoint() instanceof Sqs2Endpoint) {
                    defects.begins(exchange);
                }
            }

            @Override
            public void onExchangeDone(Route route, Exchange exchange) {
                if (route.getEndpoint() instanceof Sqs2Endpoint) {
                    defects.ends(exchange, "processed".equals(exchange.getProperty("ended")));
                } else if (route.getEndpoint() instanceof TimerEndpoint) {
                    defects.timerRan(route.getRouteId(), exchange);
                }
            }
        };
    }
}
